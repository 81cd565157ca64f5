"""ARM ids: where in Azure's hierarchy a resource stands, and which of its inputs say so.

The table of covered types gives exact paths. For the rest the path is put together from the names that the type asks
for and the catalogue of ARM's types; it has the right form, and no claim is made for its middle.
"""

import re
from collections.abc import Mapping
from functools import cache
from itertools import permutations

from sandbox.facts import covered, table
from sandbox.sdk import STRING, ResourceType

_GROUP = "resourceGroupName"
_PARENTS = 4
"""So many names may be tried in every order."""


def names_in(kind: ResourceType) -> frozenset[str]:
    """The inputs that an id is made of: a change of one makes another resource."""
    return frozenset(re.findall(r"\{(\w+)", path(kind))) & frozenset(kind.inputs)


def own_name(kind: ResourceType) -> str | None:
    """The input that is the last part of the id."""
    found = re.fullmatch(r".*/\{(\w+)\}", path(kind))
    return found[1] if found else None


def type_of(id: str) -> str:
    """`Microsoft.Storage/storageAccounts/blobServices` of an id."""
    parts = id.rpartition("/providers/")[2].split("/")
    if "/providers/" not in id:
        return "Microsoft.Resources/resourceGroups" if "/resourceGroups/" in id else "Microsoft.Resources/subscriptions"
    return "/".join([parts[0], *parts[1::2]])


def path(kind: ResourceType) -> str:
    """The template of a type's id."""
    return covered("azure-native").get(kind.token, {}).get("id") or _derived(kind)


@cache
def _derived_path(module: str, name: str, required: tuple[str, ...], optional: tuple[str, ...], root: str) -> str:
    own = _own(name, required, optional)
    left = [key for key in required if key not in (_GROUP, "displayName", own) and f"{{{key}}}" not in root]
    named = tuple(key for key in left if key.endswith("Name"))
    known = tuple(key for key in left if key.endswith(("Name", "Id")))
    namespace, types = _namespace(module)
    orders = [order for parents in {named, known} if len(parents) <= _PARENTS for order in permutations(parents)]
    fits = [(_likeness(kind.split("/"), name, order), kind, order) for kind in types for order in orders]
    likeness, kind, parents = max(fits, key=lambda fit: (fit[0], -len(fit[2])), default=(0, "", named))
    segments = kind.split("/")
    if not likeness:
        parents = named
        segments = [_plural(_stem(key)) for key in parents] + [_plural(_lower(name))]
    values = [f"{{{key}}}" for key in parents] + [f"{{{own}}}" if own else "default"]
    pairs = zip(segments, values, strict=True)
    return f"{root}/providers/{namespace}/" + "/".join(f"{segment}/{value}" for segment, value in pairs)


def _derived(kind: ResourceType) -> str:
    strings = [prop for prop in kind.inputs.values() if prop.type == STRING]
    required = tuple(prop.name for prop in strings if prop.required)
    optional = tuple(prop.name for prop in strings if not prop.required)
    _, module, name = kind.token.split(":")
    return _derived_path(module, name, required, optional, _root(required))


def _root(required: tuple[str, ...]) -> str:
    if _GROUP in required:
        return "/subscriptions/{subscription}/resourceGroups/{resourceGroupName}"
    for scope in ("scope", "resourceUri", "resourceId"):
        if scope in required:
            return f"{{{scope}}}"
    for group in ("managementGroupId", "managementGroupName"):
        if group in required:
            return f"/providers/Microsoft.Management/managementGroups/{{{group}}}"
    return "/subscriptions/{subscription}"


def _own(name: str, required: tuple[str, ...], optional: tuple[str, ...]) -> str | None:
    """The input that names the resource: `accountName` of a StorageAccount, `vaultName` of a Vault."""
    words = re.findall(r"[A-Z][a-z0-9]*|[A-Z]+(?![a-z])", name) or [name]
    ends = [_lower("".join(words[start:])) + kind for kind in ("Name", "Id") for start in range(len(words))]
    for candidates in (optional, tuple(key for key in required if key != _GROUP)):
        for end in ends:
            for key in candidates:
                if key.lower() == end.lower():
                    return key
        if "name" in candidates:
            return "name"
    named = [key for key in optional if key.endswith(("Name", "Id")) and key != _GROUP]
    return named[0] if len(named) == 1 else None


@cache
def _by_module() -> Mapping[str, list[tuple[str, list[str]]]]:
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for namespace, entry in table("azure_types")["namespaces"].items():
        for module in entry["modules"]:
            found.setdefault(module, []).append((namespace, entry["types"]))
    return found


def _namespace(module: str) -> tuple[str, list[str]]:
    entries = _by_module().get(module)
    return entries[0] if entries else (f"Microsoft.{module[0].upper()}{module[1:]}", [])


def _likeness(segments: list[str], name: str, parents: tuple[str, ...]) -> int:
    """How well an ARM type agrees with a class and its parents' names in this order; 0: it is another type."""
    if len(segments) != len(parents) + 1 or not _plural(name).lower().endswith(_plural(segments[-1]).lower()):
        return 0
    stems = (_plural(_stem(key)).lower() for key in parents)
    agreeing = sum(_agree(segment.lower(), stem) for segment, stem in zip(segments, stems, strict=False))
    return 1 + len(segments[-1]) + len(name) * agreeing


def _agree(segment: str, stem: str) -> bool:
    return segment.endswith(stem) or stem.endswith(segment)


def _stem(key: str) -> str:
    return re.sub("(Name|Id)$", "", key)


def _plural(word: str) -> str:
    if word.endswith("s"):
        return word
    return word[:-1] + "ies" if word.endswith("y") and word[-2:-1] not in "aeiou" else word + "s"


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
