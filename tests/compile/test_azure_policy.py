from pathlib import Path
from typing import Any

import pytest
from azure_cases import acting, definitions, documents
from zones_as_data import declared, deployed

from sovereignty import facts
from sovereignty.compile import azure_policy
from sovereignty.errors import InputError
from sovereignty.facts import azure_policy as tables

SPAIN = {"cloud": "public", "home": "spaincentral", "regions": ["spaincentral", "West Europe"]}


def assigned(**changes: Any) -> dict[str, dict[str, Any]]:
    found = azure_policy.documents(declared("eu", **changes), deployed())
    return {each.body["name"]: each.body["properties"] for each in found if each.path.startswith("azure/assignments/")}


def accepted(*more: str, but: str = "…") -> list[dict[str, Any]]:
    found = [row.model_dump() for row in declared("eu").accepts if not row.risk.endswith(but)]
    return [*found, *({"risk": risk, "reason": "of no matter to this test"} for risk in more)]


EU = assigned()


def test_the_baseline_is_assigned_with_the_zones_locations_where_it_takes_them_all():
    baseline = EU["sovereignty-baseline"]
    assert baseline["policyDefinitionId"].endswith("policySetDefinitions/c1cbff38-87c0-4b9f-9f70-035c7a3b5523")
    assert baseline["parameters"]["listOfAllowedLocations"] == {
        "value": ["germanywestcentral", "northeurope", "westeurope"]
    }
    assert baseline["parameters"]["effect"] == {"value": "Deny"}
    assert "allowed-locations" not in EU, "the baseline holds both"


def test_a_zone_with_a_location_that_the_baseline_does_not_know_gets_its_parts_one_by_one():
    spain = assigned(azure=SPAIN, accepts=accepted("azure.global-alarms"))
    assert "sovereignty-baseline" not in spain
    ids = {name: spain[name]["policyDefinitionId"].rpartition("/")[2] for name in spain if name.startswith("allowed")}
    assert ids == {
        "allowed-locations": "e56962a6-4747-49cd-b67b-bf8b01975c4c",
        "allowed-locations-groups": "e765b5de-1225-4ba3-bd56-1ac6695af988",
    }
    for name in ids:
        assert spain[name]["parameters"] == {"listOfAllowedLocations": {"value": ["spaincentral", "westeurope"]}}


def test_what_is_not_known_to_be_offered_in_a_cloud_is_not_assigned_there():
    law = declared("us")
    assert law.azure is not None
    government = law.azure.model_copy(
        update={"cloud": "usgovernment", "home": "usgovvirginia", "regions": ("usgovvirginia",)}
    )
    found = azure_policy.documents(law.model_copy(update={"azure": government}), deployed(zone="us"))
    names = {each.body["name"] for each in found if each.path.startswith("azure/assignments/")}
    own = {"zone-controls", "zone-tags", "zone-tags-groups", "zone-tag-class", "zone-activity-log"}
    assert names == {"allowed-locations", "allowed-locations-groups", *own}


def test_the_zones_own_initiative_is_assigned_with_its_effects():
    own = EU["zone-controls"]
    assert own["policyDefinitionId"] == (
        "/providers/Microsoft.Management/managementGroups/sovereign-eu"
        "/providers/Microsoft.Authorization/policySetDefinitions/sovereign-zone"
    )
    assert own["parameters"] == {"effect": {"value": "Deny"}, "confidentialEffect": {"value": "Audit"}}


