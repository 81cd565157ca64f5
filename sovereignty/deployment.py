"""Where a zone lands: the accounts, organization and networks that its stack file names under `sovereign-zones:`."""

from __future__ import annotations

import ipaddress
import json
import pathlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from sovereignty import facts
from sovereignty.documents import read_yaml, shown_path
from sovereignty.errors import InputError, Problem
from sovereignty.identifiers import (
    AccountId,
    AmiOwner,
    AwsRegionCode,
    CidrOfLocation,
    CidrOfRegion,
    Guid,
    KeyStoreOfRegion,
    ManagementGroupId,
    OrganizationId,
    OuPath,
    OuPathPattern,
    ParentId,
    StackName,
    Subscriber,
    VpcArn,
)
from sovereignty.schema import Model, Path, Switch, dotted, fault, kind, one_of, position, problems, quoted, unique
from sovereignty.zone import Zone
from sovereignty.zone_parts import ZoneName

NAMESPACE = "sovereign-zones"
AWS_REGION = "aws:region"
AZURE_LOCATION = "azure-native:location"
FEWEST_HSM_ADMINISTRATORS = 3
"""Managed HSM, "Best practices": at least three, so that no two who leave lock the HSM up."""


def _list(value: object) -> object:
    # the engine hands a list over as JSON text; a stack file holds it as a YAML list
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise fault("A list is expected, found text.", "Write a YAML list: one entry a line after `- `.") from None
    if not isinstance(value, (list, tuple)):
        raise fault(f"A list is expected, found {kind(value)}.", "Write a YAML list: one entry a line after `- `.")
    return value


_List = BeforeValidator(_list)
_Once = AfterValidator(unique)

_Setting = Literal[
    "access-analyzer",
    "ai-opt-out",
    "config",
    "config-role",
    "declarative-ec2",
    "guardduty",
    "macie",
    "securityhub",
    "tag-policy",
]
_AzureSetting = Literal["activity-log", "attestation", "perimeter", "private-dns", "sentinel"]
AwsSetting = Annotated[_Setting, one_of(*get_args(_Setting))]
"""What an account has once, or an OU sets for its accounts, so that whoever sets it up sets it up for all."""
AzureSetting = Annotated[_AzureSetting, one_of(*get_args(_AzureSetting))]
"""What a tenant often has once for all of its landing zones."""


