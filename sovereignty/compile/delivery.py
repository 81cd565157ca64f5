"""What lets an AWS service deliver into a bucket in its own name, and for the zone alone.

A service principal has no permissions of its own: the bucket's policy has to give them. Each statement names for whose
resource the service may act, so that nobody else's trail, log or inventory reaches the bucket.

Source: IAM User Guide, "The confused deputy problem".
"""

from __future__ import annotations

from typing import Any

Named = tuple[str, dict[str, Any]]
"""A statement under the control that it is for."""

ACL = {"s3:x-amz-acl": "bucket-owner-full-control"}
"""Services give what they write to the bucket's owner, and a policy has to ask for it."""


def allowed(
    control: str, service: str, action: str | list[str], resource: str | list[str], condition: dict[str, Any]
) -> Named:
    """The statement by which the service may do this under the condition."""
    return control, {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": action,
        "Resource": resource,
        "Condition": condition,
    }
