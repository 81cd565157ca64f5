"""`sovereignty diff`: what a change of a zone changes in what is allowed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from sovereignty import deployment as deployments
from sovereignty.commands.inputs import beside, declared, landed
from sovereignty.commands.printable import printable
from sovereignty.compile import everything, scp
from sovereignty.deployment import Deployment
from sovereignty.diff import calls, documents, settings, sources, stacks, zones
from sovereignty.diff.calls import Law
from sovereignty.diff.change import Change, Difference, Found
from sovereignty.documents import shown_path
from sovereignty.errors import InputError, Problem
from sovereignty.iam.policy import Policy, parse
from sovereignty.iam.request import Value
from sovereignty.zone import Zone


def run(name: str, against: str, stack: Path | None, zones_dir: Path | None, output_format: str) -> bool:
    """Prints the difference; True where there is one. On standard error: what was not compared."""
    difference, left_out = _difference(name, against, stack, zones_dir)
    if output_format == "json":
        print(json.dumps(difference.as_json(), indent=2))  # noqa: T201
    else:
        _show(name, against, difference)
    if left_out:
        print(left_out, file=sys.stderr)  # noqa: T201
    return bool(difference)


def _difference(name: str, against: str, stack: Path | None, zones_dir: Path | None) -> tuple[Difference, str]:
    """The difference, and in words what wasn't compared."""
    folder = Path(against)
    is_folder = bool(against) and folder.is_dir()
    bodies = sources.compiled(folder, name) if is_folder else None
    if bodies is not None:
        return _of_documents(bodies, *landed(name, zones_dir, stack)), ""
    zone, file = declared(name, zones_dir)
    before = sources.in_folder(folder, name) if is_folder else sources.at_revision(against, file)
    found = Found()
    _compare_zones(before, zone, found)
    if is_folder:
        return found.difference(), "Zone files are compared with zone files: what a stack file changes is not compared."
    left_out = "" if before is None else _compare_stacks(against, stack or beside(name, file), file.parent, found)
    return found.difference(), left_out


def _compare_stacks(revision: str, stack: Path, folder: Path, found: Found) -> str:
    """Adds what changed in the stack file; else why that wasn't compared."""
    where = shown_path(stack)
    if not stack.exists():
        return f"{where} is not there: what a stack file changes is not compared."
    try:
        before = sources.stack_at_revision(revision, stack, folder)
    except InputError as error:
        return f"{where} of {revision} is not compared, since it can't be read:\n{error}"
    if before is None:
        return f"{revision} has no {where}: what a stack file changes is not compared."
    stacks.compare(before, deployments.load_stack(stack)[0], found)
    return ""


def of_zones(before: Zone | None, after: Zone) -> Difference:
    """What the change from one declaration to the other allows and refuses; the stack plays no part."""
    found = Found()
    _compare_zones(before, after, found)
    return found.difference()


def _compare_zones(before: Zone | None, after: Zone, found: Found) -> None:
    # of a zone that is new on AWS the places are told: a list of all actions tells nobody anything
    if before and before.aws and after.aws:
        calls.compare(_law(before), _law(after), found)
    zones.compare(before, after, found)


def _law(zone: Zone) -> Law:
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
    told = 0
    if zone.aws:
        old = Law(zone, deployment, _scps(before), _home_of(before, zone.aws.home), _own(before))
        told = calls.compare(old, Law(zone, deployment, _scps(after)), found)
    documents.compare_scps(before, after, told, found)
    documents.compare(before, after, zone.zone, found)
    settings.compare(before, after, found)
    return found.difference()


def _home_of(bodies: documents.Bodies, home: str) -> str:
    regions = documents.regions_of(bodies)
    return regions[0] if regions and home not in regions else home


def _own(bodies: documents.Bodies) -> dict[str, Value]:
    """What the documents take for the zone's own: their tag, organization and OU may be others than today's."""
    found: dict[str, Value] = {}
    for key in ("aws:RequestTag/DataResidency", "aws:ResourceOrgID"):
        if values := documents.values_of(bodies, key):
            found[key] = values[0]
    if paths := documents.values_of(bodies, "aws:ResourceOrgPaths"):
        found["aws:ResourceOrgPaths"] = (paths[0].removesuffix("*"),)
    return found


def _scps(bodies: documents.Bodies) -> list[Policy]:
    found = []
    for path, body in bodies.items():
        if not path.startswith("aws/") or settings.is_one(path):
            continue
        try:
            policy = parse(body)
        except ValueError as error:
            raise InputError(
                Problem(path, f"It is no policy that AWS would take: {error}.", "Compile again.")
            ) from None
        if path.startswith(documents.SCPS):
            found.append(policy)
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
        print(f"  {printable(change.says)}")  # noqa: T201
