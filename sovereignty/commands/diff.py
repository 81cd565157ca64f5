"""`sovereignty diff`: what a change of a zone changes in what is allowed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from sovereignty import deployment as deployments
from sovereignty.commands.inputs import declared, landed
from sovereignty.compile import everything, scp
from sovereignty.deployment import Deployment
from sovereignty.diff import calls, documents, sources, zones
from sovereignty.diff.calls import Law
from sovereignty.diff.change import Change, Difference, Found
from sovereignty.errors import InputError, Problem
from sovereignty.iam.policy import Policy, parse
from sovereignty.zone import Zone


def run(name: str, against: str, stack: Path | None, zones_dir: Path | None, output_format: str) -> bool:
    """Prints the difference; True where there is one."""
    difference = _difference(name, against, stack, zones_dir)
    if output_format == "json":
        print(json.dumps(difference.as_json(), indent=2))  # noqa: T201
    else:
        _show(name, against, difference)
    return bool(difference)


def _difference(name: str, against: str, stack: Path | None, zones_dir: Path | None) -> Difference:
    folder = Path(against)
    bodies = sources.compiled(folder, name) if against and folder.is_dir() else None
    if bodies is not None:
        return _of_documents(bodies, *landed(name, zones_dir, stack))
    zone, file = declared(name, zones_dir)
    before = sources.in_folder(folder, name) if against and folder.is_dir() else sources.at_revision(against, file)
    return of_zones(before, zone)


def of_zones(before: Zone | None, after: Zone) -> Difference:
    """What the change from one declaration to the other allows and refuses; the stack plays no part."""
    found = Found()
    calls.compare(_law(before), _law(after), found)
    zones.compare(before, after, found)
    return found.difference()


def _law(zone: Zone | None) -> Law | None:
    if zone is None or zone.aws is None:
        return None
    landing = _anywhere(zone)
    return Law(zone, landing, [parse(document.body) for document in scp.documents(zone, landing)])


def _anywhere(zone: Zone) -> Deployment:
    """An organization of no importance: both sides are asked about their own, so it can't make a difference."""
    values = {
        "zone": zone.zone,
        "awsOrganizationId": "o-0000000000",
        "awsZoneOuPath": "o-0000000000/r-0000/ou-0000-00000000/",
        "awsManagementAccount": "000000000001",
        "awsAccounts": ["000000000000"],
    }
    return deployments.from_config(values, "an organization")


def _of_documents(before: documents.Bodies, zone: Zone, deployment: Deployment) -> Difference:
    after = {document.path: document.body for document in everything.documents(zone, deployment)}
    found = Found()
    if zone.aws:
        old, new = (Law(zone, deployment, _scps(bodies)) for bodies in (before, after))
        calls.compare(old, new, found)
    if not found.difference():
        documents.compare_scps(before, after, found)
    documents.compare(before, after, zone.zone, found)
    return found.difference()


def _scps(bodies: documents.Bodies) -> list[Policy]:
    found = []
    for path, body in bodies.items():
        if path.startswith(documents.SCPS):
            try:
                found.append(parse(body))
            except ValueError as error:
                raise InputError(
                    Problem(path, f"It is no policy that AWS would take: {error}.", "Compile again.")
                ) from None
    return found


def _show(name: str, against: str, difference: Difference) -> None:
    if not difference:
        print(f"Zone {name} allows what {against} allows.")  # noqa: T201
        return
    for title, changes in (("gained", difference.gained), ("lost", difference.lost)):
        if changes:
            _list(f"Zone {name} against {against}, {title}:", changes)


def _list(title: str, changes: Iterable[Change]) -> None:
    print(title)  # noqa: T201
    for change in changes:
        print(f"  {change.says}")  # noqa: T201
