"""Which engine is used: the CLI on PATH where it will do, else a built one, else a message with what to install."""

import os
import subprocess
from pathlib import Path

import pytest

from tools.engine import locate

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with nothing on PATH but what a test puts there, and an empty cache."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "bin").mkdir()

    def put(name: str, says: str = "", folder: str = "bin") -> Path:
        file = tmp_path / folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\necho '{says}'\n")
        file.chmod(0o755)
        return file

    return put


@pytest.mark.parametrize("version", ["v3.259.0", "v3.300.1", "v3.260.0-alpha.x1"])
def test_a_supported_cli_on_path_is_used_as_it_is(machine, version):
    machine("pulumi-language-python")
    cli = machine("pulumi", version)
    assert locate.locate() == cli.parent


@pytest.mark.parametrize("version", ["v3.258.9", "v4.0.0", "nonsense", ""])
def test_another_version_is_left_aside_and_said_so(machine, version, capsys):
    machine("pulumi-language-python")
    machine("pulumi", version)
    assert locate.on_path() is None
    assert "is left aside" in capsys.readouterr().err


def test_a_cli_without_its_python_language_host_is_left_aside(machine, capsys):
    machine("pulumi", "v3.259.0")
    assert locate.on_path() is None
    assert "no Python language host" in capsys.readouterr().err


def test_a_link_to_the_cli_finds_the_language_host_that_lies_beside_the_cli(machine, tmp_path):
    machine("pulumi-language-python", folder="official")
    cli = machine("pulumi", "v3.259.0", folder="official")
    (tmp_path / "bin" / "pulumi").symlink_to(cli)
    assert locate.on_path() == tmp_path / "bin"


def test_a_cli_that_was_replaced_is_asked_for_its_version_again(machine):
    machine("pulumi-language-python")
    machine("pulumi", "v3.259.0")
    assert locate.on_path() is not None
    newer = machine("pulumi", "v4.0.0")
    os.utime(newer, ns=(1, 1))
    assert locate.on_path() is None


def test_without_cli_and_without_go_the_message_has_the_official_install_line(machine):
    with pytest.raises(locate.EngineError, match=r"https://get\.pulumi\.com"):
        locate.locate()


def test_a_go_that_is_too_old_is_named(machine):
    machine("go", "go version go1.20.1 linux/amd64")
    with pytest.raises(locate.EngineError, match=r"too old.*go1\.20\.1"):
        locate.locate()


def test_a_build_that_fails_shows_why_and_leaves_nothing_behind(machine, tmp_path, monkeypatch, capsys):
    machine("go", "go version go1.99.0 linux/amd64")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin")
    with pytest.raises(locate.EngineError, match="could not be built"):
        locate.locate()
    assert "about five minutes" in capsys.readouterr().err
    assert list((tmp_path / "cache" / "sovereign-zones" / "engine").iterdir()) == []


def test_an_official_cli_has_the_language_host_of_yaml_beside_it(machine):
    machine("pulumi-language-python")
    cli = machine("pulumi", "v3.259.0")
    with pytest.raises(locate.EngineError, match=r"has no pulumi-language-yaml beside it.*get\.pulumi\.com"):
        locate.locate_with_yaml()
    machine("pulumi-language-yaml")
    assert locate.locate_with_yaml() == cli.parent


def test_the_language_host_of_yaml_is_built_into_the_engines_folder_once(machine, tmp_path, monkeypatch):
    engine = tmp_path / "engine"
    (engine / "pulumi").parent.mkdir()
    (engine / "pulumi").touch()
    monkeypatch.setattr(locate, "built", lambda: engine)
    with pytest.raises(locate.EngineError, match="Neither the Pulumi CLI nor Go"):
        locate.locate_with_yaml()
    (engine / "pulumi-language-yaml").touch()
    assert locate.locate_with_yaml() == engine


def test_a_word_that_locate_does_not_know_is_told(capsys):
    assert locate.main(["yml"]) == 2
    assert "usage: locate.py [yaml]" in capsys.readouterr().err


def test_a_python_that_is_too_old_is_named_and_nothing_is_made(tmp_path):
    old = tmp_path / "python2"
    old.write_text('#!/bin/sh\nif [ "$1" = --version ]; then echo Python 2.7.18; else exit 1; fi\n')
    old.chmod(0o755)
    done = subprocess.run(
        ["bash", str(ROOT / "tools" / "python.sh"), str(tmp_path / "venv"), str(old)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Python 3.11, 3.12 or 3.13 is needed; found: Python 2.7.18" in done.stderr
    assert not (tmp_path / "venv").exists()
