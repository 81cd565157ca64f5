"""What a condition can see: the resource, the parameters, and the members that enclosing counts are at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sovereignty.azure_policy import functions
from sovereignty.azure_policy.aliases import ELEMENTS, AliasCatalogue
from sovereignty.azure_policy.errors import AssignmentError, EvaluationFailed
from sovereignty.azure_policy.resource import AzureResource
from sovereignty.azure_policy.syntax import tag_name
from sovereignty.azure_policy.template import Access, Call, Expression, ListOf, Literal, ObjectOf

Indices = Mapping[str, int]  # path of an array ("properties.a[*]", lower case) -> the member a count is at


@dataclass(frozen=True)
class Selected:
    """The values a field stands for; `many` where it selects from an array (then maybe none)."""

    values: Sequence[Any]
    many: bool = False


@dataclass(frozen=True)
class Counted:
    """An enclosing count: `name` is its index name or its alias, `value` the member that it is at."""

    name: str
    value: Any


@dataclass(frozen=True, kw_only=True)
class Scope:
    """`resource` is what fields read; `subject` what field() reads: the resource of the `if`, also in an
    existenceCondition (definition-structure-policy-rule, "Policy functions")."""

    resource: AzureResource
    subject: AzureResource
    aliases: AliasCatalogue
    parameters: Mapping[str, Any] = field(default_factory=dict)
    now: datetime | None = None
    at: Indices = field(default_factory=dict)
    counts: tuple[Counted, ...] = ()

    def counting(self, name: str, value: Any, at: Indices) -> Scope:
        return replace(self, counts=(*self.counts, Counted(name, value)), at={**self.at, **at})

    def select(self, name: str, resource: AzureResource | None = None) -> Selected:
        """The values of field `name`; an absent one is None. LanguageError for an unknown name."""
        resource = self.resource if resource is None else resource
        body, key = resource.body, name.lower()
        if (tag := tag_name(name)) is not None:
            return Selected((_child(body.get("tags"), tag),))
        match key:
            case "name":
                return Selected((resource.short_name,))
            case "fullname":
                return Selected((resource.name,))
            case "type":
                return Selected((resource.type,))
            case "id":
                return Selected((resource.arm_id,))
            case "kind" | "tags" | "location":
                return Selected((_child(body, key),))
            case "identity.type":
                return Selected((_child(_child(body, "identity"), "type"),))
        path = self.aliases.path(name, resource.type)
        if path is None:  # the alias of another type has no value here
            return Selected((), True) if ELEMENTS in name else Selected((None,))
        at = self.at if resource is self.resource else {}
        found = tuple(value for value, _ in members(body, path, at))
        return Selected(found, True) if ELEMENTS in path else Selected(found)

    def value(self, tree: Expression) -> Any:
        """What an expression is here; EvaluationFailed where Azure's evaluation would fail."""
        match tree:
            case Literal(value):
                return value
            case ListOf(items):
                return [self.value(item) for item in items]
            case ObjectOf(items):
                return {key: self.value(item) for key, item in items}
            case Access(of, key):
                return functions.member(self.value(of), self.value(key))
            case Call("if", (condition, then, otherwise)):
                chosen = self.value(condition)
                if not isinstance(chosen, bool):
                    raise EvaluationFailed("if() needs true or false")
                return self.value(then if chosen else otherwise)
            case Call(name, arguments):
                values = [self.value(argument) for argument in arguments]
                if name in functions.PURE:
                    return functions.PURE[name][0](*values)
                return self._ask(name, values)

    def _ask(self, name: str, arguments: list[Any]) -> Any:
        if arguments and not isinstance(arguments[0], str):
            raise EvaluationFailed(f"{name}() takes a name")
        match name:
            case "parameters":
                if arguments[0] not in self.parameters:
                    raise AssignmentError(f"the parameter {arguments[0]!r} isn't declared")
                return self.parameters[arguments[0]]
            case "field":
                return self._field_value(self.select(arguments[0], self.subject))
            case "current":
                return self._current(arguments[0] if arguments else "")
            case "resourcegroup" | "subscription":
                held = self.subject.resource_group if name == "resourcegroup" else self.subject.subscription
                if held is None:
                    raise EvaluationFailed(f"the resource names no {name}")
                return held
            case "requestcontext":
                return {"apiVersion": self.subject.api_version} if self.subject.api_version else {}
        return functions.instant(self.now or datetime.now(UTC))

    @staticmethod
    def _field_value(selected: Selected) -> Any:
        if selected.many:
            return list(selected.values)
        value = next(iter(selected.values))
        return "" if value is None else value

    def _current(self, name: str) -> Any:
        if not self.counts:
            raise EvaluationFailed("current() stands in no count")
        if not name and len(self.counts) > 1:
            raise EvaluationFailed("current() in nested counts needs a name")
        for count in reversed(self.counts):
            if not name or count.name.lower() == name.lower():
                return count.value
            # the alias of a property of the counted member
            if ELEMENTS in count.name and name.lower().startswith(count.name.lower() + "."):
                selected = self.select(name)
                inner = name[len(count.name) :]
                single = ELEMENTS not in inner and len(selected.values) == 1
                return self._field_value(Selected(selected.values, not single))
        raise EvaluationFailed(f"no enclosing count is called {name!r}")


def members(body: Any, path: str, at: Indices) -> Iterator[tuple[Any, Indices]]:
    """What `path` selects in `body`, each with the members of the arrays it went through.

    An absent array selects nothing; a property that a member lacks is selected as None. (Microsoft's own rules for
    security groups rest on it: with `destinationPortRanges`, the absent `destinationPortRange` must equal nothing.)
    """
    return _walk(body, path.replace(ELEMENTS, f".{ELEMENTS}").split("."), "", at, {})


def _walk(value: Any, steps: list[str], path: str, at: Indices, through: Indices) -> Iterator[tuple[Any, Indices]]:
    if not steps:
        yield value, through
        return
    step, *rest = steps
    path = f"{path}.{step.lower()}"
    if step != ELEMENTS:
        yield from _walk(_child(value, step), rest, path, at, through)
        return
    for index, member in enumerate(value if isinstance(value, list) else ()):
        if at.get(path, index) == index:
            yield from _walk(member, rest, path, at, {**through, path: index})


def _child(value: Any, name: str) -> Any:
    """A property by name, in any case: Azure Resource Manager doesn't mind it."""
    if not isinstance(value, Mapping):
        return None
    if name in value:
        return value[name]
    return next((each for key, each in value.items() if str(key).lower() == name.lower()), None)
