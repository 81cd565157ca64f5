"""Turns plain data into the law's models, and pydantic's findings into problems with a place and an advice."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from sovereignty.errors import Problem

Path = tuple[str | int, ...]
"""Where in the data something stands: keys and indices."""
SHOWN = 60
"""Characters of a found value that a message repeats at most."""


class Model(BaseModel):
    """A part of the law: frozen, and closed to keys that it doesn't know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def fault(found: str, right: str = "", at: Path = ()) -> PydanticCustomError:
    """What a validator raises: the two halves of a `Problem`, and where below the value it is, if not at the value."""
    return PydanticCustomError("law", "{found}", {"found": found, "right": right, "at": at})


def quoted(value: object) -> str:
    """A found text as a message may repeat it: short, and without anything that a terminal would obey."""
    text = "".join(char if char.isprintable() else "?" for char in str(value)[: SHOWN + 1])
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def kind(value: object) -> str:
    """What a value is, in a person's words."""
    match value:
        case None:
            return "nothing"
        case bool():
            return f"the truth value {str(value).lower()}"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list() | tuple():
            return "a list"
        case Mapping():
            return "a mapping"
    return "something else"


def nearest(word: object, known: Iterable[str], count: int = 3) -> list[str]:
    """The known names that come closest to a misspelt one, best first, whatever its case."""
    folded = {name.casefold(): name for name in known}
    return [folded[match] for match in get_close_matches(str(word)[:100].casefold(), folded, n=count, cutoff=0.6)]


def did_you_mean(word: object, known: Sequence[str]) -> str:
    """`Did you mean a, b?`, or the list of what is known where nothing comes close."""
    close = nearest(word, known)
    return f"Did you mean {' or '.join(close)}?" if close else f"Known: {', '.join(known)}."


def one_of(*allowed: str) -> Any:
    """A text that is one of a few words."""

    def check(value: object) -> str:
        if isinstance(value, str) and value in allowed:
            return value
        found = quoted(value) if isinstance(value, str) else kind(value)
        close = nearest(value, allowed, 1) if isinstance(value, str) else []
        raise fault(f"{found} is not one of its values.", f"Use {' or '.join(close or allowed)}.")

    return BeforeValidator(check)


def text(example: str, most: int = 200) -> Any:
    """A line of text that is not blank."""

    def check(value: object) -> str:
        if not isinstance(value, str):
            hint = " YAML reads a bare yes, no, on and off as truth values." if isinstance(value, bool) else ""
            raise fault(f"Text is expected, found {kind(value)}.", f"Write text in quotes, such as {example}.{hint}")
        if not value.strip():
            raise fault("It is empty.", f"Write text, such as {example}.")
        if len(value) > most or not value.isprintable():
            raise fault(f"One line of at most {most} characters is expected.", f"Write text, such as {example}.")
        return value

    return BeforeValidator(check)


