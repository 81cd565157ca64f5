"""A zone: the place that a body of data may never leave unchanged. Declared once, in zones/<zone>.yaml."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from sovereignty import facts, zone_rules
from sovereignty.documents import read_yaml, shown_path
from sovereignty.errors import InputError, Problem
from sovereignty.footprint import AwsFootprint, AzureFootprint, Footprint, GcpFootprint
from sovereignty.schema import ListOf, Model, at, did_you_mean, fault, kind, position, problems, quoted, text, unique
from sovereignty.zone_parts import (
    BREAK_GLASS_ROLE,
    DEPLOYMENT_ROLE,
    GUARDS_PATH,
    ROLES_PATH,
    Acceptance,
    BreakGlass,
    DataClass,
    DataClassName,
    Edge,
    Keys,
    Retention,
    ZoneName,
)

__all__ = [
    "BREAK_GLASS_ROLE",
    "DEPLOYMENT_ROLE",
    "GUARDS_PATH",
    "ROLES_PATH",
    "Acceptance",
    "AwsFootprint",
    "AzureFootprint",
    "BreakGlass",
    "DataClass",
    "GcpFootprint",
    "Keys",
    "Retention",
    "Zone",
    "load",
    "load_all",
    "load_file",
    "names",
    "parse",
]

SCHEMA_VERSION = 1
MANAGED_BY = "sovereign-zones"


def _schema_version(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != SCHEMA_VERSION:
        found = (
            str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1000 else kind(value)
        )
        raise fault(
            f"Found {found}, which is no version of the zone file that this release reads.", "Write `schema: 1`."
        )
    return SCHEMA_VERSION


def _some_class(value: dict[str, DataClass]) -> dict[str, DataClass]:
    if not value:
        raise fault(
            "At least one data class is needed: resources are tagged with it.", "Write `{pii: {leaves: never}}`."
        )
    return value


class Zone(Model):
    """The law of one zone. Made by `load`, `load_file` or `parse`; a Zone that exists is lawful."""

    schema_version: Annotated[int, BeforeValidator(_schema_version)] = Field(default=SCHEMA_VERSION, alias="schema")
    zone: ZoneName = Field(examples=["eu"])
    title: Annotated[str, text("European Union", 100)] = Field(examples=["European Union"])
    jurisdiction: Annotated[str, text("EU")] = Field(examples=["EU"])
    aws: AwsFootprint | None = None
    azure: AzureFootprint | None = None
    gcp: GcpFootprint | None = None
    retention: Retention = Field(examples=["{mode: COMPLIANCE, years: 7, archive_after_days: 90}"])
    keys: Keys = Field(examples=["{aws_origin: AWS_KMS, azure: premium-vault}"])
    data_classes: Annotated[dict[DataClassName, DataClass], AfterValidator(_some_class)] = Field(
        examples=["{pii: {leaves: never}}"]
    )
    break_glass: BreakGlass = BreakGlass()
    accepts: Annotated[tuple[Acceptance, ...], ListOf] = ()
    edge: Annotated[tuple[Edge, ...], AfterValidator(unique), ListOf] = ()
    content_bearing: Annotated[tuple[Annotated[str, text("cloudfront")], ...], AfterValidator(unique), ListOf] = ()

    @property
    def countries(self) -> frozenset[str]:
        """The jurisdiction's countries, ISO 3166-1 alpha-2."""
        jurisdiction = facts.jurisdiction(self.jurisdiction)
        return jurisdiction.countries if jurisdiction else frozenset()

    @property
    def default_data_class(self) -> str:
        """The class of what nobody has classified: the first of the file."""
        return next(iter(self.data_classes))

    @property
    def footprints(self) -> tuple[Footprint, ...]:
        """The footprints that the zone has, in the order aws, azure, gcp."""
        return tuple(part for part in (self.aws, self.azure, self.gcp) if part)

    def tags(self, data_class: str | None = None) -> dict[str, str]:
        """The tags of the zone's resources; `data_class` is by default the first. ValueError for an unknown one."""
        name = self.default_data_class if data_class is None else data_class
        if name not in self.data_classes:
            raise ValueError(f"zone {self.zone} has no data class {name!r}, only {', '.join(self.data_classes)}")
        return {
            "DataResidency": self.jurisdiction,
            "Zone": self.zone,
            "DataClassification": name,
            "ManagedBy": MANAGED_BY,
        }

    @field_validator("*", mode="after")
    @classmethod
    def _keep_sound_parts(cls, value: Any, info: ValidationInfo) -> Any:
        # so that `parse` can hold the sound parts of a broken file against the law as well
        if info.context is not None and info.field_name:
            info.context[info.field_name] = value
        return value

    @model_validator(mode="after")
    def _lawful(self, info: ValidationInfo) -> Zone:
        breaches = [] if info.context is not None else list(zone_rules.judge(self))
        if breaches:
            raise InputError(*(Problem(at(f"zone {self.zone}", path), found, right) for path, found, right in breaches))
        return self


