"""A confidential machine of the EU zone for the payroll, and the attestation provider that vouches for it."""

from pathlib import Path

import pulumi
import pulumi_azure_native as azure
from pulumi_azure_native import resources

from components.azure.access import PrivateAccess, PrivateAccessArgs
from components.azure.attestation import ZoneAttestationProvider, ZoneAttestationProviderArgs
from components.azure.confidential_disk_key import ConfidentialDiskKey, ConfidentialDiskKeyArgs
from components.azure.confidential_vm import ConfidentialVm, ConfidentialVmArgs
from components.azure.disk_encryption import ZoneDiskEncryptionSet, ZoneDiskEncryptionSetArgs
from components.azure.keys import ZoneKeyVault, ZoneKeyVaultArgs
from components.azure.network import VnetBoundary, VnetBoundaryArgs
from components.tagging import tagged
from sovereignty import azure_names, deployment, zone

ORCHESTRATOR = "5d6e7f80-9a1b-4c2d-8e3f-4a5b6c7d8e9f"  # az ad sp show --id bf7b6499-ff71-4aa2-97a4-f372087be7f0
SSH = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5f8mY0m6xk1b7Cq0n2Vt0v1wE3r5Y7u9i1o3p5a7s9 payroll"

eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")
place, [subscription] = "germanywestcentral", landed.azure_subscriptions
provider = azure.Provider(
    "zone", subscription_id=subscription, tenant_id=landed.azure_tenant_id, location=place, environment="public"
)
home = pulumi.ResourceOptions(providers=[provider], transforms=[tagged(eu.tags())])
kept = pulumi.ResourceOptions.merge(home, pulumi.ResourceOptions(protect=True))
group = resources.ResourceGroup(
    "zone", resource_group_name=azure_names.resource_group(eu, place), location=place, opts=kept
).name
zone_part = {"zone": eu, "deployment": landed, "resource_group_name": group}

vault = ZoneKeyVault("eu", ZoneKeyVaultArgs(**zone_part), home).store_id
keyed = ConfidentialDiskKeyArgs(**zone_part, store_id=vault, orchestrator_principal_id=ORCHESTRATOR)
key = ConfidentialDiskKey("machines", keyed, home)
encrypted = ZoneDiskEncryptionSetArgs(
    **zone_part, store_id=vault, key_uri=key.key_version_uri, identity_id=key.identity_id, confidential=True
)
disks = ZoneDiskEncryptionSet("machines", encrypted, home)

network = VnetBoundary("eu", VnetBoundaryArgs(**zone_part, cidr="10.20.0.0/16"), home)
attestation = ZoneAttestationProvider("eu", ZoneAttestationProviderArgs(**zone_part), home)
reached = PrivateAccessArgs(
    **zone_part,
    vnet_id=network.vnet_id,
    subnet_id=network.endpoint_subnet_id,
    vault_ids={"keys": vault},
    account_ids={},
    attestation_id=attestation.provider_id,
)
PrivateAccess("eu", reached, home)

payroll = ConfidentialVmArgs(
    **zone_part,
    purpose="payroll",
    size="Standard_DC4as_v5",
    subnet_id=network.workload_subnet_id,
    disk_encryption_set_id=disks.set_id,
    ssh_public_key=SSH,
    image_version="24.04.202607310",
    attest_uri=attestation.attest_uri,
)
machine = ConfidentialVm("payroll", payroll, home)
pulumi.export("vmId", machine.vm_id)  # what the machine's token must name
pulumi.export("issuer", attestation.attest_uri)
