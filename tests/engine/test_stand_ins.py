"""The stand-in providers under the real engine: what they refuse, replace, keep secret, import and protect."""

import json
import subprocess
import time

from sandbox.store import Store

PROVIDER = """
    import pulumi, pulumi_aws as aws
    home = aws.Provider("home", region="eu-central-1")
    there = pulumi.ResourceOptions(provider=home)
"""


def up(project, *arguments):
    return project.pulumi("up", "--yes", "--stack", "dev", *arguments)


def test_a_misspelt_property_in_a_component_is_named_at_preview_and_nothing_is_made(project):
    made = project(
        PROVIDER
        + """
    class Table(pulumi.ComponentResource):
        def __init__(self, name, opts=None):
            super().__init__("test:index:Table", name, None, opts)
            aws.dynamodb.Table(
                name, hash_key="id", billing_mode="PAY_PER_REQUEST", attributes=[{"name": "id", "typ": "S"}],
                opts=pulumi.ResourceOptions(parent=self, provider=home))
    Table("calls")
    """
    )
    out = made.pulumi("preview", "--stack", "dev")
    assert out.code != 0, out.output
    assert "attributes[0].typ" in out, out.output
    assert "type" in out
    assert "Traceback" not in out.output
    assert up(made).code != 0
    assert "calls" not in made.resources()


def test_a_bucket_name_that_is_taken_is_refused_as_the_cloud_does(project):
    text = (
        PROVIDER
        + """
    aws.s3.Bucket("first", bucket="one-name-for-all", opts=there)
    """
    )
    assert up(project(text, name="a")).code == 0
    other = project(text, name="b")
    out = up(other)
    assert out.code != 0, out.output
    assert "one-name-for-all" in out
    assert "BucketAlreadyOwnedByYou" in out or "BucketAlreadyExists" in out, out.output
    assert "first" not in other.resources()


def test_a_new_region_replaces_and_a_new_tag_updates(project):
    text = (
        PROVIDER
        + """
    aws.s3.Bucket("data", region="{region}", tags={{"a": "{tag}"}}, opts=there)
    """
    )
    made = project(text.format(region="eu-central-1", tag="1"))
    assert up(made).code == 0
    first = made.resources()["data"]["id"]
    made.write(text.format(region="eu-central-1", tag="2"))
    out = up(made)
    assert "1 updated" in out, out.output
    assert made.resources()["data"]["id"] == first
    made.write(text.format(region="eu-west-1", tag="2"))
    out = up(made)
    assert "1 replaced" in out, out.output
    assert made.resources()["data"]["id"] != first


def test_a_secret_stays_secret_in_the_state_and_in_what_is_shown(project):
    made = project(
        PROVIDER
        + """
    made = aws.secretsmanager.SecretVersion(
        "token", secret_id="arn:aws:secretsmanager:eu-central-1:111122223333:secret:token-a1b2c3",
        secret_string=pulumi.Output.secret("hunter2-hunter2"), opts=there)
    pulumi.export("token", made.secret_string)
    """
    )
    out = up(made)
    assert out.code == 0, out.output
    assert "hunter2" not in out.output
    state = made.sandbox.state / ".pulumi" / "stacks" / made.name / "dev.json"
    assert "token" in state.read_text()
    assert "hunter2" not in state.read_text()


def test_outputs_are_ones_that_a_program_can_build_on(project):
    made = project(
        PROVIDER
        + """
    bucket = aws.s3.Bucket("data", opts=there)
    key = aws.kms.Key("key", opts=there)
    me = aws.get_caller_identity_output(opts=pulumi.InvokeOptions(provider=home))
    pulumi.export("bucket", bucket.arn)
    pulumi.export("domain", bucket.bucket_regional_domain_name)
    pulumi.export("key", key.arn)
    pulumi.export("account", me.account_id)
    """
    )
    assert up(made).code == 0
    out = json.loads(made.pulumi("stack", "output", "--json", "--stack", "dev").output)
    assert out["bucket"].startswith("arn:aws:s3:::data-")
    assert out["domain"].endswith(".s3.eu-central-1.amazonaws.com")
    assert out["key"].startswith(f"arn:aws:kms:eu-central-1:{out['account']}:key/")


def test_an_invoke_that_is_not_covered_is_named(project):
    made = project(
        PROVIDER
        + """
    aws.connect.get_instance(instance_alias="x", opts=pulumi.InvokeOptions(provider=home))
    """
    )
    out = made.pulumi("preview", "--stack", "dev")
    assert out.code != 0
    assert "aws:connect/getInstance:getInstance" in out, out.output


def test_what_stands_in_the_sandbox_can_be_imported(project):
    text = (
        PROVIDER
        + """
    aws.s3.Bucket("data", bucket="to-be-imported", opts=there)
    """
    )
    made = project(text, name="a")
    assert up(made).code == 0
    gone = made.pulumi("state", "delete", "--yes", "--stack", "dev", made.resources()["data"]["urn"])
    assert gone.code == 0, gone.output
    made.write(text.replace("opts=there", 'opts=pulumi.ResourceOptions(provider=home, import_="to-be-imported")'))
    out = up(made)
    assert out.code == 0, out.output
    assert made.resources()["data"]["id"] == "to-be-imported"


def test_a_protected_resource_stays_when_the_rest_is_destroyed(project):
    made = project(
        PROVIDER
        + """
    aws.s3.Bucket("kept", opts=pulumi.ResourceOptions(provider=home, protect=True))
    aws.s3.Bucket("gone", opts=there)
    """
    )
    assert up(made).code == 0
    out = made.pulumi("destroy", "--yes", "--exclude-protected", "--stack", "dev")
    assert out.code == 0, out.output
    assert set(made.resources()) == {"kept"}


def test_a_refresh_finds_what_was_deleted_behind_the_engine_s_back(project):
    made = project(
        PROVIDER
        + """
    aws.s3.Bucket("data", bucket="deleted-by-hand", opts=there)
    """
    )
    assert up(made).code == 0
    store = Store(made.sandbox.folder / "store")
    for row in store.all():
        if row.id == "deleted-by-hand":
            store.forget(row)
    out = made.pulumi("refresh", "--yes", "--stack", "dev")
    assert out.code == 0, out.output
    assert "data" not in made.resources()


def test_of_two_runs_at_once_the_second_is_refused_by_the_engine_s_lock(project):
    made = project(
        PROVIDER
        + """
    aws.s3.Bucket("data", opts=there)
    """
    )
    pause = {"SOVEREIGN_SANDBOX_PAUSE": "create:aws:s3/bucket:Bucket:before"}
    marker = made.sandbox.folder / "paused"
    marker.unlink(missing_ok=True)
    first = subprocess.Popen(
        [str(made.sandbox.engine / "pulumi"), "up", "--yes", "--non-interactive", "--stack", "dev"],
        cwd=made.folder,
        env=made.sandbox.variables() | pause,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not marker.exists():
            assert first.poll() is None
            time.sleep(0.05)
        second = up(made)
        assert second.code != 0
        assert "locked" in second
    finally:
        first.kill()  # a stand-in that pauses answers no request to end in order
        first.wait()
