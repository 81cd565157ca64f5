from collections.abc import Iterator

from made import EU, resource

from sovereignty.plan import UNKNOWN, Plan, Resource
from sovereignty.rules import RULES
from sovereignty.rules.judge import Judge
from sovereignty.rules.rule import Finding, Framework, Rule, Severity
from sovereignty.zone import Zone


def rule(name: str, types: tuple[str, ...] = ("*",)) -> Rule:
    law = Framework(name="GDPR", version="2016/679", reference="Art. 32", specification="Security")
    return Rule(
        id=name, title="T", why="W", types=types, mend="M", good=[], bad=[], severity=Severity.LOW, framework=law
    )


def broken() -> Rule:
    it = rule("tags.broken")

    @it.on_resource
    def judge(resource: Resource, zone: Zone) -> Iterator[Finding]:
        yield it.violation(resource, "first", "said before the crash", expected="")
        if resource.props["password"]:
            raise ValueError(resource.props["password"])

    @it.on_plan
    def judge_plan(plan: Plan, zone: Zone) -> Iterator[Finding]:
        raise KeyError(next(iter(plan)).props["password"])
        yield

    return it


BUCKET = resource("aws:s3/bucket:Bucket", {"region": "us-east-1", "password": "hunter2"})


def test_a_rule_that_crashes_is_a_finding_and_the_others_still_run():
    found = Judge(EU, [broken(), *RULES]).resource(BUCKET)
    assert [(f.control, f.crash) for f in found] == [
        ("residency.region", False),
        ("tags.broken", True),
        ("tags.broken", False),
    ]
    assert "tags.broken" in found[1].text()


def test_a_crash_in_the_stack_pass_is_a_finding_too():
    found = Judge(EU, [broken(), *RULES]).plan(Plan([BUCKET]))
    assert [(f.control, f.crash) for f in found] == [("tags.broken", True), ("residency.region", False)]


def test_a_crash_tells_its_place_and_no_value():
    for found in (Judge(EU, [broken()]).resource(BUCKET), Judge(EU, [broken()]).plan(Plan([BUCKET]))):
        crash = next(f for f in found if f.crash)
        assert "hunter2" not in crash.text()
        assert "judge" in crash.says


def test_a_rule_that_asks_an_unknown_for_its_truth_refuses_instead_of_passing():
    unknown = resource("aws:s3/bucket:Bucket", {"region": "eu-central-1", "password": UNKNOWN})
    assert [f.crash for f in Judge(EU, [broken()]).resource(unknown)] == [True, False]


def test_a_rule_judges_the_types_that_it_names_only():
    tables = rule("egress.tables", ("aws:dynamodb/table:Table",))

    @tables.on_resource
    def judge(resource: Resource, zone: Zone) -> Iterator[Finding]:
        yield tables.violation(resource, "x", "seen", expected="")

    judge_ = Judge(EU, [tables])
    assert judge_.resource(BUCKET) == []
    assert len(judge_.resource(resource("aws:dynamodb/table:Table"))) == 1


def test_findings_come_in_one_order():
    a, b = (resource("aws:s3/bucket:Bucket", {"region": "us-east-1"}, name=name) for name in "ab")
    judge = Judge(EU, RULES)
    assert judge.plan(Plan([b, a])) == judge.plan(Plan([a, b]))


def test_a_finding_tells_where_the_resource_was_declared():
    inner = Resource(
        urn="urn:pulumi:eu::shop::app:index:Store$aws:s3/bucket:Bucket::leak",
        type="aws:s3/bucket:Bucket",
        token="aws:s3/bucket:Bucket",
        name="leak",
        props={"region": "us-east-1"},
    )
    assert "leak (aws:s3/bucket:Bucket) in app:index:Store" in Judge(EU, RULES).resource(inner)[0].text()


def test_at_one_place_a_violation_is_told_rather_than_that_something_is_not_known():
    it = rule("tags.both")

    @it.on_resource
    def judge(resource: Resource, zone: Zone) -> Iterator[Finding]:
        yield it.undetermined(resource, "region", "it is not known", expected="", mend="M")
        yield it.violation(resource, "region", "it is outside", expected="")

    assert [str(f.verdict) for f in Judge(EU, [it]).resource(BUCKET)] == ["violation"]
