"""Sets of actions as bits of an integer: what a policy allows or denies, for every action at once.

A statement's condition doesn't see the action, so it is evaluated once for all of them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from weakref import WeakKeyDictionary

from sovereignty.iam import patterns
from sovereignty.iam.policy import Effect, Policy, Statement
from sovereignty.iam.request import Value, View, view

_WILDCARD = re.compile(r"[*?]")


class ActionSpace:
    """All actions that are asked about. Bit n of a mask stands for `actions[n]`; they are sorted, ignoring case."""

    actions: tuple[str, ...]
    full: int

    def __init__(self, actions: Iterable[str]):
        """ValueError where two names differ only in case: IAM takes them for one action."""
        self.actions = tuple(sorted(set(actions), key=str.lower))
        self.full = (1 << len(self.actions)) - 1
        self._lower = [action.lower() for action in self.actions]
        self._numbers = {action: number for number, action in enumerate(self._lower)}
        if len(self._numbers) < len(self.actions):
            raise ValueError("two actions differ only in case")
        self._masks: dict[str, int] = {}
        self._policies: WeakKeyDictionary[Policy, dict[Effect, tuple[tuple[Statement, int], ...]]] = WeakKeyDictionary()

    def mask(self, wanted: str | Iterable[str]) -> int:
        """The actions that one of these patterns names, in any case; a pattern of an unknown action names none."""
        found = 0
        for pattern in (wanted,) if isinstance(wanted, str) else wanted:
            known = self._masks.get(pattern)
            if known is None:
                known = self._masks[pattern] = self._of_pattern(pattern.lower())
            found |= known
        return found

    def names(self, mask: int) -> Iterator[str]:
        """The actions of a mask, in order."""
        while mask:
            lowest = mask & -mask
            yield self.actions[lowest.bit_length() - 1]
            mask ^= lowest

    def of_statement(self, statement: Statement) -> int:
        """The actions that a statement speaks of, by Action or NotAction."""
        named = self.mask(statement.actions)
        return self.full & ~named if statement.action_negated else named

    def fitting(self, policy: Policy, effect: Effect, seen: View) -> int:
        """The actions of all statements of this effect that fit the request in everything but the action."""
        found = 0
        for statement, mask in self._by_effect(policy)[effect]:
            # a statement that can add nothing need not be evaluated
            if mask & ~found and statement.fits_view(seen):
                found |= mask
        return found

    def _by_effect(self, policy: Policy) -> dict[Effect, tuple[tuple[Statement, int], ...]]:
        known = self._policies.get(policy)
        if known is not None:
            return known
        masked: dict[Effect, tuple[tuple[Statement, int], ...]] = {
            "Allow": self._masked(policy, "Allow"),
            "Deny": self._masked(policy, "Deny"),
        }
        self._policies[policy] = masked
        return masked

    def _masked(self, policy: Policy, effect: Effect) -> tuple[tuple[Statement, int], ...]:
        return tuple((each, self.of_statement(each)) for each in policy.statements if each.effect == effect)

    def _of_pattern(self, pattern: str) -> int:
        special = _WILDCARD.search(pattern)
        if special is None:
            return 1 << self._numbers[pattern] if pattern in self._numbers else 0
        # sorted, so what shares the text before the first wildcard lies together
        prefix = pattern[: special.start()]
        first = bisect_left(self._lower, prefix)
        last = bisect_left(self._lower, prefix + "\U0010ffff", lo=first)
        if pattern[special.start() :] == "*":
            return (1 << last) - (1 << first)
        fits = re.compile(patterns.wildcards(pattern), re.DOTALL).fullmatch
        return sum(1 << number for number in range(first, last) if fits(self._lower[number]))


def denied_mask(
    policy: Policy, space: ActionSpace, context: Mapping[str, Value], resource: str = "*", principal: str = ""
) -> int:
    """The actions that the policy denies on this resource, to this principal, in this context."""
    return space.fitting(policy, "Deny", view(resource, context, principal))


def allowed_mask(
    policy: Policy, space: ActionSpace, context: Mapping[str, Value], resource: str = "*", principal: str = ""
) -> int:
    """The actions that the policy's Allow statements name on this resource; what it denies is not taken away."""
    return space.fitting(policy, "Allow", view(resource, context, principal))
