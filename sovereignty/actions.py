"""The IAM actions of AWS: which there are, what each does, and which of them a pattern names.

Source: facts/aws_actions.txt. IAM compares actions without regard to case and knows `*` and `?`, and nothing else, in a
pattern (IAM User Guide, "IAM JSON policy elements: Action"). Names answered here are spelled as AWS spells them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal, cast

Level = Literal["List", "Permissions management", "Read", "Tagging", "Write"]

_TABLE = Path(__file__).parent / "facts" / "aws_actions.txt"


@cache
def _lines() -> Mapping[str, Mapping[Level, tuple[str, ...]]]:
    """Service prefix -> access level -> names of the actions, without the prefix."""
    services: dict[str, dict[Level, tuple[str, ...]]] = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            prefix, level, names = line.split("\t")
            services.setdefault(prefix, {})[cast(Level, level)] = tuple(names.split())
    return services


@cache
def _service(prefix: str) -> Mapping[str, tuple[str, Level]]:
    """The actions of one service, sorted: name in small letters -> (action as AWS spells it, access level)."""
    actions: dict[str, tuple[str, Level]] = {}
    for level, names in _lines().get(prefix, {}).items():
        actions |= {name.lower(): (f"{prefix}:{name}", level) for name in names}
    return dict(sorted(actions.items(), key=lambda item: item[1]))


@cache
def all_actions() -> tuple[str, ...]:
    """Every action, sorted: `a4b:ApproveSkill`, …"""
    return tuple(
        sorted(f"{prefix}:{name}" for prefix, levels in _lines().items() for names in levels.values() for name in names)
    )


@cache
def services() -> tuple[str, ...]:
    """Every service prefix, sorted."""
    return tuple(sorted(_lines()))


def _found(action: str) -> tuple[str, Level] | None:
    prefix, _, name = action.lower().partition(":")
    return _service(prefix).get(name)


def known(action: str) -> str | None:
    """The action as AWS spells it, or None where AWS has no such action; `action` in any case."""
    found = _found(action)
    return found[0] if found else None


def level(action: str) -> Level:
    """The access level that AWS gives the action; LookupError where there is no such action."""
    found = _found(action)
    if not found:
        raise LookupError(f"AWS has no action {action}")
    return found[1]


def nearest(action: str, n: int = 3) -> tuple[str, ...]:
    """At most `n` actions that may have been meant, the likeliest first; empty where nothing is near."""
    from difflib import get_close_matches

    prefix, colon, name = action.lower().partition(":")
    if not colon:
        prefix, name = "", prefix
    if prefix in _lines():
        candidates = _service(prefix)
    else:
        # a misspelt service with a name that some services have: comparing with all 20,000 actions would take a second
        having = [each for each in services() if name in _service(each)]
        near = get_close_matches(prefix, having or services(), n=n, cutoff=0.0 if having and not prefix else 0.5)
        if having:
            return tuple(_service(each)[name][0] for each in near or having[:n])
        candidates = _service(near[0]) if near else {}
    return tuple(candidates[each][0] for each in get_close_matches(name, candidates, n=n))


def expand(patterns: str | Iterable[str]) -> tuple[str, ...]:
    """The actions that any of the patterns names, sorted: `s3:Get*` -> every action of s3 that begins with Get."""
    patterns = (patterns,) if isinstance(patterns, str) else patterns
    return tuple(sorted({action for pattern in patterns for action in _expanded(pattern.lower())}))


@cache
def _expanded(pattern: str) -> tuple[str, ...]:
    prefix, colon, name = pattern.partition(":")
    if not colon:
        # the only pattern that IAM takes without a service
        return all_actions() if pattern == "*" else ()
    if not {"*", "?"} & set(pattern):
        action = known(pattern)
        return (action,) if action else ()
    fits = _matcher(name).fullmatch
    prefixes = [each for each in services() if _matcher(prefix).fullmatch(each)]
    return tuple(
        action for each in prefixes for small, (action, _) in _service(each).items() if name == "*" or fits(small)
    )


def fits(pattern: str, action: str) -> bool:
    """Whether the pattern of a policy names the action, in any case."""
    pattern, action = pattern.lower(), action.lower()
    # most patterns are names, and comparing those costs nothing
    return pattern == action or (("*" in pattern or "?" in pattern) and _matcher(pattern).fullmatch(action) is not None)


@cache
def _matcher(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(character) or re.escape(character) for character in pattern))
