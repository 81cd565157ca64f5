"""Who may administer from another tenant, and how long an exemption lasts.

A definition lies in the subscription that is delegated, and is given to it or to a resource group of it: both kinds are
seen by their type, wherever they are made. Sources: Azure Lighthouse, "Tenants, users and roles", "Publish a Managed
Service offer"; Azure/azure-policy, Lighthouse/AllowCertainManagingTenantIds_Deny (the definition alone); Azure Policy,
"Exemption structure" (expiresOn is optional).
"""

from __future__ import annotations

from collections.abc import Iterator

from sovereignty.compile.azure.language import Definition, absent, all_of, any_of, exists, none_in, of_type
from sovereignty.compile.azure.scope import Scope

DELEGATION = "governance.delegation"
EXEMPTION = "governance.exemption"
LONGEST_EXEMPTION_DAYS = 366
"""The law's own bound: whatever lasts longer is a change of the law, made in the zone's file."""


def definitions(scope: Scope) -> Iterator[Definition]:
    offer = "Microsoft.ManagedServices/registrationDefinitions"
    given = "Microsoft.ManagedServices/registrationAssignments"
    message = "Delegate to no tenant but those of azureManagedByTenants in the zone's stack file."
    tenants = scope.managing_tenants
    yield Definition(
        name="delegation-definition",
        control=DELEGATION,
        title="Only named tenants are offered access",
        message=message,
        # nobody named: every delegation is refused, without an empty list of the allowed
        when=all_of(of_type(offer), none_in(f"{offer}/managedByTenantId", tenants)) if tenants else of_type(offer),
    )
    # a request for the assignment names its definition only; the tenant stands in what Azure answers. An offer of the
    # marketplace is no definition of the subscription's, which would have been refused when it was made
    managing = f"{given}/registrationDefinition.managedByTenantId"
    foreign = {"field": f"{given}/registrationDefinitionId", "notContains": f"/{offer}/"}
    yield Definition(
        name="delegation-assignment",
        control=DELEGATION,
        title="Only named tenants have access",
        message=message,
        when=all_of(of_type(given), any_of(foreign, all_of(exists(managing), none_in(managing, tenants))))
        if tenants
        else of_type(given),
    )
    exemption = "Microsoft.Authorization/policyExemptions"
    until = f"{exemption}/expiresOn"
    latest = f"[addDays(utcNow(), {LONGEST_EXEMPTION_DAYS})]"
    yield Definition(
        name="exemption-expiry",
        control=EXEMPTION,
        title="An exemption ends",
        message=f"Set expiresOn to a date within {LONGEST_EXEMPTION_DAYS} days.",
        when=all_of(of_type(exemption), any_of(absent(until), {"field": until, "greater": latest})),
    )
