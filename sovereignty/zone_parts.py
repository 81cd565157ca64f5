"""The parts of a zone besides its places: retention, keys, data classes, emergency access, accepted risks."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sovereignty import facts
from sovereignty.schema import ListOf, Model, fault, kind, one_of, quoted, text, unique, whole_number

MAX_RETENTION_YEARS = 100
"""S3 Object Lock takes no longer default retention (S3 API Reference, InvalidRetentionPeriod)."""
DAYS_A_YEAR = 365
ROLES_PATH = "sovereign/"
"""The one IAM path under which roles with power live; the zone's SCP protects it."""
BREAK_GLASS_ROLE = ROLES_PATH + "break-glass"
DEPLOYMENT_ROLE = ROLES_PATH + "deployment"
GUARDS_PATH = ROLES_PATH + "guards/"
RESERVED_NAMES = {
    "none": "in a pack's configuration it means that residency is not judged",
    "foundation": "it is what the organization has once",
}
TAKEN_ENDINGS = {
    "sandbox": "its management group for trying a version",
    "state": "the resource group of its state",
    "evidence": "the alias of the key that signs its evidence",
    "multi-region": "the alias of its multi-Region key",
}
"""What a zone calls by its own name with this behind it. A test holds it against all names that are made."""
_MAX_NAME = 16
"""Leaves room in an Azure storage account's name, which holds 24 characters."""
_MAX_CLASS_NAME = 63
_MAX_ROLE = 512
"""IAM: 512 characters of path, 64 of name."""
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_CLASS_NAME = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
_ROLE = re.compile(r"sovereign/(?:[\w+=,.@-]+/)*[\w+=,.@-]{1,64}", re.ASCII)


def _zone_name(value: object) -> str:
    if not isinstance(value, str):
        hint = " YAML reads a bare yes, no, on and off as truth values." if isinstance(value, bool) else ""
        raise fault(f"A name is expected, found {kind(value)}.", f'Write a name, such as "eu".{hint}')
    if not _NAME.fullmatch(value) or len(value) > _MAX_NAME:
        raise fault(
            f"{quoted(value)!r} can't be a zone's name: it goes into names of resources and into tags.",
            f"Use up to {_MAX_NAME} lower-case letters, digits and single hyphens, a letter first, such as eu.",
        )
    if value in RESERVED_NAMES:
        raise fault(f"{value} is taken: {RESERVED_NAMES[value]}.", "Choose another name, such as eu.")
    if taken := _taken_ending(value):
        first, ending, what = taken
        endings = ", ".join(f"-{each}" for each in TAKEN_ENDINGS)
        raise fault(
            f"{value} ends in -{ending}: so zone {first} calls {what}, and two zones may share no name.",
            f"Choose a name that ends neither in one of {endings} nor in the code of an Azure location, such as eu.",
        )
    return value


def _taken_ending(name: str) -> tuple[str, str, str] | None:
    """The zone whose resource the name would be, the ending, and what is called so."""
    for ending, what in TAKEN_ENDINGS.items():
        if name.endswith(f"-{ending}"):
            return name.removesuffix(f"-{ending}"), ending, what
    first, hyphen, last = name.rpartition("-")
    if hyphen and facts.region("azure", last):
        return first, last, "its resource group there"
    return None


def _class_name(value: object) -> str:
    if not isinstance(value, str) or not _CLASS_NAME.fullmatch(value) or len(value) > _MAX_CLASS_NAME:
        raise fault(
            "This can't be the name of a data class: it goes into tags.",
            f"Use up to {_MAX_CLASS_NAME} lower-case letters, digits, single hyphens and underscores, such as pii.",
        )
    return value


