"""What is made in a new management group is tried again on the engine, and the run says what it waits for."""

import pytest
from on_engine import Project

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
