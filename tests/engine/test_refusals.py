"""Plans and settings that must be refused: the exit code, the words, and that nothing was changed."""

import json
import shutil
import sys
from pathlib import Path

import pytest
import yaml
from on_engine import PACK, ROOT, pulumi, runner

import sandbox.__main__ as sandbox_command

BUCKET = """
    import pulumi, pulumi_aws as aws
    there = aws.Provider("there", region="{region}", skip_credentials_validation=True)
    aws.s3.Bucket("reports", bucket="{name}", opts=pulumi.ResourceOptions(provider=there))
"""
EU = {"stacks": [{"match": "organization/*/dev", "zone": "eu"}]}


@pytest.fixture
def judged(project, tmp_path):
    """Previews or deploys a program under the pack, with a configuration of the pack."""

    def judge(
        program: str,
        configuration: dict | None,
        *,
        command: str = "preview",
        settings: dict | None = None,
        name: str = "",
    ):
        made = project(program, settings or {"pulumi:disable-default-providers": ["*"]}, name)
        arguments = ["--policy-pack", str(PACK)]
        if configuration is not None:
            file = tmp_path / "pack.json"
            file.write_text(json.dumps(configuration))
            arguments += ["--policy-pack-config", str(file)]
        yes = ["--yes"] if command == "up" else []
        return made, made.pulumi(command, *yes, "--stack", "dev", *arguments)

    return judge


@pytest.mark.parametrize("command", ["preview", "up"])
def test_a_bucket_outside_the_zone_is_refused_and_nothing_is_made(judged, command):
    made, out = judged(BUCKET.format(region="us-east-1", name="leak"), {"sovereignty": EU}, command=command)
    assert out.code != 0, out.output
    assert "residency.region" in out
    assert "us-east-1" in out
    assert "eu-central-1" in out  # what would be right
    assert "mandatory" in out
    assert made.resources() == {}
    assert "Traceback" not in out.output


def test_the_same_bucket_inside_the_zone_is_not_refused(judged):
    _, out = judged(BUCKET.format(region="eu-west-1", name="home"), {"sovereignty": EU})
    assert out.code == 0, out.output


def test_a_stack_that_no_entry_matches_is_refused(judged):
    other = {"stacks": [{"match": "acme/other/*", "zone": "eu"}]}
    _, out = judged(BUCKET.format(region="eu-west-1", name="home"), {"sovereignty": other})
    assert out.code != 0, out.output
    assert "sovereignty" in out


def test_a_stack_whose_zone_is_not_the_one_that_the_configuration_gives_it_is_refused(judged):
    settings = {"sovereign-zones:zone": "us"}
    _, out = judged(BUCKET.format(region="us-east-1", name="own"), {"sovereignty": EU}, settings=settings)
    assert out.code != 0, out.output
    assert "sovereign-zones:zone" in out


def test_without_configuration_a_stack_without_zone_is_refused(judged):
    _, out = judged(BUCKET.format(region="eu-west-1", name="home"), None)
    assert out.code != 0, out.output
    assert "sovereign-zones:zone" in out


def test_without_configuration_the_stack_s_own_zone_judges_and_the_pack_says_so(judged):
    settings = {"sovereign-zones:zone": "eu"}
    _, out = judged(BUCKET.format(region="us-east-1", name="own"), None, settings=settings)
    assert out.code != 0, out.output
    assert "residency.region" in out
    assert "advisory" in out


@pytest.mark.parametrize(
    ("configuration", "named"),
    [
        ({"sovereignty": EU | {"exemption": []}}, "exemption"),
        ({"sovereignty": EU, "residency.regions": {"enforcementLevel": "advisory"}}, "residency.regions"),
        ({"sovereignty": {"stacks": [{"match": "organization/*/dev", "zone": "eux"}]}}, "eux"),
        ({"sovereignty": {"stacks": [{"match": "organization/*/dev"}]}}, "stacks[0].zone"),
        ({"sovereignty": EU | {"enforcementLevel": "advisory"}}, "enforcementLevel"),
    ],
)
def test_wrong_configuration_of_the_pack_refuses_the_run(judged, configuration, named):
    made, out = judged(BUCKET.format(region="eu-west-1", name="home"), configuration, command="up")
    assert out.code != 0, out.output
    assert named in out
    assert made.resources() == {}
    assert "Traceback" not in out.output


def test_switching_everything_off_is_not_silent_and_does_not_reach_the_pack_s_own_policy(judged):
    off = {"all": {"enforcementLevel": "disabled"}}
    _, out = judged(BUCKET.format(region="us-east-1", name="leak"), {"sovereignty": EU} | off)
    assert "residency.region is disabled" in out
    nobody = {"stacks": [{"match": "acme/other/*", "zone": "eu"}]}
    _, out = judged(BUCKET.format(region="us-east-1", name="leak"), {"sovereignty": nobody} | off, name="b")
    assert out.code != 0, out.output


