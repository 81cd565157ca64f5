"""What a zone registers is recorded as the components' own tests do it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "components"))
