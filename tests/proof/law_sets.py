"""The law's answers for all actions at once: the judgement's own questions, asked once for each set of actions.

That these sets say what the judgement says of single calls is a test (test_scp_proof, at random).
"""

from __future__ import annotations

from sovereignty.iam.action_sets import ActionSpace
from sovereignty.iam.request import View
from sovereignty.judgement.aws_calls import CONTENT, REGION, AwsLaw, Traits
from sovereignty.zone import DEPLOYMENT_ROLE, GUARDS_PATH


class LawSets:
    """`refused` answers, for each control, the actions that it refuses."""

    def __init__(self, law: AwsLaw, space: ActionSpace):
        self.law = law
        self.places: dict[Traits, int] = {}
        self.content = self.edge = self.every = 0
        self.rows = [0] * len(law.protections)
        self.guards: dict[str, int] = {}
        for number, action in enumerate(space.actions):
            bit, traits = 1 << number, law.traits(action)
            alike = Traits(traits.answers, traits.only, False, False, frozenset(), frozenset())
            self.places[alike] = self.places.get(alike, 0) | bit
            self.content |= bit if traits.content else 0
            self.edge |= bit if traits.perimeter else 0
            self.every |= bit
            for row in traits.protections:
                self.rows[row] |= bit
            for guard in traits.guards:
                self.guards[guard] = self.guards.get(guard, 0) | bit
        self.told: dict[tuple[object, ...], int] = {}
        """What has been asked before, by all that the answer depends on."""

    def refused(self, seen: View) -> dict[str, int]:
        """Control -> the actions that it refuses to this caller, on this resource, in this context."""
        law, role = self.law, self.law.role_of(seen.caller)
        if role == law.zone.break_glass.aws_role:
            return {}
        own = self.guards.get(role.removeprefix(GUARDS_PATH), 0) if role.startswith(GUARDS_PATH) else 0
        found = {CONTENT: self.content & ~own, REGION: self._misplaced(seen) & ~own}
        for number, row in enumerate(law.protections):
            if row.deployment and role == DEPLOYMENT_ROLE:
                continue
            if mask := self._protected(number, seen) & ~own:
                found[row.control] = found.get(row.control, 0) | mask
        if law.delivered_too_plainly(seen.context):
            found[law.delivery.control] = self.every
        if law.foreign(seen.resource, seen.context):
            found[law.perimeter.control] = self.edge
        return {control: mask for control, mask in found.items() if mask}

    def _misplaced(self, seen: View) -> int:
        keys = {"aws:requestedregion", *(key for traits in self.places for key, _ in traits.only)}
        asked = (REGION, *(seen.context.get(key) for key in sorted(keys)))
        if asked not in self.told:
            wrong = [mask for traits, mask in self.places.items() if self.law.misplaced(traits, seen.context)]
            self.told[asked] = sum(wrong)  # no action is in two of these sets
        return self.told[asked]

    def _protected(self, number: int, seen: View) -> int:
        row = self.law.protections[number]
        key = row.when[1].lower() if row.when else ""
        key = f"aws:requesttag/{key}" if row.when and row.when[0] == "not_tagged" else key
        asked = (number, seen.resource, seen.context.get(key))
        if asked not in self.told:
            bound = self.law.speaks_of(number, seen.resource) and self.law.holds(row, seen.context)
            self.told[asked] = self.rows[number] if bound else 0
        return self.told[asked]
