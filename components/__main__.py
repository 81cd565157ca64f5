"""The components as a Pulumi package: the engine runs this folder as a plugin (PulumiPlugin.yaml)."""

import sys
from pathlib import Path

# Python puts the folder of the program first, and there `azure` and `zone` would be found before what they shadow
sys.path[0] = str(Path(__file__).resolve().parents[1])

from components.package.provider import main  # noqa: E402  (needs the path)

if __name__ == "__main__":
    main()
