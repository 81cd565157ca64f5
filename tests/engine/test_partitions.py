"""A zone in each other partition of AWS, on the real engine under the pack: right ARNs, endpoints, regions."""

import json
import re
from typing import Any

import pytest
from on_engine import PACK, ROOT, Ran, pulumi

from sandbox.environment import Sandbox
from sandbox.facts import table
from sandbox.stacks import Stack, settings_copy, state
from sandbox.variant import variant

pytestmark = pytest.mark.heavy

RISKS = ("aws.management-account", "aws.service-linked-roles")
PARTITIONS: dict[str, dict[str, Any]] = {
    "gov": {
        "jurisdiction": "US",
        "aws": {"partition": "aws-us-gov", "home": "us-gov-west-1", "regions": ["us-gov-west-1", "us-gov-east-1"]},
    },
    "cn": {
        "jurisdiction": "CN",
        "aws": {"partition": "aws-cn", "home": "cn-northwest-1", "regions": ["cn-northwest-1", "cn-north-1"]},
    },
    "eusc": {
        "jurisdiction": "EU",
        "aws": {"partition": "aws-eusc", "home": "eusc-de-east-1", "regions": ["eusc-de-east-1"]},
        "accepts": ["provider-legal-reach"],
    },
}
ACCOUNTS = {"gov": "444455556661", "cn": "444455556662", "eusc": "444455556663"}
"""An account is of one partition."""
ARN = re.compile(r"arn:(aws[a-z-]*):[a-z0-9-]+:([a-z0-9-]*):")


def zone_of(name: str) -> dict[str, Any]:
    shape = PARTITIONS[name]
    return {
        "schema": 1,
        "zone": name,
        "title": f"A zone in {shape['aws']['partition']}",
        "retention": {"mode": "COMPLIANCE", "years": 7, "archive_after_days": 90},
        "keys": {"aws_origin": "AWS_KMS"},
        "data_classes": {"pii": {"leaves": "never"}},
        **shape,
        "accepts": [{"risk": risk, "reason": "a fixture"} for risk in (*RISKS, *shape.get("accepts", ()))],
    }


def stack_of(name: str) -> dict[str, Any]:
    return {
        "pulumi:disable-default-providers": ["*"],
        "aws:region": PARTITIONS[name]["aws"]["home"],
        "sovereign-zones:zone": name,
        "sovereign-zones:awsParentOuId": table("sandbox")["aws"]["root"],
        "sovereign-zones:awsOrganizationId": "o-a1b2c3d4e5",
        "sovereign-zones:awsManagementAccount": "111122223333",
        "sovereign-zones:awsAccounts": [ACCOUNTS[name]],
    }


@pytest.fixture(scope="module", params=PARTITIONS)
def deployed(
    request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Sandbox, Stack, list[str], Ran]:
    name = request.param
    scratch = tmp_path_factory.mktemp(name)
    (scratch / "program").mkdir()
    on = variant(ROOT, scratch / "program", {name: zone_of(name)}, {name: stack_of(name)})[name]
    pack = scratch / "pack.json"
    stacks = [{"match": f"organization/sovereign-zones/{name}", "zone": name}]
    pack.write_text(json.dumps({"sovereignty": {"zones": {name: zone_of(name)}, "stacks": stacks}}))
    arguments = ["--policy-pack", str(PACK), "--policy-pack-config", str(pack)]
    settings = settings_copy(sandbox, on)
    arguments += ["--stack", on.name, "--config-file", str(settings)]
    return name, sandbox, on, arguments, pulumi(sandbox, on.folder, "up", "--yes", *arguments)


def test_the_zone_deploys_under_the_pack(deployed):
    *_, ran = deployed
    assert ran.code == 0, ran.output
    assert "warning" not in ran.output.lower(), ran.output


def test_every_arn_is_of_the_partition_and_every_region_of_the_zone(deployed):
    name, sandbox, on, *_ = deployed
    declared = PARTITIONS[name]["aws"]
    made = [r for r in state(sandbox, on)["resources"] if r["type"].startswith("aws:")]
    assert len(made) > 50
    found = ARN.findall(json.dumps([r.get("outputs") for r in made]))
    assert {partition for partition, _ in found} == {declared["partition"]}
    assert {region for _, region in found} - {""} <= set(declared["regions"])
    placed = {r["outputs"]["region"] for r in made if r.get("outputs", {}).get("region")}
    assert placed == set(declared["regions"])


def test_endpoints_are_named_as_the_partition_names_them(deployed):
    name, sandbox, on, *_ = deployed
    services = {
        r["outputs"]["serviceName"]
        for r in state(sandbox, on)["resources"]
        if r["type"] == "aws:ec2/vpcEndpoint:VpcEndpoint"
    }
    assert services
    regions = PARTITIONS[name]["aws"]["regions"]
    assert all(any(f".{region}." in service for region in regions) for service in services)


def test_a_second_up_changes_nothing(deployed):
    _, sandbox, on, arguments, _ = deployed
    again = pulumi(sandbox, on.folder, "up", "--yes", "--expect-no-changes", *arguments)
    assert again.code == 0, again.output
