"""What the zones' controls are: the law as data, which the judgement reads and the compilers turn into documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from sovereignty import facts

_FOLDER = Path(__file__).parent

When = Literal[
    "outside_zone",
    "named_outside_zone",
    "named_arn_outside_zone",
    "any_outside_zone",
    "any_arn_outside_zone",
    "any_outside_paths",
    "of_a_guard",
    "beside_availability_zones",
    "shorter_than_retention",
    "not_tagged",
    "not_in_paths",
    "not_required",
    "named_not_required",
]
"""The condition under which a protection refuses; the key that it reads stands beside it. An absent key: refused by
outside_zone, not_tagged, not_in_paths and not_required, allowed by the others. `any_`: the key holds several values.
`required` is a value: it is what EC2 calls metadata that is answered to IMDSv2 alone."""


@dataclass(frozen=True)
class Protection:
    """`actions` are refused to all but break-glass, guards by their verbs and, where `deployment`, that role."""

    control: str
    actions: tuple[str, ...]
    deployment: bool = False
    resources: tuple[str, ...] = ("*",)
    """ARN patterns; `{p}` stands for the partition, `{break_glass}` for the zone's own role."""
    when: tuple[When, str] | None = None
    regional: bool = False
    """It is about other regions of the partition: moot where there are none."""


@dataclass(frozen=True)
class Perimeter:
    """Nothing but `reads` on what other organizations own; what AWS itself owns is left out."""

    control: str
    reads: tuple[str, ...]
    aws_owned: tuple[str, ...]
    image_owner: str
    image_owners: tuple[str, ...]


@dataclass(frozen=True)
class Delivery:
    """How an instance's credentials came to it. With those of a metadata service older than `least` nobody calls."""

    control: str
    key: str
    least: str


@cache
def _table(name: str) -> Mapping[str, Any]:
    return facts.read(_FOLDER / f"{name}.yaml")


@cache
def aws_protections(partition: str) -> tuple[Protection, ...]:
    """What SCPs of a partition refuse in the zone's regions as well, egress to named targets included."""
    rows = (*_egress(), *_listed())
    return tuple(row for row in rows if not row.regional) if facts.is_lone(partition) else rows


@cache
def _listed() -> tuple[Protection, ...]:
    return tuple(
        Protection(
            row["control"],
            tuple(row["actions"]),
            "deployment" in row.get("except", ()),
            tuple(row.get("resources", ("*",))),
            next(iter(row["when"].items())) if "when" in row else None,
            row["control"] == OPT_IN,
        )
        for row in _table("aws_protections")["protections"]
    )


_TARGETS: Mapping[tuple[str | None, str | None], When] = {
    ("single", "region"): "named_outside_zone",
    ("multi", "region"): "any_outside_zone",
    ("single", "arn"): "named_arn_outside_zone",
    ("multi", "arn"): "any_arn_outside_zone",
    ("multi", "path"): "any_outside_paths",
}
_CONTROLS = {
    "copy": "egress.replication",
    "global-table": "egress.replication",
    "key": "egress.replication",
    "replica": "egress.replication",
    "share": "egress.sharing",
}
"""What an operation does -> its control; everything else sends data to a destination that it names."""
_OPENS = "region"
"""Opening a region for the account: a protection of its own."""
OPT_IN = "residency.opt-in"
REPLICATION = "egress.replication"


@cache
def _egress() -> tuple[Protection, ...]:
    """Where a condition key names the region that data goes to, it decides, for everybody. Where none does, or where
    the key may name what has no region (an address), the deployment role may, since the preview judges what it does."""
    groups: dict[tuple[str, bool, tuple[When, str] | None], set[str]] = {}
    for row in facts.aws_target_regions():
        control = _CONTROLS.get(row.kind, "egress.destinations")
        if row.treatment == "condition-key" and row.condition_key and row.kind != _OPENS:
            kind = _TARGETS[row.key_kind, row.key_value]
            # where every request names its target, one that doesn't is refused
            when = ("outside_zone" if kind == "named_outside_zone" and not row.optional else kind, row.condition_key)
            addresses = row.key_value == "arn" and row.kind == "stream"
            groups.setdefault((control, addresses, when), set()).add(row.action)
        elif row.treatment in ("deployment-only", "refused"):
            groups.setdefault((control, row.treatment == "deployment-only", None), set()).add(row.action)
    return tuple(
        Protection(
            control,
            tuple(sorted(actions)),
            deployment=deployment,
            when=when,
            regional=control == REPLICATION
            or (when is not None and when[0].endswith("outside_zone") and "arn" not in when[0]),
        )
        for (control, deployment, when), actions in sorted(
            groups.items(), key=lambda item: (*item[0][:2], item[0][2] or ("", ""))
        )
    )


@cache
def aws_perimeter() -> Perimeter:
    """The organization's edge, as an SCP holds it."""
    row = _table("aws_protections")["perimeter"]
    lists = {name: tuple(row[name]) for name in ("reads", "aws_owned", "image_owners")}
    return Perimeter(row["control"], image_owner=row["image_owner"], **lists)


@cache
def aws_delivery() -> Delivery:
    """The metadata service that an instance's role has to come from, as an SCP holds it."""
    return Delivery(**_table("aws_protections")["delivery"])


@cache
def guards() -> Mapping[str, tuple[str, ...]]:
    """Guard's name -> the actions that it may call where others may not, in the zone and outside."""
    return {row["name"]: tuple(row["verbs"]) for row in _table("guards")["guards"]}


def guards_of(action: str) -> tuple[str, ...]:
    """The guards that have this action among their verbs, sorted."""
    return tuple(sorted(name for name, verbs in guards().items() if action in verbs))
