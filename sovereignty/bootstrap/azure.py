"""The steps of a zone's half on Azure: what the tenant's administrators set, the roles, the identity that deploys."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

from sovereignty import facts
from sovereignty.bootstrap import azure_identity, azure_stack, stack
from sovereignty.bootstrap.setting import Setting
from sovereignty.bootstrap.step import Step, block, quoted
from sovereignty.compile.required import azure as footprint
from sovereignty.compile.roles import azure as roles
from sovereignty.facts.azure_clouds import address
from sovereignty.facts.azure_tenant import TenantSetting, tenant_settings

_CLOUDS = {"public": "AzureCloud", "usgovernment": "AzureUSGovernment", "china": "AzureChinaCloud"}
"""Clouds as the Azure CLI names them (`az cloud list`)."""
_BY_HAND = "The stack file names no foundation, which would do it: do it by hand, as this step says."
_NOBODY = "-"
"""A pattern that no id fits, where a list is empty."""


def signed_in(setting: Setting) -> Step:
    """First of all: the right tenant, and its subscriptions."""
    cloud = _CLOUDS[footprint(setting.zone).cloud]
    return Step(
        id="tenant",
        title="The tenant is the one that the stack file means, and has the zone's subscriptions",
        who="tenant-administrator",
        why="Everything of Azure below is written for this tenant and cloud. Besides the Azure CLI it takes PowerShell "
        "with the module Microsoft.Graph.Authentication, for what the CLI's own sign-in has no scope for. Services "
        "that the stack uses are registered in each subscription.",
        do=block(
            f"az cloud set --name {cloud}",
            f"az account show >/dev/null 2>&1 || az login --tenant {setting.tenant} >/dev/null",
            *(
                f"az provider register --namespace {service} --subscription {subscription}"
                for subscription in setting.subscriptions
                for service in roles.SERVICES
                # of the platform itself, always registered
                if service not in ("Microsoft.Authorization", "Microsoft.Resources", "Microsoft.Management")
            ),
        ),
        check=block(
            *(
                f'[ "$(az account show --subscription {subscription} --query "[state, tenantId]" --output tsv '
                f'| tr "\\n" " ")" = "Enabled {setting.tenant} " ]'
                for subscription in setting.subscriptions
            )
        ),
        stays="Services stay registered: others may use them.",
    )


def settings(setting: Setting, when: str) -> tuple[TenantSetting, ...]:
    """What only the tenant's administrators can set, of the settings that fit the zone's keys."""
    kind = setting.zone.keys.azure
    return tuple(each for each in tenant_settings() if each.when == when and each.keys in (None, kind))


def before(setting: Setting) -> Iterator[Step]:
    """Once the management group that zones are made under is there, and before the zone."""
    yield from (_of_tenant(setting, each) for each in settings(setting, "before"))
    yield _roles(setting)
    yield azure_identity.identity(setting)
    yield azure_identity.leave(setting)


def after(setting: Setting) -> Iterator[Step]:
    """Once the zone is deployed."""
    yield azure_identity.left(setting)
    yield from (_of_tenant(setting, each) for each in settings(setting, "after"))
    yield _compliance(setting)
    yield _probe(setting)


def report(setting: Setting) -> str:
    """What only the tenant's administrators can set, as a table: each has a step below."""
    rows = [*settings(setting, "before"), *settings(setting, "after")]
    lines = [
        "## What only a tenant administrator can set",
        "",
        "No resource of the stack makes it, and no policy of the zone refuses its opposite. The steps are below, with "
        "their commands; `check` says whether it is so. The commands were written from Microsoft's references and not "
        "run against a tenant; those marked * rest on a source that says less than the command needs.",
        "",
        "| step | what has to be so | least role | what it doesn't hold |",
        "|---|---|---|---|",
    ]
    for each in rows:
        mark = "" if each.verified else "*"
        lines.append(f"| `tenant-{each.id}`{mark} | {each.what} | {each.who} | {each.limits} |")
    return "\n".join(lines)


def _of_tenant(setting: Setting, of: TenantSetting) -> Step:
    by_hand = of.foundation and not setting.deployment.foundation
    seen = "" if of.do else " Nothing can be done about it here; the check says how it is."
    return Step(
        id=f"tenant-{of.id}",
        title=of.title,
        who="tenant-administrator",
        why=f"{of.what} {of.why} Least role: {of.who}.{seen} {of.limits} Source: {of.source}.",
        do=f"echo {quoted(_BY_HAND)} >&2" if by_hand else _filled(setting, of.do),
        check=_filled(setting, of.check),
        undo="" if by_hand else _filled(setting, of.undo),
    )


