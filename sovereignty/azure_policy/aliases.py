"""Aliases: which path of a resource's body a policy's field name stands for.

No rule leads from the name to the path: nearly half of Azure's aliases have another path than `properties.<rest of the
name>` (`…/securityRules[*].access` is `properties.securityRules[*].properties.access`), and some names serve several
types with a path for each (`Microsoft.Compute/imageOffer`). So a catalogue is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from sovereignty.azure_policy.errors import LanguageError

ELEMENTS: Final = "[*]"


class AliasCatalogue:
    """Aliases by resource type: `{"Namespace/type": {"alias name": "path in the body"}}`; case doesn't matter.

    A path is Azure's `defaultPath` (`properties.replicas[*].location`). Aliases that Azure tells apart by a
    discriminator inside the body (`conditions[*].HostName`) are not told apart here.
    """

    def __init__(self, by_type: Mapping[str, Mapping[str, str]]):
        self._paths: dict[str, dict[str, str]] = {}
        for resource_type, aliases in by_type.items():
            for alias, path in aliases.items():
                if not path or not alias:
                    raise LanguageError(f"alias {alias!r} of {resource_type} has no path")
                self._paths.setdefault(alias.lower(), {})[resource_type.lower()] = path

    @classmethod
    def of_providers(cls, providers: Iterable[Mapping[str, Any]]) -> AliasCatalogue:
        """From Azure's own answer: `GET /providers?$expand=resourceTypes/aliases`, the list under `value`."""
        return cls(
            {
                f"{provider['namespace']}/{kind['resourceType']}": {
                    alias["name"]: alias["defaultPath"] for alias in kind.get("aliases") or ()
                }
                for provider in providers
                for kind in provider["resourceTypes"]
            }
        )

    def __contains__(self, alias: str) -> bool:
        return alias.lower() in self._paths

    def __iter__(self) -> Iterator[str]:
        """The names, in lower case."""
        return iter(self._paths)

    def types(self, alias: str) -> frozenset[str]:
        """The resource types that have the alias, in lower case; empty where there is none of that name."""
        return frozenset(self._paths.get(alias.lower(), ()))

    def path(self, alias: str, resource_type: str) -> str | None:
        """The path in a body of that type, None where the alias belongs to other types; LanguageError if unknown."""
        paths = self._paths.get(alias.lower())
        if paths is None:
            raise LanguageError(f"{alias!r} is no field and no alias of the catalogue")
        return paths.get(resource_type.lower())
