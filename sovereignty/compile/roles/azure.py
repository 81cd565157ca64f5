"""A zone's own roles on Azure: of the people who work in it, and of the identity that deploys it.

Azure Policy sees what is created and changed. What carries data out by a POST request (a disk's download address, an
account's failover) it doesn't see; so these roles lack it (facts: azure_withheld_actions.yaml). `NotActions` deny
nothing: another role that grants the same, Owner or Contributor, gives it back; and whoever may write roles may too.

Who deploys keeps the keys and SAS of storage accounts: Azure asks for them of whoever sends logs to one. The zone's own
accounts take no key, so there it opens nothing; no policy of the zone refuses keys in other accounts, so there it opens
what they hold. The deployment could give itself a role on that data as well.

Sources: Azure RBAC, "Azure custom roles", "Understand Azure role definitions" (NotActions), "Azure built-in roles"
(Contributor), "Delegate Azure role assignment management to others with conditions".
"""

from __future__ import annotations

from collections.abc import Iterable

from sovereignty import facts
from sovereignty.compile.document import Document, minified
from sovereignty.compile.required import azure_subscriptions
from sovereignty.deployment import Deployment
from sovereignty.zone import Zone

TOP, TOP_SANDBOX = "Sovereignty", "Sovereignty-Sandbox"
"""The management groups that the foundation makes: for zones, and below it for their sandbox groups."""
CONTROL = "identity.roles"
SERVICES = (
    "Microsoft.Attestation",
    "Microsoft.Authorization",
    "Microsoft.Compute",
    "Microsoft.Insights",
    "Microsoft.KeyVault",
    "Microsoft.Management",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
    "Microsoft.OperationalInsights",
    "Microsoft.OperationsManagement",
    "Microsoft.PolicyInsights",
    "Microsoft.Resources",
    "Microsoft.SecurityInsights",
    "Microsoft.Storage",
)
"""What the stack is built of, and nothing else. A test holds it against the components."""
_CONTRIBUTOR_LACKS = (
    "Microsoft.Authorization/*/Delete",
    "Microsoft.Authorization/*/Write",
    "Microsoft.Authorization/elevateAccess/Action",
    "Microsoft.Blueprint/blueprintAssignments/delete",
    "Microsoft.Blueprint/blueprintAssignments/write",
    "Microsoft.Purview/consents/delete",
    "Microsoft.Purview/consents/write",
    "Microsoft.Resources/deploymentStacks/manageDenySetting/action",
    "Microsoft.Subscription/cancel/action",
    "Microsoft.Subscription/enable/action",
)
"""What the built-in Contributor lacks."""
_PLACES = (
    "Microsoft.Authorization/policyAssignments/*",
    "Microsoft.Authorization/policyDefinitions/*",
    "Microsoft.Authorization/policyExemptions/*",
    "Microsoft.Authorization/policySetDefinitions/*",
    "Microsoft.Authorization/roleAssignments/*",
    "Microsoft.Insights/diagnosticSettings/*",
    "Microsoft.Management/managementGroups/*",
    "Microsoft.PolicyInsights/*",
)
"""What the zone's management group is made of, with what its policies may do there."""
_OWNER, _ACCESS_ADMINISTRATOR, _RBAC_ADMINISTRATOR = (
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
)
"""Built-in roles that may give roles (Azure built-in roles, Privileged)."""


def parent_of(deployment: Deployment) -> str:
    """The management group that the zone's own is made under, by its id."""
    return deployment.azure_parent_management_group_id or TOP


def scope_of(group: str) -> str:
    """The resource id of a management group."""
    return f"/providers/Microsoft.Management/managementGroups/{group}"


def name(zone: Zone, role: str) -> str:
    """A role's name, which a tenant has once: sovereign-eu-operator, -deployment, -placement."""
    return f"sovereign-{zone.zone}-{role}"


def withheld(*, deploying: bool = False) -> tuple[str, ...]:
    """The actions that people's role lacks, or those that the deployment's does."""
    rows = facts.read_table("azure_withheld_actions")["actions"]
    return tuple(row["action"] for row in rows if not (deploying and "deployment_needs" in row))


def operator(zone: Zone, deployment: Deployment) -> Document:
    """People who build and run workloads: a Contributor without what policy can't see."""
    what = "Builds and runs workloads; exports no disk, fails nothing over, reads no shared key, gives no roles."
    return _role(zone, "operator", what, ["*"], {*_CONTRIBUTOR_LACKS, *withheld()}, _subscriptions(deployment))


def deployment_role(zone: Zone, deployment: Deployment, services: Iterable[str] = ()) -> Document:
    """The identity that deploys, in the zone's subscriptions: whole services, as on AWS, and no others."""
    what = "Deploys the zone. Assigned with a condition: it gives no role that gives roles."
    actions = [f"{service}/*" for service in sorted({*SERVICES, *services})]
    lacks = {"Microsoft.Authorization/elevateAccess/Action", "Microsoft.Authorization/roleDefinitions/*"}
    lacks |= {*withheld(deploying=True)}
    return _role(zone, "deployment", what, ["*/read", *actions], lacks, _subscriptions(deployment))


def placement(zone: Zone, deployment: Deployment) -> Document:
    """The same identity at the management group that the zone's is made under: groups, policies, and no resources."""
    what = "Makes the zone's management group and its policies, and places its subscriptions."
    lacks = {"Microsoft.Management/managementGroups/settings/*"}
    return _role(zone, "placement", what, ["*/read", *_PLACES], lacks, [scope_of(parent_of(deployment))])


def condition() -> str:
    """Of an assignment: its principal gives and takes away every role but those that give roles."""
    privileged = ", ".join((_OWNER, _ACCESS_ADMINISTRATOR, _RBAC_ADMINISTRATOR))

    def none_of_them(action: str, source: str) -> str:
        called = f"Microsoft.Authorization/roleAssignments/{action}"
        attribute = f"@{source}[Microsoft.Authorization/roleAssignments:RoleDefinitionId]"
        return f"((!(ActionMatches{{'{called}'}})) OR ({attribute} ForAnyOfAllValues:GuidNotEquals {{{privileged}}}))"

    return f"{none_of_them('write', 'Request')} AND {none_of_them('delete', 'Resource')}"


def _subscriptions(deployment: Deployment) -> list[str]:
    return [f"/subscriptions/{each}" for each in azure_subscriptions(deployment)]


def _role(zone: Zone, role: str, what: str, actions: list[str], lacks: Iterable[str], scopes: list[str]) -> Document:
    """In the shape that `az role definition create --role-definition` takes."""
    body = {
        "Name": name(zone, role),
        "IsCustom": True,
        "Description": f"Zone {zone.zone}: {what}",
        "Actions": actions,
        "NotActions": sorted(lacks),
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": scopes,
    }
    # a role has no limit of its own beside that of every request
    limit = facts.quota("azure", "public", "policy", "request_body").value
    return Document(f"azure/roles/{zone.zone}-{role}.json", "azure:role", minified(body), limit, (CONTROL,))
