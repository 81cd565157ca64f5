"""The tag policy of a zone's OU: which values the zone's tags take, where AWS holds whoever tags to them.

A tag policy judges the tags that are given. It doesn't refuse what bears none: that is the SCP's (tags.residency), and
the reports of AWS Resource Groups show what is left. It refuses for the types in `enforced_for` only, new tags only,
and for everybody, break-glass too.
`enforced_for` holds no type that AWS doesn't list, since one such entry makes Organizations refuse the whole policy.
Source: AWS Organizations User Guide, "Tag policy syntax", "Enforce tagging consistency" and "Services and resource
types that support enforcement" (the types: as public code of 2026-09-12 lists that page; its table could not be read).
"""

from __future__ import annotations

from sovereignty.compile.document import Document
from sovereignty.compile.organization.kinds import Kind, Policy, fixed, written
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone

KIND = Kind("tags", "TAG_POLICY", "tag-policy", "tag_policy")
CONTROL = "tags.residency"
ENFORCED_FOR = (
    "dynamodb:table",
    "ec2:instance",
    "ec2:volume",
    "fsx:file-system",
    "lambda:function",
    "redshift:cluster",
    "s3:bucket",
)
"""What holds data, of that which can be enforced type by type."""


def document(zone: Zone, _: Deployment) -> Document:
    """The policy; InputError where the zone has so many data classes that it is too large."""
    return written(KIND, zone, _policy(zone), (CONTROL,), "Name fewer data classes in the zone.")


def _policy(zone: Zone) -> Policy:
    """`Zone` and `DataResidency` have one value, `DataClassification` the zone's classes."""
    given = zone.tags()
    values = {
        "DataClassification": sorted(zone.data_classes),
        "DataResidency": [given["DataResidency"]],
        "Zone": [given["Zone"]],
    }
    return {
        "tags": {
            key: {"tag_key": fixed(key), "tag_value": fixed(allowed), "enforced_for": fixed(list(ENFORCED_FOR))}
            for key, allowed in values.items()
        }
    }
