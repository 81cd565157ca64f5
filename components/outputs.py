"""Reading what a zone's stack exports (docs/outputs.md) from another program: every output by a name with a type.

A stack that is not deployed, or that exports something else, gives null without a word. Here it ends the run instead.
"""

from __future__ import annotations

import re
from typing import Any, Generic, TypeVar, overload

import pulumi
from pydantic.alias_generators import to_camel

from components.arguments import ended
from components.zone import OUTPUTS_VERSION
from sovereignty.errors import InputError, Problem

PROJECT = "sovereign-zones"
"""The project of the zones' stacks, each named after its zone."""
_STACK = re.compile(r"([A-Za-z0-9_.-]{1,100}/){2}[A-Za-z0-9_.-]{1,100}")
_CLOUDS = {"aws": ("AWS", "awsRegions"), "azure": ("Azure", "azureLocations")}
_KINDS = {str: "text", int: "a number", list: "a list", dict: "a map"}
T = TypeVar("T")


class Exported(Generic[T]):
    """One output of a zone: read from the zone it is an Output of its type, read from the class its description."""

    name: str
    key: str

    def __init__(self, kind: type):
        self.kind = kind

    def __set_name__(self, owner: type, name: str) -> None:
        self.name, self.key = name, to_camel(name)

    @property
    def cloud(self) -> str | None:
        """The cloud whose zones have it; None for what every zone has."""
        prefix = self.name.partition("_")[0]
        return prefix if prefix in _CLOUDS and self.key != _CLOUDS[prefix][1] else None

    @overload
    def __get__(self, zone: None, owner: type) -> Exported[T]: ...
    @overload
    def __get__(self, zone: ZoneOutputs, owner: type) -> pulumi.Output[T]: ...
    def __get__(self, zone: ZoneOutputs | None, owner: type) -> Exported[T] | pulumi.Output[T]:
        return self if zone is None else zone.read(self)


def _text() -> Exported[str]:
    return Exported(str)


def _texts() -> Exported[list[str]]:
    return Exported(list)


def _by_name() -> Exported[dict[str, str]]:
    """A map by region, location, kind or container."""
    return Exported(dict)


class ZoneOutputs:
    """What a zone's stack exports: `ZoneOutputs("eu").aws_key_arns["eu-west-1"]` is an Output, as an argument takes it.

    The zone is read once a program: a second one of the same stack is refused by the engine. `stack` is the whole name,
    `<organization>/<project>/<stack>`; by default the stack of the zone's name in the project sovereign-zones of the
    program's own organization (on a backend of files that is always `organization`). A program reads stacks of its own
    backend alone.

    InputError for a stack's name of another form. What the stack turns out to lack ends the run (`pulumi.RunError`):
    it is not deployed; it builds another zone; its outputs are of another version; an output is missing, or is none of
    the zone's clouds. Meaning of each output: docs/outputs.md.
    """

    version = Exported[int](int)
    zone = _text()
    jurisdiction = _text()
    accepted_risks = _by_name()
    aws_regions = _texts()
    azure_locations = _texts()
    aws_ou_id = _text()
    aws_zone_ou_path = _text()
    aws_policy_ids = _texts()
    aws_sandbox_ou_id = _text()
    aws_key_arn = _text()
    aws_key_alias = _text()
    aws_key_arns = _by_name()
    aws_signing_key_arn = _text()
    aws_records_bucket = _text()
    aws_trail_arn = _text()
    aws_trail_bucket = _text()
    aws_trail_log_group_arn = _text()
    aws_flow_logs_bucket = _text()
    aws_configuration_bucket = _text()
    aws_alarm_topic_arns = _by_name()
    aws_vpc_ids = _by_name()
    aws_subnet_ids = Exported[dict[str, list[str]]](dict)
    aws_backup_vault_arns = _by_name()
    azure_management_group_id = _text()
    azure_sandbox_management_group_id = _text()
    azure_policy_assignment_ids = _texts()
    azure_resource_group = _text()
    azure_resource_groups = _by_name()
    azure_vault_uri = _text()
    azure_key_uri = _text()
    azure_key_uris = _by_name()
    azure_identity_ids = _by_name()
    azure_disk_encryption_set_ids = _by_name()
    azure_hsm_next_steps = _by_name()
    azure_alarm_group_id = _text()
    azure_workspace_id = _text()
    azure_workspace_customer_id = _text()
    azure_logs_account = _text()
    azure_perimeter_id = _text()
    azure_attestation_uri = _text()
    azure_vnet_ids = _by_name()
    azure_subnet_ids = _by_name()
    azure_endpoint_subnet_ids = _by_name()
    azure_records_account = _text()
    azure_records_container = _text()
    azure_records_immutability = _text()
    azure_records_lock_command = _text()
    azure_immutability_states = Exported[dict[str, dict[str, str]]](dict)
    azure_lock_commands = Exported[dict[str, dict[str, str]]](dict)

    def __init__(self, zone: str, stack: str | None = None, opts: pulumi.ResourceOptions | None = None):
        name = stack or f"{pulumi.get_organization()}/{PROJECT}/{zone}"
        if not _STACK.fullmatch(name):
            found, right = "This is no stack's whole name.", f"Write <organization>/{PROJECT}/{zone}."
            raise InputError(Problem("ZoneOutputs.stack", found, right))
        self._zone, self._stack = zone, name
        self._reference = pulumi.StackReference(name, opts=opts)

    @classmethod
    def exported(cls) -> tuple[Exported[Any], ...]:
        """All of them, in the order of docs/outputs.md."""
        return tuple(each for each in vars(cls).values() if isinstance(each, Exported))

    def read(self, wanted: Exported[T]) -> pulumi.Output[T]:
        """An output of the zone; who reads it as an attribute gets the same."""
        known = [self._reference.get_output(key) for key in ("version", "zone", wanted.key)]
        places = {cloud: self._reference.get_output(key) for cloud, (_, key) in _CLOUDS.items()}
        return pulumi.Output.all(known, places).apply(lambda found: self._held(wanted, found[0], found[1]))

    def _held(self, wanted: Exported[Any], known: list[Any], places: dict[str, Any]) -> Any:
        version, zone, value = known

        def wrong(found: str, right: str) -> pulumi.RunError:
            return ended(Problem(f"ZoneOutputs({self._zone!r}).{wanted.name}", found, right))

        if version is None:
            found = f"The stack {self._stack} has no outputs of a zone: it is not deployed, or it is no zone's."
            raise wrong(found, "Deploy the zone first, or name its stack: `stack=`.")
        if version != OUTPUTS_VERSION:
            found = f"The outputs of {self._stack} are of version {version}, and {OUTPUTS_VERSION} is read here."
            raise wrong(found, "Use the release that the zone was deployed with, or deploy the zone anew.")
        if zone != self._zone:
            raise wrong(f"The stack {self._stack} builds another zone.", f"Name the stack of zone {self._zone}.")
        cloud = wanted.cloud
        if value is None and cloud and not places[cloud]:
            called = _CLOUDS[cloud][0]
            raise wrong(f"The zone has no footprint on {called}.", f"Read only what is not of {called}.")
        if value is None:
            right = "Deploy the zone with this release; which outputs a zone may lack says docs/outputs.md."
            raise wrong(f"The stack {self._stack} has no output {wanted.key}.", right)
        # the engine hands numbers over as it likes
        kind = (int, float) if wanted.kind is int else wanted.kind
        if not isinstance(value, kind):
            found = f"The output {wanted.key} of {self._stack} is not {_KINDS[wanted.kind]}."
            raise wrong(found, "The stack is not a zone's, or of another release.")
        return value
