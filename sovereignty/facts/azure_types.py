"""What Azure's resource types are by nature, as ARM writes them: placed `global`, without a location, or settings.

Tables: azure_placement.yaml, azure_locationless.yaml. They name types as Pulumi does; ARM's top types are found by the
names that its provider is made from (module of the namespace, class of the singular).
"""

from __future__ import annotations

from functools import cache

from sovereignty.facts import read_table

_MICROSOFT = "microsoft."


@cache
def _global_types() -> frozenset[str]:
    return frozenset(kind.lower() for kind in read_table("azure_placement")["global_arm"])


@cache
def _locationless() -> frozenset[str]:
    return frozenset(kind.lower() for kind in read_table("azure_locationless")["types"])


def is_global(arm_type: str) -> bool:
    """Whether the type is placed `global` by nature and holds names or rules, no data of users."""
    return arm_type.lower() in _global_types()


def is_locationless(arm_type: str) -> bool:
    """Whether the type is known to take no location: it lives where what it belongs to lives, or is a setting."""
    return bool(_tokens(arm_type) & _locationless())


def is_setting(arm_type: str) -> bool:
    """Whether the type takes no location and stands at a tenant's or subscription's scope: names and permissions."""
    table = read_table("azure_placement")
    types, modules = {kind.lower() for kind in table["settings_types"]}, set(table["settings"])
    return any(each in types or each.split(":")[1] in modules for each in _tokens(arm_type) & _locationless())


@cache
def _tokens(arm_type: str) -> frozenset[str]:
    """What Pulumi may call it, in small letters; none for a child, whose class is not made from its own name alone."""
    namespace, *kinds = arm_type.lower().split("/")
    if len(kinds) != 1 or not namespace.startswith(_MICROSOFT):
        return frozenset()
    name, kind = namespace.removeprefix(_MICROSOFT), kinds[0]
    modules = read_table("azure_placement")["namespaces"].get(name, [name])
    singulars = {kind.removesuffix("s"), kind.removesuffix("es")}
    if kind.endswith("ies"):
        singulars.add(f"{kind[:-3]}y")
    return frozenset(f"azure-native:{module}:{singular}" for module in modules for singular in singulars)
