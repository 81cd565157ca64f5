"""Writes docs/parity.md: which component does what on AWS and on Azure, from their own docstrings.

A component names its features behind `Features:`; components/features.yaml has their order, what each means, and for a
cloud where no component has it what is there instead. Each disagreement of the two is an error.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.package.declared import Component, everywhere
from sovereignty.documents import read_yaml
from sovereignty.errors import InputError, Problem
from tools.component_pages import labelled

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "parity.md"
TABLE = ROOT / "components" / "features.yaml"
CLOUDS = {"aws": "AWS", "azure": "Azure"}
OF_ITS_PARTS = "those of its parts"
"""What a component says that only puts others together."""
INTRODUCTION = """\
# AWS beside Azure

<!-- Made from the components by tools/parity.py: change it in their docstrings, or in components/features.yaml. -->

What a zone has on each cloud, by the components that make it ([all of them](components.md)). Where no component makes
it, the cell says what does it instead, or that nothing does. The same words don't mean the same strength: which control
refuses what, and what nothing can refuse, is in [controls.md](controls.md).
"""


@dataclass(frozen=True)
class Feature:
    """A row: what it means, and for clouds without a component of it, what is there instead."""

    name: str
    what: str
    why: Mapping[str, str]


def features(table: Any, where: str) -> tuple[Feature, ...]:
    """The rows in their order; InputError for one that is not of this form."""
    found: list[Feature] = []
    for position, row in enumerate(table["features"]):
        at = f"{where}: features[{position}]"
        if unknown := row.keys() - {"feature", "what", "why"}:
            right = "A row has `feature`, `what` and, by cloud, `why`."
            raise InputError(Problem(at, f"There is no {min(unknown)}.", right))
        feature = Feature(row["feature"], row["what"], row.get("why", {}))
        if feature.why.keys() - CLOUDS:
            raise InputError(Problem(f"{at}.why", "It names another cloud.", f"Name {' or '.join(CLOUDS)}."))
        if feature.name in [each.name for each in found]:
            raise InputError(Problem(at, f"{feature.name} stands there twice.", "Keep it once."))
        found.append(feature)
    return tuple(found)


def table(rows: Sequence[Feature], components: Sequence[Component]) -> dict[str, dict[str, list[Component]]]:
    """By feature and cloud the components that have it; InputError with all that doesn't fit."""
    made: dict[str, dict[str, list[Component]]] = {row.name: {cloud: [] for cloud in CLOUDS} for row in rows}
    wrong: list[Problem] = []
    for component in sorted(components, key=lambda each: each.name):
        where = f"{component.path}: Features"
        cloud = component.module.split(".")[1]
        said = labelled(component)[1].get("Features", "").rstrip(".")
        if not said:
            wrong.append(Problem(where, "It is missing.", f"Write `Features: {rows[0].name}.` in the docstring."))
        if said in ("", OF_ITS_PARTS):
            continue
        for name in (each.strip() for each in said.split(";")):
            if name not in made or cloud not in CLOUDS:
                wrong.append(Problem(where, f"{name} is no feature of a cloud.", f"Use one of {TABLE.name}'s."))
            else:
                made[name][cloud].append(component)
    wrong += [*_unexplained(rows, made)]
    if wrong:
        raise InputError(*wrong)
    return made


def _unexplained(rows: Sequence[Feature], made: Mapping[str, Mapping[str, Sequence[Component]]]) -> Iterator[Problem]:
    for row in rows:
        for cloud in CLOUDS:
            where = f"{TABLE.name}: {row.name}: why.{cloud}"
            if not made[row.name][cloud] and not row.why.get(cloud):
                yield Problem(where, "It is missing, and no component has the feature.", "Say what is there instead.")
            if made[row.name][cloud] and cloud in row.why:
                names = ", ".join(each.name for each in made[row.name][cloud])
                yield Problem(where, f"It is there, and so is {names}.", "Take it out.")


def page(rows: Sequence[Feature], components: Sequence[Component]) -> str:
    """The page. InputError as `table` raises it."""
    made = table(rows, components)
    lines = [INTRODUCTION, f"| feature | {' | '.join(CLOUDS.values())} |", "|---|---|---|"]
    for row in rows:
        cells = [_cell(made[row.name][cloud], row.why.get(cloud, "")) for cloud in CLOUDS]
        lines.append(f"| **{row.name}**: {row.what} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(components: Sequence[Component], why: str) -> str:
    return ", ".join(f"[{each.name}](components.md#{each.name.lower()})" for each in components) or f"*none:* {why}"


def written() -> str:
    """The page as the sources stand."""
    where = str(TABLE.relative_to(ROOT))
    return page(features(read_yaml(TABLE), where), [*everywhere()])


def main() -> None:
    try:
        PAGE.write_text(written(), encoding="utf-8")
    except InputError as mistake:
        sys.exit(str(mistake))
    print(f"{PAGE.relative_to(ROOT)} is written.")


if __name__ == "__main__":
    main()