def _filled(setting: Setting, lines: str) -> str:
    """The lines with the zone's values; a line about a subscription is written for each."""
    cloud, zone = footprint(setting.zone).cloud, setting.zone
    jurisdiction = facts.jurisdiction(zone.jurisdiction)
    values = {
        "arm": address(cloud, "resource_manager"),
        "graph": address(cloud, "graph"),
        "tenant": setting.tenant,
        "group": setting.management_group,
        "zone": setting.name,
        "role": quoted(zone.break_glass.azure_role or "Owner"),
        "countries": "|".join(sorted(jurisdiction.countries)) if jurisdiction else _NOBODY,
        "managing": "|".join(setting.deployment.azure_managed_by_tenants) or _NOBODY,
        "hsm_administrators": "|".join(setting.deployment.azure_hsm_administrators) or _NOBODY,
        "foundation_state": stack.foundation_state(setting) if zone.aws else azure_stack.opened(setting)[0],
        # a request's name is a GUID: the same each time, so that it is made once
        "eligibility": str(uuid.uuid5(uuid.UUID(setting.tenant), f"{setting.name}/break-glass")),
        "ineligibility": str(uuid.uuid5(uuid.UUID(setting.tenant), f"{setting.name}/break-glass/removed")),
    }
    written = []
    for line in lines.splitlines():
        each = setting.subscriptions if "%subscription%" in line else ("",)
        written += [
            re.sub("%([a-z_]+)%", lambda found, own=own: {**values, "subscription": own}[found[1]], line)
            for own in each
        ]
    return block(*written)


def _roles(setting: Setting) -> Step:
    zone, deployment = setting.zone, setting.deployment
    documents = {
        "placement": roles.placement(zone, deployment),
        "deployment": roles.deployment_role(zone, deployment),
        "operator": roles.operator(zone, deployment),
    }
    scopes = {short: each.body["AssignableScopes"][0] for short, each in documents.items()}

    def listed(short: str) -> str:
        return (
            f"az role definition list --name {roles.name(zone, short)} --scope {scopes[short]} --query '[].roleName' "
            "--output tsv"
        )

    return Step(
        id="azure-roles",
        title="The zone's roles on Azure: who places it, who deploys it, who works in it",
        who="tenant-administrator",
        why="Custom roles without what Azure Policy can't see: the export of disks, failovers, shared keys, deployment "
        "scripts. Only who deploys keeps the keys of storage accounts, which Azure asks for to send logs there; the "
        f"zone's own accounts take none. People who work in the zone get `{roles.name(zone, 'operator')}`, best as an "
        "eligible assignment of PIM, and not Owner or Contributor: a role denies nothing, so whoever has one of these "
        "as well has all of it. "
        "It takes Owner or User Access Administrator of the management group and of the subscriptions.",
        files={f"role-{short}.json": each for short, each in documents.items()},
        do=block(
            *(
                f'verb=create; [ -z "$({listed(short)})" ] || verb=update\n'
                f'az role definition "$verb" --role-definition "$work/role-{short}.json" >/dev/null'
                for short in documents
            )
        ),
        check=block(*(f"{listed(short)} | grep -qx {roles.name(zone, short)}" for short in documents)),
        undo=block(
            *(
                f"az role definition delete --name {roles.name(zone, short)} --scope {scopes[short]}"
                for short in reversed(documents)
            )
        ),
        stays="A role that is assigned to somebody is not deleted.",
    )


def _compliance(setting: Setting) -> Step:
    return Step(
        id="azure-compliance",
        title="What already stands in the subscriptions against the zone's policies",
        who="deployer",
        why="Policies refuse what is made or changed from now on. What was there before is only reported, so it is "
        "looked for here: each is either moved, or mended, or gets an exemption that ends (ZoneExemption). A scan of a "
        "large subscription takes its time.",
        do=block(
            *(f"az policy state trigger-scan --subscription {each}" for each in setting.subscriptions),
            f"az policy state list --management-group {setting.management_group} "
            "--filter \"complianceState eq 'NonCompliant'\" \\\n"
            '  --query "[].[policyDefinitionReferenceId || policyAssignmentName, resourceId]" --output tsv | sort -u',
        ),
    )


def _probe(setting: Setting) -> Step:
    lines = []
    if setting.outside_azure:
        for subscription in setting.subscriptions:
            probe = f"--name sovereign-probe --subscription {subscription}"
            lines.append(
                f"refused_by_policy az group create {probe} --location {setting.outside_azure} \\\n"
                f"  || {{ az group delete {probe} --yes --no-wait || true; exit 1; }}"
            )
    return Step(
        id="azure-probe",
        title="What leaves the zone is refused on Azure",
        who="deployer",
        why="An empty resource group outside the zone, which is taken away again if it comes to be. A new assignment "
        "is known everywhere after about five minutes, a new management group after up to half an hour: wait, and try "
        "again before you look for a fault.",
        do=block(*lines),
    )
