"""AWS's functions: who and where one is, policy documents, and what the sandbox's AWS holds."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.aws import Aws
from sandbox.cloud import CloudError
from sandbox.facts import table
from sandbox.invokes import policy_document
from sandbox.store import Row
from sandbox.templates import render


def _caller(cloud: Aws, _: Mapping[str, Any]) -> dict[str, Any]:
    user = table("sandbox")["aws"]["user"]
    arn = f"arn:{cloud.partition}:iam::{cloud.account}:{user['path']}"
    return {"accountId": cloud.account, "arn": arn, "id": cloud.account, "userId": user["id"]}


def _region(cloud: Aws, arguments: Mapping[str, Any]) -> dict[str, Any]:
    region = str(arguments.get("region") or arguments.get("name") or cloud.region)
    endpoint = f"ec2.{region}.{cloud.facts_of_partition['suffix']}"
    return {"id": region, "name": region, "region": region, "description": region, "endpoint": endpoint}


def _partition(cloud: Aws, _: Mapping[str, Any]) -> dict[str, Any]:
    facts = cloud.facts_of_partition
    names = {"id": cloud.partition, "partition": cloud.partition}
    return {**names, "dnsSuffix": facts["suffix"], "reverseDnsPrefix": facts["reverse"]}


def _default_tags(cloud: Aws, _: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": cloud.partition, "tags": cloud.default_tags}


def _zones(cloud: Aws, arguments: Mapping[str, Any]) -> dict[str, Any]:
    region = str(arguments.get("region") or cloud.region)
    area, *middle, number = region.split("-")
    short = area + "".join(part[0] for part in middle) + number  # eu-central-1 is euc1
    letters = table("sandbox")["aws"]["availability_zones"]
    zones = [(f"{region}{letter}", f"{short}-az{place}") for place, letter in enumerate(letters, 1)]
    left_out = {*(arguments.get("excludeNames") or []), *(arguments.get("excludeZoneIds") or [])}
    kept = [zone for zone in zones if not left_out.intersection(zone)]
    names, ids = [name for name, _ in kept], [id for _, id in kept]
    return {**arguments, "id": region, "region": region, "names": names, "zoneIds": ids, "groupNames": [region]}


def _arn(_: Aws, arguments: Mapping[str, Any]) -> dict[str, Any]:
    parts = str(arguments.get("arn")).split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        raise CloudError(
            "aws:index/getArn: this is no ARN. An ARN is written arn:partition:service:region:account:resource."
        )
    names = ("partition", "service", "region", "account", "resource")
    return {**arguments, "id": arguments["arn"], **dict(zip(names, parts[1:], strict=True))}


def _service_principal(cloud: Aws, arguments: Mapping[str, Any]) -> dict[str, Any]:
    service, region = arguments["serviceName"], str(arguments.get("region") or cloud.region)
    # A service is called by the same name in every partition, whatever its endpoints end in (notes on aws-eusc).
    suffix = "amazonaws.com"
    name = f"{service}.{suffix}"
    return {
        "id": f"{service}.{region}.{suffix}",
        "name": name,
        "region": region,
        "serviceName": service,
        "suffix": suffix,
    }


def _organization(cloud: Aws, _: Mapping[str, Any]) -> dict[str, Any]:
    empty = ("accounts", "nonMasterAccounts", "awsServiceAccessPrincipals", "enabledPolicyTypes")
    lists: dict[str, Any] = {key: [] for key in empty}
    made = cloud.store.by_type("aws", "aws:organizations/organization:Organization")
    if made:
        return {
            **lists,
            **{key: value for key, value in made[-1].outputs.items() if value is not None},
            "id": made[-1].id,
        }
    kind = cloud.sdk.resource("aws:organizations/organization:Organization")
    known = {**table("sandbox")["aws"], "account": cloud.account, "partition": cloud.partition}
    outputs = render(cloud.facts(kind)["outputs"], known)
    arn = render(cloud.facts(kind)["arn"], known)
    return {**lists, **outputs, "arn": arn, "id": known["organization"], "featureSet": "ALL"}


def _entity_path(cloud: Aws, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """From the organization down to the OU, with / at the end.

    Source: terraform-provider-aws, internal/service/organizations/entity_path_data_source.go (read 2026-11-24).
    """
    unit = "aws:organizations/organizationalUnit:OrganizationalUnit"
    asked = str(arguments["entityId"])
    organization = _organization(cloud, {})
    roots = {root["id"] for root in organization["roots"]}
    above: list[str] = []
    each = asked
    while each not in roots:
        made = cloud.store.by_id("aws", unit, each)
        if made is None:
            raise CloudError(
                f"getEntityPath of {asked}: the sandbox's AWS holds no OU {each}.\n"
                "  Only what a program made in this sandbox is there; make it, or ask for one of them."
            )
        above.append(each)
        each = str(made.outputs["parentId"])
    path = "/".join([organization["id"], each, *reversed(above), ""])
    return {"id": asked, "entityId": asked, "entityPath": path}


def _units(cloud: Aws, arguments: Mapping[str, Any]) -> dict[str, Any]:
    made = cloud.store.by_type("aws", "aws:organizations/organizationalUnit:OrganizationalUnit")
    children = [row for row in made if row.outputs.get("parentId") == arguments["parentId"]]
    shown = [{"id": row.id, "name": row.outputs.get("name", ""), "arn": row.outputs.get("arn", "")} for row in children]
    return {"id": arguments["parentId"], "parentId": arguments["parentId"], "children": shown}


def _policies_for_target(cloud: Aws, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The ids of the policies of one type that hang directly at a root, an OU or an account.

    AWS attaches one of its own to each, of both types that authorize (AWS Organizations User Guide, SCPs and RCPs).
    """
    type_, target = str(arguments["filter"]), str(arguments["targetId"])
    own = {"SERVICE_CONTROL_POLICY": ["p-FullAWSAccess"], "RESOURCE_CONTROL_POLICY": ["p-RCPFullAWSAccess"]}
    policy, attachment = "aws:organizations/policy:Policy", "aws:organizations/policyAttachment:PolicyAttachment"
    attached = (row.outputs for row in cloud.store.by_type("aws", attachment))
    there = [str(row["policyId"]) for row in attached if row.get("targetId") == target]
    usual = "SERVICE_CONTROL_POLICY"  # unless a program says otherwise
    of_type = {row.id for row in cloud.store.by_type("aws", policy) if row.outputs.get("type", usual) == type_}
    return {**arguments, "id": target, "ids": [*own.get(type_, ()), *(id for id in there if id in of_type)]}


