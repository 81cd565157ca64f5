"""The queries over a workspace: each reads columns that its table has, and finds what it is meant to find."""

import re

import pytest
from zones_as_data import declared

from sovereignty.compile import log_queries
from sovereignty.errors import InputError
from sovereignty.facts import azure_logs

HELD = declared("eu")
TABLES = azure_logs.exported_tables()
QUERIES = {
    **{watch.name: query for watch, query in log_queries.all_watches(HELD)},
    "lost": log_queries.lost_records(),
    "hsm-roles": log_queries.hsm_roles(),
}
WORDS = {
    *("where", "extend", "project", "and", "or", "not", "in", "has", "contains", "startswith", "between"),
    *("ago", "ingestion_time", "coalesce", "tostring", "toscalar", "now", "let", "print", "union", "isfuzzy", "true"),
    "count",
}
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_NAME = re.compile(r"(?<![.\w])[A-Za-z_]\w*")
_SPAN = re.compile(r"\b\d+[hdm]\b")


def bare(query: str) -> str:
    """The query without its texts and time spans."""
    return _SPAN.sub("1", _TEXT.sub('""', query))


def read(query: str) -> set[str]:
    """The columns that a query of one table reads: no words of the language, no names that it gives itself."""
    steps = [step.strip() for step in bare(query).split("\n|")]
    given: set[str] = set()
    found: set[str] = set()
    for step in steps[1:]:
        assert step.split()[0] in ("where", "extend", "project"), step
        new = set(re.findall(r"(\w+) = ", step))
        found |= set(_NAME.findall(re.sub(r"\w+ = ", "", step))) - WORDS - given
        given |= new
    return found


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_reads_columns_that_its_table_has(name: str):
    query = QUERIES[name]
    table = query.splitlines()[0]
    assert read(query) <= azure_logs.columns(table), name


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_is_well_formed_and_ends_in_what_an_alarm_tells(name: str):
    plain = bare(QUERIES[name])
    assert plain.count("(") == plain.count(")")
    assert '"' not in plain.replace('""', "")
    last = plain.rpartition("project ")[2]
    columns = [part.partition(" = ")[0].strip() for part in re.split(r",(?![^()]*\))", last)]
    assert columns == ["TimeGenerated", *log_queries.TOLD]


def test_every_watch_over_the_activity_log_looks_for_all_its_calls_whatever_their_case():
    for watch in azure_logs.watches():
        query = QUERIES[watch.name]
        assert "OperationNameValue in~ (" in query
        assert "ActivityStatusValue in~ (" in query
        for call in watch.calls:
            assert f'"{call}"' in query
            assert re.fullmatch(r"Microsoft\.\w+/[\w/]+/(write|delete|action)", call), call


def test_no_call_is_watched_twice_and_what_the_zone_fears_is_watched():
    calls = [call for watch in azure_logs.watches() for call in watch.calls]
    assert len(calls) == len(set(calls))
    for call in (
        "Microsoft.Authorization/policyExemptions/write",
        "Microsoft.Authorization/policyAssignments/delete",
        "Microsoft.Insights/diagnosticSettings/delete",
        "Microsoft.KeyVault/locations/deletedVaults/purge/action",
        "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies/delete",
        "Microsoft.Authorization/locks/delete",
        "Microsoft.Network/networkSecurityPerimeters/resourceAssociations/delete",
        "Microsoft.Compute/disks/beginGetAccess/action",
        "Microsoft.Storage/storageAccounts/failover/action",
        "Microsoft.KeyVault/managedHSMs/write",
    ):
        assert call in calls


def test_roles_are_told_of_at_management_groups_alone():
    assert 'Scope startswith "/providers/"' in QUERIES["roles-at-management-group"]
    assert "startswith" not in QUERIES["policy"]


def test_changed_logs_and_alarms_are_told_of_where_they_are_the_zones_own():
    assert 'Scope contains "/sovereign-eu-"' in QUERIES["own-logs"]
    assert '"Microsoft.Insights/diagnosticSettings/write"' in QUERIES["own-logs"]
    assert "Scope contains" not in QUERIES["logs"]


def test_what_a_run_looks_back_is_longer_than_what_lies_between_two_runs():
    minutes = re.search(r"ago\((\d+)m\)", QUERIES["policy"])
    assert minutes and int(minutes[1]) > int(log_queries.EVERY.strip("PTM"))


def test_an_hsm_and_a_break_glass_role_are_watched_where_the_zone_has_them():
    assert not {"break-glass", "hsm-roles"} & {watch.name for watch, _ in log_queries.all_watches(HELD)}
    keys = HELD.keys.model_copy(update={"azure": "managed-hsm"})
    glass = HELD.break_glass.model_copy(update={"azure_role": 'Glass "1"'})
    zone = HELD.model_copy(update={"keys": keys, "break_glass": glass})
    found = {watch.name: query for watch, query in log_queries.all_watches(zone)}
    assert "hsm-roles" in found
    assert 'contains "Glass \\"1\\""' in found["break-glass"]
    assert read(found["break-glass"]) <= azure_logs.columns("AuditLogs")


def test_a_zone_without_the_role_has_no_query_for_it():
    with pytest.raises(InputError) as told:
        log_queries.break_glass(HELD)
    assert told.value.problems[0].where == "zones/eu.yaml: break_glass.azure_role"


def test_a_stalled_export_is_records_that_came_and_none_that_was_written():
    query = log_queries.stalled_export("euaudit0a1b2c3d", TABLES)
    plain = bare(query)
    assert plain.count("(") == plain.count(")")
    arrived, written, told = query.split(";\n")
    assert all(table in arrived for table in TABLES)
    assert "StorageBlobLogs" not in arrived
    inner = written.removeprefix("let written = toscalar(").removesuffix(")").removesuffix("\n| count")
    assert read(inner) <= azure_logs.columns("StorageBlobLogs")
    assert '"euaudit0a1b2c3d"' in written
    assert told.startswith("print TimeGenerated = now(), Arrived = arrived, Written = written")
    assert told.endswith("where Arrived > 0 and Written == 0")
    assert int(log_queries.STALLED_OVER.strip("PTH")) * 2 <= azure_logs.export_gives_up_after()


def test_containers_are_named_as_azure_can_name_them():
    for table in TABLES:
        assert re.fullmatch(r"am-[a-z0-9]{1,60}", log_queries.container(table))
