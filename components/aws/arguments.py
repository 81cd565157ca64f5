"""What the arguments of AWS's components share: a place of the zone, ARNs in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, TypeGuard

import pulumi

from sovereignty.compile.required import aws, aws_accounts
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.zone import Zone


class ArnKind(NamedTuple):
    """What an ARN is of: its service, what its end has to match, what that is called, and an example of it."""

    service: str
    end: re.Pattern[str]
    what: str
    example: str


_KEY = ArnKind("kms", re.compile(r"key/[A-Za-z0-9-]+"), "a KMS key", "key/1234abcd-12ab-34cd-56ef-1234567890ab")
"""AWS Service Authorization Reference, AWS KMS (resource `key`); an alias is no key."""
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
"""Amazon S3 User Guide, "General purpose bucket naming rules"."""


def region_of(zone: Zone, region: str | None, where: str) -> str:
    """The region of the zone that an argument names, its home where it names none.

    `where` is the argument, such as `ZoneKmsKeyArgs.region`. InputError where the zone doesn't hold it.
    """
    footprint = aws(zone)
    if region is None:
        return footprint.home
    if not footprint.holds(region):
        found = f"{region} is not a region of zone {zone.zone}."
        raise InputError(Problem(where, found, f"Use one of {', '.join(footprint.regions)}."))
    return region


def key_arn(
    zone: Zone,
    deployment: Deployment,
    value: pulumi.Input[str],
    where: str,
    region: str | None = None,
    accounts: Sequence[str] = (),
) -> pulumi.Input[str]:
    """The same value; InputError at `where` for text that is no ARN of a KMS key in the zone. Outputs pass unread.

    Where `region` or `accounts` are given, the key has to be of these.
    """
    return arn_in_zone(zone, deployment, value, where, _KEY, region, accounts)


def arn_in_zone(
    zone: Zone,
    deployment: Deployment,
    value: pulumi.Input[str],
    where: str,
    kind: ArnKind,
    region: str | None = None,
    accounts: Sequence[str] = (),
) -> pulumi.Input[str]:
    """The same value; InputError at `where` for text that is no ARN of this kind in the zone. Outputs pass unread.

    Where `region` or `accounts` are given, it has to be of these.
    """
    if not _is_text(value, where):
        return value
    footprint, accounts = aws(zone), accounts or aws_accounts(deployment)
    regions = (region,) if region else footprint.regions
    parts = value.split(":", maxsplit=5)
    right = f"Write arn:{footprint.partition}:{kind.service}:{regions[0]}:{accounts[0]}:{kind.example}."
    if len(parts) != 6 or parts[0] != "arn" or parts[2] != kind.service or not kind.end.fullmatch(parts[5]):
        raise InputError(Problem(where, f"This is not the ARN of {kind.what}.", right))
    if parts[1] != footprint.partition or parts[3] not in regions:
        raise InputError(Problem(where, f"It lies elsewhere than in {_either(regions)}.", right))
    if parts[4] not in accounts:
        raise InputError(Problem(where, f"It belongs to another account than {_either(accounts)}.", right))
    return value


def bucket_arn(zone: Zone, value: pulumi.Input[str], where: str) -> pulumi.Input[str]:
    """The same value; InputError at `where` for text that is no ARN of a bucket in the zone's partition. Outputs pass
    unread. An ARN of S3 bears neither region nor account, so where the bucket lies can't be read from it.
    """
    if not _is_text(value, where):
        return value
    partition = aws(zone).partition
    service, _, name = value.removeprefix(f"arn:{partition}:").partition(":::")
    if service != "s3" or not value.startswith(f"arn:{partition}:") or not _BUCKET.fullmatch(name):
        found = "This is no ARN of a bucket in the zone's partition."
        raise InputError(Problem(where, found, f"Write arn:{partition}:s3:::{zone.zone}-logs, with the bucket's name."))
    return value


def bucket_name(value: pulumi.Input[str], where: str) -> pulumi.Input[str]:
    """The same value; InputError at `where` for text that is no bucket's name. Outputs pass unread."""
    if _is_text(value, where) and not _BUCKET.fullmatch(value):
        right = "Write the name alone, no ARN: eu-trail-444455556666."
        raise InputError(Problem(where, "This is no name of a bucket.", right))
    return value


def _is_text(value: pulumi.Input[str], where: str) -> TypeGuard[str]:
    """Whether it is known now; InputError for None, which no type keeps a program from giving."""
    if value is None:
        raise InputError(Problem(where, "It is missing.", "Give it, as text or as another resource's output."))
    return isinstance(value, str)


def _either(values: Sequence[str]) -> str:
    return " or ".join(values)


def account_of(deployment: Deployment, account: str | None, where: str) -> str:
    """The account of the zone that an argument names, the first where it names none; InputError for another one."""
    accounts = aws_accounts(deployment)
    if account is None:
        return accounts[0]
    if account not in accounts:
        raise InputError(Problem(where, "It is not an account of the zone.", f"Use one of {', '.join(accounts)}."))
    return account
