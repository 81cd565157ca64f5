"""`sovereignty compile`: what it writes, what it leaves alone, and how it refuses."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_home import OU_PATH, change_zone, run, settle, write_stack
from law_inputs import REPOSITORY

from sovereignty.compile import output
from sovereignty.compile.document import Document

pytestmark = pytest.mark.command


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return settle(tmp_path, monkeypatch)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def one(path: str = "aws/scp/eu-1.json", text: str = '{"a":1}') -> Document:
    return Document(path, "aws:ou", text, 100, ("residency.region",))


def test_the_manifest_says_what_the_folder_holds(home: Path):
    run("compile", "eu", "--out", "out", code=0)
    manifest = json.loads((home / "out" / "manifest.json").read_text())
    held = contents(home / "out")
    assert (manifest["schema"], manifest["zone"]) == (1, "eu")
    assert {row["path"] for row in manifest["files"]} == held.keys() - {"manifest.json"}
    for row in manifest["files"]:
        content = held[row["path"]]
        assert row["bytes"] == len(content) <= row["limit"]
        assert row["sha256"] == hashlib.sha256(content).hexdigest()
        assert row["controls"]
        json.loads(content)
    assert any(OU_PATH.encode() in content for content in held.values())
    kinds = {path.rpartition("/")[0] for path in held if "/" in path}
    azure = {f"azure/{kind}" for kind in ("assignments", "definitions", "initiatives")}
    assert kinds == {"aws/scp", "aws/rcp", "aws/policies"} | azure


def test_a_changed_zone_replaces_what_was_there_and_leaves_nothing_beside(home: Path):
    output.write("eu", [one(), one("aws/scp/eu-99.json")], home / "out")
    change_zone(home, ("[eu-central-1, eu-west-1]", "[eu-central-1]"))
    run("compile", "eu", "--out", "out", code=0)
    assert not (home / "out" / "aws/scp/eu-99.json").exists()
    assert {path.name for path in home.iterdir()} == {"zones", "Pulumi.eu.yaml", "out"}


def test_the_foundation_compiles_to_what_the_organizations_root_gets(home: Path):
    file = home / "foundation.yaml"
    account, organization = '"111122223333"', "o-a1b2c3d4e5"
    file.write_text(
        "config:\n  aws:region: eu-central-1\n"
        f"  sovereign-foundation:awsManagementAccount: {account}\n"
        f"  sovereign-foundation:awsOrganizationId: {organization}\n"
    )
    told, _ = run("compile", "foundation", "--out", "out", "--stack", str(file), "--summary", code=0)
    assert "RCPs of the organization's root" in told
    manifest = json.loads((home / "out" / "manifest.json").read_text())
    assert (manifest["schema"], manifest["zone"]) == (1, "foundation")
    held = contents(home / "out")
    assert {row["path"] for row in manifest["files"]} == held.keys() - {"manifest.json"}
    root = {row["path"] for row in manifest["files"] if row["target"] == "aws:root"}
    assert {path.partition("/")[2].partition("/")[0] for path in root} == {"rcp", "ai-opt-out"}
    assert all(organization.encode() in held[path] for path in root if "/rcp/" in path and path.endswith("-1.json"))
    file.write_text(
        file.read_text().replace("awsOrganizationId", "awsSecurityAccount").replace(organization, '"444455556666"')
    )
    _, errors = run("compile", "foundation", "--out", "out", "--stack", str(file), code=2)
    assert "sovereign-foundation:awsOrganizationId: It is missing" in errors
    assert contents(home / "out") == held


def test_the_same_documents_give_the_same_bytes_in_any_order(tmp_path: Path):
    documents = [one(), one("aws/rcp/eu-1.json")]
    output.write("eu", documents, tmp_path / "out")
    first = contents(tmp_path / "out")
    output.write("eu", documents[::-1], tmp_path / "out")
    assert contents(tmp_path / "out") == first


def test_nothing_is_a_placeholder_and_a_missing_value_names_its_key(home: Path):
    write_stack(home, awsZoneOuPath=None)
    _, errors = run("compile", "eu", "--out", "out", code=2)
    assert "sovereign-zones:awsZoneOuPath" in errors
    assert not (home / "out").exists()


def test_the_summary_shows_sizes_and_attachments_against_the_quotas(home: Path):
    shown, _ = run("compile", "eu", "--summary", code=0)
    assert "zone eu, partition aws" in shown
    assert "aws/scp/eu-1.json" in shown
    assert "10,240" in shown
    assert "SCPs of the zone's OU, FullAWSAccess included" in shown
    assert not (home / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("compile", "euu", "--out", "out"), "Did you mean eu?"),
        (("compile", "us", "--out", "out"), "Pulumi.us.yaml"),
        (("compile", "eu"), "--out DIR"),
        (("compile", "eu", "--out", ""), "--out: It is empty."),
        (("compile", "foundation", "--out", "out"), "foundation/Pulumi.org.yaml"),
        (("compile", "eu", "--out", "Pulumi.eu.yaml"), "a file, not a folder"),
        (("compile", "eu", "--out", "."), "which is not of an earlier run"),
        (("compile", "eu", "--out", "Pulumi.eu.yaml/out"), "can't be written"),
        (("compile", "eu", "--out", "out", "--stack", "nosuch.yaml"), "no such file"),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(home: Path, arguments: tuple[str, ...], told: str):
    before = contents(home)
    _, errors = run(*arguments, code=2)
    assert told in errors
    assert contents(home) == before


def test_a_quota_that_is_not_met_is_told_by_how_much_and_leaves_the_folder_as_it_was(home: Path):
    output.write("eu", [one()], home / "out")
    before = contents(home / "out")
    write_stack(home, awsOrganizationPaths=[f"o-a1b2c3d4e5/r-ab12/ou-ab12-{number:08}/*" for number in range(400)])
    _, errors = run("compile", "eu", "--out", "out", code=2)
    assert "more than an SCP" in errors
    assert contents(home / "out") == before


def test_a_strangers_file_is_never_deleted(tmp_path: Path):
    output.write("eu", [one()], tmp_path / "out")
    stranger = tmp_path / "out" / "aws" / "notes.txt"
    stranger.write_text("mine")
    with pytest.raises(output.InputError, match=r"aws/notes\.txt"):
        output.write("eu", [one(text="{}")], tmp_path / "out")
    assert stranger.read_text() == "mine"
    assert (tmp_path / "out" / "aws/scp/eu-1.json").read_text() == '{"a":1}'


def test_a_strangers_folder_or_link_is_never_deleted(tmp_path: Path):
    out = tmp_path / "out"
    (tmp_path / "theirs").mkdir()
    output.write("eu", [one()], out)
    for make in (
        lambda path: path.mkdir(),
        lambda path: path.symlink_to(tmp_path / "theirs"),
        lambda path: path.symlink_to("nowhere"),
    ):
        make(out / "aws" / "x")
        with pytest.raises(output.InputError, match=r"aws/x.*not of an earlier run"):
            output.write("eu", [one()], out)
        (out / "aws" / "x").unlink() if (out / "aws" / "x").is_symlink() else (out / "aws" / "x").rmdir()
    (out / "aws" / "scp").rename(tmp_path / "scp")
    (out / "aws" / "scp").symlink_to(tmp_path / "scp")
    with pytest.raises(output.InputError, match="aws/scp"):
        output.write("eu", [one()], out)
    assert (tmp_path / "scp" / "eu-1.json").exists()


def test_a_listed_file_with_another_content_is_never_deleted(tmp_path: Path):
    out = tmp_path / "out"
    output.write("eu", [one()], out)
    manifest = json.loads((out / "manifest.json").read_text())
    (out / "diary.txt").write_text("mine")
    for digest in ({"sha256": "0" * 64}, {}):
        manifest["files"] = [*manifest["files"][:1], {"path": "diary.txt", **digest}]
        (out / "manifest.json").write_text(json.dumps(manifest))
        with pytest.raises(output.InputError, match=r"diary\.txt.*not as an earlier run wrote it"):
            output.write("eu", [one()], out)
    assert (out / "diary.txt").read_text() == "mine"


def test_a_folder_keeps_its_mode(tmp_path: Path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out").chmod(0o2750)
    mode = (tmp_path / "out").stat().st_mode
    output.write("eu", [one()], tmp_path / "out")
    assert (tmp_path / "out").stat().st_mode == mode


def test_a_mount_point_and_a_loop_of_links_are_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(output.InputError, match="a link that leads nowhere"):
        output.write("eu", [one()], tmp_path / "loop")

    def busy(one: Path, other: Path) -> bool:
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(output, "exchange", busy)
    (tmp_path / "mounted").mkdir()
    with pytest.raises(output.InputError, match="name a folder inside it"):
        output.write("eu", [one()], tmp_path / "mounted")


def test_a_manifest_that_is_not_ours_protects_its_folder(tmp_path: Path):
    for manifest in (
        "[]",
        '{"schema":1}',
        '{"schema":1,"zone":"eu","files":[{"path":"../../x"}]}',
        "{",
        '{"schema":2}',
    ):
        (tmp_path / "manifest.json").write_text(manifest)
        with pytest.raises(output.InputError, match="not of an earlier run"):
            output.write("eu", [one()], tmp_path)
        assert (tmp_path / "manifest.json").read_text() == manifest


def no_exchange(one: Path, other: Path) -> bool:
    """As on a system that can't."""
    return False


