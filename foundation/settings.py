"""What the foundation's stack file says, under `sovereign-foundation:`."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from sovereignty.errors import InputError, Problem
from sovereignty.identifiers import AccountId, Guid
from sovereignty.schema import Model, dotted, problems

NAMESPACE = "sovereign-foundation"


class Settings(Model):
    """A cloud of which nothing is given is left out."""

    model_config = ConfigDict(alias_generator=to_camel)

    aws_management_account: AccountId | None = None
    azure_tenant_id: Guid | None = None
    azure_subscription: Guid | None = None


def from_config(config: Mapping[str, str], where: str) -> Settings:
    """The settings of a stack; `where` names its file. InputError lists all that is wrong with them."""
    prefix = f"{NAMESPACE}:"
    # the engine fills in the defaults of Pulumi.yaml, where an empty text means: not given
    own = {key.removeprefix(prefix): value for key, value in config.items() if key.startswith(prefix) and value != ""}

    def locate(path: tuple[str | int, ...]) -> str:
        return f"{where}: {prefix}{dotted(path)}"

    try:
        found = Settings.model_validate(own)
    except ValidationError as error:
        raise InputError(*(problem for _, problem in problems(error, Settings, locate))) from None
    if not own:
        raise InputError(Problem(where, "Neither cloud is given.", f"Add `{prefix}awsManagementAccount`, for one."))
    if bool(found.azure_tenant_id) != bool(found.azure_subscription):
        missing = "azureSubscription" if found.azure_tenant_id else "azureTenantId"
        raise InputError(Problem(locate((missing,)), "It is missing, and Azure needs both.", "Add it."))
    if found.aws_management_account and not config.get("aws:region"):
        raise InputError(Problem(f"{where}: aws:region", "It is missing.", "Add `aws:region: eu-central-1`."))
    return found
