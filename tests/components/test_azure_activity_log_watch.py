"""What is told though the records are stopped: a rule over each subscription's activity log itself."""

from typing import Any

import pytest
from built import Recorder, build, declared, deployed

from components.azure.activity_log_watch import ActivityLogWatch, ActivityLogWatchArgs
from sovereignty.compile import log_queries
from sovereignty.errors import InputError
from sovereignty.facts import azure_logs
from sovereignty.footprint import AzureFootprint

pytestmark = pytest.mark.engine

FIRST = deployed().azure_subscriptions[0]
OTHER = "1b2c3d4e-5f6a-4b7c-8d9e-0f1a2b3c4d5e"
ALARMS = f"/subscriptions/{FIRST}/resourceGroups/sovereign-eu/providers/Microsoft.Insights/actionGroups/alarms"
RULE = "azure-native:monitor:ActivityLogAlert"


def watch(subscription: str | None = None, **more: Any) -> tuple[Recorder, list[str]]:
    given = {
        "zone": declared(),
        "deployment": deployed(azureSubscriptions=[FIRST, OTHER]),
        "resource_group_name": "sovereign-eu",
        "alarm_group_id": ALARMS,
        "subscription": subscription,
        **more,
    }
    recorder, outputs = build(
        lambda: {"names": ActivityLogWatch("watch", ActivityLogWatchArgs(**given)).names}  # pyright: ignore[reportArgumentType]
    )
    return recorder, outputs["names"]


def processed_in(home: str, *others: str) -> str:
    footprint = AzureFootprint(cloud="public", home=home, regions=(home, *others))
    recorder, _ = watch(zone=declared().model_copy(update={"azure": footprint}))
    return recorder.the(RULE).inputs["location"]


def test_what_could_blind_the_workspace_is_told_whatever_the_workspace_has():
    recorder, names = watch()
    [blinding] = [each for each in azure_logs.watches() if each.blinds]
    rule = recorder.the(RULE).inputs
    category, status, calls = rule["condition"]["allOf"]
    assert (category["equals"], status["equals"]) == ("Administrative", "Succeeded")
    assert {each["equals"] for each in calls["anyOf"]} == set(blinding.calls)
    assert "Microsoft.Insights/diagnosticSettings/delete" in blinding.calls
    assert rule["actions"] == {"actionGroups": [{"actionGroupId": ALARMS}]}
    assert names == [rule["activityLogAlertName"]]


@pytest.mark.parametrize(("given", "watched"), [(None, FIRST), (OTHER, OTHER), (OTHER.upper(), OTHER)])
def test_it_watches_one_subscription_and_is_named_after_it(given: str | None, watched: str):
    recorder, names = watch(given)
    assert recorder.the(RULE).inputs["scopes"] == [f"/subscriptions/{watched}"]
    assert names == [f"sovereign-eu-activity-logs-{watched}"]


def test_another_alarm_of_the_zone_tells_of_a_change_to_it():
    _, [name] = watch()
    own = next(each for each in azure_logs.watches() if each.at == "own")
    assert "Microsoft.Insights/activityLogAlerts/write" in own.calls
    [queried] = [query for each, query in log_queries.all_watches(declared()) if each.name == own.name]
    assert "/sovereign-eu-" in queried and name.startswith("sovereign-eu-")


@pytest.mark.parametrize(
    ("places", "location"),
    [
        (("germanywestcentral", "westeurope", "northeurope"), "westeurope"),
        (("northeurope", "westeurope"), "northeurope"),
        (("germanywestcentral", "swedencentral"), "global"),
        (("centralindia", "southindia"), "global"),
    ],
)
def test_it_is_processed_in_a_location_of_the_zone_where_one_may_and_else_it_is_global(
    places: tuple[str, ...], location: str
):
    assert processed_in(*places) == location


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"resource_group_name": ""}, "resource_group_name"),
        ({"alarm_group_id": "alarms"}, "alarm_group_id"),
        ({"subscription": "11111111-2222-4333-8444-555555555555"}, "subscription"),
    ],
)
def test_bad_arguments_are_told_before_anything_is_made(more: dict[str, Any], where: str):
    with pytest.raises(InputError) as told:
        watch(**more)
    assert told.value.problems[0].where == f"ActivityLogWatchArgs.{where}"