def test_a_write_that_fails_half_way_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    output.write("eu", [one()], tmp_path / "out")
    before = contents(tmp_path)
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self.name.endswith(".new"):
            raise OSError(28, "No space left on device")
        return rename(self, target)

    for exchange in (fail, no_exchange):
        monkeypatch.setattr(output, "exchange", exchange)
        monkeypatch.setattr(Path, "rename", fail)
        with pytest.raises(output.InputError, match="No space left"):
            output.write("eu", [one(text="{}")], tmp_path / "out")
        assert contents(tmp_path) == before


def test_a_system_without_exchange_replaces_the_folder_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(output, "exchange", no_exchange)
    output.write("eu", [one()], tmp_path / "out")
    output.write("eu", [one(text="{}")], tmp_path / "out")
    assert (tmp_path / "out" / "aws/scp/eu-1.json").read_text() == "{}"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_a_killed_run_left_is_put_back_or_taken_away(tmp_path: Path):
    out, mark = tmp_path / "out", ".out.0123456789abcdef"
    output.write("eu", [one(), one("aws/rcp/eu-1.json")], out)
    out.rename(tmp_path / f"{mark}.old")
    output.write("eu", [one()], tmp_path / f"{mark}.new")
    (tmp_path / f"{mark}.new" / "aws/scp/eu-1.json").write_text("to")  # torn off
    output._tidy(out)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (out / "aws/rcp/eu-1.json").exists()
    # neither another name, nor a folder that isn't ours
    output.write("eu", [one()], tmp_path / ".other.0123456789abcdef.old")
    (tmp_path / f"{mark}.old").mkdir()
    (tmp_path / f"{mark}.old" / "notes.txt").write_text("mine")
    output.write("eu", [one()], out)
    assert {path.name for path in tmp_path.iterdir()} == {"out", ".other.0123456789abcdef.old", f"{mark}.old"}


