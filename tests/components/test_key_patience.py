"""What is tried again until a new right to a key is seen, what isn't, and what is said meanwhile."""

import asyncio
from typing import Any

import pulumi
import pytest
from azure_hsm import in_an_hsm
from built import declared

from components.azure import key_patience
from components.azure.key_patience import ATTEMPTS, told, worth_waiting

DENIED = "KeyVaultAuthenticationFailure: The operation failed because of authentication issue on the keyvault."


@pytest.mark.parametrize(
    "error",
    [
        f'Code="{DENIED}"',
        "KeyVaultAccessForbidden: Unable to access key vault resource 'https://eu-vault.vault.azure.net/keys/key' to "
        "enable encryption at rest. Please grant get, wrap and unwrap key permissions to user-assigned identity 'x'.",
        'Caller is not authorized to perform action on resource.\r\nInner error: {"code":"ForbiddenByRbac"}',
        "The user, group or application 'appid=3c4d5e6f' does not have keys get permission on key vault 'eu-vault'.",
        "The identity does not have get, wrap and unwrap\nkey permissions on the key vault.",
    ],
)
def test_a_key_whose_grant_is_not_seen_yet_is_waited_for(error: str):
    assert worth_waiting("create", [error])


@pytest.mark.parametrize(
    "error",
    [
        "AuthorizationFailed: The client does not have authorization to perform action "
        "'Microsoft.Storage/storageAccounts/write' over scope '/subscriptions/0a1b2c3d'",
        "LinkedAuthorizationFailed: The client does not have permission to perform action "
        "'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action' on the linked scope",
        "ForbiddenByFirewall: Client address is not authorized and caller is not a trusted service.",
        "KeyNotFound: the managed HSM has no key sovereign-eu-key.",
        "StorageAccountAlreadyTaken: The storage account named eurecordsf7c61d41 is already taken.",
        "RequestDisallowedByPolicy: Resource was disallowed by policy",
        f"1 error occurred:\n\t* {DENIED}",
    ],
)
def test_any_other_failure_is_told_at_once(error: str):
    assert not worth_waiting("create", [error])
    assert not worth_waiting("create", [])


@pytest.mark.parametrize("operation", ["update", "delete"])
def test_only_what_is_being_made_is_waited_for(operation: str):
    assert not worth_waiting(operation, [DENIED])


def test_waiting_ends():
    assert worth_waiting("create", [DENIED] * ATTEMPTS)
    assert not worth_waiting("create", [DENIED] * (ATTEMPTS + 1))


def test_a_wait_says_what_it_waits_for_and_for_how_long_at_most():
    assert told("records", 1).startswith("records: Key Vault doesn't see the new right to the key yet")
    assert "10 minutes at most" in told("records", 1)
    assert "5 minutes at most" in told("records", 11)


def test_the_hook_waits_tells_and_tries_again(monkeypatch: pytest.MonkeyPatch):
    said: list[str] = []
    hooks: list[Any] = []
    monkeypatch.setattr(key_patience, "SECONDS_BETWEEN", 0)
    monkeypatch.setattr(pulumi.log, "info", said.append)
    # registering one asks an engine
    monkeypatch.setattr(pulumi, "ErrorHook", lambda name, function: hooks.append((name, function)) or hooks[-1])
    assert key_patience.until_the_key_opens("records", declared("eu")) is not None
    [(name, again)] = hooks
    assert name == "records-until-the-key-opens"

    def asked(*errors: str, operation: str = "create") -> bool:
        args = pulumi.ErrorHookArgs("urn", "", "records", "type", failed_operation=operation, errors=list(errors))
        return asyncio.run(again(args))

    assert asked(DENIED)
    assert asked(DENIED, DENIED)
    assert len(said) == 2
    assert not asked("ForbiddenByFirewall")
    assert not asked(DENIED, operation="update")
    assert len(said) == 2


def test_what_people_granted_before_in_an_hsm_is_not_waited_for():
    assert key_patience.until_the_key_opens("records", in_an_hsm()) is None
