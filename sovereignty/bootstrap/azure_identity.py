"""The steps of who deploys a zone on Azure: the identity, and its way into the zone's management group."""

from __future__ import annotations

import json
from functools import partial

from sovereignty.bootstrap.setting import Setting
from sovereignty.bootstrap.shell import MOVED_FROM
from sovereignty.bootstrap.step import Step, block, quoted
from sovereignty.compile.azure.scope import group
from sovereignty.compile.required import azure as footprint
from sovereignty.compile.roles import azure as roles

AUDIENCES = {
    "public": "api://AzureADTokenExchange",
    "usgovernment": "api://AzureADTokenExchangeUSGov",
    "china": "api://AzureADTokenExchangeChina",
}
"""What a token of a CI has to be for (Microsoft Entra, "Workload identity federation concepts")."""
MOVES = "Management Group Contributor"
"""The built-in role that writes management groups and their subscriptions, and nothing else (Azure built-in roles)."""
_SCOPE = '"/providers/Microsoft.Management/managementGroups/$from"'
_GRANTED = (
    'granted() { az role assignment list --assignee "$principal" --scope '
    '"/providers/Microsoft.Management/managementGroups/$1" \\\n'
    f'  --query "[].roleDefinitionName" --output tsv | grep -qx {quoted(MOVES)}; }}'
)


def identity(setting: Setting) -> Step:
    zone, given = setting.zone, setting.entrances
    name = roles.name(zone, "deployment")
    parent = roles.scope_of(roles.parent_of(setting.deployment))
    scopes = [(roles.name(zone, "placement"), parent)]
    scopes += [(name, f"/subscriptions/{each}") for each in setting.subscriptions]
    made, found, gone, kind = _principal(setting)
    if given.oidc_issuer:
        subjects = ", ".join(f"`{subject}`" for subject in sorted(given.oidc_subjects))
        how = (
            f"An application that a job of {given.oidc_issuer} becomes by its token, and only as one of: {subjects}. "
            f"It has no secret. The job's variables: `ARM_CLIENT_ID` (`az ad app list --display-name {name} --query "
            f"'[0].appId'`), `ARM_TENANT_ID` {setting.tenant}, `ARM_SUBSCRIPTION_ID` {setting.subscriptions[0]}, "
            "`ARM_USE_OIDC` true."
        )
    else:
        how = (
            "No issuer is given (`--oidc-issuer`, `--oidc-subject`), so no CI gets in: people of the group "
            f"`{roles.name(zone, 'deployers')}` deploy, who are its members by hand, or better by PIM for groups."
        )
    return Step(
        id="azure-identity",
        title="Who deploys the zone on Azure",
        who="tenant-administrator",
        why=f"{how} It writes groups and policies at {parent.rpartition('/')[2]}, and whole services in the zone's "
        "subscriptions; by a condition of its assignment it gives no role that gives roles. What it needs to take a "
        "subscription out of another management group is the next step's.",
        do=block(
            made,
            f"condition=$(cat <<'TEXT'\n{roles.condition()}\nTEXT\n)",
            *(
                f'az role assignment create --assignee-object-id "$principal" --assignee-principal-type {kind} '
                f"--role {role} \\\n  --scope {scope} "
                '--condition-version 2.0 --condition "$condition" >/dev/null'
                for role, scope in scopes
            ),
        ),
        check=block(
            found,
            *(
                f'az role assignment list --assignee "$principal" --scope {scope} --query "[].roleDefinitionName" '
                f"--output tsv | grep -qx {role}"
                for role, scope in scopes
            ),
        ),
        undo=block(
            found,
            *(
                f'az role assignment delete --assignee "$principal" --role {role} --scope {scope}'
                for role, scope in reversed(scopes)
            ),
            gone,
        ),
    )


