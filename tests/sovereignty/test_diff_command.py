"""`sovereignty diff`, and `check --state`: what a change of a zone gives and takes, and what stands in its way."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from command_home import OU_PATH, change_zone, run, settle, write_stack
from law_inputs import REPOSITORY

from sovereignty import zone as zones
from sovereignty.commands.diff import of_zones
from sovereignty.deployment import Deployment, load_stack
from sovereignty.diff import calls, sources, stacks, statements
from sovereignty.diff.change import Found

pytestmark = pytest.mark.command

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


def test_a_location_in_another_spelling_is_no_change(home: Path):
    change_zone(
        home,
        ("home: germanywestcentral", "home: Germany West Central"),
        ("[germanywestcentral, westeurope,", "[Germany West Central, West Europe,"),
    )
    assert diff(code=0) == {"schema": 1, "gained": [], "lost": []}


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


def test_copies_in_a_pair_are_told_once_the_zone_allows_them(home: Path):
    change_zone(home, ("  cloud: public", "  cloud: public\n  geo_redundancy: true"))
    found = diff()
    assert found["lost"] == []
    assert says(found["gained"]).splitlines() == [
        "Geo-redundant copies of what lies in northeurope in westeurope, its pair, may be made.",
        "Geo-redundant copies of what lies in westeurope in northeurope, its pair, may be made.",
    ]


def test_everything_else_that_a_zone_declares_is_told(home: Path):
    for folder in ("zones", "before"):
        file = home / folder / "eu.yaml"
        text = file.read_text("utf-8").replace("  cloud: public", "  cloud: public\n  geo_redundancy: true")
        file.write_text(text, "utf-8")
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
    moved = "aws/policies/eu-key.json: KeysRegion1 (refuses): kms:ViaService (StringNotLike): *.eu-west-{}.* {}"
    assert moved.format(3, "added") in gained
    assert moved.format(1, "taken out") in lost
    assert not set(gained.splitlines()) & set(lost.splitlines())
    assert "SCP statement" not in gained + lost  # all of it is told by the regions
    (home / "out" / "aws" / "scp" / "eu-1.json").write_text('{"Statement": [{"Effect": "Deny"}]}')
    _, errors = run("diff", "eu", "--against", "out", code=2)
    assert "no policy that AWS would take" in errors


@pytest.mark.proof
def test_statements_that_bind_others_than_ordinary_callers_are_told_by_name(home: Path):
    run("compile", "eu", "--out", "out", code=0)
    write_stack(home, awsAmiOwners=["123456789012"])
    found = diff(against="out")
    gained = says(found["gained"])
    assert gained.startswith("SCP statement IdentityResourcePerimeter1 (refuses): ec2:Owner (StringNotEquals")
    assert "): 123456789012 added.\n" in gained
    owners = "aws/policies/eu-ec2.json: ec2_attributes.allowed_images_settings.image_criteria.criteria_2"
    assert f"{owners}.allowed_image_providers is set to 123456789012." in gained
    assert f"{owners}.image_names is set to sovereign-*." in gained
    assert found["lost"] == []


@pytest.mark.proof
def test_a_shorter_retention_is_gained_alone(home: Path):
    run("compile", "eu", "--out", "out", code=0)
    change_zone(home, ("years: 7", "years: 5"))
    found = diff(against="out")
    gained, lost = says(found["gained"]), says(found["lost"])
    shorter = "s3:object-lock-remaining-retention-days (NumericLessThan) is 1825; it was 2555."
    assert f"SCP statement WormRetention1 (refuses): {shorter}" in gained
    assert "eu-container-retention.json: immutabilityPeriodSinceCreationInDays less is 1825; it was 2555." in gained
    assert "NumericGreaterThan" in lost
    assert not set(gained.splitlines()) & set(lost.splitlines())


@pytest.mark.proof
def test_documents_of_another_organization_are_asked_about_their_own(home: Path):
    run("compile", "eu", "--out", "out", code=0)
    other = OU_PATH.replace("o-a1b2c3d4e5", "o-z9y8x7w6v5")
    write_stack(home, awsOrganizationId="o-z9y8x7w6v5", awsZoneOuPath=other)
    found = diff(against="out")
    assert {row["kind"] for row in (*found["gained"], *found["lost"])} == {"document"}
    assert "aws:ResourceOrgID (StringNotEquals" in says(found["gained"])


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
    assert "Zone eu2 is new." in shown
    assert "eu-central-1 (DE) joins the zone on AWS." in shown
    assert "westeurope (NL) joins the zone on Azure." in shown
    assert "analytics may leave for us, anonymised." in shown
    assert "Locked data may be deleted after 7 years (COMPLIANCE)." in shown
    assert "The risk azure.key-vault-pair is accepted: the pair germanynorth lies in the EU" in shown
    assert "actions, of" not in shown
    assert "lost" not in shown
    _, errors = run("diff", "eu", "--against", "nosuch", code=2)
    assert "no git revision of that name" in errors


def commit(home: Path, *more: list[str]) -> None:
    for arguments in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.email=a@b.example", "-c", "user.name=a", "commit", "-qm", "zones"],
        *more,
    ):
        subprocess.run(["git", *arguments], cwd=home, check=True)


def test_the_stack_file_is_compared_with_that_of_the_revision(home: Path):
    commit(home)
    write_stack(home, awsAccounts=["444455556666", "777788889999"], azureManagedByTenants=[TENANT])
    gained = says(compared_stacks(home)["gained"])
    assert gained == f"Account 777788889999 is the zone's.\nTenant {TENANT} may manage the zone's subscriptions."


def test_what_is_not_compared_of_a_stack_file_is_said(home: Path):
    (home / "Pulumi.eu.yaml").rename(home / "later.yaml")
    commit(home)
    (home / "later.yaml").rename(home / "Pulumi.eu.yaml")
    _, errors = run("diff", "az", "--zones-dir", azure_only(home), "--against", "HEAD", code=1)
    assert errors == ""  # a new zone has nothing to be compared with
    shutil.copy(home / "other" / "az.yaml", home / "zones")
    commit(home)
    _, errors = run("diff", "az", "--against", "HEAD", code=0)
    assert errors == "Pulumi.az.yaml is not there: what a stack file changes is not compared.\n"
    (home / "Pulumi.az.yaml").write_text("config: {sovereign-zones:zone: az}")
    _, errors = run("diff", "az", "--against", "HEAD", code=0)
    assert errors == "HEAD has no Pulumi.az.yaml: what a stack file changes is not compared.\n"


TENANT = "7f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b"


def compared_stacks(home: Path) -> dict[str, Any]:
    found = Found()
    now = load_stack(home / "Pulumi.eu.yaml")[0]
    before = sources.stack_at_revision("HEAD", home / "Pulumi.eu.yaml", home / "zones")
    assert before
    stacks.compare(before, now, found)
    return found.difference().as_json()


def test_every_key_of_a_stack_file_is_told():
    assert stacks._SAYS.keys() == Deployment.model_fields.keys() - {"zone"}


def azure_only(home: Path) -> str:
    """A folder with a zone of Azure alone."""
    zone = yaml.safe_load((home / "zones" / "eu.yaml").read_text())
    del zone["aws"], zone["keys"]["aws_origin"]
    zone |= {"zone": "az", "data_classes": {"pii": {"leaves": "never"}}}
    zone["accepts"] = [row for row in zone["accepts"] if not row["risk"].startswith("aws.")]
    (home / "other").mkdir(exist_ok=True)
    (home / "other" / "az.yaml").write_text(yaml.safe_dump(zone, sort_keys=False))
    return "other"


def test_a_zone_without_aws_is_compared_as_well(home: Path):
    folder = azure_only(home)
    run("diff", "az", "--zones-dir", folder, "--against", folder, code=0)
    zone = yaml.safe_load((home / folder / "az.yaml").read_text())
    zone |= {"azure": None, "zone": "gc", "gcp": {"home": "europe-west3", "regions": ["europe-west3"]}}
    zone |= {"keys": {}, "accepts": [row for row in zone["accepts"] if not row["risk"].startswith("azure.")]}
    (home / folder / "gc.yaml").write_text(yaml.safe_dump({k: v for k, v in zone.items() if v is not None}))
    run("diff", "gc", "--zones-dir", folder, "--against", folder, code=0)
    assert calls.compare(None, None, Found()) == 0


def test_a_footprint_that_comes_or_goes_is_told_by_its_places():
    eu = zones.load("eu", REPOSITORY / "zones")
    azure = eu.model_copy(update={"aws": None})
    found = of_zones(azure, eu).as_json()
    assert "eu-west-1 (IE) joins the zone on AWS." in says(found["gained"])
    assert found["lost"] == []
    assert "eu-west-1 (IE) leaves the zone on AWS. What lives there" in says(of_zones(eu, azure).as_json()["lost"])


def test_another_default_class_is_told(home: Path):
    pii = "  pii:             {leaves: never}\n"
    change_zone(home, (pii, ""), ("break_glass:", pii + "break_glass:"))
    found = diff()
    assert says(found["gained"]) == "What nobody has classified is of class call_recordings."
    assert says(found["lost"]) == "What nobody has classified is no longer of class pii."


def test_a_change_of_a_statement_is_on_the_side_on_which_it_counts():
    def sides(old: dict[str, Any], new: dict[str, Any], effect: str = "Deny") -> set[str]:
        return {part.side for part in statements.changes({"Effect": effect, **old}, {"Effect": effect, **new})}

    def when(operator: str, *values: str) -> dict[str, Any]:
        return {"Action": "s3:*", "Condition": {operator: {"aws:RequestedRegion": list(values)}}}

    one, both = ({"Action": value} for value in ("s3:GetObject", ["s3:GetObject", "s3:PutObject"]))
    assert sides(one, both) == {"lost"}
    assert sides(one, both, "Allow") == {"gained"}
    assert sides({"NotAction": "s3:GetObject"}, {"NotAction": ["s3:GetObject", "s3:PutObject"]}) == {"gained"}
    assert sides(when("StringNotEquals", "a"), when("StringNotEquals", "a", "b")) == {"gained"}
    assert sides(when("StringEquals", "a", "b"), when("StringEquals", "a")) == {"gained"}
    assert sides(when("StringLike", "a*", "b"), when("StringLike", "b", "a*")) == set()
    assert sides(when("StringNotLike", "a*"), when("StringNotLike", "b*")) == {"gained", "lost"}
    assert sides(when("NumericGreaterThan", "7"), when("NumericGreaterThan", "5")) == {"lost"}
    assert sides(when("Bool", "true"), when("Bool", "false")) == {"both"}
    assert sides(when("Bool", "true"), {"Action": "s3:*"}) == {"lost"}
    assert sides({"Action": "s3:*"}, when("Bool", "true")) == {"gained"}
    assert sides({**one, "Resource": "*"}, {**one, "Resource": ["*", "b"]}) == {"lost"}
    assert sides({**one, "Principal": {"AWS": "a"}}, {**one, "Principal": {"AWS": ["a", "b"]}}, "Allow") == {"gained"}


@pytest.mark.parametrize("name", ["feat/#12", "büro", "release,1", "HEAD@{1 day ago}"])
def test_every_name_that_git_takes_is_taken(home: Path, name: str):
    commit(home, *([["branch", name]] if "@{" not in name else []))
    change_zone(home, ("years: 7", "years: 5"))
    assert "after 5 years" in says(diff(against=name)["gained"])


@pytest.mark.parametrize("against", ["", "--output=x", "-x", "HEAD:zones", "a b", "HEAD\n", "a\x1bb", "nosuch"])
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
    assert "the one resource lives in zone eu" in shown
    change_zone(home, OTHER_REGION)
    shown, _ = run("check", "eu", "--state", file, code=1)
    assert "orders (aws:sqs/queue:Queue): region: eu-west-1 is outside zone eu" in shown
    assert "1 of 1 resource is not in zone eu" in shown
    assert "Move what lives there" in shown


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


def test_what_an_interrupted_run_was_making_is_counted(home: Path):
    file = Path(state(home, queue("orders")))
    found = json.loads(file.read_text())
    making = queue("bills", inputs={"name": "bills", "region": "us-east-1"}, outputs={})
    found["deployment"]["pending_operations"] = [{"type": "creating", "resource": making}]
    file.write_text(json.dumps(found))
    shown, _ = run("check", "eu", "--state", str(file), code=1)
    assert "1 of 2 resources is not in zone eu" in shown
    assert "bills (aws:sqs/queue:Queue): region: us-east-1 is outside" in shown


def test_a_states_names_move_no_cursor(home: Path):
    file = state(home, queue("orders\x1b[2K\nall is well", outputs={}, inputs={"region": "us-east-1"}))
    shown, _ = run("check", "eu", "--state", file, code=1)
    assert "\x1b" not in shown
    assert "orders\\x1b[2K\\nall is well (aws:sqs" in shown


@pytest.mark.parametrize(
    "changes",
    [
        {"dependencies": 5},
        {"dependencies": [5]},
        {"propertyDependencies": {"a": 5}},
        {"propertyDependencies": [1]},
        {"provider": {}},
        {"parent": 5},
        {"id": []},
    ],
)
def test_a_resource_of_a_state_with_a_value_of_another_kind_is_refused(home: Path, changes: dict[str, Any]):
    _, errors = run("check", "eu", "--state", state(home, queue("orders", **changes)), code=2)
    assert f"orders: {next(iter(changes))}: It is not of the kind" in errors


@pytest.mark.parametrize("pending", [5, [5], [{"type": "creating"}], [{"type": "creating", "resource": 5}]])
def test_pending_operations_of_another_kind_are_refused(home: Path, pending: Any):
    (home / "state.json").write_text(json.dumps({"version": 3, "deployment": {"pending_operations": pending}}))
    assert "pending_operations" in run("check", "eu", "--state", "state.json", code=2)[1]


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"deployment": {}}', '{"version": 9, "deployment": {}}', "[" * 100_000, '{"a": 1e999']
)
def test_what_is_no_exported_state_is_refused(home: Path, content: str):
    (home / "state.json").write_text(content)
    _, errors = run("check", "eu", "--state", "state.json", code=2)
    assert "state.json" in errors
    assert "one zone has to be named" in run("check", "--state", "state.json", code=2)[1]
