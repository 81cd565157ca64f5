"""A subscription whose activity log does not reach the zone's workspace is given a diagnostic setting for it."""

from typing import Any

import pytest
from azure_cases import NOW, acting, aliases, definitions, effect
from zones_as_data import DEPLOYED, declared, deployed

from sovereignty import azure_names
from sovereignty.azure_policy.evaluate import evaluate
from sovereignty.azure_policy.resource import SUBSCRIPTION, AzureResource
from sovereignty.compile import azure_policy
from sovereignty.compile.azure import activity
from sovereignty.facts import azure_logs

NAME = "zone-activity-log"
FIRST = DEPLOYED["azureSubscriptions"][0]
WORKSPACE = (
    f"/subscriptions/{FIRST}/resourceGroups/sovereign-eu"
    "/providers/Microsoft.OperationalInsights/workspaces/sovereign-eu-audit"
)
SETTINGS = "Microsoft.Insights/diagnosticSettings"
CATEGORIES = azure_logs.categories("subscription")


def setting(workspace: str | None = WORKSPACE, off: tuple[str, ...] = (), **more: Any) -> AzureResource:
    logs = [{"category": each, "enabled": each not in off} for each in CATEGORIES]
    properties = {"logs": logs, **({"workspaceId": workspace} if workspace else {}), **more}
    return AzureResource.of(SETTINGS, name="theirs", properties=properties)


def outcome(*related: AzureResource, of: AzureResource | None = None) -> str | None:
    subscription = of or AzureResource.of(SUBSCRIPTION, name=FIRST)
    return evaluate(acting()[NAME], subscription, {}, aliases=aliases(), related=related, now=NOW).effect


@pytest.mark.parametrize(
    ("related", "why"),
    [
        ((), "no setting at all"),
        ((setting(None),), "no workspace"),
        ((setting(WORKSPACE.replace("-audit", "-other")),), "another workspace"),
        ((setting(WORKSPACE.replace(FIRST, FIRST[::-1])),), "another subscription's"),
        ((setting(off=("Administrative",)),), "what was done to resources is not streamed"),
        ((setting(off=("Policy",)),), "nor what the policies said"),
        ((setting(off=("Security",)),), "nor alerts"),
        ((setting(logs=[]),), "no log"),
        ((setting(None, logs=[{"category": "Administrative", "enabled": True}]), setting(off=("Policy",))), "in parts"),
        ((AzureResource.of(f"{SETTINGS}Categories", properties={"workspaceId": WORKSPACE}),), "something else"),
    ],
)
def test_a_subscription_that_streams_nothing_to_the_zone_is_given_a_setting_that_does(related: Any, why: str):
    assert outcome(*related) == "deployIfNotExists", why


@pytest.mark.parametrize(
    "there",
    [
        setting(),
        setting(off=("Alert", "Autoscale", "Recommendation", "ResourceHealth", "ServiceHealth")),
        setting(WORKSPACE.upper()),
        setting(storageAccountId="/subscriptions/x"),
    ],
)
def test_a_setting_of_any_name_that_streams_the_evidence_is_enough(there: AzureResource):
    assert outcome(there) is None
    assert outcome(setting(None), there) is None


def test_it_is_about_subscriptions_alone():
    assert outcome(of=AzureResource.of("Microsoft.Storage/storageAccounts", location="westeurope")) is None
    assert outcome(of=AzureResource.of(f"{SUBSCRIPTION}/resourceGroups", location="westeurope")) is None


def deployment(zone: str = "eu") -> dict[str, Any]:
    return acting(zone)[NAME]["properties"]["policyRule"]["then"]["details"]["deployment"]


def test_what_it_makes_is_what_it_asks_for_and_what_the_zones_policies_let_through():
    [made] = deployment()["properties"]["template"]["resources"]
    resource = AzureResource.of(made["type"], name=made["name"], properties=made["properties"])
    assert outcome(resource) is None
    assert {log["category"] for log in made["properties"]["logs"]} == set(CATEGORIES)
    assert made["name"] == azure_names.own(declared(), "logs"), "as components/azure/activity_log.py calls its own"
    refusing = [name for name, body in definitions().items() if effect(body, resource) == "deny"]
    assert refusing == []


def test_its_deployments_stay_in_the_zone():
    assert deployment()["location"] == "germanywestcentral"
    assert deployment("us")["location"] == declared("us").azure.home  # type: ignore[union-attr]


def test_its_identity_may_make_the_setting_and_no_more():
    roles = acting()[NAME]["properties"]["policyRule"]["then"]["details"]["roleDefinitionIds"]
    assert [role.rpartition("/")[2] for role in roles] == ["749f88d5-cbae-40b8-bcfc-e573ddc772fa"]


@pytest.mark.parametrize(
    "elsewhere",
    [{"azureManagedElsewhere": ["activity-log"]}, {"sentinelWorkspaceId": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"}],
)
def test_where_somebody_else_collects_the_logs_nothing_is_streamed(elsewhere: dict[str, Any]):
    found = azure_policy.documents(declared(), deployed(**elsewhere))
    assert [each.path for each in found if NAME in each.path or activity.CONTROL in each.controls] == []
