"""What changes between compiled documents: statements and policies that came, went, or are others now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sovereignty.compile.document import minified
from sovereignty.diff.change import Change, Found, moved

Bodies = Mapping[str, Mapping[str, Any]]
"""Path in the folder -> the document."""
SCPS = "aws/scp/"
ALLOWED_LOCATIONS = "listOfAllowedLocations"
"""The parameter of the built-in policies that allow places (Azure/azure-policy, General)."""


def compare(before: Bodies, after: Bodies, zone: str, found: Found) -> None:
    """Adds the changes of everything but SCPs, which are compared by what they allow."""
    places_before, places_after = (_locations(bodies) for bodies in (before, after))
    joins, leaves = "{} joins the zone on Azure.", f"{{}} leaves the zone on Azure. {moved(zone)}"
    found.sets("location", places_before, places_after, joins, leaves)
    old, new = (dict(_parts(bodies)) for bodies in (before, after))
    others: dict[str, int] = {}
    for key in sorted(old.keys() | new.keys()):
        path, part, effect = key
        if not part and key in old and key in new:
            # of the many on Azure, which all name the zone's places, the count is enough
            others[path.rpartition("/")[0]] = others.get(path.rpartition("/")[0], 0) + (old[key] != new[key])
            continue
        named = f"{path}: {part}" if part else path
        if key not in old or key not in new:
            came, allows = key in new, effect == "Allow"
            verb = "is new" if came else "is gone"
            change = Change("document", path, f"{named} ({'allows' if allows else 'refuses'}) {verb}.")
            (found.gained if came is allows else found.lost).append(change)
        elif old[key] != new[key]:
            # it may allow more in one respect and less in another
            _add_to_both(Change("document", path, f"{named} is another one now: read it."), found)
    for folder, count in others.items():
        if count:
            _add_to_both(Change("document", folder, f"{folder}: {count} documents are others now: read them."), found)


def _add_to_both(change: Change, found: Found) -> None:
    found.gained.append(change)
    found.lost.append(change)


def _locations(bodies: Bodies) -> set[str]:
    """The places that assignments of Azure's own policies allow."""
    found: set[str] = set()
    for path, body in bodies.items():
        if path.startswith("azure/assignments/"):
            parameters = (body.get("properties") or {}).get("parameters") or {}
            found.update((parameters.get(ALLOWED_LOCATIONS) or {}).get("value") or ())
    return found


def compare_scps(before: Bodies, after: Bodies, found: Found) -> None:
    """Adds that statements of SCPs changed for callers, resources or keys that an ordinary call doesn't show."""
    old, new = ({minified(_nameless(row)): str(row.get("Sid", "")) for row in _statements(b)} for b in (before, after))
    for side, changes, verb in (
        (new.keys() - old.keys(), found.lost, "is new"),
        (old.keys() - new.keys(), found.gained, "is gone"),
    ):
        for text in sorted(side):
            name = (new if verb == "is new" else old)[text]
            changes.append(Change("document", SCPS, f"SCP statement {name} (refuses) {verb}."))


def _statements(bodies: Bodies) -> Iterator[Mapping[str, Any]]:
    for path, body in bodies.items():
        if path.startswith(SCPS):
            yield from body.get("Statement", ())


def _nameless(statement: Mapping[str, Any]) -> dict[str, Any]:
    return {element: value for element, value in statement.items() if element != "Sid"}


def _parts(bodies: Bodies) -> Iterator[tuple[tuple[str, str, str], str]]:
    for path, body in bodies.items():
        if path.startswith(SCPS):
            continue
        statements = body.get("Statement")
        if isinstance(statements, list):
            for statement in statements:
                effect, sid = statement.get("Effect", ""), statement.get("Sid", "")
                yield (_family(path), sid, effect), minified(_nameless(statement))
        else:
            yield (path, "", "Deny"), minified(body)


def _family(path: str) -> str:
    """The folder of the RCPs, whose statements may move from one document to another; else the path."""
    folder = "aws/rcp/"
    return folder if path.startswith(folder) else path
