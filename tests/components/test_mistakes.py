import asyncio
import logging

import pulumi
import pytest
from built import build

from components.foundation import parents
from components.mistakes import USER_HAS_BEEN_TOLD, told
from sovereignty import deployment
from sovereignty.errors import InputError, Problem


def test_a_mistake_ends_the_program_with_its_message_and_no_traceback(caplog: pytest.LogCaptureFixture):
    def program() -> None:
        with told():
            raise InputError(Problem("zones/eu.yaml: aws.home", "eu-west-9 is no region.", "Use eu-west-1."))

    with caplog.at_level(logging.ERROR), pytest.raises(SystemExit) as ended:
        build(program)
    assert ended.value.code == USER_HAS_BEEN_TOLD
    assert [record.message for record in caplog.records] == [
        "zones/eu.yaml: aws.home: eu-west-9 is no region.\n  Use eu-west-1."
    ]


def test_any_other_failure_is_not_hidden():
    with pytest.raises(ZeroDivisionError), told():
        raise ZeroDivisionError


def test_an_organization_that_has_its_own_parents_needs_no_foundation():
    own = {"zone": "eu", "awsParentOuId": "ou-ab12-11111111", "azureParentManagementGroupId": "acme"}
    found = asyncio.run(parents(deployment.from_config(own, "Pulumi.eu.yaml")))
    assert (found.aws_ou_id, found.azure_management_group_id) == ("ou-ab12-11111111", "acme")
    assert not isinstance(found.aws_ou_id, pulumi.Output)
    assert (found.aws_sandbox_ou_id, found.azure_sandbox_management_group_id) == (None, None)


def test_an_organizations_own_parents_of_sandboxes_are_taken():
    own = {"zone": "eu", "awsSandboxParentOuId": "ou-ab12-33333333", "azureSandboxParentManagementGroupId": "trials"}
    found = asyncio.run(parents(deployment.from_config(own, "Pulumi.eu.yaml")))
    assert (found.aws_sandbox_ou_id, found.azure_sandbox_management_group_id) == ("ou-ab12-33333333", "trials")
