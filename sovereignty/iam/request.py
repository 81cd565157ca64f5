"""What is asked of IAM: an action on a resource, by a principal, in a context of condition keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

Value = str | tuple[str, ...]


@dataclass(frozen=True)
class View:
    """A request without its action, in the form that statements are matched with; made by `view`.

    `context` maps lower-case keys to their values, never to none; `principals` are all names that the caller goes by in
    a Principal element, `caller` is the one that stands in `aws:PrincipalArn` (or the service's, or "" for anonymous).
    """

    resource: str
    context: Mapping[str, tuple[str, ...]]
    principals: frozenset[str]
    caller: str


def view(resource: str, context: Mapping[str, Value], principal: str) -> View:
    """ValueError where two keys of the context differ only in case, as IAM would take them for one.

    A session is known by its own ARN and by its role's, which holds the role's path and stands in `aws:PrincipalArn`
    (IAM User Guide, "AWS JSON policy elements: Principal", role session principals). A key that holds no value is
    absent.
    """
    folded = {
        key.lower(): (value,) if isinstance(value, str) else tuple(value)
        for key, value in context.items()
        if isinstance(value, str) or value
    }
    if len(folded) < len(context) and len({key.lower() for key in context}) < len(context):
        raise ValueError("two condition keys of the context differ only in case")
    in_context = folded.get("aws:principalarn", ("",))[0]
    caller = in_context if not principal or (":assumed-role/" in principal and in_context) else principal
    return View(resource, folded, frozenset(filter(None, (principal, caller))), caller)


@dataclass(frozen=True)
class Request:
    """One request.

    `context` maps condition keys, in any case, to a value, or to a tuple of values for a multivalued key; a key that
    isn't there is absent. `principal` is what a Principal element is matched with: an IAM or STS ARN, a service
    principal ("logs.amazonaws.com"), an identity provider, or "" for an anonymous caller.
    """

    action: str
    resource: str = "*"
    context: Mapping[str, Value] = field(default_factory=dict, hash=False)
    principal: str = ""

    @cached_property
    def view(self) -> View:
        """The request without its action, ready to match."""
        return view(self.resource, self.context, self.principal)
