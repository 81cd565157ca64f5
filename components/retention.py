"""How long locked data is kept: never shorter than the zone says, and longer only where somebody confirms it."""

from __future__ import annotations

from sovereignty.errors import InputError, Problem
from sovereignty.zone import Retention, Zone

COMPLIANCE = "COMPLIANCE"


def retention_of(zone: Zone, given: Retention | None, confirmed: bool, args_class: str) -> Retention:
    """The retention of an argument, the zone's own where none is given.

    InputError at `<args class>.retention` for one that is shorter or in a weaker mode than the zone's, and at
    `<args class>.longer_than_the_zone` for a COMPLIANCE lock that the zone doesn't ask for, unless it is `confirmed`.
    """
    own, retention = zone.retention, given or zone.retention
    where = f"zones/{zone.zone}.yaml: retention"
    if retention.years < own.years or (retention.mode != COMPLIANCE and own.mode == COMPLIANCE):
        raise InputError(
            Problem(
                f"{args_class}.retention",
                f"{retention.mode} for {retention.years} years is weaker than {where}: {own.mode}, {own.years} years.",
                "Leave it out, or lock for longer.",
            )
        )
    binds = retention.years > own.years or own.mode != COMPLIANCE
    if retention.mode == COMPLIANCE and binds and not confirmed:
        raise InputError(
            Problem(
                f"{args_class}.longer_than_the_zone",
                f"COMPLIANCE for {retention.years} years is more than {where}: {own.mode}, {own.years} years, and"
                " nobody can take it back.",
                "Leave the retention out, or write longer_than_the_zone=True.",
            )
        )
    return retention