class Deployment(Model):
    """The stack's side of a zone. What a zone needs of it depends on its footprint: `agree` asks for that."""

    model_config = ConfigDict(alias_generator=to_camel)

    zone: ZoneName = Field(examples=["eu"])
    phase: Annotated[Literal["provision", "locked"], one_of("provision", "locked")] = "provision"
    hsm_phase: Annotated[Literal["create", "activated", "granted"], one_of("create", "activated", "granted")] | None = (
        None
    )
    rollout: Annotated[Literal["zone", "sandbox"], one_of("zone", "sandbox")] = "zone"
    foundation: StackName | None = Field(default=None, examples=["sovereign-foundation/org"])
    aws_parent_ou_id: ParentId | None = Field(default=None, examples=["ou-ab12-11111111"])
    aws_sandbox_parent_ou_id: ParentId | None = Field(default=None, examples=["ou-ab12-33333333"])
    azure_parent_management_group_id: ManagementGroupId | None = Field(default=None, examples=["sovereignty"])
    azure_sandbox_parent_management_group_id: ManagementGroupId | None = Field(
        default=None, examples=["sovereignty-sandbox"]
    )
    aws_organization_id: OrganizationId | None = Field(default=None, examples=["o-a1b2c3d4e5"])
    aws_organization_paths: Annotated[tuple[OuPathPattern, ...], _Once, _List] = ()
    aws_management_account: AccountId | None = Field(default=None, examples=['"111122223333"'])
    aws_accounts: Annotated[tuple[AccountId, ...], _Once, _List] = Field(default=(), examples=['["444455556666"]'])
    aws_zone_ou_path: OuPath | None = None
    aws_vpc_arns: Annotated[tuple[VpcArn, ...], _Once, _List] = ()
    aws_ami_owners: Annotated[tuple[AmiOwner, ...], _Once, _List] = ()
    aws_key_stores: Annotated[tuple[KeyStoreOfRegion, ...], _Once, _List] = Field(
        default=(), examples=["[eu-central-1=cks-0a1b2c3d4e5f67890]"]
    )
    aws_vpc_cidrs: Annotated[tuple[CidrOfRegion, ...], _Once, _List] = Field(
        default=(), examples=["[eu-central-1=10.20.0.0/16]"]
    )
    aws_managed_elsewhere: Annotated[tuple[AwsSetting, ...], _Once, _List] = Field(
        default=(), examples=["[guardduty, securityhub]"]
    )
    aws_alarm_subscribers: Annotated[tuple[Subscriber, ...], _Once, _List] = Field(
        default=(), examples=["[security@example.com]"]
    )
    identity_center_region: AwsRegionCode | None = None
    azure_tenant_id: Guid | None = Field(default=None, examples=["6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b"])
    azure_subscriptions: Annotated[tuple[Guid, ...], _Once, _List] = Field(
        default=(), examples=["[0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d]"]
    )
    azure_managed_by_tenants: Annotated[tuple[Guid, ...], _Once, _List] = ()
    azure_vnet_cidrs: Annotated[tuple[CidrOfLocation, ...], _Once, _List] = Field(
        default=(), examples=["[westeurope=10.20.0.0/16]"]
    )
    azure_managed_elsewhere: Annotated[tuple[AzureSetting, ...], _Once, _List] = Field(
        default=(), examples=["[private-dns, sentinel]"]
    )
    azure_alarm_subscribers: Annotated[tuple[Subscriber, ...], _Once, _List] = Field(
        default=(), examples=["[security@example.com]"]
    )
    azure_hsm_administrators: Annotated[tuple[Guid, ...], _Once, _List] = Field(
        default=(), examples=["[3c4d5e6f-7a8b-4c9d-8e0f-1a2b3c4d5e6f]"]
    )
    azure_log_cluster: Switch = False
    azure_public_queries: Switch = False
    azure_hub_subscriptions: Annotated[tuple[Guid, ...], _Once, _List] = Field(
        default=(), examples=["[4d5e6f7a-8b9c-4d0e-9f1a-2b3c4d5e6f7a]"]
    )
    sentinel_workspace_id: Guid | None = None

    def key_store(self, region: str) -> tuple[str, str | None] | None:
        """The custom key store of a region, and the external key in it where it has one; None where none is given."""
        given = _by_region(self.aws_key_stores).get(region)
        if given is None:
            return None
        store, _, external = given.partition("/")
        return store, external or None

    def vpc_cidr(self, region: str) -> str | None:
        """The CIDR block of the region's VPC; None where none is given."""
        return _by_region(self.aws_vpc_cidrs).get(region)

    def vnet_cidr(self, location: str) -> str | None:
        """The CIDR block of a location's virtual network; None where none is given."""
        return _by_region(self.azure_vnet_cidrs).get(facts.azure_location(location))


def _by_region(given: Iterable[str]) -> dict[str, str]:
    return {region: value for region, _, value in (each.partition("=") for each in given)}


_KEYS = {field.alias or name: name for name, field in Deployment.model_fields.items()}
_ALIASES = {name: key for key, name in _KEYS.items()}


def key(name: str) -> str:
    """A field's key in the stack file: `aws_organization_id` -> `sovereign-zones:awsOrganizationId`."""
    return f"{NAMESPACE}:{_ALIASES[name]}"


