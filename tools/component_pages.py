"""Writes what is made from the components' sources: docs/components.md, and the schema of their package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from components.package import schema, wire
from components.package.declared import Component, Field, everywhere
from components.package.served import NOT_SERVED, SERVED
from tools.composition import made_by

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "components.md"
EXAMPLES = ROOT / "docs" / "examples"
MADE = "<!-- Made from the components by tools/component_pages.py: change it there. -->\n"
INTRODUCTION = """\
Each makes one thing whole: an unsafe one can't be had by forgetting an argument. A mistake in an argument is an error
before anything is registered. In Python a component takes its arguments as `<Class>Args`, by the names below; from
another language (docs/package.md) the names are the same in camelCase, and the zone is given by its name.

On AWS the zone's tags come from the provider, for everything that it makes: give it `zone.tags()` as its default
tags, as the examples do. Keys and whatever else has to be tagged when it is made is refused by the zone's SCPs
without them. On Azure, whose provider has no such thing, `AzureZone` adds them to all that it makes; a program that
makes a component apart gives it `transforms=[tagged(zone.tags())]` (components/tagging.py).
"""
THE_ZONE = ("components.zone", "ResidencyZone")
"""What the zone's program makes, and by way of it all that is part of a zone."""
PLACES = {"aws": "On AWS", "azure": "On Azure", "": "On every cloud"}
LABELS = "Features|Outputs|Cost|Traps|Sources?"
"""What the parts of a component's docstring begin with."""
_LABEL = re.compile(rf"(?:^|(?<=[.)] )|(?<=\n))({LABELS}): ")
_BAR = r"\|"
"""As a table's cell has to have it."""
_OF_EVERYBODY = {
    "Zone": "The zone's law: `sovereignty.zone.load(name, folder)`.",
    "Deployment": "Where it lands: the stack file's keys, `sovereignty.deployment.from_config(…)`.",
}


def page() -> str:
    """The page of all components, by cloud and name."""
    found = sorted(everywhere(), key=lambda each: each.name)
    clouds = {cloud: [each for each in found if _cloud(each) == cloud] for cloud in PLACES}
    parts = ["# Components\n", MADE, INTRODUCTION]
    for cloud, components in clouds.items():
        parts.append(f"## {PLACES[cloud]}\n")
        parts.append("\n".join(f"- [{each.name}](#{each.name.lower()}): {_first(each)}" for each in components) + "\n")
        parts += [section for each in components for section in _component(each)]
    return "\n".join(parts)


def _component(of: Component) -> Iterator[str]:
    yield f"### {of.name}\n"
    yield f"`{of.token}`, {of.module.replace('.', '/')}.py\n"
    text, said = labelled(of)
    yield text + "\n"
    features = said.pop("Features", "")
    yield f"**Features:** {features or 'none said.'} ([Azure's beside AWS's](parity.md))\n"
    yield "| argument | type | default | |\n|---|---|---|---|"
    yield "\n".join(_row(field) for field in of.arguments) + "\n"
    outputs = said.pop("Outputs", "")
    unsaid = [f"`{field.name}`" for field in schema.outputs(of) if f"`{field.name}`" not in outputs]
    yield f"**Outputs:** {' '.join(filter(None, [outputs, ', '.join(unsaid)])) or 'None.'}\n"
    for label, content in said.items():
        yield f"**{label}:** {content}\n"
    yield f"**Examples:** {', '.join(_examples(of)) or 'None yet.'}\n"
    if of.path not in SERVED:
        yield f"**From other languages:** not served. {NOT_SERVED.get(of.path, '')}\n"


def labelled(of: Component) -> tuple[str, dict[str, str]]:
    """A component's docstring: what stands before its labels, and what stands behind each of them."""
    text, *parts = _LABEL.split(_one_line_a_paragraph(of.doc))
    return text.strip(), dict(zip(parts[::2], (each.strip() for each in parts[1::2]), strict=True))


def _row(field: Field) -> str:
    doc = field.doc or _OF_EVERYBODY.get(field.annotation, "")
    default = "" if field.default is None else f"`{field.default}`"
    cells = [f"`{field.name}`", f"`{field.annotation.replace('pulumi.', '')}`", default, doc]
    return f"| {' | '.join(cell.replace('|', _BAR) for cell in cells)} |".replace("  ", " ")


def _examples(of: Component) -> Iterator[str]:
    """The programs that make it: in Python by its class, in YAML by its type; the zone's also by way of another."""
    mark = re.compile(rf"\b{of.name}\(|sovereign-zones:(?:index:)?{of.name}\b")

    def made_in(*files: Path) -> bool:
        return any(mark.search(file.read_text(encoding="utf-8")) for file in files if file.exists())

    for folder in sorted(file.parent for file in EXAMPLES.glob("*/Pulumi.yaml")):
        if made_in(folder / "__main__.py", folder / "Pulumi.yaml"):
            yield f"[{folder.name}](examples/{folder.name})"
    if made_in(ROOT / "foundation" / "__main__.py"):
        yield "[the foundation's program](../foundation/__main__.py)"
    if made_in(ROOT / "__main__.py"):
        yield "[the zone's program](../__main__.py)"
    elif (of.module, of.name) in made_by(*THE_ZONE):
        yield "as a part of [the zone's program](../__main__.py)"


def _cloud(of: Component) -> str:
    part = of.module.split(".")[1]
    return part if part in PLACES else ""


def _first(of: Component) -> str:
    """The first sentence of its docstring: what it is."""
    return re.split(r"(?<=[.!?])\s", _one_line_a_paragraph(of.doc), maxsplit=1)[0]


def _one_line_a_paragraph(doc: str) -> str:
    """Lines joined; a blank line, and a label at a line's beginning, start anew."""
    paragraphs = [" ".join(part.split()) for part in re.split(rf"\n\s*\n|\n(?=(?:{LABELS}): )", doc)]
    return "\n\n".join(paragraphs)


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")
    schema.FILE.write_text(schema.text(), encoding="utf-8")
    unlisted = sorted(each.path for each in everywhere() if each.path not in {*SERVED, *NOT_SERVED})
    print(f"{PAGE.relative_to(ROOT)} and {schema.FILE.relative_to(ROOT)} are written.")
    for path in unlisted:
        print(f"  {path} is in neither list of {wire.__package__}.served.")


if __name__ == "__main__":
    main()
