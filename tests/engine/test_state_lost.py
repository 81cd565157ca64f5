"""A stack's state is lost: what a run does then, and how the state comes back, from a copy or from the cloud alone.

docs/state-lost.md says the same in words.
"""

import json
from pathlib import Path

import pytest
from on_engine import ROOT, Project

from sandbox.store import Row, Store

pytestmark = pytest.mark.heavy

BUCKET, KEY = "aws:s3/bucket:Bucket", "aws:kms/key:Key"


def program(account: str) -> str:
    """Key and locked records, in an account of its own: names are free there, whatever another test has left."""
    return f"""
    from pathlib import Path

    import pulumi
    import pulumi_aws as aws

    from components.aws.keys import ZoneKmsKey, ZoneKmsKeyArgs
    from components.aws.storage import WormBucket, WormBucketArgs
    from sovereignty import deployment, zone

    root = Path({str(ROOT)!r})
    law = {{"zone": zone.load("eu", root / "zones"), "deployment": deployment.load_stack(root / "Pulumi.eu.yaml")[0]}}
    home = aws.Provider("home", region="eu-central-1", allowed_account_ids=[{account!r}])
    there = pulumi.ResourceOptions(providers=[home])
    key = ZoneKmsKey("eu", ZoneKmsKeyArgs(**law), there)
    WormBucket("records", WormBucketArgs(**law, bucket="eu-records-{account}", key=key.arn), there)
"""


@pytest.fixture
def lost(project, tmp_path, request: pytest.FixtureRequest) -> tuple[Project, Path]:
    """A stack whose state is gone while all that it made is there; and a folder with copies of the state."""
    made = project(program(request.param))
    up(made)
    exported = ("--file", str(tmp_path / "exported.json"))
    assert made.pulumi("stack", "export", "--stack", "dev", *exported).code == 0
    state_file(made).rename(tmp_path / "file.json")
    for other in state_file(made).parent.glob("dev.json*"):
        other.unlink()
    assert made.pulumi("stack", "init", "dev").code == 0
    return made, tmp_path


def state_file(made: Project) -> Path:
    """Where the backend keeps the state."""
    return made.sandbox.folder / "state" / ".pulumi" / "stacks" / made.name / "dev.json"


def up(made: Project, *more: str) -> None:
    out = made.pulumi("up", "--yes", "--skip-preview", "--stack", "dev", *more)
    assert out.code == 0, out.output


def held(made: Project) -> list[Row]:
    """What stands in the cloud, of this project."""
    return [row for row in Store(made.sandbox.folder / "store").all() if f"::{made.name}::" in row.urn]


def keys(made: Project) -> list[Row]:
    return [row for row in held(made) if row.type == KEY]


def nothing_is_to_be_done(made: Project) -> None:
    out = made.pulumi("preview", "--stack", "dev", "--expect-no-changes")
    assert out.code == 0, out.output


@pytest.mark.parametrize("lost", ["444455556666"], indirect=True)
def test_a_run_without_its_state_makes_what_has_no_name_again_and_a_copy_of_the_state_brings_all_back(lost):
    made, copies = lost
    # the preview sees nothing of it: it compares with the state
    preview = made.pulumi("preview", "--stack", "dev")
    assert preview.code == 0
    assert "to create" in preview
    failed = made.pulumi("up", "--yes", "--skip-preview", "--continue-on-error", "--stack", "dev")
    assert failed.code != 0
    assert "BucketAlreadyExists: the bucket name eu-records-444455556666 is taken" in failed
    assert len(keys(made)) == 2

    out = made.pulumi("stack", "import", "--stack", "dev", "--file", str(copies / "exported.json"))
    assert out.code == 0, out.output
    nothing_is_to_be_done(made)
    # the backend's own file does it as well, in its place
    state_file(made).write_bytes((copies / "file.json").read_bytes())
    nothing_is_to_be_done(made)
    known = {row["id"] for row in made.every_resource() if row["type"] == KEY}
    assert {row.id for row in keys(made)} - known, "the second key is in no state: it has to be found, and ended"


@pytest.mark.parametrize("lost", ["555566667777"], indirect=True)
def test_without_a_copy_the_state_is_imported_from_the_cloud(lost, tmp_path):
    made, _ = lost
    standing = {(row.type, row.urn.rpartition("::")[2]): row.id for row in held(made)}
    # a provider is nothing of the cloud, and can't be imported: it is made first, and nothing else
    up(made, "--target", f"urn:pulumi:dev::{made.name}::pulumi:providers:aws::home")
    listed = tmp_path / "import.json"
    out = made.pulumi("preview", "--stack", "dev", "--import-file", str(listed))
    assert out.code == 0, out.output
    wanted = json.loads(listed.read_text())
    for each in wanted["resources"]:
        if not each.get("component"):
            each["id"] = standing.pop((each["type"], each.get("logicalName", each["name"])))
    assert not standing
    listed.write_text(json.dumps(wanted))

    file = ("--file", str(listed), "--generate-code=false")
    out = made.pulumi("import", "--yes", "--skip-preview", "--stack", "dev", *file)
    assert out.code == 0, out.output
    nothing_is_to_be_done(made)
    assert len(keys(made)) == 1
    assert all(row["protect"] for row in made.every_resource() if row["type"] in (BUCKET, KEY))


UNIT = "aws:organizations/organizationalUnit:OrganizationalUnit"
UNITS = """
    import pulumi
    import pulumi_aws as aws

    provider = aws.Provider("organization", region="eu-central-1", allowed_account_ids=["111122223333"])
    here = pulumi.ResourceOptions(provider=provider)
    top = aws.organizations.OrganizationalUnit("Sovereignty", name="Sovereignty", parent_id="r-ab12", opts=here)
    aws.organizations.OrganizationalUnit("Sandbox", name="Sandbox", parent_id=top.id, opts=here)
"""


def test_what_an_organization_already_has_is_imported_as_the_bootstrap_says(project):
    made = project(UNITS, name="other")
    up(made)
    standing = {row.urn.rpartition("::")[2]: row.id for row in held(made)}
    ours = project(UNITS, name="foundation")
    provider = f"urn:pulumi:dev::{ours.name}::pulumi:providers:aws::organization"
    up(ours, "--target", provider)
    for name in ("Sovereignty", "Sandbox"):
        options = ("--protect=false", "--generate-code=false", "--provider", f"organization={provider}")
        wanted = (UNIT, name, standing[name])
        out = ours.pulumi("import", "--yes", "--skip-preview", "--stack", "dev", *options, *wanted)
        assert out.code == 0, out.output
    nothing_is_to_be_done(ours)
    assert {row["id"] for row in ours.every_resource()} == set(standing.values())
