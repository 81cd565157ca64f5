"""Text with `*` and `?`, and with policy variables, compiled once and matched often.

In a Resource, `*` goes over colons too: the guide promises it only for one that ends a segment, and doesn't rule it
out elsewhere. Sources: IAM User Guide, "IAM policy elements: Variables and tags"; "IAM JSON policy elements: Resource".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

Context = Mapping[str, tuple[str, ...]]
Fits = Callable[[str, Context], bool]  # (value of the request, context for variables)

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_DEFAULTED = re.compile(r"([^,\s]+)\s*(?:,\s*'(.*)')?", re.DOTALL)
_HOLE = "\0"
_ESCAPES = ("*", "?", "$")
_REMEMBERED = 4096  # verdicts kept for each compiled set: a proof asks the same few values again and again


def wildcards(text: str, spans: str = ".") -> str:
    """The regular expression of a text in which `*` and `?` stand for characters of the class `spans`."""
    parts = (spans + "*" if part == "*" else spans if part == "?" else re.escape(part) for part in _split(text))
    return "".join(parts)


def _split(text: str) -> list[str]:
    # a run of stars matches what one does, and would be tried in every combination
    return [part for part in re.split(r"([*?])", re.sub(r"\*+", "*", text)) if part]


def arn(text: str) -> str:
    """The regular expression of an ARN whose six parts are matched each for itself.

    Source: IAM User Guide, "IAM JSON policy elements: Condition operators", ARN operators.
    """
    parts = text.split(":", 5)
    return ":".join([*(wildcards(part, "[^:]") for part in parts[:5]), *(wildcards(part) for part in parts[5:])])


def literal(text: str) -> str:
    """The regular expression of a text in which nothing is special."""
    return re.escape(text)


def has_variable(text: str) -> bool:
    """Whether a policy of 2012-10-17 would replace something in this text."""
    return bool(_VARIABLE.search(text))


def any_of(
    values: Iterable[str], to_regex: Callable[[str], str], *, ignore_case: bool = False, variables: bool = True
) -> Fits:
    """Whether a value of a request matches one of these; one whose variable has no value there matches nothing.

    ValueError for a `${...}` that is no variable.
    """
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    plain, filled = [], []
    for value in values:
        (filled if variables and has_variable(value) else plain).append(value)
    if "*" in plain and to_regex("*") == ".*":
        return lambda value, context: True
    # a set is faster than a regular expression, and it can't ignore case
    exact = frozenset(value for value in plain if not ignore_case and to_regex(value) == re.escape(value))
    regexes = [to_regex(value) for value in plain if value not in exact]
    fixed = _member(exact, re.compile("|".join(f"(?:{regex})" for regex in regexes), flags)) if regexes else None
    templates = [_template(value, to_regex, flags) for value in filled]

    if templates:
        return lambda value, context: (
            (fixed(value) if fixed else value in exact) or any(template(value, context) for template in templates)
        )
    if fixed:
        return lambda value, context: fixed(value)
    return lambda value, context: value in exact


def _member(exact: frozenset[str], regex: re.Pattern[str]) -> Callable[[str], bool]:
    search = regex.fullmatch

    @lru_cache(_REMEMBERED)
    def member(value: str) -> bool:
        return value in exact or search(value) is not None

    return member


def _template(text: str, to_regex: Callable[[str], str], flags: int) -> Fits:
    # What is filled in stays literal: a tag that holds a star must not become a wildcard. So the text is translated
    # with a character in the place of each variable, which the translation leaves as it is, and cut there.
    if _HOLE in text:
        raise ValueError(f"{text!r} holds a character that no policy may")
    fillings = [_variable(inside) for inside in _VARIABLE.findall(text)]
    first, *rest = to_regex(_VARIABLE.sub(_HOLE, text)).split(_HOLE)

    def fits(value: str, context: Context) -> bool:
        pattern = first
        for filling, piece in zip(fillings, rest, strict=True):
            filled = filling(context)
            if filled is None:
                return False
            pattern += re.escape(filled) + piece
        return re.compile(pattern, flags).fullmatch(value) is not None

    return fits


def _variable(inside: str) -> Callable[[Context], str | None]:
    if inside in _ESCAPES:
        return lambda context: inside
    parsed = _DEFAULTED.fullmatch(inside.strip())
    if not parsed:
        raise ValueError(f"${{{inside}}} is no policy variable")
    key, default = parsed[1].lower(), parsed[2]

    def value(context: Context) -> str | None:
        values = context.get(key)
        # a key of several values can't fill a variable
        return values[0] if values and len(values) == 1 else default

    return value
