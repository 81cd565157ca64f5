"""Every resource type of both SDKs, one by one."""

from pathlib import Path

import pytest

from sandbox import validate
from sandbox.cloud import Naming
from sandbox.sdk import ListOf, MapOf, ObjectOf, OneOf, Sdk, Type, sdk
from sandbox.servicer import CLOUDS
from sandbox.store import Store
from tests.sandbox import generate

COUNTS = {"aws": 1748, "azure-native": 2288}
"""Resource types of pulumi-aws 7.51.1 and pulumi-azure-native 3.29.0, besides the provider itself."""


@pytest.mark.heavy
@pytest.mark.parametrize("package", COUNTS)
def test_every_type_is_read_checked_and_made(
    package: str, tmp_path: Path, record_property: pytest.FixtureRequest
) -> None:
    known: Sdk = sdk(package)
    cloud = CLOUDS[package](Store(tmp_path))
    cloud.configure({"region": "eu-central-1"} if package == "aws" else {"location": "westeurope"})
    assert len(known.index) >= COUNTS[package]
    for token in known.index:
        kind = known.resource(token)
        inputs = generate.plainest(kind.inputs)
        assert validate.inputs(inputs, kind.inputs, token) == []
        wrong = {**inputs, "noSuchProperty": 1}
        assert [fault.path for fault in validate.inputs(wrong, kind.inputs, token)] == ["noSuchProperty"]
        urn = f"urn:pulumi:dev::project::{token}::it"
        cloud.fill(kind, inputs, {}, urn, Naming(b"seed"))
        filled = {name: value for name, value in inputs.items() if name in kind.inputs}
        assert validate.inputs(filled, kind.inputs, token) == []
        made = cloud.make(kind, urn, inputs).row
        assert made.id
        assert "{" not in made.id
        always = {name for name, output in kind.outputs.items() if output.required and name not in kind.inputs}
        assert always <= made.outputs.keys(), token


@pytest.mark.heavy
@pytest.mark.parametrize(("package", "nested"), [("aws", 7950), ("azure-native", 7688)])
def test_every_nested_type_is_read(package: str, nested: int) -> None:
    seen: set[ObjectOf] = set()
    kinds = [sdk(package).resource(token) for token in sdk(package).index]
    left: list[Type] = [known.type for kind in kinds for known in kind.inputs.values()]
    while left:
        match left.pop():
            case ListOf(item) | MapOf(item):
                left.append(item)
            case OneOf(options):
                left.extend(options)
            case ObjectOf() as found if found not in seen:
                seen.add(found)
                left.extend(known.type for known in found.properties.values())
    assert len(seen) >= nested
