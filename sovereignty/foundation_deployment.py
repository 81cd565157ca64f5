"""What the foundation's stack file says, under `sovereign-foundation:`: the organization, and who watches over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from sovereignty import facts
from sovereignty.deployment import AWS_REGION, AZURE_LOCATION, _List, _Once
from sovereignty.documents import read_yaml, shown_path
from sovereignty.errors import InputError, Problem
from sovereignty.facts.control_plane import answering_regions, buses_across_regions
from sovereignty.identifiers import AccountId, AwsRegionCode, EventBusArn, Guid, OrganizationId, Subscriber
from sovereignty.schema import Model, Switch, dotted, problems, whole_number
from sovereignty.zone_parts import MAX_RETENTION_YEARS

NAMESPACE = "sovereign-foundation"


def _number(value: object) -> object:
    # the engine hands a number over as text
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else value


Years = Annotated[int, whole_number(1, MAX_RETENTION_YEARS, "years"), BeforeValidator(_number)]


class FoundationDeployment(Model):
    """What an organization has once. A cloud of which nothing is given is left out."""

    model_config = ConfigDict(alias_generator=to_camel)

    aws_management_account: AccountId | None = Field(default=None, examples=['"111122223333"'])
    aws_organization_id: OrganizationId | None = Field(default=None, examples=["o-a1b2c3d4e5"])
    aws_root_policies: Switch = True
    aws_partner_accounts: Annotated[tuple[AccountId, ...], _Once, _List] = ()
    aws_security_account: AccountId | None = None
    aws_security_regions: Annotated[tuple[AwsRegionCode, ...], _Once, _List] = ()
    aws_alarm_subscribers: Annotated[tuple[Subscriber, ...], _Once, _List] = ()
    aws_management_trail: Switch = True
    aws_trail_years: Years = 1
    aws_forward_to: EventBusArn | None = None
    azure_tenant_id: Guid | None = None
    azure_subscription: Guid | None = None
    azure_hierarchy_settings: Switch = False
    azure_alarm_subscribers: Annotated[tuple[Subscriber, ...], _Once, _List] = ()
    azure_group_log: Switch = False
    azure_entra_logs: Switch = False


_ALIASES = {name: field.alias or name for name, field in FoundationDeployment.model_fields.items()}


def key(name: str) -> str:
    """A field's key in the stack file: `aws_forward_to` -> `sovereign-foundation:awsForwardTo`."""
    return f"{NAMESPACE}:{_ALIASES[name]}"


def from_config(config: Mapping[str, Any], where: str) -> FoundationDeployment:
    """The foundation from a stack's configuration; `where` names its file. InputError lists all that is wrong."""
    prefix = f"{NAMESPACE}:"
    # the engine fills in the defaults of Pulumi.yaml, where an empty text means: not given
    own = {name.removeprefix(prefix): value for name, value in config.items() if name.startswith(prefix)}
    own = {name: value for name, value in own.items() if value != ""}

    def locate(path: tuple[str | int, ...]) -> str:
        return f"{where}: {prefix}{dotted(path)}"

    try:
        found = FoundationDeployment.model_validate(own, by_alias=True, by_name=False)
    except ValidationError as error:
        raise InputError(*(problem for _, problem in problems(error, FoundationDeployment, locate))) from None
    wrong = (*_inconsistent(found, where, config.get(AWS_REGION)), *_unfounded(found, where, config))
    if wrong:
        raise InputError(*wrong)
    return found


def load_stack(path: Path) -> tuple[FoundationDeployment, str | None, str]:
    """A Pulumi.<stack>.yaml of the foundation: what it says, its `aws:region`, and how messages name the file."""
    where = shown_path(path)
    data = read_yaml(path)
    config = data.get("config") if isinstance(data, Mapping) else None
    if not isinstance(config, Mapping):
        right = f"Write `config:` and below it `{key('aws_management_account')}`."
        raise InputError(Problem(where, "A stack file is a mapping with `config:`.", right))
    region = config.get(AWS_REGION)
    return from_config({str(name): value for name, value in config.items()}, where), region, where


