"""A component or what it makes is renamed or moved: with an alias nothing happens, without one the plan is refused.

docs/renaming.md says the same in words.
"""

import pytest

pytestmark = pytest.mark.heavy

PROGRAM = """
    import pulumi
    import pulumi_aws as aws

    ALIASED = {aliased}

    def was(**what):
        return [pulumi.Alias(**what)] if ALIASED else None

    class Records(pulumi.ComponentResource):
        def __init__(self, name, kind="Records", child="{{}}", before=None, **more):
            options = pulumi.ResourceOptions(providers=[home], **more)
            super().__init__(f"example:index:{{kind}}", name, None, options)
            kept = pulumi.ResourceOptions(parent=self, protect=True, aliases=before)
            aws.s3.Bucket(child.format(name), bucket=f"{{name[:4]}}-" + pulumi.get_project(), opts=kept)
            self.register_outputs({{}})

    home = aws.Provider("home", region="eu-central-1")
"""
BEFORE = """
    Records("name")
    Records("type")
    Records("part")
    Records("data")
"""
# the component has another name; another type; a parent; and what it makes has another name
AFTER = """
    zone = pulumi.ComponentResource("example:index:Zone", "zone")
    Records("name-of-today", aliases=was(name="name"))
    Records("type", kind="Archive", aliases=was(type_="example:index:Records"))
    Records("part", parent=zone, aliases=was(parent=pulumi.ROOT_STACK_RESOURCE))
    Records("data", child="{}-locked", before=was(name="data"))
"""
BUCKET = "aws:s3/bucket:Bucket"


def program(resources: str, aliased: bool = False) -> str:
    return PROGRAM.format(aliased=aliased) + resources


def test_a_rename_with_an_alias_does_nothing_and_without_one_it_is_refused(project):
    made = project(program(BEFORE))
    out = made.pulumi("up", "--yes", "--skip-preview", "--stack", "dev")
    assert out.code == 0, out.output
    before = {row["id"]: row for row in made.every_resource() if row["type"] == BUCKET}
    assert len(before) == 4

    made.write(program(AFTER))
    refused = made.pulumi("preview", "--stack", "dev")
    assert refused.code != 0
    for row in before.values():
        assert f'resource "{row["urn"]}" cannot be deleted' in refused, refused.output

    made.write(program(AFTER, aliased=True))
    out = made.pulumi("up", "--yes", "--skip-preview", "--stack", "dev")
    assert out.code == 0, out.output
    after = {row["id"]: row for row in made.every_resource() if row["type"] == BUCKET}
    assert after.keys() == before.keys()
    for name, row in after.items():
        assert row["urn"] != before[name]["urn"]
        assert row["created"] == before[name]["created"]

    # the state has the new names now: an alias is needed as long as some stack has the old one
    made.write(program(AFTER))
    out = made.pulumi("preview", "--stack", "dev", "--expect-no-changes")
    assert out.code == 0, out.output
