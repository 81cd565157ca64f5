"""What a zone is compared with: a zone file of a folder or of a git revision, or a folder of compiled documents."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sovereignty.compile.output import MANIFEST, read_manifest
from sovereignty.deployment import Deployment, from_config
from sovereignty.documents import MAX_BYTES, parse_yaml, shown_path
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone, load_file, parse

_REVISION = re.compile(r"[^-:\x00-\x1f\x7f][^:\x00-\x1f\x7f]{0,999}")
"""Any revision but one that names a file in it: git itself says whether there is such a one."""
_WHAT = "Name a folder of zone files, one that `sovereignty compile` wrote, or a git revision such as main or HEAD~1."
_MAX_DOCUMENT = 2 * 1024 * 1024
"""Twice what Azure takes in one request, the largest document of all."""


def compiled(folder: Path, zone: str) -> Mapping[str, Mapping[str, Any]] | None:
    """The documents of a compiled folder by path; None where it has no manifest of ours. InputError for one of another
    zone, or with a file that isn't as the manifest says."""
    manifest = read_manifest(folder)
    if manifest is None:
        return None
    where = shown_path(folder / MANIFEST)
    if manifest["zone"] != zone:
        found = f"It holds documents of zone {manifest['zone']}."
        raise InputError(Problem(where, found, f"Name the folder of zone {zone}."))
    bodies: dict[str, Mapping[str, Any]] = {}
    for row in manifest["files"]:
        path = folder / row["path"]
        try:
            if path.stat().st_size > _MAX_DOCUMENT:
                raise ValueError
            body = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            problem = Problem(shown_path(path), f"{MANIFEST} lists it, and it can't be read as JSON.", "Compile again.")
            raise InputError(problem) from None
        if not isinstance(body, Mapping):
            raise InputError(Problem(shown_path(path), "It is no policy: a JSON object is expected.", "Compile again."))
        bodies[row["path"]] = body
    return bodies


def in_folder(folder: Path, zone: str) -> Zone:
    """The zone that a folder of zone files declares."""
    for candidate in (folder / f"{zone}.yaml", folder / "zones" / f"{zone}.yaml"):
        if candidate.is_file():
            return load_file(candidate)
    found = f"The folder holds neither {zone}.yaml nor a {MANIFEST} of ours."
    raise InputError(Problem(shown_path(folder), found, _WHAT))


def at_revision(revision: str, file: Path) -> Zone | None:
    """The zone as its file stood at a git revision; None where the revision has no such file."""
    if not _REVISION.fullmatch(revision):
        raise InputError(Problem("--against", "This is neither a folder nor the name of a git revision.", _WHAT))
    folder = file.absolute().parent
    if _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is None:
        found = f"There is no folder {revision!r}, and no git revision of that name."
        raise InputError(Problem("--against", found, _WHAT))
    where = f"{revision}:{file.name}"
    text = _at(revision, file, folder)
    return None if text is None else parse(parse_yaml(text, where), where)


def stack_at_revision(revision: str, stack: Path, folder: Path) -> Deployment | None:
    """The deployment of a stack file as it stood at a git revision of the repository of `folder`; None where it has no
    such file."""
    where = f"{revision}:{stack.name}"
    text = _at(revision, stack, folder.absolute())
    if text is None:
        return None
    data = parse_yaml(text, where)
    config = data.get("config") if isinstance(data, Mapping) else None
    if not isinstance(config, Mapping):
        raise InputError(Problem(where, "A stack file is a mapping with `config:`."))
    return from_config(config, where)


def _at(revision: str, file: Path, folder: Path) -> str | None:
    """A file as it stood at the revision; None where it wasn't there, or stands outside the repository."""
    where = f"{revision}:{file.name}"
    path = os.path.relpath(file.absolute(), folder).replace(os.sep, "/")
    content = _git(folder, "cat-file", "blob", f"{revision}:{path if path.startswith('../') else f'./{path}'}")
    if content is None:
        return None
    if len(content) > MAX_BYTES:
        raise InputError(Problem(where, f"The file is larger than {MAX_BYTES // 1024} KiB."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(Problem(where, "The file is not UTF-8 text.")) from None


def _git(folder: Path, *arguments: str) -> bytes | None:
    """What git prints, up to a little more than a zone file may hold; None where it fails."""
    # nothing is written, asked for, or fetched
    quiet = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}
    try:
        with subprocess.Popen(
            ["git", *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **quiet},
        ) as process:
            assert process.stdout  # noqa: S101 (asked for)
            content = process.stdout.read(MAX_BYTES + 1)
            if len(content) > MAX_BYTES:
                process.kill()
                return content
    except OSError as error:
        found = f"git can't be run: {error.strerror}."
        raise InputError(Problem("--against", found, "Install git, or name a folder.")) from None
    return content if process.returncode == 0 else None
