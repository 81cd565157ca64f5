"""Leaves out what makes a program with many of Azure's resources slow: aliases that name earlier API versions.

The SDK gives each resource an alias for every API version that its type was ever offered with, up to fifty, and
Pulumi's runtime works each of them out: ten thousand of a zone's, in about seven seconds. They take over a resource
that was made by a class of such a version; the zone's components use none. Aliases without a version (of a type that
moved to another module) stay, so that the next major version of the SDK takes over what this one made.
Source: pulumi-azure-native, the `alias_opts` of each class; pulumi, `collapse_alias_to_urn`.
"""

from __future__ import annotations

import re

import pulumi

_OF_AN_API_VERSION = re.compile(r"azure-native(:[a-z0-9]+/v|_[a-z0-9]+_v)\d{8}")


def without_earlier_versions(
    args: pulumi.ResourceTransformationArgs,
) -> pulumi.ResourceTransformationResult | None:
    """A transformation for the options of a component: of all below it, aliases of other API versions are left out."""
    given = args.opts.aliases
    if not given or not args.type_.startswith("azure-native:"):
        return None
    opts = pulumi.ResourceOptions.merge(args.opts, None)
    opts.aliases = [each for each in given if not _of_an_api_version(each)]
    return pulumi.ResourceTransformationResult(args.props, opts)


def _of_an_api_version(alias: object) -> bool:
    token = alias.type_ if isinstance(alias, pulumi.Alias) else None
    return isinstance(token, str) and _OF_AN_API_VERSION.match(token) is not None
