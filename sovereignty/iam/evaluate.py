"""One request against policies: which statements fit it, and what AWS decides.

Sources: IAM User Guide, "Policy evaluation logic" and "Cross-account policy evaluation logic"; AWS Organizations User
Guide, "SCP evaluation" and "Resource control policies (RCPs)".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sovereignty.iam.policy import Effect, Policy, Statement
from sovereignty.iam.principals import account, is_service_linked
from sovereignty.iam.request import Request

Levels = Sequence[Sequence[Policy]]  # the policies at the root, at each OU on the path, and at the account
Fitting = Callable[[Policy, Request], tuple[Statement, ...]]


class Why(StrEnum):
    """What decided."""

    ALLOWED = "allowed"
    SCP_DENIES = "an SCP denies it"
    RCP_DENIES = "an RCP denies it"
    RESOURCE_DENIES = "the resource's policy denies it"
    IDENTITY_DENIES = "a policy of the principal denies it"
    SCP_ALLOWS_NOT = "no SCP allows it at some level"
    IDENTITY_ALLOWS_NOT = "no policy of the principal allows it"
    RESOURCE_ALLOWS_NOT = "the resource's policy doesn't allow it"


@dataclass(frozen=True)
class Decision:
    """`statements` are those that denied, or those that allowed; none where nothing allowed."""

    allowed: bool
    why: Why
    statements: tuple[Statement, ...] = ()


def denials(policy: Policy, request: Request) -> tuple[Statement, ...]:
    """The Deny statements that fit the request."""
    return _fitting(policy, request, "Deny")


def allowances(policy: Policy, request: Request) -> tuple[Statement, ...]:
    """The Allow statements that fit the request."""
    return _fitting(policy, request, "Allow")


def _fitting(policy: Policy, request: Request, effect: Effect) -> tuple[Statement, ...]:
    return tuple(
        statement
        for statement in policy.statements
        if statement.effect == effect and statement.fits_action(request.action) and statement.fits_view(request.view)
    )


def decide(
    request: Request,
    *,
    scps: Levels = (),
    rcps: Levels = (),
    identity: Sequence[Policy] = (),
    resource: Policy | None = None,
    same_account: bool = True,
    principal_in_management_account: bool = False,
    resource_in_management_account: bool = False,
    resource_decides: bool = False,
) -> Decision:
    """What AWS decides about the request.

    `scps` are those on the path of the principal's account, `rcps` those on the path of the resource's, both from the
    root down; () where the organization has none. RCPFullAWSAccess, which can't be detached, need not be given.
    `resource_decides`: nothing is allowed that the resource's own policy doesn't allow, as with KMS keys and the trust
    policies of roles. Permissions boundaries and session policies are not modelled. ValueError where a statement of the
    resource's policy names no principal.
    """
    if resource and any(statement.principals is None for statement in resource.statements):
        raise ValueError("each statement of a resource's policy needs a Principal or a NotPrincipal")
    caller = request.view.caller
    home = account(caller)
    bound_by_scps = bool(home) and not is_service_linked(caller) and not principal_in_management_account
    bound_by_rcps = not is_service_linked(caller) and not resource_in_management_account
    scps = scps if bound_by_scps else ()
    rcps = rcps if bound_by_rcps else ()

    for why, policies in (
        (Why.SCP_DENIES, _flat(scps)),
        (Why.RCP_DENIES, _flat(rcps)),
        (Why.RESOURCE_DENIES, (resource,) if resource else ()),
        (Why.IDENTITY_DENIES, identity),
    ):
        if found := _all(denials, policies, request):
            return Decision(False, why, found)
    if not all(_all(allowances, level, request) for level in scps):
        return Decision(False, Why.SCP_ALLOWS_NOT)

    by_identity = _all(allowances, identity, request)
    by_resource = allowances(resource, request) if resource else ()
    granted = by_identity + by_resource
    # an account's root user needs no policy
    identity_allows = bool(by_identity) or caller.endswith(f"::{home}:root")
    directly = any(statement.names_directly(request.view) for statement in by_resource)
    if not home:
        # services, identity providers and anonymous callers have no policy of their own
        return Decision(True, Why.ALLOWED, granted) if by_resource else Decision(False, Why.RESOURCE_ALLOWS_NOT)
    if not by_resource and (resource_decides or not same_account):
        return Decision(False, Why.RESOURCE_ALLOWS_NOT)
    if identity_allows or (same_account and directly):
        return Decision(True, Why.ALLOWED, granted)
    return Decision(False, Why.IDENTITY_ALLOWS_NOT)


def _flat(levels: Levels) -> tuple[Policy, ...]:
    return tuple(policy for level in levels for policy in level)


def _all(fitting: Fitting, policies: Iterable[Policy], request: Request) -> tuple[Statement, ...]:
    return tuple(statement for policy in policies for statement in fitting(policy, request))