def _aws_role(value: object) -> str:
    if not isinstance(value, str) or not _ROLE.fullmatch(value) or len(value) > _MAX_ROLE:
        raise fault(
            f"This is not the path and name of an IAM role below {ROLES_PATH}, which the zone's SCP protects.",
            f"Write {BREAK_GLASS_ROLE}.",
        )
    if value == DEPLOYMENT_ROLE or value.startswith(GUARDS_PATH):
        raise fault("This role has another duty.", f"Write {BREAK_GLASS_ROLE}.")
    return value


ZoneName = Annotated[str, BeforeValidator(_zone_name)]
DataClassName = Annotated[str, BeforeValidator(_class_name)]
RetentionMode = Annotated[Literal["COMPLIANCE", "GOVERNANCE"], one_of("COMPLIANCE", "GOVERNANCE")]
AwsKeyOrigin = Annotated[
    Literal["AWS_KMS", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"], one_of("AWS_KMS", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")
]
AzureKeyStore = Annotated[Literal["premium-vault", "managed-hsm"], one_of("premium-vault", "managed-hsm")]
Leaves = Annotated[
    Literal["never", "anonymised", "pseudonymised", "free"], one_of("never", "anonymised", "pseudonymised", "free")
]
Edge = Annotated[Literal["acm", "dnssec"], one_of("acm", "dnssec")]


class Retention(Model):
    """How long locked data is kept. `archive_after_days` None: it stays in the tier it was written to."""

    mode: RetentionMode = Field(examples=["COMPLIANCE"])
    years: Annotated[int, whole_number(1, MAX_RETENTION_YEARS, "years")] = Field(examples=["7"])
    archive_after_days: Annotated[int, whole_number(1, MAX_RETENTION_YEARS * DAYS_A_YEAR - 1, "days")] | None = None

    @property
    def days(self) -> int:
        """The retention in days of 365 a year, as the zone's policies count it."""
        return self.years * DAYS_A_YEAR

    @model_validator(mode="after")
    def _archived_while_kept(self) -> Retention:
        if self.archive_after_days is not None and self.archive_after_days >= self.days:
            raise fault(
                f"{self.archive_after_days} days are not less than the retention of {self.days} days.",
                f"Write 1 to {self.days - 1} days, or leave it out: data then stays in the tier it was written to.",
                at=("archive_after_days",),
            )
        return self


class Keys(Model):
    """Where each cloud's key material comes from; given for exactly the clouds of the footprint."""

    aws_origin: AwsKeyOrigin | None = Field(default=None, examples=["AWS_KMS"])
    azure: AzureKeyStore | None = Field(default=None, examples=["premium-vault"])


class DataClass(Model):
    """Whether data may leave the zone, in which form, and to which zones (`free` without `to`: anywhere)."""

    leaves: Leaves = Field(examples=["never"])
    to: Annotated[tuple[ZoneName, ...], AfterValidator(unique), ListOf] = ()

    @model_validator(mode="after")
    def _leaves_to_somewhere(self) -> DataClass:
        if self.leaves == "never" and self.to:
            raise fault(
                "Data that never leaves has no zone to go to.",
                "Take `to` out, or say in which form it leaves: anonymised, pseudonymised or free.",
                at=("to",),
            )
        if self.leaves in ("anonymised", "pseudonymised") and not self.to:
            raise fault(
                f"Data leaves {self.leaves}, but no zone is named.",
                "Add the zones that may have it, such as `to: [us]`, or write `leaves: never`.",
                at=("to",),
            )
        return self


class BreakGlass(Model):
    """Who may do everything in an emergency: path and name of the IAM role, name of the Azure role."""

    aws_role: Annotated[str, BeforeValidator(_aws_role)] = BREAK_GLASS_ROLE
    azure_role: Annotated[str, text("Break glass", 128)] | None = None


class Acceptance(Model):
    """A residual risk that the zone's owner has taken on, and why."""

    risk: Annotated[str, text("aws.management-account")] = Field(examples=["aws.management-account"])
    reason: Annotated[str, text('"the foundation watches it"', 1000)] = Field(examples=['"the foundation watches it"'])
