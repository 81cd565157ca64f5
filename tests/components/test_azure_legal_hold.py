from typing import Any

import pytest
from built import Recorder, build, declared, deployed

from components.azure.legal_hold import LegalHold, LegalHoldArgs
from sovereignty.errors import InputError

pytestmark = pytest.mark.engine


def hold(**arguments: Any) -> tuple[Recorder, dict[str, Any]]:
    given: dict[str, Any] = {
        "zone": declared("eu"),
        "deployment": deployed(),
        "resource_group_name": "sovereign-eu",
        "account_name": "eurecords0a1b2c3d",
        "container_name": "records",
        "holds": ["case2026017"],
        **arguments,
    }

    def make() -> dict[str, Any]:
        made = LegalHold("disputed", LegalHoldArgs(**given))
        return {"id": made.hold_id, "holds": made.holds}

    return build(make)


def test_a_hold_is_protected_and_kept_as_azure_keeps_it():
    recorder, outputs = hold(holds=["Case2026017", "audit"])
    made = recorder.the("azure-native:storage:BlobContainerLegalHold")
    assert made.protect
    assert made.inputs == {
        "resourceGroupName": "sovereign-eu",
        "accountName": "eurecords0a1b2c3d",
        "containerName": "records",
        "tags": ["audit", "case2026017"],
        "allowProtectedAppendWritesAll": False,
    }
    assert outputs["holds"] == ["audit", "case2026017"]


def test_the_order_of_holds_changes_nothing():
    first, _ = hold(holds=["two", "one"])
    second, _ = hold(holds=["one", "two"])
    kind = "azure-native:storage:BlobContainerLegalHold"
    assert first.the(kind).inputs == second.the(kind).inputs


def test_a_container_that_receives_logs_may_go_on_receiving_them():
    recorder, _ = hold(receives_appends=True)
    assert recorder.the("azure-native:storage:BlobContainerLegalHold").inputs["allowProtectedAppendWritesAll"] is True


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"holds": []}, "holds"),
        ({"holds": "case"}, "holds"),
        ({"holds": [f"case{number}" for number in range(11)]}, "holds"),
        ({"holds": ["ab"]}, "holds[0]"),
        ({"holds": ["x" * 24]}, "holds[0]"),
        ({"holds": ["case-17"]}, "holds[0]"),
        ({"holds": ["fälle"]}, "holds[0]"),
        ({"holds": ["case", "CASE"]}, "holds[1]"),
        ({"account_name": ""}, "account_name"),
        ({"container_name": None}, "container_name"),
    ],
)
def test_bad_arguments_are_told_before_anything_is_made(arguments: dict[str, Any], where: str):
    with pytest.raises(InputError) as told:
        hold(**arguments)
    assert [problem.where for problem in told.value.problems] == [f"LegalHoldArgs.{where}"]


def test_ten_holds_are_as_many_as_a_container_takes():
    recorder, _ = hold(holds=[f"case{number}" for number in range(10)])
    assert len(recorder.the("azure-native:storage:BlobContainerLegalHold").inputs["tags"]) == 10
