"""`sovereignty controls`: the matrix, what it may claim, and its page."""

import ast
import json
from functools import cache
from pathlib import Path

import pytest
from command_home import run, settle
from law_inputs import REPOSITORY, STACK

from sovereignty import controls as law
from sovereignty import deployment
from sovereignty import zone as zones
from sovereignty.compile import everything
from sovereignty.compile.document import Document
from sovereignty.controls.catalogue import STATUSES, by_id, catalogue, points
from sovereignty.rules import RULES

pytestmark = pytest.mark.command

OU_PATH = "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/ou-ab12-22222222/"
FOLDERS = {"aws/scp/": "scp", "aws/rcp/": "rcp", "azure/": "azure-policy"}
TARGETS = {
    "aws:bucket": "bucket-policy",
    "aws:key": "key-policy",
    "aws:role": "role-policy",
    "aws:endpoint": "endpoint-policy",
    "aws:vault": "vault-policy",
    "aws:topic": "topic-policy",
    "aws:ou": "organization-policy",
}


@cache
def documents() -> tuple[Document, ...]:
    """All that the EU zone compiles to: with a workspace of Sentinel that is somebody else's, and with its own."""
    config = {
        **STACK,
        "sovereign-zones:awsZoneOuPath": OU_PATH,
        "sovereign-zones:sentinelWorkspaceId": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
    }
    eu = zones.load("eu", REPOSITORY / "zones")
    own = {key: value for key, value in config.items() if key != "sovereign-zones:sentinelWorkspaceId"}
    landed = [deployment.from_config(each, "Pulumi.eu.yaml") for each in (config, own)]
    return tuple(document for each in landed for document in everything.documents(eu, each))


def point_of(document: Document) -> str:
    found = [point for folder, point in FOLDERS.items() if document.path.startswith(folder)]
    return found[0] if found else TARGETS[document.target]


def compiled() -> set[tuple[str, str]]:
    """(control, point) of everything that is compiled."""
    return {(control, point_of(document)) for document in documents() for control in document.controls}


@cache
def functions_of(file: str) -> frozenset[str]:
    tree = ast.parse((REPOSITORY / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_what_is_said_to_be_enforced_is_proved_by_a_test_that_exists():
    for control in catalogue():
        for name, cell in control.points.items():
            assert cell.status in STATUSES
            assert cell.why.endswith("."), (control.id, name)
            # what is compiled and not attached is proved, and open all the same
            assert cell.attached or cell.status == "open"
            if cell.status in ("enforced", "detected") or not cell.attached:
                file, _, test = cell.proof.partition("::")
                assert test in functions_of(file), (control.id, name, cell.proof)
            else:
                assert not cell.proof, (control.id, name)


def test_what_is_said_to_be_enforced_is_in_a_compiled_document_and_the_other_way_round():
    compiled_points = {*FOLDERS.values(), *TARGETS.values()}
    claimed = {
        (control.id, name)
        for control in catalogue()
        for name, cell in control.points.items()
        if name in compiled_points and (cell.status in ("enforced", "detected") or not cell.attached) and not cell.by
    }
    assert claimed == compiled()


def test_what_another_control_does_at_a_point_is_enforced_there():
    for control in catalogue():
        for name, cell in control.points.items():
            if cell.by:
                assert (by_id()[cell.by].points[name].status, by_id()[cell.by].points[name].by) == ("enforced", "")
    processing = by_id()["egress.processing"].points["scp"]
    assert (processing.status, processing.by) == ("enforced", "residency.region")
    assert "unspecified" in processing.why


def test_what_no_component_attaches_is_open():
    cell = by_id()["audit.sentinel-reader"].points["role-policy"]
    assert (cell.status, cell.why) == ("open", "Compiled and proved; attached when the trail is built.")


def test_any_point_may_have_gaps():
    for control in ("tags.residency", "residency.local-zones", "identity.resource-perimeter"):
        assert by_id()[control].points["scp"].gaps


def test_every_protection_and_every_rule_is_a_control_of_the_matrix():
    named = {row.control for row in law.aws_protections("aws")} | {law.aws_perimeter().control}
    assert named <= by_id().keys()
    for rule in RULES:
        assert by_id()[rule.id].points["preview"].status == "enforced"
        assert by_id()[rule.id].never_exempt is rule.never_exempt
    judged = {control.id for control in catalogue() if control.points["preview"].status == "enforced"}
    assert judged == {rule.id for rule in RULES}


def test_controls_are_named_by_domain_and_ask_for_a_law():
    assert len(by_id()) == len(catalogue())
    for control in catalogue():
        assert control.id.partition(".")[0] in (
            *("residency", "egress", "keys", "worm", "audit", "identity"),
            *("network", "compute", "tags", "governance", "kubernetes"),
        )
        assert control.laws
        assert list(control.points) == [point.id for point in points()]


def test_the_page_is_current():
    shown, _ = run("controls", "--format", "md", "--zones-dir", str(REPOSITORY / "zones"), code=0)
    page = (REPOSITORY / "docs" / "controls.md").read_text(encoding="utf-8")
    assert page == shown, "run: sovereignty controls --format md > docs/controls.md"


def test_json_holds_each_control_with_every_point_and_what_the_zones_accept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    settle(tmp_path, monkeypatch)
    found = json.loads(run("controls", "--format", "json", code=0)[0])
    assert found["schema"] == 1
    region = next(row for row in found["controls"] if row["id"] == "residency.region")
    assert region["points"]["scp"]["status"] == "enforced"
    assert region["points"]["scp"]["proof"].startswith("tests/proof/test_scp_proof.py::")
    assert region["laws"][0] == {
        "ref": "GDPR Art. 44",
        "says": "transfers to third countries only under chapter V",
        "verified": True,
    }
    assert {"zone": "eu", "risk": "azure.key-vault-pair"}.items() <= found["accepted"][2].items()
    lockbox = next(row for row in found["controls"] if row["id"] == "governance.delegation")
    assert "Customer Lockbox" in str(lockbox["points"]["azure-policy"]["gaps"])


def test_the_table_shows_what_nothing_can_refuse_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    settle(tmp_path, monkeypatch)
    shown, _ = run("controls", code=0)
    assert "residency.region" in shown
    assert "aws.management-account" in shown
    assert "nothing does it." in shown
    _, errors = run("controls", "--format", "pdf", code=2)
    assert "pdf" in errors


def test_a_narrow_terminal_gets_a_line_for_each_control(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    settle(tmp_path, monkeypatch)
    monkeypatch.setenv("COLUMNS", "80")
    shown, _ = run("controls", code=0)
    assert "residency.region: preview rule, SCP, Azure Policy" in shown
    assert "audit.sentinel-reader: role policy (open: not attached)" in shown
    assert "egress.data-class: open" in shown.splitlines()
    assert "compute.confidential: Azure Policy (seen)" in shown


def test_no_word_of_the_matrix_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    settle(tmp_path, monkeypatch)
    for width in ("132", "160", "180"):
        monkeypatch.setenv("COLUMNS", width)
        shown, _ = run("controls", code=0)
        assert max(map(len, shown.splitlines())) <= int(width)
        words = {word.strip(",") for word in shown.split()}
        assert {"admission", "detective", "foreign-access", "transmission"} <= words
        assert by_id().keys() <= words
