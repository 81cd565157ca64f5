"""Writes what is made from the rules: docs/rules/<id>.md, their list in README.md there, and the pack's JSON schema."""

from __future__ import annotations

import json
from pathlib import Path

from sovereignty.pack_configuration import json_schema
from sovereignty.rules import RULES
from sovereignty.rules.rule import EVERY_TYPE, Example, Rule

ROOT = Path(__file__).resolve().parents[1]
MADE = "<!-- Made from the rule by tools/pack_documents.py: change it there. -->\n"


def page(rule: Rule) -> str:
    """One control's page."""
    law = rule.framework
    types = "every resource" if rule.types == EVERY_TYPE else ", ".join(f"`{kind}`" for kind in rule.types)
    exempt = (
        "can be neither exempted nor lowered"
        if rule.never_exempt
        else "can be exempted, and lowered, by the pack's owner"
    )
    passes = " and ".join(
        name for name, judge in (("each resource", rule.resource_judge), ("the whole stack", rule.plan_judge)) if judge
    )
    parts = [
        f"# {rule.id}\n",
        MADE,
        f"**{rule.title}.** {rule.why}\n",
        "| | |\n|---|---|",
        f"| severity | {rule.severity} |",
        f"| law | {law.name} ({law.version}), {law.reference}: {law.specification} |",
        f"| judges | {types}, in the pass over {passes} |",
        f"| exemption | {exempt} |\n",
        f"To mend a finding: {rule.mend}\n",
    ]
    if rule.details:
        parts.append(f"## What is judged\n\n{rule.details}")
    parts += ["## Allowed in zone `eu`\n", *map(_example, rule.examples(good=True)), ""]
    parts += ["## Refused in zone `eu`\n", *map(_example, rule.examples(good=False))]
    return "\n".join(parts) + "\n"


def _example(example: Example) -> str:
    shown = [json.dumps(dict(example.props))] if example.props or not example.provider else []
    shown += [f"provider {json.dumps(dict(example.provider))}"] if example.provider else []
    return (
        f"- `{example.type}` "
        + ", ".join(f"`{part}`" for part in shown)
        + (f": {example.says}" if example.says else "")
    )


def index() -> str:
    rows = [f"| [{rule.id}]({rule.id}.md) | {rule.title} | {rule.severity} |" for rule in RULES]
    return "\n".join(
        [
            "# The preview rules\n",
            MADE,
            "Each is a policy of the pack in `policypacks/sovereignty`, under its own name. The pack itself speaks",
            "under [sovereignty](sovereignty.md), which also explains the pack's configuration.\n",
            "| control | says | severity |\n|---|---|---|",
            *rows,
            "",
        ]
    )


def documents() -> dict[Path, str]:
    """Path -> content of everything that is made from the rules."""
    rules = ROOT / "docs" / "rules"
    schema = ROOT / "policypacks" / "sovereignty" / "configuration.schema.json"
    return {
        **{rules / f"{rule.id}.md": page(rule) for rule in RULES},
        rules / "README.md": index(),
        schema: json.dumps(json_schema(), indent=2) + "\n",
    }


def main() -> None:
    for path, content in documents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
