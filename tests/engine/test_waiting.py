"""What is made in a new management group is tried again on the engine, and the run says what it waits for."""

import pytest
from on_engine import ROOT, Project

pytestmark = pytest.mark.heavy

PROGRAM = """
    from pathlib import Path

    import pulumi
    from pulumi.dynamic import CreateResult, Resource, ResourceProvider

    from components.azure import patience

    patience.SECONDS_BETWEEN = 0
    TRIED = Path(__file__).parent / "tried"

    class Slow(ResourceProvider):
        def create(self, props):
            tried = len(TRIED.read_text()) if TRIED.exists() else 0
            TRIED.write_text("x" * (tried + 1))
            if tried < int(props["fails"]):
                raise Exception(props["says"])
            return CreateResult("made", props)

    class Assignment(Resource):
        pass

    given = pulumi.Config("waiting")
    hooks = patience.until_the_group_is_known("group")
    asked = {"fails": given.require("fails"), "says": given.require("says")}
    Assignment(Slow(), "assignment", asked, pulumi.ResourceOptions(hooks=hooks))
"""


def ran(project, fails: int, says: str):
    made: Project = project(PROGRAM, {"waiting:fails": str(fails), "waiting:says": says})
    done = made.pulumi("up", "--yes", "--skip-preview", "--stack", "dev")
    tried = made.folder / "tried"
    assert tried.exists(), done.output
    return done, len(tried.read_text())


def test_a_group_that_is_not_known_yet_is_waited_for_and_told(project):
    done, tried = ran(project, 2, "AuthorizationFailed: no authorization over the new group")
    assert done.code == 0, done.output
    assert tried == 3
    assert "assignment: Azure doesn't know the new management group everywhere yet" in done


def test_any_other_failure_ends_the_run_at_once(project):
    done, tried = ran(project, 2, "InvalidPolicyParameters: not allowed")
    assert done.code != 0
    assert tried == 1
    assert "InvalidPolicyParameters" in done


MADE_BUT_NOT_WELL = """
    import inspect
    from pathlib import Path

    import pulumi
    from pulumi.dynamic import Resource, ResourceProvider

    from components.azure import key_patience
    from sovereignty import zone

    key_patience.SECONDS_BETWEEN = 0
    TRIED = Path(__file__).parent / "tried"

    class AsAzureNative(ResourceProvider):
        def create(self, props):
            # what a dynamic provider has no words for is answered below it: it is made, and it isn't well
            import grpc
            from pulumi.runtime.proto import provider_pb2, status_pb2

            TRIED.write_text((TRIED.read_text() if TRIED.exists() else "") + "x")
            asked = inspect.currentframe().f_back.f_locals
            said = provider_pb2.ErrorResourceInitFailed(id="made", reasons=["KeyVaultAccessForbidden: no right"])
            said.properties.CopyFrom(asked["request"].properties)
            status = status_pb2.Status(code=2, message="not well")
            status.details.add().Pack(said)
            asked["context"].set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
            asked["context"].abort(grpc.StatusCode.UNKNOWN, "not well")

    class DiskEncryptionSet(Resource):
        pass

    hooks = key_patience.until_the_key_opens("disks", zone.load("eu", Path(pulumi.Config("waiting").require("zones"))))
    DiskEncryptionSet(AsAzureNative(), "disks", {}, pulumi.ResourceOptions(hooks=hooks))
"""


def test_what_azure_made_and_left_without_its_key_is_not_made_again_and_stays_in_the_stack(project):
    made: Project = project(MADE_BUT_NOT_WELL, {"waiting:zones": str(ROOT / "zones")})
    done = made.pulumi("up", "--yes", "--skip-preview", "--stack", "dev")
    assert done.code != 0
    assert "KeyVaultAccessForbidden" in done
    assert (made.folder / "tried").read_text() == "x"
    assert "made" in [each.get("id") for each in made.every_resource()]
