"""What each partition of AWS has: aws_availability.yaml, with its sources."""

from __future__ import annotations

from typing import Literal

from sovereignty.facts import read_table

Capability = Literal[
    "access-analyzer",
    "ai-opt-out",
    "backup",
    "backup-policy",
    "cloudtrail-insights",
    "config",
    "declarative-ec2",
    "dns-firewall",
    "external-key-store",
    "guardduty",
    "guardduty-runtime",
    "macie",
    "rcp",
    "securityhub",
    "securityhub-consolidated",
    "tag-policy",
]


def offered(partition: str, capability: Capability, region: str | None = None) -> bool:
    """Whether a zone of the partition makes use of it, in a region: everywhere but where the table says no."""
    table = read_table("aws_availability")
    lacking = table["lacking"].get(capability, {"regions": ()})["regions"]
    return table["capabilities"][capability][partition] != "no" and region not in lacking


def confirmed(partition: str, capability: Capability) -> bool:
    """Whether a page says that the partition has it: for what is refused as a whole where a part of it isn't there."""
    return read_table("aws_availability")["capabilities"][capability][partition] == "yes"
