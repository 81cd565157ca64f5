"""The preview rules. A new rule is one new file here, one line in the list below, one test file."""

from sovereignty.rules import residency_region
from sovereignty.rules.rule import Rule

RULES: tuple[Rule, ...] = (residency_region.RULE,)
BY_ID = {rule.id: rule for rule in RULES}

__all__ = ["BY_ID", "RULES"]
