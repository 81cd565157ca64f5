"""The queries over a zone's Log Analytics workspace, in KQL: what the alarms look for. No other place has any.

Each is run every `EVERY` over a longer time, since records come up to twenty minutes after what they tell of: what
counts is when a record came (`ingestion_time`), a little longer ago than the last run, so that none falls between two.
A record may then be told twice. Values in AzureActivity are compared whatever their case, as its page asks.

Sources: Azure Monitor, "Activity log" (delay, case), "Create or edit a log search alert rule" (`ago` with literals
only), "Monitor operational issues" (_LogOperation); KQL reference (string literals).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sovereignty import azure_names
from sovereignty.errors import InputError, Problem
from sovereignty.facts import azure_logs
from sovereignty.facts.azure_logs import Watch
from sovereignty.zone import Zone

EVERY = "PT10M"
OVER = "PT1H"
"""What a run looks through: longer than the longest delay."""
FOUNDATION = "sovereign-foundation"
"""How the names of what the foundation has on Azure begin."""
_CAME = "15m"
"""Since then a record must have come: half a run longer than `EVERY`."""
DONE = ("Success", "Succeeded", "Accept", "Accepted")
"""Of an operation that took effect. The page of the activity log names Succeeded; what comes by a diagnostic setting
says Success and Accept, as Azure/Azure-Sentinel's rules on AzureActivity read it."""
TOLD = ("Caller", "Operation", "Scope")
"""What each record is told by: the columns that all queries but those of the export end in."""

STALLED_OVER = "PT6H"
"""Half of the time after which an export gives up (facts: export_gives_up_after)."""
STALLED_EVERY = "PT1H"


def text(value: str) -> str:
    """A string literal of KQL; its escapes are those of JSON."""
    return json.dumps(value)


def _any_of(values: Iterable[str]) -> str:
    return f"({', '.join(text(value) for value in values)})"


def _query(*steps: str) -> str:
    return "\n| ".join(steps)


def operations(watch: Watch, zone: Zone | None = None) -> str:
    """The calls of a watch in the activity log. What concerns a management group has no subscription before its
    provider: a scope that begins with `/providers/`. What is the zone's own is known by its name; without a zone it is
    the foundation's.
    """
    at = {
        "management-group": 'where Scope startswith "/providers/"',
        "own": f"where Scope contains {text('/' + (azure_names.own(zone, '') if zone else FOUNDATION))}",
    }
    scope = "coalesce(tostring(Authorization_d.scope), _ResourceId)"
    return _query(
        "AzureActivity",
        f"where ingestion_time() > ago({_CAME})",
        'where CategoryValue =~ "Administrative"',
        f"where OperationNameValue in~ {_any_of(watch.calls)}",
        f"where ActivityStatusValue in~ {_any_of(DONE)}",
        f"extend Scope = {scope}",
        *([at[watch.at]] if watch.at else []),
        "project TimeGenerated, Caller, Operation = OperationNameValue, Scope",
    )


def elevated_access() -> str:
    """A Global Administrator who takes the right to administer all of the tenant's subscriptions."""
    return _query(
        "AuditLogs",
        f"where ingestion_time() > ago({_CAME})",
        'where Category =~ "AzureRBACRoleManagementElevateAccess"',
        'where ActivityDisplayName startswith "User has elevated their access"',
        "extend Caller = tostring(InitiatedBy.user.userPrincipalName)",
        'project TimeGenerated, Caller, Operation = OperationName, Scope = "/"',
    )


def break_glass(zone: Zone) -> str:
    """Somebody who takes on the zone's break-glass role by Privileged Identity Management.

    InputError where the zone names no role of Azure's for it.
    """
    role = zone.break_glass.azure_role
    if role is None:
        where = f"zones/{zone.zone}.yaml: break_glass.azure_role"
        raise InputError(Problem(where, "The zone names no break-glass role on Azure.", "Add the role's name."))
    return _query(
        "AuditLogs",
        f"where ingestion_time() > ago({_CAME})",
        'where LoggedByService =~ "PIM"',
        'where OperationName =~ "Add member to role completed (PIM activation)"',
        f"where tostring(TargetResources) contains {text(role)}",
        f"project TimeGenerated, Caller = Identity, Operation = OperationName, Scope = {text(role)}",
    )


def hsm_roles() -> str:
    """Whoever gives or takes a role within a managed HSM, told by the path that was called."""
    return _query(
        "AzureDiagnostics",
        f"where ingestion_time() > ago({_CAME})",
        'where ResourceProvider =~ "MICROSOFT.KEYVAULT"',
        'where ResourceType =~ "MANAGEDHSMS"',
        'where Category =~ "AuditEvent"',
        'where requestUri_s contains "/roleAssignments/"',
        'where not(OperationName contains "Get" or OperationName contains "List")',
        "project TimeGenerated, Caller = CallerIPAddress, Operation = OperationName, Scope = _ResourceId",
    )


def lost_records() -> str:
    """Where the workspace itself says that it failed to take in what came: records may be lost."""
    return _query(
        "_LogOperation",
        f"where TimeGenerated > ago({_CAME})",
        'where Level =~ "Error"',
        "project TimeGenerated, Caller = Category, Operation, Scope = Detail",
    )


def stalled_export(account: str, tables: Sequence[str]) -> str:
    """One row where records came into the exported tables, and none was written into the storage account.

    What came in the last hour is left out: the export may not have got to it. `account`: its name.
    """
    arrived = _query(
        f"union isfuzzy=true {', '.join(sorted(tables))}",
        "where TimeGenerated between (ago(6h) .. ago(1h))",
        "count",
    )
    written = _query(
        "StorageBlobLogs",
        "where TimeGenerated > ago(6h)",
        f"where AccountName =~ {text(account)}",
        'where Category =~ "StorageWrite"',
        'where StatusText contains "Success"',
        f'where Uri contains "/{CONTAINER}"',
        "count",
    )
    return f"let arrived = toscalar({arrived});\nlet written = toscalar({written});\n" + _query(
        "print TimeGenerated = now(), Arrived = arrived, Written = written", "where Arrived > 0 and Written == 0"
    )


CONTAINER = "am-"
"""How the containers of an export begin (Log Analytics data export rules, "Storage account")."""


def container(table: str) -> str:
    """The container that an export writes a table into. A container's name takes small letters only."""
    return CONTAINER + table.lower()


def all_watches(zone: Zone) -> list[tuple[Watch, str]]:
    """What a zone is told of, each with its query: calls in the activity log, and what is found elsewhere."""
    found = [(watch, operations(watch, zone)) for watch in azure_logs.watches()]
    found.append((azure_logs.other_watch("elevated-access"), elevated_access()))
    if zone.keys.azure == "managed-hsm":
        found.append((azure_logs.other_watch("hsm-roles"), hsm_roles()))
    if zone.break_glass.azure_role is not None:
        found.append((azure_logs.other_watch("break-glass"), break_glass(zone)))
    return found