def _existing(token: str, fits: Callable[[Row, Mapping[str, Any]], bool]) -> Callable[..., dict[str, Any]]:
    """A function that reads a resource which this sandbox made."""

    def read(cloud: Aws, arguments: Mapping[str, Any]) -> dict[str, Any]:
        kind = cloud.sdk.resource(token)
        scope = cloud.scope(kind, arguments)
        found = [row for row in cloud.store.by_type("aws", token) if row.scope == scope and fits(row, arguments)]
        if len(found) != 1:
            asked = ", ".join(f"{key} {value}" for key, value in sorted(arguments.items())) or "no argument"
            text = f"{token.rpartition(':')[2]} with {asked}: the sandbox's AWS holds {len(found)} of them in {scope}."
            raise CloudError(
                f"{text}\n  Only what a program made in this sandbox is there; make it, or ask for one of them."
            )
        return {**found[0].outputs, "id": found[0].id}

    return read


def _is_key(row: Row, arguments: Mapping[str, Any]) -> bool:
    return arguments.get("keyId") in (row.id, row.outputs.get("arn"))


def _key(cloud: Aws, arguments: Mapping[str, Any]) -> dict[str, Any]:
    found = _existing("aws:kms/key:Key", _is_key)(cloud, arguments)
    enabled = found.get("isEnabled", True)
    state = {"keyManager": "CUSTOMER", "keyState": "Enabled" if enabled else "Disabled", "enabled": enabled}
    stored = "EXTERNAL_KEY_STORE" if found.get("xksKeyId") else "AWS_CLOUDHSM"
    origin = stored if found.get("customKeyStoreId") else "AWS_KMS"
    decided = {"awsAccountId": cloud.account, "origin": origin, "keySpec": found.get("customerMasterKeySpec")}
    return {"multiRegion": False, "description": "", **decided, **found, **state}


def _is_vpc(row: Row, arguments: Mapping[str, Any]) -> bool:
    tags = row.outputs.get("tags") or {}
    asked = arguments.get("tags") or {}
    return (
        arguments.get("id") in (None, row.id)
        and arguments.get("cidrBlock") in (None, row.outputs.get("cidrBlock"))
        and all(tags.get(key) == value for key, value in asked.items())
        and not arguments.get("default")
    )


def _alias(cloud: Aws, arguments: Mapping[str, Any]) -> dict[str, Any]:
    found = _existing("aws:kms/alias:Alias", lambda row, asked: row.id == asked.get("name"))(cloud, arguments)
    id = re.sub(r"^arn:.*:key/", "", str(found.get("targetKeyId")))
    arn = f"arn:{cloud.partition}:kms:{found.get('region', cloud.region)}:{cloud.account}:key/{id}"
    return {**found, "targetKeyId": id, "targetKeyArn": arn}


ANSWERS = {
    "aws:index/getArn:getArn": _arn,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _zones,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller,
    "aws:index/getDefaultTags:getDefaultTags": _default_tags,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getServicePrincipal:getServicePrincipal": _service_principal,
    "aws:iam/getPolicyDocument:getPolicyDocument": lambda _, arguments: policy_document.render(arguments),
    "aws:iam/getRole:getRole": _existing("aws:iam/role:Role", lambda row, asked: row.id == asked.get("name")),
    "aws:kms/getAlias:getAlias": _alias,
    "aws:kms/getKey:getKey": _key,
    "aws:s3/getBucket:getBucket": _existing("aws:s3/bucket:Bucket", lambda row, asked: row.id == asked.get("bucket")),
    "aws:ec2/getVpc:getVpc": _existing("aws:ec2/vpc:Vpc", _is_vpc),
    "aws:ec2transitgateway/getTransitGateway:getTransitGateway": _existing(
        "aws:ec2transitgateway/transitGateway:TransitGateway", lambda row, asked: row.id == asked.get("id")
    ),
    "aws:organizations/getEntityPath:getEntityPath": _entity_path,
    "aws:organizations/getOrganization:getOrganization": _organization,
    "aws:organizations/getOrganizationalUnits:getOrganizationalUnits": _units,
    "aws:organizations/getPoliciesForTarget:getPoliciesForTarget": _policies_for_target,
}