def whole_number(least: int, most: int, unit: str) -> Any:
    """A whole number within bounds; as a float too, since the engine hands numbers over as floats."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value or value in (_INF, -_INF):
            raise fault(f"A number is expected, found {kind(value)}.", f"Write {least} to {most} {unit}.")
        if value != int(value):
            raise fault("A whole number is expected.", f"Write {least} to {most} {unit}.")
        if not least <= value <= most:
            raise fault(
                f"{quoted(int(value)) if abs(value) < 1e9 else 'It'} is out of bounds.",
                f"Write {least} to {most} {unit}.",
            )
        return int(value)

    return BeforeValidator(check)


_INF = float("inf")


def _a_list(value: object) -> object:
    if not isinstance(value, (list, tuple)):
        raise fault(
            f"A list is expected, found {kind(value)}.", "Write [first, second], or one entry a line after `- `."
        )
    return value


ListOf = BeforeValidator(_a_list)
"""Marks a tuple that may come as a list only (pydantic would take sets and generators)."""


def unique(values: tuple[str, ...]) -> tuple[str, ...]:
    """Refuses what stands twice in a list."""
    for index, value in enumerate(values):
        if value in values[:index]:
            raise fault(f"{quoted(value)} stands there twice.", "Keep it once.", at=(index,))
    return values


def problems(
    error: ValidationError, model: type[BaseModel], locate: Callable[[Path], str]
) -> list[tuple[Path, Problem]]:
    """Every finding of pydantic as a problem, with its path in the data; `locate` turns a path into words."""
    return [_problem(details, model, locate) for details in error.errors(include_url=False)]


def position(data: object, path: Path) -> tuple[int, ...]:
    """Where a path stands in the data, for sorting; what is missing comes after what is there."""
    order = []
    for step in path:
        if isinstance(data, Mapping) and step in data:
            order.append(list(data).index(step))
            data = data[step]
        elif isinstance(data, (list, tuple)) and isinstance(step, int) and 0 <= step < len(data):
            order.append(step)
            data = data[step]
        else:
            return (*order, len(data) if isinstance(data, (Mapping, list, tuple)) else 0)
    return tuple(order)


def dotted(path: Path) -> str:
    """`("aws", "regions", 1)` -> `aws.regions[1]`."""
    out = ""
    for step in path:
        out += f"[{step}]" if isinstance(step, int) else f".{quoted(step)}" if out else quoted(step)
    return out


def at(where: str, path: Path) -> str:
    """`zones/eu.yaml: aws.regions[1]`."""
    return f"{where}: {dotted(path)}" if path else where


def _problem(details: ErrorDetails, model: type[BaseModel], locate: Callable[[Path], str]) -> tuple[Path, Problem]:
    path = details["loc"]
    # Pydantic marks a fault of a mapping's key by a last step of its own, which a user's key may be called as well.
    if path[-1:] == ("[key]",) and details["type"] not in ("extra_forbidden", "invalid_key"):
        path = path[:-1]
    context = details.get("ctx", {})
    match details["type"]:
        case "law":
            path += tuple(context["at"])
            return path, Problem(locate(path), context["found"], context["right"])
        case "missing":
            example = _keys(_model_at(model, path[:-1])).get(str(path[-1]), "")
            right = f"Add `{quoted(path[-1])}: {example}`." if example else "Add it."
            return path, Problem(locate(path), "It is missing.", right)
        case "extra_forbidden" | "invalid_key":
            known = list(_keys(_model_at(model, path[:-1])))
            return path, Problem(locate(path), "There is no such key.", did_you_mean(path[-1], known))
        case "model_type" | "model_attributes_type" | "dict_type" | "mapping_type":
            keys = ", ".join(_keys(_model_at(model, path)))
            right = f"Write `key: value` lines; its keys are: {keys}." if keys else "Write `key: value` lines."
            return path, Problem(locate(path), f"A mapping is expected, found {kind(details['input'])}.", right)
    return path, Problem(locate(path), f"{details['msg']}.")


def _keys(model: type[BaseModel] | None) -> dict[str, str]:
    """The keys of a model as a file writes them, each with its example."""
    if model is None:
        return {}
    return {field.alias or name: str((field.examples or [""])[0]) for name, field in model.model_fields.items()}


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """The model that holds the value at a path, or None where that is no model."""
    current: Any = model
    for step in path:
        if isinstance(current, type) and issubclass(current, BaseModel):
            field = next((field for name, field in current.model_fields.items() if step in (name, field.alias)), None)
            if field is None:
                return None
            current = _unwrapped(field.annotation)
        elif typing.get_origin(current) in (tuple, dict):
            current = _unwrapped(typing.get_args(current)[-1 if typing.get_origin(current) is dict else 0])
        else:
            return None
    return current if isinstance(current, type) and issubclass(current, BaseModel) else None


def _unwrapped(annotation: Any) -> Any:
    if typing.get_origin(annotation) is Annotated:
        return _unwrapped(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        return _unwrapped(next(part for part in typing.get_args(annotation) if part is not type(None)))
    return annotation


def _switch(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise fault(f"true or false is expected, found {kind(value)}.", "Write true or false.")


Switch = Annotated[bool, BeforeValidator(_switch)]
