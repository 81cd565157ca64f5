import pytest

from components.azure.patience import ATTEMPTS, worth_waiting

FORBIDDEN = 'Status=403 Code="AuthorizationFailed" Message="The client does not have authorization to do this"'


@pytest.mark.parametrize("error", [FORBIDDEN, "ManagementGroupNotFound: the group was\nnot found"])
def test_a_group_that_is_not_known_yet_is_waited_for(error: str):
    assert worth_waiting("create", [error])


def test_any_other_failure_is_told_at_once():
    assert not worth_waiting("create", ["InvalidPolicyParameters: the value is not allowed"])
    assert not worth_waiting("create", [])


@pytest.mark.parametrize("operation", ["update", "delete"])
def test_only_what_is_being_made_is_waited_for(operation: str):
    assert not worth_waiting(operation, [FORBIDDEN])


def test_waiting_ends():
    assert worth_waiting("create", [FORBIDDEN] * ATTEMPTS)
    assert not worth_waiting("create", [FORBIDDEN] * (ATTEMPTS + 1))