def test_the_initiative_holds_every_definition_by_its_full_id():
    [initiative] = [body for path, body in documents().items() if path.startswith("azure/initiatives/")]
    members = initiative["properties"]["policyDefinitions"]
    prefix = "/providers/Microsoft.Management/managementGroups/sovereign-eu/providers/Microsoft.Authorization/"
    assert [each["policyDefinitionId"] for each in members] == [
        f"{prefix}policyDefinitions/{name}" for name in definitions()
    ]
    for each in members:
        definition = definitions()[each["policyDefinitionReferenceId"]]["properties"]
        assert each["groupNames"] == [definition["metadata"]["control"]]
        parameter = "confidentialEffect" if definition["metadata"]["control"] == "compute.confidential" else "effect"
        reports = definition["parameters"]["effect"]["defaultValue"] == "AuditIfNotExists"
        assert each["parameters"] == ({} if reports else {"effect": {"value": f"[parameters('{parameter}')]"}})


def test_what_acts_is_assigned_by_itself_with_an_identity_at_home_and_nothing_else_has_one():
    bodies = {body["name"]: body for path, body in documents().items() if path.startswith("azure/assignments/")}
    with_identity = {name for name, body in bodies.items() if "identity" in body}
    assert with_identity == acting().keys() == {"zone-tags", "zone-tags-groups", "zone-tag-class", "zone-activity-log"}
    for name in with_identity:
        assert bodies[name]["identity"] == {"type": "SystemAssigned"}
        assert bodies[name]["location"] == "germanywestcentral"
        assert bodies[name]["properties"]["policyDefinitionId"].endswith(f"/policyDefinitions/{name}")
        [effect] = {value["value"] for value in bodies[name]["properties"]["parameters"].values()}
        assert effect == acting()[name]["properties"]["parameters"]["effect"]["defaultValue"]
    for name in bodies.keys() - with_identity:
        assert bodies[name].keys() == {"name", "properties"}
    [initiative] = [body for path, body in documents().items() if path.startswith("azure/initiatives/")]
    members = {each["policyDefinitionReferenceId"] for each in initiative["properties"]["policyDefinitions"]}
    assert not members & acting().keys()


def test_the_sandbox_group_has_the_same_documents_by_its_own_ids_but_for_the_streaming_of_logs():
    own = azure_policy.documents(declared("eu"), deployed())
    tried = azure_policy.documents(declared("eu"), deployed(), sandbox=True)
    there = {each.path: each.text.replace("/sovereign-eu-sandbox/", "/sovereign-eu/") for each in tried}
    left_out = {each.path for each in own if each.path not in there}
    assert left_out == {f"azure/{folder}/eu-zone-activity-log.json" for folder in ("definitions", "assignments")}
    assert there == {each.path: each.text for each in own if each.path not in left_out}
    assert "/sovereign-eu/" not in "".join(each.text for each in tried)


def test_what_refuses_the_zones_own_resources_is_overridden_by_reference():
    overrides = {each["value"]: each["selectors"] for each in EU["zone-keys"]["overrides"]}
    assert overrides == {
        "Audit": [
            {
                "kind": "policyDefinitionReferenceId",
                "in": [
                    "customerManagedKeysOnLogSearchAlerts",
                    "customerManagedKeysOnStorageQueue",
                    "customerManagedKeysOnStorageTable",
                ],
            }
        ],
        "Disabled": [{"kind": "policyDefinitionReferenceId", "in": ["customerManagedKeysOnOSAndDataDisk"]}],
    }


def test_key_types_are_bound_on_the_data_plane_as_well():
    assert EU["hsm-key-types"]["parameters"]["allowedKeyTypes"] == {"value": ["RSA-HSM", "EC-HSM"]}


def test_who_is_refused_reads_what_to_do_and_by_which_control():
    for name, properties in EU.items():
        assert properties["enforcementMode"] == "Default"
        for message in properties["nonComplianceMessages"]:
            assert message["message"].rstrip(".").endswith(("zone eu)", "for what to do", "(residency.region)")), name
        for control in properties["metadata"]["control"].split(","):
            domain, _, _ = control.partition(".")
            known = ("residency", "egress", "keys", "worm", "compute", "governance", "tags", "audit", "network")
            assert domain in known
    told = {
        each["policyDefinitionReferenceId"]: each["message"]
        for each in EU["zone-controls"]["nonComplianceMessages"]
        if "policyDefinitionReferenceId" in each
    }
    assert list(told) == list(definitions())
    for name, message in told.items():
        assert definitions()[name]["properties"]["metadata"]["control"] in message


