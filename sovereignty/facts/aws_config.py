"""What AWS Config takes and offers: aws_config.yaml, with its sources."""

from __future__ import annotations

from dataclasses import dataclass

from sovereignty.facts import read_table


@dataclass(frozen=True)
class ManagedRule:
    """A rule of AWS's own. `identifier` is what AWS Config knows it by, `name` what people do."""

    name: str
    identifier: str
    says: str
    origin: str | None = None


def managed_rules(key_origin: str) -> tuple[ManagedRule, ...]:
    """Those that a zone uses whose keys are of this origin: `AWS_KMS`, `EXTERNAL_KEY_STORE`."""
    rules = (ManagedRule(**row) for row in read_table("aws_config")["managed_rules"])
    return tuple(rule for rule in rules if rule.origin in (None, key_origin))


def longest_retention_days() -> int:
    """How long AWS Config itself keeps what it recorded, at the most."""
    return read_table("aws_config")["longest_retention_days"]


def records_global_types(region: str) -> bool:
    """Whether users, groups, roles and policies of IAM can be recorded in the region."""
    return region not in read_table("aws_config")["without_global_types"]
