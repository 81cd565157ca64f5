"""What the RCPs of a zone and of the organization's root have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sovereignty import actions, facts
from sovereignty.compile.document import sid

BY_WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
FEDERATED = frozenset((BY_WEB_IDENTITY, "sts:AssumeRoleWithSAML", "sts:SetSourceIdentity", "sts:TagSession"))
"""Asked by a caller that is nobody's principal yet, or together with such a call (STS API Reference)."""
UPLOAD = "s3:PutObject"
ENTRANCES = frozenset(("cognito-identity", "cognito-idp", "rolesanywhere", "signin"))
"""Services that answer people and machines who are no principals of AWS, or not yet; none takes a resource policy."""
_EXCEPTED = "StringNotEqualsIfExists"

Statement = dict[str, Any]
Condition = Mapping[str, Mapping[str, Any]]


def services() -> list[str]:
    """The prefixes of all services that RCPs bind."""
    return sorted({row.prefix for row in facts.aws_rcp_services()})


def everything() -> list[str]:
    """Every action that RCPs bind; they take neither "*" nor NotAction."""
    return [f"{prefix}:*" for prefix in services()]


def without_tls() -> Statement:
    """Every request without TLS."""
    return {"Action": everything(), "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


def from_outside(
    outside: Condition, balancers: Iterable[str], but: frozenset[str] = frozenset()
) -> Iterator[Statement]:
    """Every call of those whom `outside` fits, without entrances and federation, and without the actions `but` of STS.

    The accounts by which AWS writes the logs of load balancers (`balancers`) may do that, and nothing else.
    """
    accounts = sorted(balancers)
    kept_out = FEDERATED | but
    tokens = [action for action in actions.all_actions() if action.startswith("sts:") and action not in kept_out]
    apart = ENTRANCES | {"sts"} | ({"s3"} if accounts else set())
    named = [*(f"{prefix}:*" for prefix in services() if prefix not in apart), *tokens]
    yield {"Action": sorted(named), "Condition": outside}
    if accounts:
        yield {"Action": "s3:*", "Condition": except_accounts(outside, accounts)}
        yield {"Action": all_but(UPLOAD), "Condition": {"StringEquals": {"aws:PrincipalAccount": accounts}}}


def except_accounts(outside: Condition, accounts: str | Iterable[str]) -> dict[str, Any]:
    """The condition that fits whom `outside` fits, but for principals of these accounts."""
    excepted = dict(outside.get(_EXCEPTED, {}))
    more = accounts if isinstance(accounts, str) else sorted({*excepted.get("aws:PrincipalAccount", ()), *accounts})
    return {**outside, _EXCEPTED: {**excepted, "aws:PrincipalAccount": more}}


def all_but(action: str) -> list[str]:
    """The shortest patterns for every other action of its service, as an RCP takes no NotAction."""
    service = action.partition(":")[0] + ":"

    def pattern(other: str) -> str:
        shortest = next((n for n in range(1, len(other)) if not action.startswith(other[:n])), None)
        return f"{other[:shortest]}*" if shortest else other

    return sorted({pattern(other) for other in actions.all_actions() if other.startswith(service) and other != action})


def by_token(condition: Condition) -> Statement:
    """Whoever comes with another provider's token."""
    return {"Action": BY_WEB_IDENTITY, "Condition": condition}


def carries(key: str) -> dict[str, Any]:
    """The condition that fits a request with that key."""
    return {"Null": {key: "false"}}


def numbered(control: str, denials: Iterable[Statement]) -> Iterator[tuple[str, Statement]]:
    """Each as a denial to everybody, under the control that it enforces."""
    for number, denial in enumerate(denials, start=1):
        resource = {} if "NotResource" in denial else {"Resource": "*"}
        yield control, {**resource, **denial, "Sid": sid(control, number), "Effect": "Deny", "Principal": "*"}