def parse(data: object, where: str, siblings: Collection[str] | None = None, named: str | None = None) -> Zone:
    """A zone from plain data, such as a pack's configuration. InputError lists all that is wrong, in the data's order.

    `siblings` are the names of the zones declared beside it, which `to` may name; None: they are not known here.
    `named` is the name that it must have, since its file has it.
    """
    if data is None:
        keys = ", ".join(field.alias or name for name, field in Zone.model_fields.items())
        raise InputError(Problem(where, "It is empty.", f"Declare a zone; its keys are: {keys}."))
    if not isinstance(data, Mapping):
        right = "Write `key: value` lines, beginning with `zone: eu`."
        raise InputError(Problem(where, f"A zone is a mapping, found {kind(data)}.", right))
    sound: dict[str, Any] = {}
    found: list[tuple[tuple[int, ...], Problem]] = []
    broken: set[str] = set()
    try:
        draft = Zone.model_validate(data, context=sound, by_alias=True, by_name=False)
    except ValidationError as error:
        draft = Zone.model_construct(**sound)
        for path, problem in problems(error, Zone, lambda path: at(where, path)):
            found.append((position(data, path), problem))
            broken.add(str(path[0]) if path else "")
    if named is not None and isinstance(sound.get("zone"), str) and sound["zone"] != named:
        what = f"The zone is {sound['zone']}, and its file is named {quoted(f'{named}.yaml')}."
        right = f"Name the file {sound['zone']}.yaml, or the zone as the file."
        found.append((position(data, ("zone",)), Problem(at(where, ("zone",)), what, right)))
    for path, what, right in zone_rules.judge(draft, broken, siblings):
        found.append((position(data, path), Problem(at(where, path), what, right)))
    if found:
        raise InputError(*(problem for _, problem in sorted(found, key=lambda item: item[0])))
    return draft


def load_file(path: Path) -> Zone:
    """The zone that a file declares; the other files of its folder are the zones that `to` may name."""
    return parse(read_yaml(path), shown_path(path), siblings=names(path.parent), named=path.stem)


def load(name: str, zones_dir: Path) -> Zone:
    """The zone of that name, from `zones_dir/<name>.yaml`."""
    known = names(zones_dir)
    if name not in known:
        right = did_you_mean(name, known) if known else f"Declare it in {shown_path(zones_dir / 'eu.yaml')}."
        raise InputError(Problem(shown_path(zones_dir), f"There is no zone {quoted(name)!r}.", right))
    return load_file(zones_dir / f"{name}.yaml")


def load_all(zones_dir: Path) -> dict[str, Zone]:
    """Every zone of a folder by name. InputError lists the problems of all files."""
    zones: dict[str, Zone] = {}
    found: list[Problem] = []
    known = names(zones_dir)
    if not known:
        raise InputError(Problem(shown_path(zones_dir), "The folder declares no zone.", "Add a file such as eu.yaml."))
    for name in known:
        try:
            zones[name] = load_file(zones_dir / f"{name}.yaml")
        except InputError as error:
            found += error.problems
    if found:
        raise InputError(*found)
    return zones


def names(zones_dir: Path) -> tuple[str, ...]:
    """The names of the zones that a folder declares, sorted; InputError where it can't be read."""
    where = shown_path(zones_dir)
    try:
        files = [path for path in zones_dir.iterdir() if not path.name.startswith(".")]
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "this is not the name of a folder"
        raise InputError(
            Problem(where, f"The folder of zones can't be read: {reason}.", "Name it by --zones-dir.")
        ) from None
    misnamed = sorted(path for path in files if path.suffix.lower() in (".yml", ".yaml") and path.suffix != ".yaml")
    if misnamed:
        right = "Zone files end in .yaml."
        raise InputError(*(Problem(shown_path(path), "This file would not be read.", right) for path in misnamed))
    return tuple(sorted(path.stem for path in files if path.suffix == ".yaml"))
