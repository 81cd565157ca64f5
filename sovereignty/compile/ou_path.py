"""How long the path of an OU can be: documents are counted before the zone's OU is made, and its path known."""

from __future__ import annotations

from functools import cache

from sovereignty.compile.document import aws_limit

# The longest ids: AWS Organizations API Reference, patterns of the ids (Organization, Root, OrganizationalUnit).
_ORGANIZATION = "o-" + "0" * 32
_ROOT = "r-" + "0" * 32
_UNIT = "ou-" + "0" * 32 + "-" + "0" * 32


@cache
def unknown() -> str:
    """A path as long as AWS can give an OU: to count documents with, where the OU's own isn't known yet."""
    # the quotas' table has the depth for the commercial partition; no other is known to differ
    depth = aws_limit("aws", "organizations", "ou_depth")
    return "".join(id + "/" for id in (_ORGANIZATION, _ROOT, *[_UNIT] * depth))


def placed(text: str, path: str) -> str:
    """A document that was compiled for the unknown path, for this one: the same as if it had been compiled for it.

    The compilers pack by the longest path, and put the OU's own before all other paths, whatever it is.
    """
    return text.replace(unknown(), path)


def longest() -> int:
    """Characters of the longest path, its last / included."""
    return len(unknown())


def spare(path: str) -> int:
    """Characters by which this path is shorter than the longest."""
    return longest() - len(path)