def from_config(values: Mapping[str, object], where: str) -> Deployment:
    """The deployment from a stack's configuration: keys with or without `sovereign-zones:`, lists also as JSON text.

    Keys of other namespaces (`aws:region`) are left alone. InputError lists all that is wrong, in the given order.
    """
    own: dict[str, object] = {}
    for full, value in values.items():
        namespace, _, bare = str(full).rpartition(":")
        if namespace not in ("", NAMESPACE):
            continue
        if bare in own:
            raise InputError(Problem(_at(where, (bare,)), "The key stands there twice.", "Keep it once."))
        own[bare] = value
    found = [*_unreadable(own, where)]
    if "zone" not in own:
        found.append((("zone",), Problem(where, "The stack names no zone.", f"Add `{NAMESPACE}:zone: eu`.")))
    skipped = {path[0] for path, _ in found}
    try:
        readable = {bare: value for bare, value in own.items() if bare not in skipped}
        deployment = Deployment.model_validate(readable, by_alias=True, by_name=False)
    except ValidationError as error:
        shape = problems(error, Deployment, lambda path: _at(where, path))
        found += [(path, problem) for path, problem in shape if path[0] not in skipped]
    else:
        if not found:
            _raise(_consistent(deployment, where))
            return deployment
    raise InputError(*(problem for _, problem in sorted(found, key=lambda item: position(own, item[0]))))


def _at(where: str, path: Path) -> str:
    return f"{where}: {NAMESPACE}:{dotted(path)}"


def _unreadable(own: Mapping[str, object], where: str) -> Iterator[tuple[Path, Problem]]:
    for bare, value in own.items():
        if isinstance(value, Mapping) and set(value) == {"secure"}:
            found = "The value is encrypted; it is no secret, and has to be read here."
            yield (bare,), Problem(_at(where, (bare,)), found, "Set it without --secret.")
        elif value is None and bare in _KEYS:
            yield (bare,), Problem(_at(where, (bare,)), "It has no value.", "Give it one, or take the key out.")


def _raise(found: Iterator[Problem]) -> None:
    listed = tuple(found)
    if listed:
        raise InputError(*listed)


def _consistent(deployment: Deployment, where: str) -> Iterator[Problem]:
    """What can be wrong among the keys themselves, whatever the zone."""

    def problem(name: str, found: str, right: str, index: int | None = None) -> Problem:
        return Problem(f"{where}: {key(name)}" + ("" if index is None else f"[{index}]"), found, right)

    for parent in ("aws_parent_ou_id", "azure_parent_management_group_id"):
        if deployment.foundation and getattr(deployment, parent):
            yield problem(
                parent,
                f"The parent is given twice: {key('foundation')} brings one as well.",
                "Keep the foundation, or the parents of an organization that has its own.",
            )
    if deployment.aws_management_account and deployment.aws_management_account in deployment.aws_accounts:
        yield problem(
            "aws_accounts",
            "The management account is among the zone's accounts, and no SCP ever binds it.",
            "Take it out: workloads live in member accounts.",
            deployment.aws_accounts.index(deployment.aws_management_account),
        )
    for parent in ("aws_sandbox_parent_ou_id", "azure_sandbox_parent_management_group_id"):
        if deployment.foundation and getattr(deployment, parent):
            found = f"The parent is given twice: {key('foundation')} brings one as well."
            yield problem(parent, found, "Keep one of them.")
    for index, each in enumerate(deployment.azure_hub_subscriptions):
        if each in deployment.azure_subscriptions:
            right = "Take it out: the zone's own networks are joined, and its endpoints approved, without it."
            yield problem("azure_hub_subscriptions", "It is one of the zone's own.", right, index)
    for name in (*_OF_REGIONS, *_OF_LOCATIONS):
        places = [each.partition("=")[0] for each in getattr(deployment, name)]
        for index, region in enumerate(places):
            if region in places[:index]:
                yield problem(name, f"{region} stands there twice.", "Keep it once.", index)
    for name in ("aws_vpc_cidrs", "azure_vnet_cidrs"):
        for index, each in enumerate(getattr(deployment, name)):
            if not _is_block(each.partition("=")[2]):
                yield problem(name, "This is no CIDR block.", "Write its first address: 10.20.0.0/16.", index)
    organization = deployment.aws_organization_id
    paths: list[tuple[str, str, int | None]] = [
        ("aws_organization_paths", path, index) for index, path in enumerate(deployment.aws_organization_paths)
    ]
    if deployment.aws_zone_ou_path:
        paths.append(("aws_zone_ou_path", deployment.aws_zone_ou_path, None))
    for name, path, index in paths:
        if path.split("/")[0] != organization:
            found = "The path belongs to another organization." if organization else "Its organization is not named."
            yield problem(name, found, f"Use paths of the organization that {key('aws_organization_id')} names.", index)


