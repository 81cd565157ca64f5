"""What the zone's policies make of a container's retention as the phases go on."""

from __future__ import annotations

from typing import Any

import pytest
from azure_cases import NOW, aliases
from zones_as_data import declared, deployed

from sovereignty.azure_policy.evaluate import evaluate
from sovereignty.azure_policy.resource import AzureResource
from sovereignty.compile import azure_policy

CONTAINER = "Microsoft.Storage/storageAccounts/blobServices/containers"
RECORDS = AzureResource.of(CONTAINER, name="a/default/records")


def compiled(phase: str, mode: str = "COMPLIANCE") -> dict[str, dict[str, Any]]:
    law = declared("eu", retention={"mode": mode, "years": 7})
    found = azure_policy.documents(law, deployed(phase=phase))
    return {each.body["name"]: each.body for each in found if each.path.startswith(azure_policy.DEFINITIONS)}


def policy(state: str | None, days: int = 2557) -> AzureResource:
    properties = {"immutabilityPeriodSinceCreationInDays": days} | ({"state": state} if state else {})
    return AzureResource.of(
        f"{CONTAINER}/immutabilityPolicies", name="a/default/records/default", properties=properties
    )


def reported(definition: dict[str, Any], *related: AzureResource) -> bool:
    found = evaluate(definition, RECORDS, {}, aliases=aliases(), related=related, now=NOW).effect
    assert found in (None, "auditIfNotExists")
    return found is not None


@pytest.mark.parametrize(
    ("phase", "mode", "state", "expected"),
    [
        ("provision", "COMPLIANCE", "Unlocked", False),
        ("provision", "COMPLIANCE", "Locked", False),
        ("locked", "COMPLIANCE", "Locked", False),
        ("locked", "COMPLIANCE", "Unlocked", True),
        ("locked", "COMPLIANCE", "Disabled", True),
        ("locked", "COMPLIANCE", None, True),
        ("locked", "GOVERNANCE", "Unlocked", False),
    ],
)
def test_an_unlocked_container_is_reported_once_the_retention_has_to_bind(phase, mode, state, expected):
    assert reported(compiled(phase, mode)["container-policy"], policy(state)) is expected


@pytest.mark.parametrize("phase", ["provision", "locked"])
def test_a_container_without_a_policy_or_with_a_short_one_is_reported_in_either_phase(phase):
    definition = compiled(phase)["container-policy"]
    assert reported(definition)
    assert reported(definition, policy("Locked", days=2554))


@pytest.mark.parametrize("state", ["Unlocked", None])
def test_the_first_policy_of_a_new_container_is_let_through_in_phase_locked_too(state):
    definition = compiled("locked")["container-retention"]
    assert evaluate(definition, policy(state), {}, aliases=aliases(), related=(), now=NOW).effect is None
