"""Short ways to write a policy and ask it something."""

from collections.abc import Mapping
from typing import Any

from sovereignty.iam.evaluate import allowances, denials
from sovereignty.iam.policy import Policy, parse
from sovereignty.iam.request import Request, Value


def statement(effect: str = "Deny", action: Any = "*", resource: Any = "*", **elements: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **elements}


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> Policy:
    return parse({"Version": version, "Statement": list(statements)})


def holds(condition: dict[str, Any], context: Mapping[str, Value], version: str = "2012-10-17") -> bool:
    """Whether a Condition element holds in a context."""
    asked = Request("s3:GetObject", context=context)
    return bool(denials(policy(statement(Condition=condition), version=version), asked))


def denied(document: Policy, action: str, resource: str = "*", principal: str = "", **context: Value) -> bool:
    return bool(denials(document, Request(action, resource, _keys(context), principal)))


def allowed(document: Policy, action: str, resource: str = "*", principal: str = "", **context: Value) -> bool:
    return bool(allowances(document, Request(action, resource, _keys(context), principal)))


def _keys(context: Mapping[str, Value]) -> dict[str, Value]:
    # aws_RequestedRegion is aws:RequestedRegion, as Python's names hold no colon
    return {key.replace("_", ":", 1): value for key, value in context.items()}
