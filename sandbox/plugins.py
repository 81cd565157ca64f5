"""Puts the stand-ins where the engine looks for provider plugins: in the plugin folder of a PULUMI_HOME."""

import os
import shlex
import stat
import tempfile
from pathlib import Path

from sandbox.sdk import sdk

PACKAGES = ("aws", "azure-native")
VARIABLE = "SOVEREIGN_SANDBOX"
"""Names the sandbox's folder to the stand-ins; where it is not set, that is the folder of PULUMI_HOME."""

_SCRIPT = """\
#!/bin/sh
# Stand-in for the {package} provider: the sandbox, not the cloud.
export PYTHONPATH={root} {variable}="${{{variable}:-{folder}}}"
trap '' INT  # until the stand-in listens for it: Python would show a traceback
exec {python} -P -m sandbox.provider {package} "$@"
"""


def install(home: Path, python: Path) -> None:
    """Writes `plugins/resource-<name>-v<version>/pulumi-resource-<name>` under `home`, run by the interpreter `python`.

    The versions are those of the installed SDKs. What is there already and right is left alone; a file is put in place
    whole, so that an engine that starts meanwhile never sees half of one.
    """
    home = home.absolute()
    for package in PACKAGES:
        folder = home / "plugins" / f"resource-{package}-v{sdk(package).version}"
        folder.mkdir(parents=True, exist_ok=True)
        script = _SCRIPT.format(
            package=package,
            root=shlex.quote(str(Path(__file__).parent.parent)),
            variable=VARIABLE,
            folder=str(home.parent).replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("`", "\\`"),
            python=shlex.quote(str(python.absolute())),
        )
        _put(folder / f"pulumi-resource-{package}", script)


def _put(path: Path, text: str) -> None:
    try:
        if path.read_text() == text and path.stat().st_mode & stat.S_IXUSR:
            return
    except (FileNotFoundError, UnicodeDecodeError):
        pass
    handle, written = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".new")
    with os.fdopen(handle, "w") as file:
        file.write(text)
    fresh = Path(written)
    fresh.chmod(0o755)
    fresh.replace(path)
