"""What is tried again in a management group that has just been made, what isn't, and what is said meanwhile."""

import asyncio
from typing import Any

import pulumi
import pytest

from components.azure import patience
from components.azure.patience import ATTEMPTS, told, worth_waiting

FORBIDDEN = 'Status=403 Code="AuthorizationFailed" Message="The client does not have authorization to do this"'
OURS = "/providers/Microsoft.Management/managementGroups/sovereign-eu/providers/Microsoft.Authorization"
BUILT_IN = "/providers/Microsoft.Authorization/policyDefinitions/c1cbff38-87c0-4b9f-9f70-035c7a3b5523"


@pytest.mark.parametrize(
    "error",
    [
        FORBIDDEN,
        "LinkedAuthorizationFailed: The client has permission to do this; however, not on the linked scope",
        "ManagementGroupNotFound: the group was\nnot found",
        f"PolicyDefinitionNotFound: The policy definition '{OURS}/policyDefinitions/x' could not be found.",
        f"PolicySetDefinitionNotFound: '{OURS}/policySetDefinitions/sovereign-zone' could\nnot be found.",
        "InvalidCreatePolicyAssignmentRequest: The policy definition specified in policy assignment 'zone-tags' is out "
        "of scope. If the management groups hierarchy changed recently, please allow up to 30 minutes.",
        "PrincipalNotFound: Principal 3c4d5e6f does not exist in the directory 6f1d2c3b. Check that you have the "
        "correct principal ID.",
        f'RoleAssignmentNotFound: The role assignment of "{OURS}" is not found',
        "Permission to Microsoft.Management/managementGroups on resources of type 'Write' is required on the "
        "management group or its ancestors.",
    ],
)
def test_a_group_and_an_identity_that_are_not_known_yet_are_waited_for(error: str):
    assert worth_waiting("create", [error])


@pytest.mark.parametrize(
    "error",
    [
        "InvalidPolicyParameters: the value is not allowed",
        f"PolicyDefinitionNotFound: The policy definition '{BUILT_IN}' could not be found.",
        "RoleDefinitionDoesNotExist: The specified role definition with ID '749f88d5' does not exist.",
        "RoleAssignmentExists: The role assignment already exists.",
        "ResourceGroupNotFound: Resource group 'sovereign-eu' could not be found.",
        "SubscriptionNotFound: The subscription '0a1b2c3d' could not be found.",
        "InvalidPolicyRule: the policy rule is invalid in the management group",
        "RequestDisallowedByPolicy: Resource was disallowed by policy in management group sovereign-eu",
        # what no time gives: the right to grant
        "AuthorizationFailed: The client 'deployer' with object id '3c4d5e6f' does not have authorization to perform "
        f"action 'Microsoft.Authorization/roleAssignments/write' over scope '{OURS}/roleAssignments/x'",
    ],
)
def test_any_other_failure_is_told_at_once(error: str):
    assert not worth_waiting("create", [error])
    assert not worth_waiting("create", [])


@pytest.mark.parametrize("operation", ["update", "delete"])
def test_only_what_is_being_made_is_waited_for(operation: str):
    assert not worth_waiting(operation, [FORBIDDEN])


def test_the_newest_failure_decides():
    assert not worth_waiting("create", ["InvalidPolicyParameters: not allowed", FORBIDDEN])
    assert worth_waiting("create", [FORBIDDEN, "InvalidPolicyParameters: not allowed"])


def test_waiting_ends():
    assert worth_waiting("create", [FORBIDDEN] * ATTEMPTS)
    assert not worth_waiting("create", [FORBIDDEN] * (ATTEMPTS + 1))


def test_a_wait_says_what_it_waits_for_and_for_how_long_at_most():
    assert told("eu-zone-tags", 1).startswith("eu-zone-tags: Azure doesn't know the new management group everywhere")
    assert "30 minutes at most" in told("eu-zone-tags", 1)
    assert "15 minutes at most" in told("eu-zone-tags", 31)


def test_a_wait_says_which_right_at_the_group_may_be_missing():
    assert "or whoever deploys lacks a right at it" in told("eu-zone-tags", 1)
    action = "Microsoft.Authorization/policyDefinitions/write"
    forbidden = f"AuthorizationFailed: Client 'a@b' does not have authorization to perform\naction '{action}' over it"
    assert f"or whoever deploys lacks the right {action} at it" in told("eu-zone-tags", 1, forbidden)
    assert "a@b" not in told("eu-zone-tags", 1, forbidden)


def test_the_hook_waits_tells_and_tries_again(monkeypatch: pytest.MonkeyPatch):
    said: list[str] = []
    hooks: list[Any] = []
    monkeypatch.setattr(patience, "SECONDS_BETWEEN", 0)
    monkeypatch.setattr(pulumi.log, "info", said.append)
    # registering one asks an engine
    monkeypatch.setattr(pulumi, "ErrorHook", lambda name, function: hooks.append((name, function)) or hooks[-1])
    patience.until_the_group_is_known("eu")
    [(name, again)] = hooks
    assert name == "eu-until-the-group-is-known"

    def asked(*errors: str, operation: str = "create") -> bool:
        args = pulumi.ErrorHookArgs("urn", "", "eu-zone-tags", "type", failed_operation=operation, errors=list(errors))
        return asyncio.run(again(args))

    assert asked(FORBIDDEN)
    assert asked(FORBIDDEN, FORBIDDEN)
    assert len(said) == 2
    assert not asked("InvalidPolicyParameters")
    assert not asked(FORBIDDEN, operation="delete")
    assert len(said) == 2