_OF_REGIONS = ("aws_key_stores", "aws_vpc_cidrs")
_OF_LOCATIONS = ("azure_vnet_cidrs",)


def _is_block(text: str) -> bool:
    try:
        ipaddress.IPv4Network(text)
    except ValueError:
        return False
    return True


def load_stack(path: pathlib.Path) -> tuple[Deployment, dict[str, Any]]:
    """A Pulumi.<stack>.yaml: the deployment, and the whole `config:` as it stands there."""
    where = shown_path(path)
    data = read_yaml(path)
    right = f"Write `config:` and below it `{NAMESPACE}:zone: eu`."
    if data is not None and not isinstance(data, Mapping):
        raise InputError(Problem(where, f"A stack file is a mapping, found {kind(data)}.", right))
    config = (data or {}).get("config") or {}
    if not isinstance(config, Mapping):
        raise InputError(Problem(f"{where}: config", f"A mapping is expected, found {kind(config)}.", right))
    return from_config(config, where), dict(config)


def agree(
    zone: Zone,
    zone_file: str,
    deployment: Deployment,
    stack_file: str,
    aws_region: str | None = None,
    azure_location: str | None = None,
) -> None:
    """Holds a stack against its zone; InputError where they disagree, or where the stack lacks what the zone needs.

    `aws_region` and `azure_location` are the stack's `aws:region` and `azure-native:location`, None where not set.
    """
    _raise(_disagreements(zone, zone_file, deployment, stack_file, aws_region, azure_location))


def _disagreements(
    zone: Zone,
    zone_file: str,
    deployment: Deployment,
    stack_file: str,
    aws_region: str | None,
    azure_location: str | None,
) -> Iterator[Problem]:
    def problem(name: str, found: str, right: str) -> Problem:
        field, bracket, index = name.partition("[")
        return Problem(f"{stack_file}: {name if ':' in name else key(field) + bracket + index}", found, right)

    if deployment.zone != zone.zone:
        yield problem(
            "zone",
            f"The stack builds zone {deployment.zone}, and {zone_file} declares {zone.zone}.",
            f"Write `{key('zone')}: {zone.zone}`, or use the stack of that zone.",
        )
        return
    settings = (("aws", AWS_REGION, aws_region, zone.aws), ("azure", AZURE_LOCATION, azure_location, zone.azure))
    for cloud, name, setting, footprint in settings:
        if setting is None:
            continue
        found = facts.azure_location(setting) if cloud == "azure" else setting
        if footprint is None:
            yield problem(
                name,
                f"The zone has no footprint there: {zone_file} has no `{cloud}:`.",
                f"Take it out, or add `{cloud}:` to {zone_file}.",
            )
        elif found != footprint.home:
            yield problem(
                name,
                f"{quoted(found)} is not the home region of zone {zone.zone}: "
                f"{zone_file} says {cloud}.home: {footprint.home}.",
                f"Write `{name}: {footprint.home}`, or change {cloud}.home in {zone_file}.",
            )
    for name, what, right in (*_lacking(zone, zone_file, deployment), *_foreign(zone, zone_file, deployment)):
        yield problem(name, what, right)


