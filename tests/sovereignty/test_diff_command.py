"""`sovereignty diff`, and `check --state`: what a change of a zone gives and takes, and what stands in its way."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from command_home import change_zone, run, settle, write_stack

OTHER_REGION = ("[eu-central-1, eu-west-1]", "[eu-central-1, eu-west-3]")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Such a place, with the zones as they were in `before`."""
    settle(tmp_path, monkeypatch)
    shutil.copytree(tmp_path / "zones", tmp_path / "before")
    return tmp_path


def diff(code: int = 1, against: str = "before") -> dict[str, Any]:
    return json.loads(run("diff", "eu", "--against", against, "--format", "json", code=code)[0])


def says(changes: list[dict[str, Any]]) -> str:
    return "\n".join(change["says"] for change in changes)


def test_a_zone_that_did_not_change_differs_in_nothing(home: Path):
    assert diff(code=0) == {"schema": 1, "gained": [], "lost": []}
    shown, _ = run("diff", "eu", "--against", "before", code=0)
    assert shown == "Zone eu allows what before allows.\n"


def test_another_region_is_gained_and_lost_in_calls_and_as_a_target_of_copies(home: Path):
    change_zone(home, OTHER_REGION)
    found = diff()
    gained, lost = ({(row["kind"], row.get("place")) for row in found[side]} for side in ("gained", "lost"))
    assert gained == {("region", "eu-west-3"), ("target", "eu-west-3")}
    assert lost == {("region", "eu-west-1"), ("target", "eu-west-1")}
    region = next(row for row in found["gained"] if row["kind"] == "region")
    assert "sqs:*" in region["actions"]
    assert "cloudtrail:StopLogging" in region["but"]
    assert not any(action.startswith("cloudfront:") for action in (*region["actions"], *region["but"]))
    assert len(region["actions"]) < 1000
    target = next(row for row in found["gained"] if row["kind"] == "target")
    assert "kms:ReplicateKey" in target["actions"]
    assert "moved first: `sovereignty check eu --state FILE`" in says(found["lost"])
    assert "moved first" not in says(found["gained"])


def test_what_a_zone_opens_is_told_by_service_and_region(home: Path):
    change_zone(home, ("accepts:", "content_bearing: [cloudfront]\nedge: [acm]\naccepts:"))
    found = diff()
    assert found["lost"] == []
    told = says(found["gained"])
    assert "cloudfront may carry content out of the zone" in told
    calls = [row for row in found["gained"] if row["kind"] == "actions"]
    assert {"cloudfront:*"} <= {action for row in calls for action in row["actions"]}
    assert any("us-east-1" in row["place"] and "acm:*" in row["actions"] for row in calls)


def test_everything_else_that_a_zone_declares_is_told(home: Path):
    change_zone(
        home,
        ("years: 7", "years: 5"),
        ("mode: COMPLIANCE", "mode: GOVERNANCE"),
        ("pii:             {leaves: never}", "pii: {leaves: pseudonymised, to: [us]}"),
        ("northeurope]", "francecentral]"),
        ("sovereign/break-glass", "sovereign/emergency"),
        ("aws_origin: AWS_KMS", "aws_origin: EXTERNAL_KEY_STORE"),
    )
    found = diff()
    gained, lost = says(found["gained"]), says(found["lost"])
    assert "Locked data may be deleted after 5 years; it was 7." in gained
    assert "can delete locked data before its time" in gained
    assert "pii may leave for us, pseudonymised." in gained
    assert "pii may leave for us, raw" not in gained
    assert "francecentral (FR) joins the zone on Azure." in gained
    assert "Keys on AWS come from EXTERNAL_KEY_STORE." in gained
    assert "The role sovereign/emergency may do everything in an emergency." in gained
    assert "northeurope (IE) leaves the zone on Azure. What lives there must be moved first" in lost
    assert "Geo-redundant copies of what lies in westeurope in northeurope, its pair, may no longer be made." in lost
    assert "The role sovereign/break-glass may no longer do everything in an emergency." in lost


@pytest.mark.proof
def test_compiled_documents_are_compared_by_what_they_allow(home: Path):
    run("compile", "eu", "--out", "out", code=0)
    assert diff(code=0, against="out") == {"schema": 1, "gained": [], "lost": []}
    change_zone(home, OTHER_REGION, ("northeurope]", "francecentral]"))
    found = diff(against="out")
    gained, lost = says(found["gained"]), says(found["lost"])
    assert "eu-west-3 (FR) joins the zone" in gained
    assert "eu-west-1 (IE) leaves the zone" in lost
    assert "moved first" in lost
    assert "francecentral joins the zone on Azure." in gained
    assert "aws/policies/eu-key.json: KeysRegion1 is another one now" in gained
    (home / "out" / "aws" / "scp" / "eu-1.json").write_text('{"Statement": [{"Effect": "Deny"}]}')
    _, errors = run("diff", "eu", "--against", "out", code=2)
    assert "no policy that AWS would take" in errors