def _unfounded(found: FoundationDeployment, where: str, config: Mapping[str, Any]) -> Iterator[Problem]:
    """What of Azure is asked for without what it needs."""
    asked = [name for name in _ON_AZURE if getattr(found, name)]
    for name in asked:
        if not found.azure_tenant_id:
            yield Problem(f"{where}: {key(name)}", "No tenant is given for it.", f"Add `{key('azure_tenant_id')}`.")
    logs = [name for name in ("azure_group_log", "azure_entra_logs") if getattr(found, name)]
    subscribers = key("azure_alarm_subscribers")
    for name in logs if not found.azure_alarm_subscribers else ():
        what = "The log goes to the watch, and nobody is named whom that tells."
        yield Problem(f"{where}: {key(name)}", what, f"Add `{subscribers}: [security@example.com]`.")
    if found.azure_alarm_subscribers and not logs:
        what = "No log is asked for: they would hear of nothing."
        right = f"Add `{key('azure_group_log')}: true` or `{key('azure_entra_logs')}: true`, or take it out."
        yield Problem(f"{where}: {subscribers}", what, right)
    if logs:
        given = config.get(AZURE_LOCATION)
        if facts.region("azure", facts.azure_location(str(given or ""))) is None:
            what = "This is no location of Azure in the tables." if given else "It is missing: the logs lie there."
            yield Problem(f"{where}: {AZURE_LOCATION}", what, f"Add `{AZURE_LOCATION}: germanywestcentral`.")


_ON_AZURE = ("azure_hierarchy_settings", "azure_alarm_subscribers", "azure_group_log", "azure_entra_logs")


def _inconsistent(found: FoundationDeployment, where: str, region: object) -> Iterator[Problem]:
    """What can be wrong among the keys themselves."""

    def problem(name: str, what: str, right: str) -> Problem:
        return Problem(f"{where}: {key(name)}", what, right)

    account = found.aws_management_account
    if not account and not found.azure_tenant_id and not found.azure_subscription:
        yield Problem(where, "Neither cloud is given.", f"Add `{key('aws_management_account')}`, for one.")
    if bool(found.azure_tenant_id) != bool(found.azure_subscription):
        missing = "azure_subscription" if found.azure_tenant_id else "azure_tenant_id"
        yield problem(missing, "It is missing, and Azure needs both.", "Add it.")
    if not account:
        return
    home = facts.region("aws", str(region)) if region else None
    if home is None:
        what = "This is no region of AWS in the tables." if region else "It is missing."
        yield Problem(f"{where}: {AWS_REGION}", what, f"Add `{AWS_REGION}: eu-central-1`.")
        return
    if found.aws_security_account == account:
        what = "The management account is given, and no SCP ever binds it."
        yield problem("aws_security_account", what, "Name a member account that your security team works in.")
    if account in found.aws_partner_accounts:
        what = "The management account is among them, and it is of the organization already."
        yield problem("aws_partner_accounts", what, "Name accounts of other organizations.")
    for each in found.aws_security_regions:
        row = facts.region("aws", each)
        if row and row.partition != home.partition:
            what = f"{each} is of partition {row.partition}, and the stack's {AWS_REGION} of {home.partition}."
            yield problem("aws_security_regions", what, "A partition has a foundation of its own.")
    if found.aws_forward_to:
        _, partition, _, to, *_ = found.aws_forward_to.split(":")
        target = facts.region("aws", to)
        if partition != home.partition or target is None or target.partition != home.partition:
            what = f"The event bus is not of partition {home.partition}."
            yield problem("aws_forward_to", what, "Name a bus of the same partition: nothing crosses between them.")
        elif not buses_across_regions(partition) and {to} != set(answering_regions(partition)):
            what = "In this partition an event bus can't be a target of another region's rule."
            yield problem("aws_forward_to", what, f"Name a bus in {', '.join(answering_regions(partition))}.")
