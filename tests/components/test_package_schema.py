"""What the package serves, and what is written from the components: nothing here imports one, or an SDK."""

import subprocess
import sys

import pytest

from components.package import schema, wire
from components.package.declared import component, everywhere
from components.package.served import NAME, NOT_SERVED, SERVED
from sovereignty.deployment import Deployment
from tools import component_pages

RENEW = "run: python tools/component_pages.py"


def test_every_component_is_served_or_said_why_not():
    found = [each.path for each in everywhere()]
    assert sorted([*SERVED, *NOT_SERVED]) == sorted(found)
    assert all(reason.endswith(".") for reason in NOT_SERVED.values())


def test_a_token_is_that_of_the_package_and_the_class_and_no_two_are_alike():
    components = list(everywhere())
    assert [each.token for each in components] == [f"{NAME}:index:{each.name}" for each in components]
    assert len({each.token for each in components}) == len(components)


def test_the_written_schema_is_that_of_the_components():
    assert schema.FILE.read_text(encoding="utf-8") == schema.text(), RENEW


def test_the_page_of_components_is_that_of_the_components():
    assert component_pages.PAGE.read_text(encoding="utf-8") == component_pages.page(), RENEW


def test_a_component_that_isnt_served_takes_what_cant_be_or_gives_objects():
    for path in NOT_SERVED:
        taken = [field.annotation for field in component(path).arguments]
        gives = [field.annotation for field in component(path).outputs]
        assert not all(map(servable, taken)) or not gives or not all(map(servable, gives)), path


def servable(annotation: str) -> bool:
    try:
        return bool(wire.of(annotation))
    except wire.UnservedTypeError:
        return False


def test_an_argument_is_as_the_component_declares_it():
    bucket = schema.schema()["resources"]["sovereign-zones:index:WormBucket"]
    inputs = bucket["inputProperties"]
    assert bucket["requiredInputs"] == ["zone", "deployment", "bucket", "key"]
    assert inputs["zone"] == {"type": "string", "plain": True, "description": inputs["zone"]["description"]}
    assert inputs["key"]["type"] == "string"
    assert "plain" not in inputs["key"]  # an output may be given
    assert inputs["retention"]["$ref"] == "#/types/sovereign-zones:index:Retention"
    assert inputs["longerThanTheZone"]["type"] == "boolean"
    assert inputs["receives"]["items"] == {"type": "string", "plain": True}
    assert bucket["required"] == ["name", "arn"]
    assert bucket["properties"]["arn"] == {"type": "string"}
    assert bucket["isComponent"]
    assert bucket["description"].startswith("A bucket whose objects nobody can change")


def test_a_deployment_has_the_keys_of_a_stack_file_but_the_zone():
    keys = schema.schema()["types"]["sovereign-zones:index:Deployment"]["properties"]
    assert set(keys) == {field.alias for field in Deployment.model_fields.values()} - {"zone"}
    assert keys["awsAccounts"]["type"] == "array"
    assert keys["awsOrganizationId"]["type"] == "string"
    assert all(each["description"] for each in keys.values())


@pytest.mark.parametrize(
    ("annotation", "type_"),
    [
        ("str", wire.Type("string")),
        ("int | None", wire.Type("integer", optional=True)),
        ("pulumi.Input[str] | None", wire.Type("string", plain=False, optional=True)),
        ("Sequence[pulumi.Input[str]]", wire.Type("array", item=wire.Type("string", plain=False))),
        ("tuple[str, ...]", wire.Type("array", item=wire.Type("string"))),
        ("Mapping[str, pulumi.Input[str]]", wire.Type("object", item=wire.Type("string", plain=False))),
        ("pulumi.Output[list[str]]", wire.Type("array", plain=False, item=wire.Type("string"))),
        ("Literal['a', 'b']", wire.Type("string", values=("a", "b"))),
    ],
)
def test_an_annotation_has_a_type_on_the_wire(annotation, type_):
    assert wire.of(annotation) == type_


@pytest.mark.parametrize("annotation", ["AwsProviders", "str | int", "Sequence[Parents]", "pulumi.Resource", "Any"])
def test_an_annotation_that_has_no_form_on_the_wire_is_named(annotation):
    with pytest.raises(wire.UnservedTypeError):
        wire.of(annotation)


def test_no_output_has_a_name_that_every_resource_has_already():
    for each in everywhere():
        taken = {"id", "urn"} & {field.name for field in each.outputs}
        assert not taken, f"{each.path}: a program in another language gets the engine's own {taken}"


@pytest.mark.engine
def test_the_plugin_starts_without_an_sdk_of_a_cloud():
    program = "import sys, components.package.provider; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"pulumi_aws", "pulumi_azure_native"} & set(done.stdout.split())
