"""What changes in the organization policies of a zone's OU that set things, instead of allowing or refusing calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sovereignty.compile import organization
from sovereignty.diff.change import Change, Found
from sovereignty.diff.documents import Bodies

_ASSIGNED = "@@assign"


def is_one(path: str) -> bool:
    """Whether the document at this path of a compiled folder is such a policy."""
    return any(path.startswith("aws/policies/") and path.endswith(f"-{kind.name}.json") for kind in organization.KINDS)


def compare(before: Bodies, after: Bodies, found: Found) -> None:
    """Adds each setting that is new or gone; one of another value is both, since it may allow more and less."""
    old, new = (
        {(path, *each) for path, body in bodies.items() if is_one(path) for each in _settings(body)}
        for bodies in (before, after)
    )
    found.gained += (_change(*each, "is set to") for each in sorted(new - old))
    found.lost += (_change(*each, "is no longer") for each in sorted(old - new))


def _change(path: str, setting: str, value: str, says: str) -> Change:
    return Change("document", path, f"{path}: {setting} {says} {value}.")


def _settings(policy: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """(dotted path, value) of all that a policy assigns; of a list each member."""
    for key, value in policy.items():
        if key == _ASSIGNED:
            yield from ((path, str(each)) for each in (value if isinstance(value, list) else [value]))
        elif isinstance(value, Mapping):
            yield from _settings(value, f"{path}.{key}" if path else key)
