"""The proofs of resource policies are made beside their compilers' tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "compile"))