def test_the_ready_example_of_a_leak_is_refused(sandbox):
    out = runner(sandbox.folder, "preview", "--demo", "leak")
    assert out.code == 0, out.output
    for words in ("residency.region", "us-east-1", "refused, as it should be"):
        assert words in out
    checkpoint = sandbox.state / ".pulumi" / "stacks" / "payments" / "eu.json"
    assert not (json.loads(checkpoint.read_text())["checkpoint"].get("latest") or {}).get("resources")


def test_an_example_that_fails_for_another_reason_is_not_called_refused(sandbox, monkeypatch, capfd, tmp_path):
    monkeypatch.setattr(sandbox_command, "EXAMPLES", tmp_path)
    shutil.copytree(ROOT / "examples" / "leak", tmp_path / "broken")
    (tmp_path / "broken" / "__main__.py").write_text("1 / 0\n")
    for file in (tmp_path / "broken").glob("Pulumi.yaml"):
        file.write_text(file.read_text().replace("../../.venv", sys.prefix))
    code = sandbox_command.main(["--folder", str(sandbox.folder), "preview", "--demo", "broken"])
    out = capfd.readouterr().out
    assert code == 1
    assert "the policy pack refused nothing" in out
    assert "as it should be" not in out


def test_an_example_that_does_not_exist_is_named(sandbox):
    out = runner(sandbox.folder, "preview", "--demo", "leek")
    assert out.code == 2
    assert "Use one of: leak" in out


def test_a_stack_that_does_not_exist_is_named(sandbox):
    out = runner(sandbox.folder, "up", "mars")
    assert out.code == 2
    assert "Use one of: eu in us" in out


class TestThePrograms:
    """What the zone's own program says to settings that can't be."""

    @pytest.fixture
    def preview(self, sandbox, tmp_path):
        """Previews the program with a changed zone file and changed stack settings, in a copy of what it reads."""

        def run(zone: str | dict | None = None, settings: dict | None = None, drop: str = ""):
            for name in ("__main__.py", "Pulumi.yaml", "components"):
                (tmp_path / name).symlink_to(ROOT / name)
            (tmp_path / ".venv").symlink_to(sys.prefix)
            _copy(ROOT / "zones", tmp_path / "zones")
            if zone is not None:
                text = zone if isinstance(zone, str) else yaml.safe_dump(_eu() | zone)
                (tmp_path / "zones" / "eu.yaml").write_text(text)
            document = yaml.safe_load((ROOT / "Pulumi.eu.yaml").read_text())
            document["config"] |= settings or {}
            document["config"].pop(drop, None)
            file = tmp_path / "Pulumi.eu.yaml"
            assert pulumi(sandbox, tmp_path, "stack", "init", "eu").code == 0
            document |= yaml.safe_load(file.read_text()) if file.exists() else {}
            file.write_text(yaml.safe_dump(document))
            out = pulumi(sandbox, tmp_path, "preview", "--stack", "eu")
            pulumi(sandbox, tmp_path, "stack", "rm", "--yes", "--force", "--stack", "eu")
            return out

        return run

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"aws": {"partition": "aws", "home": "eu-central-1", "regions": ["eu-central-1", "eu-west-2"]}},
             ("eu.yaml: aws.regions[1]", "eu-west-2 is in GB", "jurisdiction EU")),
            ({"aws": {"partition": "aws", "home": "eu-central-1", "regions": ["eu-central-1", "eu-centrel-1"]}},
             ("eu.yaml: aws.regions[1]", "eu-centrel-1", "eu-central-1")),
            ("zone: [eu\n", ("eu.yaml", "YAML")),
        ],
        ids=["outside the jurisdiction", "unknown region", "not YAML"],
    )  # fmt: skip
    def test_a_zone_file_that_can_not_be_is_a_clear_error(self, preview, change, words):
        out = preview(zone=change)
        assert out.code != 0, out.output
        for word in words:
            assert word in out, out.output
        assert "Traceback" not in out.output

    @pytest.mark.parametrize(
        ("settings", "drop", "words"),
        [
            ({"aws:region": "eu-west-1"}, "", ("aws:region", "eu-central-1", "Pulumi.eu.yaml", "zones/eu.yaml")),
            ({}, "sovereign-zones:zone", ("sovereign-zones:zone",)),
            ({"sovereign-zones:awsAcounts": ["1"]}, "", ("awsAcounts", "awsAccounts")),
        ],
        ids=["not the home region", "no zone", "misspelt key"],
    )
    def test_settings_that_can_not_be_are_a_clear_error(self, preview, settings, drop, words):
        out = preview(settings=settings, drop=drop)
        assert out.code != 0, out.output
        for word in words:
            assert word in out, out.output
        assert "Traceback" not in out.output


def _eu() -> dict:
    return yaml.safe_load((ROOT / "zones" / "eu.yaml").read_text())


def _copy(source: Path, target: Path) -> None:
    target.mkdir()
    for file in source.glob("*.yaml"):
        (target / file.name).write_text(file.read_text())
