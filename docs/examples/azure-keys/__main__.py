"""The EU zone's key in its second location, and disk encryption sets for machines there, confidential ones too."""

from pathlib import Path

import pulumi
from pulumi_azure_native import Provider, resources

from components.azure.confidential_disk_key import ConfidentialDiskKey, ConfidentialDiskKeyArgs
from components.azure.disk_encryption import ZoneDiskEncryptionSet, ZoneDiskEncryptionSetArgs
from components.azure.keys import ZoneKeyVault, ZoneKeyVaultArgs
from components.tagging import tagged
from sovereignty import azure_names, deployment, zone

ORCHESTRATOR = "7d1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b"  # az ad sp show --id bf7b6499-ff71-4aa2-97a4-f372087be7f0
WHERE = "West Europe"

eu = zone.load("eu", Path(__file__).resolve().parents[3] / "zones")
landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")
[subscription], tenant = landed.azure_subscriptions, landed.azure_tenant_id
provider = Provider("zone", subscription_id=subscription, tenant_id=tenant, location=WHERE, environment="public")
there = pulumi.ResourceOptions(providers=[provider], transforms=[tagged(eu.tags())])
name = azure_names.resource_group(eu, WHERE)
group = resources.ResourceGroup("keys", resource_group_name=name, location=WHERE, opts=there)

known = {"zone": eu, "deployment": landed, "resource_group_name": group.name, "location": WHERE}
key = ZoneKeyVault("eu-west", ZoneKeyVaultArgs(**known), there)
# a set of its own identity; Azure grants it this key alone
disks = ZoneDiskEncryptionSetArgs(**known, store_id=key.store_id, key_uri=key.key_version_uri)
pulumi.export("disks", ZoneDiskEncryptionSet("disks", disks, there).set_id)

released = ConfidentialDiskKeyArgs(**known, store_id=key.store_id, orchestrator_principal_id=ORCHESTRATOR)
attested = ConfidentialDiskKey("attested", released, there)
confidential = ZoneDiskEncryptionSetArgs(
    **known,
    store_id=key.store_id,
    key_uri=attested.key_version_uri,
    identity_id=attested.identity_id,
    confidential=True,
)
pulumi.export("confidentialDisks", ZoneDiskEncryptionSet("confidential-disks", confidential, there).set_id)
