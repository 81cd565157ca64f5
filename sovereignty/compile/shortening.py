"""Fewer characters for the same actions: names cut to prefixes that, of all that AWS has, name just those.

Used only where a zone doesn't fit otherwise. An action that AWS adds later may fall under such a prefix and is refused
with its like; so it is never done to a NotAction, where it would be let pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sovereignty import actions


def shortened(names: Iterable[str]) -> tuple[str, ...]:
    """Patterns that name these actions and, of the actions that AWS has, no other.

    Patterns among them are kept, and what AWS doesn't have.
    """
    kept, services = [], dict[str, dict[str, str]]()
    for name in names:
        service, _, action = name.partition(":")
        if actions.known(name) is None:
            kept.append(name)
        else:
            services.setdefault(service, {})[action.lower()] = action
    found = [f"{service}:{pattern}" for service, wanted in services.items() for pattern in _patterns(service, wanted)]
    return tuple(sorted([*kept, *found]))


def _patterns(service: str, wanted: dict[str, str]) -> Iterator[str]:
    others = {each.partition(":")[2].lower() for each in actions.expand(f"{service}:*")} - wanted.keys()
    left = set(wanted)
    while left:
        name = min(left)
        cut = next(
            (n for n in range(1, len(name)) if not any(other.startswith(name[:n]) for other in others)), len(name)
        )
        named = {each for each in left if each.startswith(name[:cut])} if cut < len(name) else {name}
        left -= named
        # one character less is taken by the wildcard
        yield wanted[name] if len(named) == 1 and cut >= len(name) - 1 else f"{wanted[name][:cut]}*"