def leave(setting: Setting) -> Step:
    """Before the zone places its subscriptions."""
    _, found, _, kind = _principal(setting)
    return Step(
        id="azure-leave",
        title="The subscriptions may leave the management groups that they stand in",
        who="tenant-administrator",
        why="To place a subscription takes write at the group that it leaves as well, unless that is the tenant's root "
        '(Azure management groups, "Manage your Azure subscriptions at scale"). Each that stands in another group is '
        f"tagged with it (`{MOVED_FROM}`), for the way back; and who deploys gets `{MOVES}` there until the zone is "
        "built. The zone's own role can't be given there: a custom role names one management group. It takes Owner or "
        "User Access Administrator of these groups. What they inherit from them, policies and people's roles, the "
        "subscriptions lose by the move: look at it now. A new right is known after up to half an hour.",
        do=block(
            found,
            _GRANTED,
            *_each(
                setting,
                'from=$(stands_in "$subscription")',
                'case "$from" in',
                f"  {_settled(setting)}) continue ;;",
                '  "") echo "no group of $subscription is seen: it takes a role there" >&2; exit 1 ;;',
                "esac",
                'az tag update --resource-id "/subscriptions/$subscription" --operation Merge \\',
                f'  --tags "{MOVED_FROM}=$from" >/dev/null',
                f'granted "$from" || az role assignment create --assignee-object-id "$principal" \\\n'
                f"    --assignee-principal-type {kind} --role {quoted(MOVES)} --scope {_SCOPE} >/dev/null",
            ),
        ),
        check=block(
            found,
            _GRANTED,
            *_each(
                setting,
                'from=$(stands_in "$subscription")',
                f'case "$from" in {_settled(setting)}) continue ;; esac',
                'granted "$from"',
            ),
        ),
        undo=block(
            found,
            _GRANTED,
            *_each(
                setting,
                'from=$(moved_from "$subscription")',
                '[ -n "$from" ] || continue',
                'az account management-group subscription add --name "$from" --subscription "$subscription" >/dev/null',
                'az tag update --resource-id "/subscriptions/$subscription" --operation Delete \\',
                f'  --tags "{MOVED_FROM}=$from" >/dev/null',
                _taken_away(),
            ),
        ),
    )


def left(setting: Setting) -> Step:
    """Once the zone has placed them."""
    _, found, _, _ = _principal(setting)
    return Step(
        id="azure-left",
        title="Who deploys writes no more in the groups that the subscriptions have left",
        who="tenant-administrator",
        why=f"`{MOVES}` was for the move alone. Whoever had it there before has it no more: give it again by hand.",
        do=block(
            found,
            _GRANTED,
            *_each(setting, 'from=$(moved_from "$subscription")', '[ -n "$from" ] || continue', _taken_away()),
        ),
        check=block(
            found,
            _GRANTED,
            *_each(
                setting,
                'from=$(moved_from "$subscription")',
                'if [ -n "$from" ] && granted "$from"; then echo "it may still write in $from" >&2; exit 1; fi',
            ),
        ),
    )


def _settled(setting: Setting) -> str:
    """The groups, as a pattern of bash, that a subscription may leave, or need not: root, the zone's own and parent."""
    groups = (setting.tenant, roles.parent_of(setting.deployment), *map(partial(group, setting.zone), (False, True)))
    return "|".join(quoted(each) for each in groups)


def _each(setting: Setting, *lines: str) -> tuple[str, ...]:
    """The lines for each subscription of the zone."""
    return (f"for subscription in {' '.join(setting.subscriptions)}; do", *(f"  {each}" for each in lines), "done")


def _taken_away() -> str:
    return (
        '! granted "$from" || az role assignment delete --assignee "$principal" \\\n'
        f"    --role {quoted(MOVES)} --scope {_SCOPE}"
    )


def _principal(setting: Setting) -> tuple[str, str, str, str]:
    """Lines that make who deploys, that find it again as `$principal`, and that take it away; and its kind."""
    if setting.entrances.oidc_issuer:
        return *_application(setting, roles.name(setting.zone, "deployment")), "ServicePrincipal"
    group = roles.name(setting.zone, "deployers")
    made = (
        f'principal=$(az ad group list --display-name {group} --query "[0].id" --output tsv)\n'
        f'[ -n "$principal" ] || principal=$(az ad group create --display-name {group} --mail-nickname {group} '
        "--query id --output tsv)"
    )
    found = f"principal=$(az ad group show --group {group} --query id --output tsv)"
    return made, found, f"az ad group delete --group {group}", "Group"


def _application(setting: Setting, name: str) -> tuple[str, str, str]:
    """Lines that make the application with its credentials, that find it again, and that take it away."""
    given = setting.entrances
    lines = [
        f'app=$(az ad app list --display-name {name} --query "[0].appId" --output tsv)',
        f'[ -n "$app" ] || app=$(az ad app create --display-name {name} --query appId --output tsv)',
        'az ad sp show --id "$app" >/dev/null 2>&1 || az ad sp create --id "$app" >/dev/null',
    ]
    for number, subject in enumerate(sorted(given.oidc_subjects), start=1):
        credential = {
            "name": f"job-{number}",
            "issuer": given.oidc_issuer,
            "subject": subject,
            "audiences": [AUDIENCES[footprint(setting.zone).cloud]],
        }
        lines.append(
            f'az ad app federated-credential list --id "$app" --query "[].subject" --output tsv '
            f"| grep -qxF {quoted(subject)} \\\n"
            f'  || az ad app federated-credential create --id "$app" --parameters {quoted(json.dumps(credential))} '
            ">/dev/null"
        )
    found = [lines[0], 'principal=$(az ad sp show --id "$app" --query id --output tsv)']
    return block(*lines, found[1]), block(*found), 'az ad app delete --id "$app"'
