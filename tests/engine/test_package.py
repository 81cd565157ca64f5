"""The components as a Pulumi package: a YAML program makes them on the engine, and is told of mistakes in words."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from on_engine import PACK, ROOT, Ran, pulumi

from sandbox.environment import Sandbox, python
from sandbox.plugins import install
from sandbox.stacks import settings_copy, stack
from tools.engine.locate import locate_with_yaml

EXAMPLE = ROOT / "docs" / "examples" / "yaml-worm-bucket"
PACKAGE = ROOT / "components"
TOKEN = "sovereign-zones:index:"


@pytest.fixture(scope="module", autouse=True)
def yaml_host() -> Path:
    return locate_with_yaml()


@pytest.fixture
def run(sandbox: Sandbox, tmp_path: Path) -> Callable[..., Ran]:
    """Runs a changed copy of the example, of a name of its own, in its own folder."""

    def run(
        *arguments: str, change: Callable[[dict[str, Any]], None] = lambda _: None, pack: bool = False, **more: str
    ) -> Ran:
        folder = tmp_path / "program"
        if not folder.exists():
            shutil.copytree(EXAMPLE, folder)
            program = yaml.safe_load((folder / "Pulumi.yaml").read_text())
            settings = (folder / "Pulumi.eu.yaml").read_text()
            (folder / "Pulumi.eu.yaml").write_text(settings.replace(program["name"], tmp_path.name.replace("_", "-")))
            program["name"] = tmp_path.name.replace("_", "-")
            program["plugins"]["providers"][0]["path"] = str(PACKAGE)
            change(program)
            (folder / "Pulumi.yaml").write_text(yaml.safe_dump(program, sort_keys=False))
        return on(sandbox, folder, *arguments, pack=pack, **more)

    return run


def on(sandbox: Sandbox, folder: Path, *arguments: str, pack: bool = False, **more: str) -> Ran:
    judged = ["--policy-pack", str(PACK)] if pack else []
    settings = ["--stack", "eu", "--config-file", str(settings_copy(sandbox, stack(folder, "eu")))]
    return pulumi(sandbox, folder, *arguments, *settings, *judged, **more)


def resources(sandbox: Sandbox, project: str) -> list[dict[str, Any]]:
    state = sandbox.state / ".pulumi" / "stacks" / project / "eu.json"
    return json.loads(state.read_text())["checkpoint"]["latest"]["resources"]


def made(type_: str, provider: str, **properties: Any) -> dict[str, Any]:
    """A component of the EU zone in a YAML program."""
    return {
        "type": f"sovereign-zones:{type_}",
        "properties": {"zone": "eu", "deployment": "${deployment}", **properties},
        "options": {"providers": ["${components}", f"${{{provider}}}"]},
    }


def property_of(program: dict[str, Any], resource: str, **properties: Any) -> None:
    program["resources"][resource]["properties"] |= properties


def test_a_yaml_program_makes_a_locked_bucket_with_all_its_parts_and_then_changes_nothing(sandbox):
    out = on(sandbox, EXAMPLE, "up", "--yes", pack=True)
    assert out.code == 0, out.output
    assert "[mandatory]" not in out.output
    state = resources(sandbox, stack(EXAMPLE, "eu").project)
    component = next(each for each in state if each["type"] == TOKEN + "WormBucket")
    parts = {each["type"].partition(":")[2]: each for each in state if each.get("parent") == component["urn"]}
    assert set(parts) >= {
        "s3/bucket:Bucket",
        "s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "s3/bucketOwnershipControls:BucketOwnershipControls",
        "s3/bucketVersioning:BucketVersioning",
        "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        "s3/bucketPolicy:BucketPolicy",
        "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    }
    lock = parts["s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"]["inputs"]
    assert lock["rule"]["defaultRetention"] == {"mode": "COMPLIANCE", "years": 10}
    assert parts["s3/bucket:Bucket"]["inputs"]["objectLockEnabled"] is True
    assert parts["s3/bucket:Bucket"]["protect"]
    key = next(each for each in state if each["type"] == "aws:kms/key:Key")
    sealed = parts["s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"]["inputs"]
    assert key["outputs"]["arn"] in json.dumps(sealed)  # an output of one component reached the other
    assert component["outputs"]["arn"] == parts["s3/bucket:Bucket"]["outputs"]["arn"]

    again = on(sandbox, EXAMPLE, "up", "--yes", "--expect-no-changes", pack=True)
    assert again.code == 0, again.output


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"zone": "nowhere"}, "zone: There is no zone 'nowhere'."),
        ({"retention": {"mode": "COMPLIANCE", "years": 2}}, "retention: COMPLIANCE for 2 years is weaker than"),
        ({"longerThanTheZone": False}, "longerThanTheZone: "),
        ({"bucket": "Not A Bucket"}, "bucket: "),
        ({"bucket": "eu-${key.keyId}"}, "bucket: Its value is not known when the component is made"),
        ({"deployment": {"awsAccounts": ["1"]}}, "deployment.awsAccounts[0]: This is not an account id of 12 digits."),
    ],
)
def test_a_mistake_is_told_at_its_argument_and_makes_nothing_of_the_component(run, properties, said):
    out = run("preview", change=lambda program: property_of(program, "records", **properties))
    assert out.code != 0, out.output
    assert f"{TOKEN}WormBucket resource 'records' has a problem: {said}" in out, out.output
    assert "Traceback" not in out.output
    assert 'File "' not in out.output
    assert "aws:s3" not in out.output


def test_an_argument_that_the_component_doesnt_have_is_told_before_anything_runs(run):
    out = run("preview", change=lambda program: property_of(program, "records", retension=7))
    assert out.code != 0
    assert "Property retension does not exist on 'sovereign-zones:index:WormBucket'" in out


def test_a_mistake_that_an_output_brings_to_light_is_told_alike(run):
    def change(program: dict[str, Any]) -> None:
        del program["resources"]["records"], program["outputs"]
        property_of(program, "key", zone="us")  # the other zone's stands already
        property_of(program, "home", region="us-east-1")
        program["resources"]["elsewhere"] = {
            "type": "pulumi:providers:aws",
            "properties": {"region": "us-west-2", "allowedAccountIds": ["444455556666"]},
        }
        program["resources"]["copy"] = {
            "type": "sovereign-zones:ReplicaKey",
            "properties": {
                "zone": "us",
                "deployment": "${deployment}",
                "primaryArn": "${key.arn}",
                "region": "us-west-2",
            },
            "options": {"providers": ["${components}", "${elsewhere}"]},
        }

    out = run("up", "--yes", change=change)
    assert out.code != 0
    assert f"{TOKEN}ReplicaKey resource 'copy' has a problem: primaryArn: " in out, out.output
    assert "Traceback" not in out.output
    assert 'File "' not in out.output


@pytest.mark.heavy
def test_the_parts_of_a_zone_feed_each_other_in_another_language(tmp_path):
    alone = Sandbox(ROOT, tmp_path / ".sandbox", locate_with_yaml())
    alone.create()
    install(alone.home, python())
    program = yaml.safe_load((EXAMPLE / "Pulumi.yaml").read_text())
    program["plugins"]["providers"][0]["path"] = str(PACKAGE)
    there, key = {"region": "eu-west-1", "allowedAccountIds": ["444455556666"]}, "${key.arn}"
    program["resources"] |= {
        "there": {"type": "pulumi:providers:aws", "properties": there},
        "keyThere": made("ZoneKmsKey", "there", region="eu-west-1"),
        "alarms": made("AlarmTopic", "home", key=key),
        "logs": made("WormBucket", "home", key=key, bucket="eu-flow-logs-444455556666", receives=["flow-logs"]),
        "calls": made("WormBucket", "home", key=key, bucket="eu-trail-444455556666", receives=["trail"]),
        "trail": made(
            "AuditTrail",
            "home",
            key=key,
            bucket="${calls.name}",
            alarmTopic="${alarms.arn}",
            classifiedBuckets=["${records.arn}"],
            searchableDays=90,
        ),
        "network": made("NetworkBoundary", "home", flowLogsBucket="${logs.arn}", availabilityZones=3),
        "vaultThere": made("BackupVault", "there", key="${keyThere.arn}", region="eu-west-1"),
        "vault": made("BackupVault", "home", key=key, copiesTo=["${vaultThere.arn}"]),
        "configuration": made("ConfigRecords", "home", key=key),
        "detection": made("DetectiveBaseline", "home", key=key, deliveryBucket="${configuration.bucket}"),
    }
    program["outputs"] = {"subnets": "${network.subnetIds}", "endpoints": "${network.endpointIds}"}
    (tmp_path / "Pulumi.yaml").write_text(yaml.safe_dump(program))
    shutil.copy(EXAMPLE / "Pulumi.eu.yaml", tmp_path)
    out = on(alone, tmp_path, "up", "--yes", pack=True)
    assert out.code == 0, out.output
    assert "[mandatory]" not in out.output
    state = resources(alone, program["name"])
    given = next(each for each in state if each["type"] == "pulumi:pulumi:Stack")["outputs"]
    assert len(given["subnets"]) == 3
    assert "kms" in given["endpoints"]
    copies = next(each for each in state if each["type"] == "aws:backup/plan:Plan" and each["urn"].endswith("::vault"))
    assert "arn:aws:backup:eu-west-1:444455556666:" in json.dumps(copies["inputs"])

    again = on(alone, tmp_path, "up", "--yes", "--expect-no-changes", pack=True)
    assert again.code == 0, again.output


def test_a_program_may_use_zones_of_another_folder(run, tmp_path):
    zones = tmp_path / "zones"
    shutil.copytree(ROOT / "zones", zones)
    law = (zones / "us.yaml").read_text()
    assert "zone: us" in law
    (zones / "mine.yaml").write_text(law.replace("zone: us", "zone: mine", 1))

    def change(program: dict[str, Any]) -> None:
        property_of(program, "key", zone="mine")
        property_of(program, "home", region="us-east-1")
        del program["resources"]["records"], program["outputs"]

    assert "There is no zone 'mine'" in run("preview", change=change)
    out = run("preview", SOVEREIGN_ZONES_DIR=str(zones))
    assert out.code == 0, out.output


def test_the_engine_reads_the_schema_and_adds_the_package_to_a_program(run, sandbox, tmp_path):
    shown = pulumi(sandbox, tmp_path, "package", "get-schema", str(PACKAGE))
    assert shown.code == 0, shown.output
    assert TOKEN + "WormBucket" in json.loads(shown.output)["resources"]
    checked = pulumi(sandbox, tmp_path, "schema", "check", str(PACKAGE / "package" / "schema.json"))
    assert checked.code == 0, checked.output

    def change(program: dict[str, Any]) -> None:
        del program["plugins"]

    run("preview", change=change)
    added = pulumi(sandbox, tmp_path / "program", "package", "add", str(PACKAGE))
    assert added.code == 0, added.output
    out = run("preview")
    assert out.code == 0, out.output


def test_no_plugin_outlives_its_engine(sandbox):
    deadline = time.monotonic() + 10
    while plugins(sandbox) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert plugins(sandbox) == []


def plugins(sandbox: Sandbox) -> list[str]:
    """The processes of the package that were started in this sandbox."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command, environment = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
        except OSError:  # it has ended, or is somebody else's
            continue
        if str(PACKAGE).encode() in command and str(sandbox.folder).encode() in environment:
            found.append(command.decode().replace("\0", " "))
    return found
