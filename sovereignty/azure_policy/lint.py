"""What is wrong with a definition, an initiative or an assignment, before any resource is held against it.

Beside what Azure would refuse, this finds what Azure takes and what then doesn't do what its author meant: a list of
allowed values that is empty, a parameter that nothing uses, an alias that is read of every type of resource.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sovereignty.azure_policy import conditions, parameters, syntax, template
from sovereignty.azure_policy.aliases import AliasCatalogue
from sovereignty.azure_policy.assignment import (
    checked,
    enforces,
    given,
    initiative_members,
    lookup,
    overriding_effect,
)
from sovereignty.azure_policy.definition import (
    Definition,
    check_details,
    effect_name,
    part,
    properties,
    read,
    used_parameters,
)
from sovereignty.azure_policy.errors import AssignmentError, LanguageError
from sovereignty.azure_policy.syntax import AllOf, AnyOf, CountIs, FieldIs, Node, Not, ValueIs
from sovereignty.azure_policy.template import Call, Expression, ListOf, Literal

Definitions = Mapping[str, Mapping[str, Any]]


def problems(
    document: Mapping[str, Any], *, aliases: AliasCatalogue, definitions: Definitions | None = None
) -> list[str]:
    """Sentences, none if all is well. What `document` is, its properties say.

    `definitions` (by id) is needed for initiatives and assignments: a member that isn't there is a problem.
    """
    inner = document.get("properties", document)
    if not isinstance(inner, Mapping):
        return ["properties: an object"]
    try:
        if "policyRule" in inner:
            return list(_of_definition(document, aliases))
        if "policyDefinitions" in inner:
            return list(_of_initiative(document, definitions or {}))
        if "policyDefinitionId" in inner:
            return list(_of_assignment(document, definitions or {}))
    except (LanguageError, AssignmentError) as error:
        return [str(error)]
    return ["neither a definition nor an initiative nor an assignment"]


def _of_definition(document: Mapping[str, Any], aliases: AliasCatalogue) -> Iterator[str]:
    definition = read(document)
    if properties(document).get("mode") is None:
        yield "no mode: Azure would take Indexed"
    for tree in definition.trees():
        syntax.check_fields(tree, aliases)
    yield from _parameters(definition)
    for tree in definition.trees():
        yield from _targets(tree, definition)
    yield from _untyped(definition.condition, aliases, frozenset())
    if definition.details and isinstance(definition.effect, Literal):
        check_details(effect_name(definition.effect.value), definition.details)


def _parameters(definition: Definition) -> Iterator[str]:
    used = used_parameters(definition)
    for name, declaration in definition.declared.items():
        if name not in used:
            yield f"parameter {name} is declared and not used"
        yield from _defaults(name, declaration)
    if (name := definition.effect_parameter) is not None:
        declaration = definition.declared[name]
        if not declaration.get("allowedValues"):
            yield f"parameter {name} is an effect without allowedValues"
        for effect in declaration.get("allowedValues") or ():
            yield from _said(lambda effect=effect: check_details(effect_name(effect), definition.details))


def _defaults(name: str, declaration: Mapping[str, Any]) -> Iterator[str]:
    if "allowedValues" in declaration and not declaration["allowedValues"]:
        yield f"parameter {name} has no allowed value"
    elif "defaultValue" in declaration and (wrong := parameters.misfit(name, declaration, declaration["defaultValue"])):
        yield f"{wrong} (its default)"


def _said(check: Callable[[], Any]) -> Iterator[str]:
    try:
        check()
    except (LanguageError, AssignmentError) as error:
        yield str(error)


def _targets(tree: Node, definition: Definition) -> Iterator[str]:
    """Conditions that can never do what they say: lists where a string belongs, and empty lists."""
    of_one = {id(each) for each in _of_one_member(tree)}
    for node in syntax.nodes(tree):
        if not isinstance(node, FieldIs | ValueIs | CountIs):
            continue
        listed = conditions.OPPOSITES.get(node.operator, node.operator) == "in"
        match node.target:
            case Call("parameters", (Literal(str(name)),)):
                kind = parameters.type_of(name, definition.declared[name])
                if listed != (kind == "array"):
                    yield f"`{node.operator}` can't take parameter {name} of type {kind}"
                if listed and definition.declared[name].get("defaultValue") == []:
                    yield f"the default of parameter {name} is an empty list: `{node.operator}` fits always or never"
            case ListOf(items) if listed and not items:
                yield f"`{node.operator}` with an empty list fits always or never"
        if not isinstance(node, FieldIs) or node.operator != "exists" or id(node) in of_one:
            continue
        if "[*]" in _name(node.field):
            yield f"`exists` on the members of an array isn't documented if there are none: count {_name(node.field)}"


def _of_one_member(tree: Node) -> list[FieldIs]:
    """Conditions inside a count that read the member which is being counted: there is one."""
    return [
        inner
        for count in syntax.nodes(tree)
        if isinstance(count, CountIs) and count.where is not None and count.field is not None
        for inner in syntax.nodes(count.where)
        if isinstance(inner, FieldIs) and _name(inner.field).lower().startswith(_name(count.field).lower())
    ]


def _name(field: Expression) -> str:
    return str(field.value) if isinstance(field, Literal) else "a computed field"


def _untyped(tree: Node, aliases: AliasCatalogue, kinds: frozenset[str]) -> Iterator[str]:
    """Aliases read of resources that don't have them, where each `not…` condition holds.

    `kinds`: the types, in lower case, that conditions beside or above allow; empty if none is asked for.
    """
    match tree:
        case AllOf(parts):
            here = kinds.union(*(_kinds(part) for part in parts))
            for part in parts:
                yield from _untyped(part, aliases, here)
        case AnyOf(parts):
            for part in parts:
                yield from _untyped(part, aliases, kinds)
        case Not(part):
            yield from _untyped(part, aliases, kinds)
        case CountIs(where=where):
            yield from _strays(tree, aliases, kinds)
            if where is not None:
                yield from _untyped(where, aliases, kinds)
        case _:
            yield from _strays(tree, aliases, kinds)


def _kinds(node: Node) -> frozenset[str]:
    """The types that a condition allows."""
    match node:
        case FieldIs(Literal(str(field)), "equals", Literal(str(kind))) if field.lower() == "type":
            return frozenset({kind.lower()})
        case FieldIs(Literal(str(field)), "in", ListOf(items)) if field.lower() == "type":
            return frozenset(str(item.value).lower() for item in items if isinstance(item, Literal))
        case AnyOf(parts):
            each = [_kinds(part) for part in parts]
            return frozenset().union(*each) if all(each) else frozenset()
        case AllOf(parts):
            return frozenset().union(*map(_kinds, parts))
    return frozenset()


def _strays(node: Node, aliases: AliasCatalogue, kinds: frozenset[str]) -> Iterator[str]:
    own = [node.field] if isinstance(node, FieldIs | CountIs) and node.field is not None else []
    names = [_name(field) for field in own if isinstance(field, Literal)]
    names += [name for expression in syntax.expressions(node) for name in syntax.fields_of(expression)]
    for name in dict.fromkeys(names):
        if name not in aliases:
            continue
        if not kinds:
            yield f"{name} is read of every type of resource: add a condition on `type`"
        elif not kinds & aliases.types(name):
            yield f"{name} belongs to another type than {', '.join(sorted(kinds))}"


def _of_initiative(document: Mapping[str, Any], definitions: Definitions) -> Iterator[str]:
    inner = properties(document)
    declared = part(inner, "parameters")
    for name, declaration in declared.items():
        parameters.type_of(name, declaration)
        yield from _defaults(name, declaration)
    groups = {str(group.get("name")) for group in inner.get("policyDefinitionGroups") or ()}
    used: set[str] = set()
    for member in initiative_members(document):
        where = str(member["policyDefinitionReferenceId"])
        for group in member.get("groupNames") or ():
            if group not in groups:
                yield f"{where}: there is no group {group!r}"
        passed = given(member, where)
        for name, value in passed.items():
            used.update(_passed_names(value))
            if value == []:
                yield f"{where}: parameter {name} is an empty list"
        yield from (
            f"{where}: {problem}" for problem in _member(passed, declared, definitions, member["policyDefinitionId"])
        )
    yield from (f"the parameter {name!r} is used and not declared" for name in sorted(used - set(declared)))
    yield from (f"parameter {name} is declared and not used" for name in declared if name not in used)


def _passed_names(value: Any) -> Iterator[str]:
    for call in template.calls(template.expression(value)):
        match call:
            case Call("parameters", (Literal(str(name)),)):
                yield name


def _member(
    passed: Mapping[str, Any], declared: Mapping[str, Any], definitions: Definitions, identifier: Any
) -> Iterator[str]:
    try:
        wanted = part(properties(lookup(definitions, identifier)), "parameters")
    except AssignmentError as error:
        yield str(error)
        return
    for name, declaration in wanted.items():
        if name not in passed and "defaultValue" not in declaration:
            yield f"parameter {name} has no default, and is not passed"
    for name, value in passed.items():
        if name not in wanted:
            yield f"undeclared parameters: {name}"
            continue
        match template.expression(value):
            case Call("parameters", (Literal(str(source)),)) if source in declared:
                one, other = parameters.type_of(source, declared[source]), parameters.type_of(name, wanted[name])
                if one != other:
                    yield f"parameter {name} is of type {other}; {source} is of type {one}"
            case _ if not _passed_names_any(value) and (wrong := parameters.misfit(name, wanted[name], value)):
                yield wrong


def _passed_names_any(value: Any) -> bool:
    return any(True for _ in template.calls(template.expression(value)))


def _of_assignment(document: Mapping[str, Any], definitions: Definitions) -> Iterator[str]:
    inner = checked(document)
    enforces(inner)
    target = lookup(definitions, inner["policyDefinitionId"])
    values = given(inner, "assignment")
    yield from _said(lambda: parameters.values(part(properties(target), "parameters"), values))
    for name, value in values.items():
        if value == []:
            yield f"parameter {name} is an empty list"
    members = {"": target}
    if "policyDefinitions" in properties(target):
        members = {
            str(member["policyDefinitionReferenceId"]): lookup(definitions, member["policyDefinitionId"])
            for member in initiative_members(target)
        }
    known = {reference.lower() for reference in members}
    for reference in _references(inner):
        if reference.lower() not in known:
            yield f"there is no member {reference!r} to override or to explain"
    if inner.get("overrides"):
        for reference, member in members.items():
            yield from _said(lambda r=reference, m=member: overriding_effect(inner, r, read(m), None))


def _references(inner: Mapping[str, Any]) -> Iterator[str]:
    """Members that overrides and messages name."""
    for override in inner.get("overrides") or ():
        for selector in override.get("selectors") or ():
            if selector.get("kind") == "policyDefinitionReferenceId":
                yield from selector.get("in") or selector.get("notIn") or ()
    for message in inner.get("nonComplianceMessages") or ():
        if "policyDefinitionReferenceId" in message:
            yield message["policyDefinitionReferenceId"]