def test_names_fit_where_azure_takes_them():
    assert all(0 < len(name) <= 24 for name in EU), "assignments at a management group"
    for name, body in {**definitions(), **acting()}.items():
        assert len(name) <= 64
        assert len(body["properties"]["displayName"]) <= 128
        assert len(body["properties"]["description"]) <= 512


def test_the_quotas_of_azure_are_met_and_the_documents_are_the_same_every_time():
    found = azure_policy.documents(declared("eu"), deployed())
    assert found == azure_policy.documents(declared("eu"), deployed())
    assert [each.path for each in found if len(each.text) > each.limit] == []
    assert len(definitions()) + len(acting()) <= facts.quota("azure", "public", "policy", "definitions_per_scope").value
    assert len({each.path for each in found}) == len(found)


def test_a_quota_that_is_not_met_is_an_error_that_says_by_how_much(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(azure_policy, "_limit", lambda key: 3 if key == "definitions_per_scope" else 10**6)
    with pytest.raises(
        InputError, match=rf"{len(definitions()) + len(acting())} definitions per scope, and Azure takes 3"
    ):
        azure_policy.documents(declared("eu"), deployed())
    monkeypatch.setattr(azure_policy, "_limit", lambda key: 1000)
    with pytest.raises(InputError, match=r"bytes, and Azure takes 1000"):
        azure_policy.documents(declared("eu"), deployed())


def test_a_location_is_compiled_as_azure_compares_it_however_it_is_spelt():
    footprint = {"cloud": "public", "home": "West Europe", "regions": ["West Europe", "North Europe"]}
    spelt = assigned(azure=footprint, accepts=accepted("azure.global-alarms", but="-pair"))
    assert spelt["sovereignty-baseline"]["parameters"]["listOfAllowedLocations"]["value"] == [
        "northeurope",
        "westeurope",
    ]


def test_an_empty_list_of_locations_is_never_assigned():
    zone = declared("eu")
    assert zone.azure is not None
    emptied = zone.model_copy(update={"azure": zone.azure.model_copy(update={"regions": ()})})
    with pytest.raises(InputError, match=r"azure\.regions"):
        azure_policy.documents(emptied, deployed())


def test_a_stack_without_subscriptions_is_asked_for_them():
    with pytest.raises(InputError, match="azureSubscriptions"):
        azure_policy.documents(declared("eu"), deployed(azureSubscriptions=[]))


def test_a_zone_without_azure_has_no_documents():
    assert azure_policy.documents(declared("eu").model_copy(update={"azure": None}), deployed()) == ()


def test_the_table_of_aliases_holds_what_the_definitions_use_and_nothing_else():
    tenant = deployed().azure_tenant_id or ""
    used: set[str] = set()
    for found in (definitions(), definitions("eu", tenant), definitions("us"), acting()):
        for each in found.values():
            used |= _fields(each["properties"]["policyRule"])
    assert {alias for held in tables.aliases().values() for alias in held} == used


def _fields(part: Any) -> set[str]:
    if isinstance(part, list):
        return set().union(*map(_fields, part)) if part else set()
    if not isinstance(part, dict):
        return set()
    own = {part["field"]} if "/" in str(part.get("field", "")) else set()
    reading = part.get("value", "")
    if isinstance(reading, str) and "('" in reading and "/" in reading:
        own.add(reading.split("('")[1].split("')")[0])
    return own.union(*map(_fields, part.values()))


def test_what_policy_can_not_express_says_why_and_what_does_it_instead():
    table = Path(azure_policy.__file__).with_name("azure_not_expressible.yaml")
    for row in facts.read(table)["rows"]:
        assert set(row) == {"control", "what", "why", "instead", "source"}
        assert all(row.values())
