"""The proofs of resource policies are made beside their compilers' tests; those of places hold the rules to account."""

import sys
from pathlib import Path

for folder in ("compile", "rules"):
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))
