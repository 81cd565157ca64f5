"""The zone's tags on whatever takes tags.

AWS tags by its provider (`defaultTags`). Azure has no such thing, so a transform adds them. A type that takes no tags
must not get any, and some types have a `tags` of another kind: the provider's SDK is asked, by reading the source of
the resource's class. Importing it would cost far more, and it is not imported at all where a component of another
language registers the resource.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pulumi

CHOSEN_BY_THE_OWNER = "DataClassification"
"""The one tag that a resource may set for itself; the others say what is so."""

_MAP_OF_TEXT = r"\[Mapping\[str, pulumi\.Input\[(?:_?builtins\.)?str\]\]\]\]"
_TAGS_OF_TEXT = re.compile(r"tags: (?:pulumi\.Input\[Optional|Optional\[pulumi\.Input)" + _MAP_OF_TEXT)


def tagged(tags: Mapping[str, str]) -> pulumi.ResourceTransform:
    """A transform that puts these tags on every resource below the one that carries it."""

    def transform(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        if not args.custom or not takes_tags(args.type_):
            return None
        return pulumi.ResourceTransformResult(
            props={**args.props, "tags": _merged(args.props.get("tags"), tags)}, opts=args.opts
        )

    return transform


def _merged(own: Any, tags: Mapping[str, str]) -> Any:
    if isinstance(own, pulumi.Output):
        return own.apply(lambda known: _merged(known, tags))
    given = dict(own or {})
    chosen = {CHOSEN_BY_THE_OWNER: given[CHOSEN_BY_THE_OWNER]} if CHOSEN_BY_THE_OWNER in given else {}
    return {**given, **tags, **chosen}


@cache
def takes_tags(token: str) -> bool:
    """Whether a resource type has `tags` that are a map of text; False for a type whose SDK is not installed."""
    package, _, rest = token.partition(":")
    module, _, name = rest.partition(":")
    source = _sources(f"pulumi_{package.replace('-', '_')}", module.split("/")[0]).get(name.lower())
    return source is not None and _TAGS_OF_TEXT.search(source.read_text(encoding="utf-8")) is not None


@cache
def _sources(package: str, module: str) -> Mapping[str, Path]:
    """The files of a module's resources by the lower-case name of the class."""
    spec = find_spec(package)
    roots = spec.submodule_search_locations if spec else None
    # a module named as a keyword of Python has an underscore behind it (lambda_)
    folders = [Path(root, folder) for root in roots or () for folder in (module, f"{module}_")]
    return {path.stem.replace("_", ""): path for folder in folders for path in folder.glob("*.py")}
