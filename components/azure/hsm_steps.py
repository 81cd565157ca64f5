"""What people do to a managed HSM between the zone's runs: commands to read before they are run.

No line ends with a colon: the engine would take a text with such lines for YAML, and show it as a table.

Sources: Managed HSM, "Provision and activate a managed HSM" (three to ten RSA keys, a quorum of at least two), "Allow
key management operations through Azure Resource Manager", "Local RBAC built-in roles", "Role management".
"""

from __future__ import annotations

from sovereignty.deployment import Deployment, key

WRAPPING_KEYS = 3
"""The fewest that a security domain is wrapped with; ten at most."""
QUORUM = 2
"""The fewest of them that open it."""
FROM_WHERE = (
    "No public network reaches the HSM. From a host in a hub's network with a private endpoint to it "
    f"(`{key('azure_hub_subscriptions')}`, docs/azure-people.md)"
)


def to_activate(hsm: str, name: str, deployment: Deployment) -> str:
    """What makes a new HSM usable: its security domain, ARM's keys, and the deployment's role.

    In phase `granted` it is one that came later than the others; the phase stays, which is theirs too.
    """
    holders = [f"custodian-{number}" for number in range(1, WRAPPING_KEYS + 1)]
    return "\n".join(
        (
            f"{FROM_WHERE}, as one of its administrators.",
            "Activate it. Each custodian makes a key and keeps its private half offline, apart from the others.",
            *(f"  openssl req -newkey rsa:2048 -keyout {each}.key -x509 -days 365 -out {each}.cer" for each in holders),
            f"  az keyvault security-domain download --hsm-name {hsm} --sd-wrapping-keys "
            + " ".join(f"{each}.cer" for each in holders)
            + f" --sd-quorum {QUORUM} --security-domain-file {hsm}-security-domain.json",
            "Let Azure Resource Manager make keys in it, on behalf of whoever deploys, and let them do so: a person,",
            "a group of people or a service principal (az looks up which).",
            f"  {arm(hsm, on=True)}",
            f"  {role(hsm, 'Managed HSM Crypto User', '<object id of whoever deploys>', '/keys', kind=None)}",
            *_then(hsm, name, deployment),
        )
    )


def _then(hsm: str, name: str, deployment: Deployment) -> tuple[str, ...]:
    if deployment.hsm_phase != "granted":
        return (f"Then write `{key('hsm_phase')}: activated` in Pulumi.{deployment.zone}.yaml, and deploy again.",)
    return (
        "Then deploy again in the same phase. That run makes key and identity, and ends where something encrypts with",
        f"the key (KeyVaultAuthenticationFailure). Grant it to the identity, {name} in this location, and deploy.",
        f"  {encrypting(hsm, name, '<principal id of the identity>')}",
    )


def to_grant(hsm: str, name: str, principal: str, deployment: Deployment) -> str:
    """What lets the zone's identity use the zone's key; no resource of ARM does it."""
    return "\n".join(
        (
            f"{FROM_WHERE}, as one of its administrators.",
            "Let the zone's identity encrypt with the zone's key.",
            f"  {encrypting(hsm, name, principal)}",
            "Where assurance is to be high, Microsoft advises to take ARM's right away again; whoever makes a further",
            "key, or refreshes this stack, gives it back for that time.",
            f"  {arm(hsm, on=False)}",
            f"Then write `{key('hsm_phase')}: granted` in Pulumi.{deployment.zone}.yaml, and deploy again.",
        )
    )


def granted(hsm: str, name: str, principal: str) -> str:
    """That nothing is left to do, and how it shows where something is."""
    return "\n".join(
        (
            "Nothing, if the grant was made. No API of ARM's shows grants of the data plane, so the key's first use",
            "checks it: without one a storage account ends with KeyVaultAuthenticationFailure, a disk encryption set",
            "with KeyVaultAccessForbidden. Then grant it.",
            f"  {encrypting(hsm, name, principal)}",
        )
    )


def to_release(hsm: str, name: str, principal: str, orchestrator: str) -> str:
    """What lets the key of confidential machines' disks be used: by a set's identity, and by attested machines."""
    return "\n".join(
        (
            f"{FROM_WHERE}, as one of its administrators, before a disk encryption set is made.",
            f"  {encrypting(hsm, name, principal)}",
            f"  {role(hsm, 'Managed HSM Crypto Auditor', orchestrator, f'/keys/{name}')}",
            f"  {role(hsm, 'Managed HSM Crypto Service Release User', orchestrator, f'/keys/{name}')}",
        )
    )


def encrypting(hsm: str, name: str, principal: str) -> str:
    """The grant that a service's identity needs: it reads, wraps and unwraps with one key."""
    return role(hsm, "Managed HSM Crypto Service Encryption User", principal, f"/keys/{name}")


def role(hsm: str, called: str, principal: str, scope: str, *, kind: str | None = "ServicePrincipal") -> str:
    """A grant of local RBAC; `kind` of principal is None where it isn't known, and az asks the directory for it."""
    of_kind = f" --assignee-principal-type {kind}" if kind else ""
    return (
        f'az keyvault role assignment create --hsm-name {hsm} --role "{called}" --assignee-object-id {principal}'
        f"{of_kind} --scope {scope}"
    )


def arm(hsm: str, *, on: bool) -> str:
    """The setting by which an HSM trusts Azure Resource Manager with its keys; off when it is new."""
    setting = "--name AllowKeyManagementOperationsThroughARM"
    return f"az keyvault setting update --hsm-name {hsm} {setting} --value {str(on).lower()}"
