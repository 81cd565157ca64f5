"""What a compiler hands over: one JSON document, where it is attached, and what the platform lets it weigh."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sovereignty import facts
from sovereignty.errors import InputError, Problem

Target = Literal[
    "aws:root",
    "aws:ou",
    "aws:bucket",
    "aws:key",
    "aws:role",
    "aws:endpoint",
    "aws:vault",
    "aws:topic",
    "aws:queue",
    "aws:config-rule",
    "azure:management-group",
    "azure:role",
]


@dataclass(frozen=True)
class Document:
    """A policy, ready to attach. `limit` is in characters of `text`; `controls` are the ids that it enforces."""

    path: str
    target: Target
    text: str
    limit: int
    controls: tuple[str, ...]

    @property
    def body(self) -> dict[str, Any]:
        """The document as data."""
        return json.loads(self.text)


def minified(body: Mapping[str, Any]) -> str:
    """The same content always gives the same text, without a character that counts against a quota for nothing."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"))


def sid(control: str, number: int) -> str:
    """A statement's id: the control in CamelCase with a counter, as IAM lets it hold letters and digits only."""
    words = control.replace(".", "-").split("-")
    return "".join(word.capitalize() for word in words) + str(number)


def costs(found: Iterable[tuple[str, int]]) -> str:
    """Which names take most of the characters that are given with them, the costliest first."""
    sums: dict[str, int] = {}
    for name, characters in found:
        sums[name] = sums.get(name, 0) + characters
    most = sorted(sums.items(), key=lambda item: (-item[1], item[0]))[:3]
    return "Most is taken by " + ", ".join(f"{name} ({characters} characters)" for name, characters in most) + "."


def policy(path: str, target: Target, statements: list[dict[str, Any]], limit: int, controls: set[str]) -> Document:
    """An IAM policy of these statements; InputError where it is larger than the platform takes."""
    text = minified({"Version": "2012-10-17", "Statement": statements})
    if len(text) > limit:
        most = costs((statement["Sid"], len(minified(statement))) for statement in statements)
        raise InputError(
            Problem(
                path,
                f"The policy has {len(text)} characters, and AWS takes {limit}: {len(text) - limit} too many. {most}",
                "Name fewer regions, accounts or opened services in the zone and its stack file.",
            )
        )
    return Document(path, target, text, limit, tuple(sorted(controls)))


def aws_limit(partition: str, service: str, key: str) -> int:
    """A quota of AWS, from the dated table."""
    return facts.quota("aws", partition, service, key).value
