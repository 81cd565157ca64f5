"""What changes in Azure's definitions, initiatives and assignments: tests of rules, and values of parameters."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sovereignty.diff.change import Change, Found
from sovereignty.diff.statements import Side

FOLDER = "azure/"
_SMALLER_REFUSES_LESS = ("less", "lessOrEquals")
_LARGER_REFUSES_LESS = ("greater", "greaterOrEquals")
_MORE_REFUSES_LESS = ("allOf", "notIn", "notEquals", "notLike", "notContains", "notMatch")
_MORE_REFUSES_MORE = ("anyOf", "in", "equals", "like", "contains", "match")
_OF_THE_LAW = ("policyRule", "parameters", "policyDefinitions", "notScopes", "enforcementMode", "policyDefinitionId")
"""What decides; the rest of `properties` is for readers."""
_FOR_READERS = ("metadata",)
_SHOWN = 80
_NAMED = 4


def compare(
    before: Mapping[str, Mapping[str, Any]],
    after: Mapping[str, Mapping[str, Any]],
    places: Collection[str],
    found: Found,
) -> None:
    """Adds what came, went or changed; `places` are those that joined or left, of which was told already."""
    same: dict[tuple[str, Side, str], list[str]] = {}
    for path in sorted({*before, *after}):
        if not path.startswith(FOLDER):
            continue
        if path not in before or path not in after:
            side: Side = "gained" if path in before else "lost"
            verb = "gone" if path in before else "new"
            _add(side, Change("document", path, f"{path} (refuses) is {verb}."), found)
            continue
        for side, says in dict.fromkeys(_changes(before[path], after[path], places)):
            same.setdefault((path.rpartition("/")[0], side, says), []).append(path)
    for (folder, side, says), paths in same.items():
        named = paths[0] if len(paths) == 1 else f"{folder}, {len(paths)} documents"
        _add(side, Change("document", paths[0] if len(paths) == 1 else folder, f"{named}: {says}."), found)


def properties(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a document of Azure says; nothing where it isn't one."""
    found = body.get("properties")
    return found if isinstance(found, Mapping) else {}


def _add(side: Side, change: Change, found: Found) -> None:
    if side != "lost":
        found.gained.append(change)
    if side != "gained":
        found.lost.append(change)


def _changes(
    before: Mapping[str, Any], after: Mapping[str, Any], places: Collection[str]
) -> Iterator[tuple[Side, str]]:
    old, new = (properties(body) for body in (before, after))
    for name in _OF_THE_LAW:
        yield from _between(old.get(name), new.get(name), name, "", True, places)


def _between(
    old: Any, new: Any, name: str, field: str, refuses: bool, places: Collection[str]
) -> Iterator[tuple[Side, str]]:
    """`name` is the key of the values, `field` what a test reads; `refuses`: where the test fits, it refuses."""
    if old == new or name in _FOR_READERS:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        count = new.get("count")
        counted = count.get("field") if isinstance(count, Mapping) else None
        read = str(new.get("field") or new.get("value") or counted or field)
        for key in dict.fromkeys((*old, *new)):
            turned = refuses is not (key in ("not", "existenceCondition"))
            yield from _between(old.get(key), new.get(key), key, read, turned, places)
    elif isinstance(old, list) and isinstance(new, list):
        if len(old) == len(new) and any(isinstance(each, (Mapping, list)) for each in (*old, *new)):
            for one, other in zip(old, new, strict=True):
                yield from _between(one, other, name, field, refuses, places)
        else:
            yield from _of_members(old, new, _named(name, field), name, refuses, places)
    else:
        yield _side(old, new, name, refuses), f"{_named(name, field)} is {_short(new)}; it was {_short(old)}"


def _of_members(
    old: list[Any], new: list[Any], named: str, name: str, refuses: bool, places: Collection[str]
) -> Iterator[tuple[Side, str]]:
    for members, others, came in ((new, old, True), (old, new, False)):
        # a member may be a mapping, which is no place
        changed = [each for each in members if each not in others and not (isinstance(each, str) and each in places)]
        if changed:
            side: Side = "both"
            if name in (*_MORE_REFUSES_LESS, *_MORE_REFUSES_MORE):
                more = came is (name in _MORE_REFUSES_MORE)
                side = "lost" if more is refuses else "gained"
            shown = ", ".join(map(_short, changed[:_NAMED]))
            rest = f", and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
            yield side, f"{named}: {shown}{rest} {'added' if came else 'taken out'}"


def _side(old: Any, new: Any, name: str, refuses: bool) -> Side:
    numbers = all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in (old, new))
    if not numbers or name not in (*_SMALLER_REFUSES_LESS, *_LARGER_REFUSES_LESS):
        return "both"
    less = (new < old) is (name in _SMALLER_REFUSES_LESS)
    return "gained" if less is refuses else "lost"


def _named(name: str, field: str) -> str:
    return f"{field.rpartition('/')[2]} {name}" if field else name


def _short(value: Any) -> str:
    if isinstance(value, Mapping) and value.get("field"):
        return f"a test of {value['field']}"
    text = value if isinstance(value, str) else "not there" if value is None else str(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
