"""The policy pack `sovereignty`, as the engine starts it: it serves until the engine ends it."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
for folder in (HERE, HERE / "law"):  # a published pack brings its own law, which comes before any that is installed
    if folder.is_dir():
        sys.path.insert(0, str(folder))

if __name__ == "__main__":
    from sovereignty_pack.serve import main

    main(HERE, sys.argv[1:])