@pytest.mark.proof
def test_statements_that_bind_others_than_ordinary_callers_are_told_by_name(home: Path):
    run("compile", "eu", "--out", "out", code=0)
    write_stack(home, awsAmiOwners=["123456789012"])
    found = diff(against="out")
    assert "SCP statement IdentityResourcePerimeter1 (refuses) is gone." in says(found["gained"])
    assert "SCP statement IdentityResourcePerimeter1 (refuses) is new." in says(found["lost"])


@pytest.mark.proof
def test_a_revision_of_git_is_read_without_a_checkout(home: Path):
    for arguments in (
        ["init", "-q"],
        ["add", "zones"],
        ["-c", "user.email=a@b.example", "-c", "user.name=a", "commit", "-qm", "zones"],
    ):
        subprocess.run(["git", *arguments], cwd=home, check=True)
    change_zone(home, OTHER_REGION)
    assert says(diff(against="HEAD")["gained"]).startswith("eu-west-3 (FR) joins the zone")
    (home / "zones" / "eu2.yaml").write_text((home / "before" / "eu.yaml").read_text().replace("zone: eu", "zone: eu2"))
    shown, _ = run("diff", "eu2", "--against", "HEAD", code=1)
    assert "eu-central-1 (DE) joins the zone" in shown
    assert "lost" not in shown
    _, errors = run("diff", "eu", "--against", "nosuch", code=2)
    assert "no git revision of that name" in errors


@pytest.mark.parametrize("against", ["", "--output=x", "-x", "HEAD:zones", "a b", "HEAD\n", "nosuch"])
def test_what_is_neither_a_folder_nor_a_revision_is_refused(home: Path, against: str):
    _, errors = run("diff", "eu", f"--against={against}", code=2)
    assert "--against: " in errors
    assert not (home / "x").exists()


def test_a_folder_without_the_zone_and_documents_of_another_zone_are_refused(home: Path):
    (home / "before" / "eu.yaml").unlink()
    assert "neither eu.yaml nor" in run("diff", "eu", "--against", "before", code=2)[1]
    (home / "out").mkdir()
    (home / "out" / "manifest.json").write_text('{"schema": 1, "zone": "us", "files": []}')
    assert "documents of zone us" in run("diff", "eu", "--against", "out", code=2)[1]


def state(home: Path, *resources: dict[str, Any]) -> str:
    provider = {
        "urn": "urn:pulumi:eu::app::pulumi:providers:aws::here",
        "type": "pulumi:providers:aws",
        "id": "1",
        "custom": True,
        "inputs": {"region": "eu-west-1"},
    }
    (home / "state.json").write_text(
        json.dumps({"version": 3, "deployment": {"resources": [provider, *resources]}}), encoding="utf-8"
    )
    return str(home / "state.json")


def queue(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "urn": f"urn:pulumi:eu::app::aws:sqs/queue:Queue::{name}",
        "type": "aws:sqs/queue:Queue",
        "custom": True,
        "provider": "urn:pulumi:eu::app::pulumi:providers:aws::here::1",
        "inputs": {"name": name},
        "outputs": {"name": name, "region": "eu-west-1"},
        **changes,
    }


def test_a_region_is_not_taken_away_while_something_lives_there(home: Path):
    file = state(home, queue("orders"))
    shown, _ = run("check", "eu", "--state", file, code=0)
    assert "all 2 resources live in zone eu" in shown
    change_zone(home, OTHER_REGION)
    shown, _ = run("check", "eu", "--state", file, code=1)
    assert "orders (aws:sqs/queue:Queue): region: eu-west-1 is outside zone eu" in shown
    assert "Move them" in shown


def test_a_secret_of_the_state_is_never_shown_and_a_hidden_place_is_not_known(home: Path):
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
    open_secret = {**secret, "plaintext": '"us-east-1"'}
    file = state(
        home,
        queue("told", inputs={"region": open_secret, "name": {**secret, "plaintext": '"hush"'}}, outputs={}),
        queue("untold", inputs={"region": {**secret, "ciphertext": "hush"}}, outputs={}),
    )
    shown, _ = run("check", "eu", "--state", file, code=1)
    assert "told (aws:sqs/queue:Queue): region: us-east-1 is outside" in shown
    assert "untold (aws:sqs/queue:Queue)" in shown
    assert "not known, so refused" in shown
    assert "hush" not in shown


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"deployment": {}}', '{"version": 9, "deployment": {}}', "[" * 100_000, '{"a": 1e999']
)
def test_what_is_no_exported_state_is_refused(home: Path, content: str):
    (home / "state.json").write_text(content)
    _, errors = run("check", "eu", "--state", "state.json", code=2)
    assert "state.json" in errors
    assert "one zone has to be named" in run("check", "--state", "state.json", code=2)[1]
