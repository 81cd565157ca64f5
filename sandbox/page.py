"""The lists in docs/sandbox.md, made from the tables: `python -m sandbox.page` writes them anew, a test holds them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sandbox.arm import names_in
from sandbox.facts import covered, open_enumerations, table, verified
from sandbox.invokes import ANSWERS
from sandbox.sdk import sdk

PAGE = Path(__file__).parent.parent / "docs" / "sandbox.md"
BEGIN, END = "<!-- lists: begin (python -m sandbox.page) -->\n", "<!-- lists: end -->\n"
_TITLES = {"aws": "AWS", "azure-native": "Azure"}


def lists() -> str:
    """What goes between the marks."""
    return "\n".join([*_replacing("aws"), *_replacing("azure-native"), *_functions(), *_enumerations()]) + "\n"


def _replacing(package: str) -> Iterator[str]:
    known = covered(package)
    as_of = table({"aws": "aws_resources", "azure-native": "azure_resources"}[package])["as_of"]
    yield f"### {_TITLES[package]}: {len(known)} types known closely (as of {as_of})"
    yield ""
    yield "| type | a change makes a new resource | exists once |"
    yield "|---|---|---|"
    for token, facts in sorted(known.items()):
        yield f"| {token} | {', '.join(_paths(package, token)) or 'none'} | {_once(facts)} |"
    yield ""
    yield "Compared with a source, and with which; every other line of this table was not:"
    yield ""
    for token, check in verified(package).items():
        yield f"- {token}: {check['what']}. {check['source']}"
    yield ""


def _paths(package: str, token: str) -> list[str]:
    kind, facts = sdk(package).resource(token), covered(package)[token]
    always = {"region"} if package == "aws" else {"location", *names_in(kind)}
    return sorted({*facts.get("replace", []), *(always & kind.inputs.keys())})


def _once(facts: Mapping[str, Any]) -> str:
    names = [str(rule["name"]).replace("{", "").replace("}", "") for rule in facts.get("unique", [])]
    kept = " (kept when soft-deleted)" if any("refusal_deleted" in rule for rule in facts.get("unique", [])) else ""
    if names:
        return ", ".join(names) + kept
    return "no: overwrites" if facts.get("put") else "its id"


def _functions() -> Iterator[str]:
    yield "### Functions that are answered"
    yield ""
    for package, answers in ANSWERS.items():
        yield from (f"- `{token}`" for token in sorted(answers) if not token.endswith(":getClientToken"))
        if package == "azure-native":
            yield "- `azure-native:<module>:get<Class>` for every class, from what programs made in this sandbox"
    yield ""


def _enumerations() -> Iterator[str]:
    yield "### Enumerations that take other values than the SDK's"
    yield ""
    yield ", ".join(f"`{name}`" for name in sorted(open_enumerations()))


def written(text: str) -> str:
    """A page with its lists made anew. Raises ValueError where the marks are missing."""
    before, _, rest = text.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"{PAGE}: the marks of the lists are missing:\n  {BEGIN}  {END}")
    return before + BEGIN + lists() + END + after


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
