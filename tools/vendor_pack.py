"""Makes the policy pack a folder that stands by itself: the pack, and the law with the repository's zones in `law/`.

    python tools/vendor_pack.py ../sovereignty-pack

Why it is done this way: docs/decisions/0002-the-law-travels-with-the-pack.md.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACK = ROOT / "policypacks" / "sovereignty"
MARK = "PulumiPolicy.yaml"
# Made by a run, or only there to make the lock; and git's own list of what not to publish.
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.py[cod]", "law", "requirements.in", ".*")


class RefusedError(Exception):
    """The folder can't be written to as asked."""


def vendor(out: Path) -> None:
    """Writes the pack to `out`, an empty or new folder, or an earlier copy, which it replaces."""
    if PACK in (out.resolve(), *out.resolve().parents):
        raise RefusedError(f"{out}: it lies inside the pack itself. Name one elsewhere, such as ../sovereignty-pack.")
    if out.exists() and not out.is_dir():
        raise RefusedError(f"{out}: it is a file. Name a folder.")
    if out.is_dir() and any(out.iterdir()):
        if not (out / MARK).is_file() or not (out / "law").is_dir():
            raise RefusedError(f"{out}: it holds other files. Name an empty folder, or an earlier copy of the pack.")
        shutil.rmtree(out)
    shutil.copytree(PACK, out, ignore=LEFT_OUT, dirs_exist_ok=True)
    for folder in ("sovereignty", "zones"):
        shutil.copytree(ROOT / folder, out / "law" / folder, ignore=LEFT_OUT)


def ignored(out: Path) -> bool:
    """Whether git leaves the folder out; publishing would leave out all that is in it."""
    git = shutil.which("git")
    return (
        bool(git)
        and not subprocess.run([git, "check-ignore", "-q", out], cwd=ROOT, check=False, capture_output=True).returncode
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the folder to write")
    out = parser.parse_args().out
    try:
        vendor(out)
    except RefusedError as reason:
        sys.stderr.write(f"{reason}\n")
        return 2
    if ignored(out.resolve()):
        sys.stderr.write(
            f"{out}: git ignores this folder, so publishing from it would send nothing. Copy it elsewhere first.\n"
        )
    sys.stdout.write(
        f"The pack stands in {out}. Publish it: cd {out} && pulumi policy publish; or use it: --policy-pack {out}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