def _lacking(zone: Zone, zone_file: str, deployment: Deployment) -> Iterator[tuple[str, str, str]]:
    """The keys that the zone's footprint needs, and the stack doesn't have."""
    for cloud, footprint, needed, parent in (
        ("aws", zone.aws, ("aws_organization_id", "aws_management_account", "aws_accounts"), "aws_parent_ou_id"),
        ("azure", zone.azure, ("azure_tenant_id", "azure_subscriptions"), "azure_parent_management_group_id"),
    ):
        if footprint is None:
            continue
        for name in needed:
            if not getattr(deployment, name):
                yield name, f"It is missing, and {zone_file} has a footprint on `{cloud}:`.", f"Add {_example(name)}."
        if not deployment.foundation and not getattr(deployment, parent):
            right = f"Add {_example('foundation')}, or {_example(parent)} where the organization has its own."
            yield parent, "Nothing says what the zone hangs below: no foundation, and no parent.", right
    if zone.keys.azure == "managed-hsm" and (few := few_hsm_administrators(deployment)):
        yield "azure_hsm_administrators", *few


def few_hsm_administrators(deployment: Deployment) -> tuple[str, str] | None:
    """What is wrong with a stack that names too few administrators of a managed HSM, and what is right."""
    count = len(deployment.azure_hsm_administrators)
    if count >= FEWEST_HSM_ADMINISTRATORS:
        return None
    found = f"A managed HSM has {FEWEST_HSM_ADMINISTRATORS} administrators at least, and this names {count}."
    return found, "List the object ids of three people in Entra ID, or of groups of them."


def _example(name: str) -> str:
    return f"`{key(name)}: {(Deployment.model_fields[name].examples or [''])[0]}`"


def _foreign(zone: Zone, zone_file: str, deployment: Deployment) -> Iterator[tuple[str, str, str]]:
    """What is given for another cloud, partition or kind of key than the zone has."""
    if deployment.hsm_phase and zone.keys.azure != "managed-hsm":
        found = f"Only a managed HSM has phases, and {zone_file} has keys.azure: {zone.keys.azure or 'nothing'}."
        yield "hsm_phase", found, f"Take it out, or write `keys: {{azure: managed-hsm}}` in {zone_file}."
    if deployment.azure_hsm_administrators and zone.keys.azure != "managed-hsm":
        found = (
            f"Only a managed HSM has administrators, and {zone_file} has keys.azure: {zone.keys.azure or 'nothing'}."
        )
        yield "azure_hsm_administrators", found, "Take it out."
    for name in _OF_LOCATIONS:
        for index, each in enumerate(getattr(deployment, name)):
            location = each.partition("=")[0]
            if zone.azure and not zone.azure.holds(location):
                found = f"{quoted(location)} is not a location of the zone."
                yield f"{name}[{index}]", found, f"Use one of {', '.join(zone.azure.regions)}."
    if zone.aws is None:
        return
    for index, arn in enumerate(deployment.aws_vpc_arns):
        _, partition, _, region, *_ = arn.split(":")
        if partition != zone.aws.partition or not zone.aws.holds(region):
            found = f"A VPC lies in {quoted(region)} of {quoted(partition)}, which is not part of the zone."
            yield f"aws_vpc_arns[{index}]", found, f"Use VPCs in {', '.join(zone.aws.regions)}."
    for name in _OF_REGIONS:
        for index, each in enumerate(getattr(deployment, name)):
            region = each.partition("=")[0]
            if not zone.aws.holds(region):
                found = f"{quoted(region)} is not a region of the zone."
                yield f"{name}[{index}]", found, f"Use one of {', '.join(zone.aws.regions)}."
    if deployment.aws_key_stores and zone.keys.aws_origin == "AWS_KMS":
        found = f"{zone_file} has keys.aws_origin: AWS_KMS, which needs no key store."
        yield "aws_key_stores", found, "Take it out, or name another origin in the zone."
    center = facts.region("aws", deployment.identity_center_region or "")
    if center and center.partition != zone.aws.partition:
        found = f"{center.code} belongs to partition {center.partition}, and the zone to {zone.aws.partition}."
        yield "identity_center_region", found, "Name the region in which the organization's Identity Center lives."
