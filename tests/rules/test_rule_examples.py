"""What every rule must bear: its own examples, whole metadata, a page that is current."""

import json
import re
from pathlib import Path

import pytest
from made import EU, resource

from sovereignty.plan import Plan
from sovereignty.rules import RULES
from sovereignty.rules.judge import Judge
from sovereignty.rules.rule import Example, Rule
from tools.pack_documents import documents

DOMAINS = [
    "residency",
    "egress",
    "keys",
    "worm",
    "audit",
    "identity",
    "network",
    "compute",
    "tags",
    "governance",
    "kubernetes",
]
GOOD = [pytest.param(rule, e, id=f"{rule.id}: {e.says}") for rule in RULES for e in rule.examples(good=True)]
BAD = [pytest.param(rule, e, id=f"{rule.id}: {e.says}") for rule in RULES for e in rule.examples(good=False)]


def judged(rule: Rule, example: Example) -> list[str]:
    it = resource(example.type, example.props, provider=example.provider)
    judge = Judge(EU, [rule])
    return [str(f.verdict) for f in (*judge.resource(it), *judge.plan(Plan([it])))]


@pytest.mark.parametrize(("rule", "example"), GOOD)
def test_a_good_example_is_allowed(rule: Rule, example: Example):
    assert judged(rule, example) == []


@pytest.mark.parametrize(("rule", "example"), BAD)
def test_a_bad_example_is_refused(rule: Rule, example: Example):
    assert judged(rule, example)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_why_and_how_to_mend(rule: Rule):
    domain, _, name = rule.id.partition(".")
    assert domain in DOMAINS
    assert re.fullmatch(r"[a-z][a-z0-9-]*", name)
    assert rule.title and rule.why and rule.mend and rule.types and rule.framework.reference
    assert rule.resource_judge or rule.plan_judge


def test_no_two_rules_have_one_id():
    assert len({rule.id for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_what_is_made_from_the_rules_is_current(path: Path):
    assert path.read_text(encoding="utf-8") == documents()[path], "run tools/pack_documents.py"


def test_the_configuration_of_the_page_satisfies_the_schema():
    from jsonschema import Draft202012Validator  # a second to import

    root = Path(__file__).resolve().parents[2]
    schema = json.loads((root / "policypacks/sovereignty/configuration.schema.json").read_text(encoding="utf-8"))
    page = (root / "docs/rules/sovereignty.md").read_text(encoding="utf-8")
    shown = json.loads(re.findall(r"```json\n(.*?)```", page, re.DOTALL)[0])
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(shown)
    assert not Draft202012Validator(schema).is_valid({"sovereignty": {"stack": []}})