@pytest.mark.proof
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux exchanges two folders in one step")
def test_a_run_that_is_killed_at_any_step_leaves_the_old_documents_or_the_new(tmp_path: Path):
    script = (
        "import os, sys; from pathlib import Path; from sovereignty.compile import output;"
        "from sovereignty.compile.document import Document;"
        "step = int(sys.argv[1]); count = [0]\n"
        "def watch(event, arguments):\n"
        "    if event in ('os.rename', 'ctypes.dlsym', 'os.mkdir', 'os.remove', 'os.rmdir', 'shutil.rmtree'):\n"
        "        count[0] += 1\n"
        "        if count[0] == step: os._exit(9)\n"
        "sys.addaudithook(watch)\n"
        "output.write('eu', [Document('aws/scp/eu-1.json', 'aws:ou', 'new', 100, ())], Path('out'))"
    )
    out = tmp_path / "out"
    for step in range(1, 40):
        output.write("eu", [one(text="old")], out)
        command = [sys.executable, "-c", script, str(step)]
        ended = subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(REPOSITORY)}, check=False)
        assert (out / "aws/scp/eu-1.json").read_text() in ("old", "new")
        if ended.returncode == 0:
            break
    else:
        pytest.fail("the run never ended by itself")
    output.write("eu", [one()], out)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    output.write("eu", [one()], tmp_path / "link")
    output.write("eu", [one(text="{}")], tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "aws/scp/eu-1.json").read_text() == "{}"


def test_the_command_as_it_is_installed_imports_no_engine(home: Path):
    watch = (
        "import sys; from sovereignty.__main__ import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", watch, "compile", "eu", "--out", "out"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    assert "documents of zone eu" in result.stdout
    loaded = {name.partition(".")[0] for name in result.stderr.split()}
    assert loaded.isdisjoint({"pulumi", "pulumi_aws", "rich", "requests"})
