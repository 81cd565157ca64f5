"""A Deny of one control: merged with its like, split where it is too large, written as a statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sovereignty.compile.document import minified, sid
from sovereignty.compile.principals import unless
from sovereignty.compile.shortening import shortened

Statement = dict[str, Any]


@dataclass(frozen=True)
class Denial:
    """`actions` on `resources` are refused, where `condition` holds, to all but the roles `excepted` (ARN patterns).

    `other_actions`, `other_resources`: to all but those named. `spare`: characters by which a value of the condition,
    known only after the documents are counted, may still grow.
    """

    control: str
    actions: tuple[str, ...]
    excepted: tuple[str, ...]
    condition: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    resources: tuple[str, ...] = ("*",)
    other_actions: bool = False
    other_resources: bool = False
    spare: int = 0

    def statement(self, number: int) -> Statement:
        """The statement that says so, with the Sid of this number."""
        condition = {name: dict(keys) for name, keys in self.condition.items()}
        for name, keys in unless(*self.excepted).items():  # it may need an operator that the condition has as well
            condition.setdefault(name, {}).update(keys)
        return {
            "Sid": sid(self.control, number),
            "Effect": "Deny",
            "NotAction" if self.other_actions else "Action": _scalar(sorted(self.actions)),
            "NotResource" if self.other_resources else "Resource": _scalar(sorted(self.resources)),
            **({"Condition": {name: _scalars(keys) for name, keys in condition.items()}} if condition else {}),
        }

    def shortened(self) -> Denial:
        """The same in fewer characters."""
        return self if self.other_actions else replace(self, actions=shortened(self.actions))

    def halves(self) -> tuple[Denial, ...]:
        """Two that refuse together what this one does; itself alone where it can't be split."""
        middle = len(self.actions) // 2
        if self.other_actions or not middle:
            return (self,)
        actions = sorted(self.actions)
        return tuple(replace(self, actions=tuple(part)) for part in (actions[:middle], actions[middle:]))


def merged(denials: Iterable[Denial]) -> list[Denial]:
    """One denial for all that differ in their actions alone; each stands where the first of them stood."""
    found: dict[tuple[Any, ...], Denial] = {}
    for number, each in enumerate(denials):
        key = (each.control, each.excepted, each.resources, each.other_resources, minified(each.condition))
        if each.other_actions:  # two NotActions together refuse what neither names, one refuses what not both name
            key = (*key, number)
        like = found.get(key)
        found[key] = replace(each, actions=(*{*like.actions, *each.actions},)) if like else each
    return list(found.values())


def _scalars(keys: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _scalar(values) if isinstance(values, list | tuple) else values for key, values in keys.items()}


def _scalar(values: list[Any] | tuple[Any, ...]) -> Any:
    """IAM takes a single value without its list, which saves two characters."""
    return values[0] if len(values) == 1 else list(values)
