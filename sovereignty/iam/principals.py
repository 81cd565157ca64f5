"""Principal and NotPrincipal elements, compiled.

Source: IAM User Guide, "AWS JSON policy elements: Principal" and "AWS JSON policy elements: NotPrincipal".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sovereignty.iam.operators import strings
from sovereignty.iam.request import View

TYPES = ("AWS", "Service", "Federated", "CanonicalUser")
_ACCOUNT = re.compile(r"[0-9]{12}")
_ROOT = re.compile(r"arn:[a-z0-9-]+:iam::([0-9]{12}):root")
_OF_ACCOUNT = re.compile(r"arn:[a-z0-9-]+:(?:iam|sts)::([0-9]{12}):(.+)", re.DOTALL)


def account(principal: str) -> str:
    """The account of a user, role, session or root user; "" for services, identity providers and anonymous callers."""
    found = _OF_ACCOUNT.fullmatch(principal)
    return "" if not found or found[2].startswith(("saml-provider/", "oidc-provider/")) else found[1]


def is_service_linked(principal: str) -> bool:
    """Whether this is the ARN of a role that a service made for itself (its path is reserved for these)."""
    found = _OF_ACCOUNT.fullmatch(principal)
    return bool(found) and found[2].startswith("role/aws-service-role/")


@dataclass(frozen=True, eq=False)
class Principals:
    """Whom an element names: everybody, whole accounts, or single principals by type."""

    everybody: bool
    accounts: frozenset[str]
    single: frozenset[str]
    services: bool
    federated: bool

    def name(self, view: View) -> bool:
        """Whether the caller is one of them."""
        return self.name_directly(view) or account(view.caller) in self.accounts

    def name_directly(self, view: View) -> bool:
        """Whether the caller is named other than by its account alone, which only lets the account decide."""
        if self.everybody or not self.single.isdisjoint(view.principals):
            return True
        if not (self.services or self.federated) or not view.caller or account(view.caller):
            return False
        return self.federated if view.caller.startswith("arn:") else self.services

    def spare(self, view: View) -> bool:
        """Whether a Deny for all but these leaves the caller alone: it has to name the caller and its account, each.

        A user has no more permissions than the account, so naming the user alone still denies (the guide's
        "Specifying NotPrincipal with Deny").
        """
        home = account(view.caller)
        if self.everybody or not home:
            return self.name_directly(view)
        return home in self.accounts and all(each in self.single or _ROOT.fullmatch(each) for each in view.principals)


def principals(element: Any) -> Principals:
    """ValueError for a type of principal that IAM doesn't define, and for a wildcard in part of a name."""
    if element == "*":
        element = {"AWS": "*"}
    if not isinstance(element, Mapping) or not element:
        raise ValueError('a Principal is "*" or maps types to names')
    named = {kind: strings(values) for kind, values in element.items()}
    for kind, values in named.items():
        if kind not in TYPES:
            raise ValueError(f"IAM knows no type of principal {kind!r}")
        if partial := [value for value in values if value != "*" and ("*" in value or "?" in value)]:
            raise ValueError(f"a wildcard can't stand for part of a principal: {partial[0]!r}")
    whole, single = set(), set()
    for value in named.get("AWS", ()):
        root = _ROOT.fullmatch(value)
        if root:
            whole.add(root[1])
        elif _ACCOUNT.fullmatch(value):
            whole.add(value)
        else:
            single.add(value)
    single.update(value for kind in TYPES[1:] for value in named.get(kind, ()))
    return Principals(
        everybody="*" in named.get("AWS", ()),
        accounts=frozenset(whole),
        single=frozenset(single),
        services="*" in named.get("Service", ()),
        federated="*" in named.get("Federated", ()),
    )
