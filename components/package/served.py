"""What the package serves, and what it doesn't, with the reason. A test holds every component to one of the two."""

from __future__ import annotations

NAME = "sovereign-zones"
"""Of the package, and the first part of every token."""

SERVED: tuple[str, ...] = (
    "components.aws.alarms:AlarmTopic",
    "components.aws.backup:BackupVault",
    "components.aws.config_delivery:ConfigRecords",
    "components.aws.detection:DetectiveBaseline",
    "components.aws.dns_firewall:DnsFirewall",
    "components.aws.endpoints:VpcEndpoints",
    "components.aws.foundation:OrganizationFoundation",
    "components.aws.key_stores:CloudHsmKeyStore",
    "components.aws.key_stores:ExternalKeyStore",
    "components.aws.keys:ZoneKmsKey",
    "components.aws.management_trail:ManagementTrail",
    "components.aws.management_watch:ManagementWatch",
    "components.aws.metadata_forwarder:MetadataForwarder",
    "components.aws.network:NetworkBoundary",
    "components.aws.organization:ZoneOrganizationalUnit",
    "components.aws.replica_key:ReplicaKey",
    "components.aws.resident_bucket:ResidentBucket",
    "components.aws.signing:SigningKey",
    "components.aws.storage:WormBucket",
    "components.aws.trail:AuditTrail",
    "components.aws.transit:ZonePeering",
    "components.aws.transit:ZoneTransitAttachment",
    "components.azure.access:PrivateAccess",
    "components.azure.activity_alerts:ActivityAlerts",
    "components.azure.activity_log:ActivityLog",
    "components.azure.activity_log:ManagementGroupLog",
    "components.azure.activity_log_watch:ActivityLogWatch",
    "components.azure.alarms:AlarmGroup",
    "components.azure.attestation:ZoneAttestationProvider",
    "components.azure.confidential_disk_key:ConfidentialDiskKey",
    "components.azure.confidential_vm:ConfidentialVm",
    "components.azure.disk_encryption:ZoneDiskEncryptionSet",
    "components.azure.dns_policy:DnsSecurityPolicy",
    "components.azure.endpoints:ZonePrivateEndpoint",
    "components.azure.exemption:ZoneExemption",
    "components.azure.foundation:TenantFoundation",
    "components.azure.keys:ZoneKeyVault",
    "components.azure.legal_hold:LegalHold",
    "components.azure.log_export:LockedLogExport",
    "components.azure.managed_hsm:ZoneManagedHsm",
    "components.azure.management_group:ZoneManagementGroup",
    "components.azure.monitor_scope:MonitorScope",
    "components.azure.network:VnetBoundary",
    "components.azure.peering:VnetPeering",
    "components.azure.perimeter:ZonePerimeter",
    "components.azure.private_dns:PrivateDnsZones",
    "components.azure.resident_storage:ResidentStorageAccount",
    "components.azure.resource_logs:ResourceLogs",
    "components.azure.storage:WormStorageAccount",
    "components.azure.subscription:ZoneSubscription",
    "components.azure.tenant_watch:TenantWatch",
    "components.azure.workspace:AuditWorkspace",
)
"""Module and class. Imported one by one, when a program makes the first of it: an SDK takes long to import."""

_PARTS = "It gives its parts as objects; each of them is served."
_OBJECTS = "It takes objects of the Python program: "

NOT_SERVED: dict[str, str] = {
    "components.aws.region:AwsZoneRegion": _PARTS,
    "components.aws.zone:AwsZone": _OBJECTS + "the zone's providers, which it makes one by one when asked.",
    "components.azure.audit:AzureZoneAudit": _PARTS,
    "components.azure.location:AzureZoneLocation": _PARTS,
    "components.azure.zone:AzureZone": _OBJECTS + "the zone's providers, one for each subscription.",
    "components.zone:ResidencyZone": _OBJECTS + "the zone's providers. A whole zone is a stack of this repository.",
}
