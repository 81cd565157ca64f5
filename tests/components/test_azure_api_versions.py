"""Aliases of other API versions are left out, and no other ones."""

from __future__ import annotations

import pulumi
import pytest
from built import build
from pulumi_azure_native import privatedns, resources

from components.azure.api_versions import without_earlier_versions

pytestmark = pytest.mark.engine


def transformed(*aliases: pulumi.Alias | str, type_: str = "azure-native:privatedns:PrivateZone"):
    opts = pulumi.ResourceOptions(aliases=list(aliases), protect=True)
    args = pulumi.ResourceTransformationArgs(None, type_, "one", {"a": 1}, opts)  # pyright: ignore[reportArgumentType]
    result = without_earlier_versions(args)
    assert len(opts.aliases or ()) == len(aliases), "the options that were given are left alone"
    return result


def test_an_alias_of_another_api_version_is_left_out_in_either_spelling():
    result = transformed(
        pulumi.Alias(type_="azure-native:privatedns/v20200601:PrivateZone"),
        pulumi.Alias(type_="azure-native_privatedns_v20200601:privatedns:PrivateZone"),
    )
    assert result is not None
    assert result.opts.aliases == []
    assert (result.props, result.opts.protect) == ({"a": 1}, True)


def test_an_alias_that_takes_over_another_type_or_name_stays():
    moved = pulumi.Alias(type_="azure-native:network:PrivateZone")
    renamed = pulumi.Alias(name="before")
    urn = "urn:pulumi:eu::p::azure-native:privatedns/v20200601:PrivateZone::one"
    result = transformed(moved, renamed, urn)
    assert result is not None
    assert result.opts.aliases == [moved, renamed, urn]


def test_what_is_not_azures_is_left_alone():
    assert transformed(pulumi.Alias(name="before"), type_="aws:s3/bucket:Bucket") is None


def test_of_the_sdks_own_aliases_only_those_without_a_version_are_registered():
    seen: list[object] = []

    def after(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        result = without_earlier_versions(args)
        opts = result.opts if result else args.opts
        seen.extend(each.type_ for each in opts.aliases or () if isinstance(each, pulumi.Alias))
        return result

    def program() -> None:
        options = pulumi.ResourceOptions(transformations=[after])
        privatedns.PrivateZone("zone", resource_group_name="rg", opts=options)
        resources.ResourceGroup("group", opts=options)

    build(program)
    assert "azure-native:network:PrivateZone" in seen
    assert not [each for each in seen if "/v" in str(each)]
