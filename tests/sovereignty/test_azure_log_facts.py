"""What Azure Monitor keeps, exports and tells: a dated table that components and queries rest on."""

import pytest

from sovereignty.facts import azure_logs


def test_what_is_exported_and_kept_are_tables_that_are_known():
    known = azure_logs.tables()
    assert {known[name].export for name in azure_logs.exported_tables()} <= {"whole", "partly"}
    assert set(azure_logs.exported_tables()) <= set(azure_logs.kept_tables())
    assert all(known[name].export != "none" for name in azure_logs.kept_tables())
    assert {row.export for row in known.values()} == {"whole", "partly", "none", "loop"}


def test_years_are_days_as_azure_counts_them_and_grow():
    days = [azure_logs.total_days(years) for years in range(1, 13)]
    assert days == sorted(set(days))
    assert (azure_logs.total_days(7), azure_logs.total_days(13)) == (2556, azure_logs.total_days(12))
    least, most = azure_logs.searchable_days()
    assert least < most < azure_logs.total_days(3)


def test_names_of_watches_are_names_of_rules_and_severities_are_azures():
    watches = [*azure_logs.watches(), *(azure_logs.other_watch(name) for name in ("elevated-access", "hsm-roles"))]
    assert len({watch.name for watch in watches}) == len(watches)
    for watch in watches:
        assert watch.name.replace("-", "").isalnum()
        assert 0 <= watch.severity <= 4
        assert watch.calls or watch.needs
    assert [watch.name for watch in azure_logs.watches() if watch.blinds] == ["logs"]


def test_a_table_or_watch_that_is_unknown_is_an_error():
    with pytest.raises(LookupError):
        azure_logs.columns("Nothing")
    with pytest.raises(LookupError, match="has no watch"):
        azure_logs.other_watch("nothing")
