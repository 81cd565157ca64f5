"""Makes docs/leak-refused.svg, the picture in the README, from the real output of `make preview DEMO=leak`.

usage: python tools/picture.py
"""

from __future__ import annotations

import io
import os
import pty
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "leak-refused.svg"
COMMAND = "make preview DEMO=leak"
COLUMNS = 118


def main() -> int:
    shown = Text.from_ansi(f"\x1b[1m$ {COMMAND}\x1b[0m\n{_recorded()}")
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(shown)
    svg = console.export_svg(title="a plan that leaks is refused at preview", unique_id="leak")
    # Shown where nothing may be fetched: the viewer's own fixed-width font will do.
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)  # some viewers drop the indentation
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL).replace("Fira Code, monospace", "monospace")
    PICTURE.write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n")
    return 0


def _recorded() -> str:
    """What the command prints on a terminal. Raises SystemExit if the leak was not refused."""
    os.environ.update(COLUMNS=str(COLUMNS), TERM="xterm-256color")
    os.environ.pop("NO_COLOR", None)
    os.chdir(ROOT)
    output = bytearray()

    def read(terminal: int) -> bytes:
        piece = os.read(terminal, 65536)
        output.extend(piece)
        return piece or b"\0"

    code = os.waitstatus_to_exitcode(pty.spawn([sys.executable, "-m", "sandbox", "preview", "--demo", "leak"], read))
    text = output.decode().replace("\r\n", "\n").replace("\r", "\n")
    if code or "refused, as it should be" not in text:
        raise SystemExit(f"the example was not refused:\n{text}")
    text = re.sub(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[\d*n", "", text)  # what the engine asks the terminal
    return text.replace(f"{ROOT}/", "").strip()


if __name__ == "__main__":
    sys.exit(main())
