"""A machine whose memory and disk the host can't read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import compute, network

from components.arguments import checked
from components.azure.arguments import given, given_text, location_of, resource_id, subscription_of
from sovereignty import azure_names, facts
from sovereignty.compile.required import azure as footprint
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.facts import azure_availability
from sovereignty.facts.azure_policy import ConfidentialFamily, confidential_family
from sovereignty.zone import Zone

CONFIDENTIAL = "ConfidentialVM"
LARGEST_DISK = 32_767
"""GiB: of a managed disk but for Ultra and Premium v2 (Azure managed disks, "Scalability targets")."""
_PURPOSE = re.compile(r"[a-z][a-z0-9-]{0,29}")
_DISK = re.compile(r"(?P<name>[a-z][a-z0-9-]{0,19})=(?P<gib>[1-9][0-9]{0,4})")
_VERSION = re.compile(r"[0-9]+(\.[0-9]+){2}")
_PUBLIC_KEY = re.compile(r"(ssh-rsa|ssh-ed25519) [A-Za-z0-9+/]+={0,2}( [^\r\n]*)?\s*")
_USER = re.compile(r"[a-z][a-z0-9-]{0,31}")
_FORBIDDEN_USERS = frozenset({"admin", "administrator", "root", "guest", "user", "test", "console", "sys"})
"""Some of those that Azure refuses (Azure Virtual Machines FAQ, "user name requirements")."""


@dataclass(frozen=True, kw_only=True)
class ConfidentialVmArgs:
    """What a confidential machine needs to know."""

    zone: Zone
    deployment: Deployment
    resource_group_name: pulumi.Input[str]
    purpose: str
    """A short word in its name: `ledger`."""
    size: str
    """A confidential size: `Standard_DC4as_v6`. Its family says what isolates the machine, AMD SEV-SNP or Intel TDX."""
    subnet_id: pulumi.Input[str]
    """ARM id of the subnet that it gets an address in, a private one: the workload subnet of a VnetBoundary."""
    disk_encryption_set_id: pulumi.Input[str]
    """ARM id of the set for confidential disks, of the same location: a ZoneDiskEncryptionSet with `confidential`."""
    ssh_public_key: pulumi.Input[str]
    """One line, `ssh-ed25519 …` or `ssh-rsa …`. There are no passwords."""
    image_version: str
    """The image's version, such as `24.04.202607310`: `latest` would be another machine each month."""
    image_publisher: str = "Canonical"
    image_offer: str = "ubuntu-24_04-lts"
    image_sku: str = "cvm"
    """Of a Linux image that its publisher marks for confidential machines."""
    admin_username: str = "operator"
    data_disks: Sequence[str] = ()
    """`<name>=<GiB>` of each, such as `ledger=128`, in the order of their LUNs. They outlive the machine."""
    data_disk_encryption_set_id: pulumi.Input[str] | None = None
    """ARM id of the set for data disks, one without `confidential`; needed where there are data disks."""
    identity_id: pulumi.Input[str] | None = None
    """ARM id of a user-assigned identity that the machine acts as: with it and its token a key is released to it."""
    attest_uri: pulumi.Input[str] | None = None
    """The attestation provider that the Guest Attestation extension reports to. None: no extension, and none can be put
    on the machine."""
    security_type: str = CONFIDENTIAL
    """`ConfidentialVM`. A machine of a confidential size with another one runs without."""
    availability_zone: str | None = None
    location: str | None = None
    """A location of the zone; None: its home."""
    subscription: str | None = None
    """A subscription of the zone; None: its first. The provider has to be of it."""


class ConfidentialVm(pulumi.ComponentResource):
    """A Linux machine that runs confidentially: its memory is encrypted by the processor, its system disk by a key that
    only its own attested vTPM gets, with vTPM and secure boot, and a key of the zone's above that.

    It has a private address and no other, an SSH key and no password, no console, and no extension: `attest_uri` asks
    for the one that watches its boot. Data disks are resources of their own, encrypted under the zone's key, closed to
    export, protected, and left behind when the machine goes.
    Features: confidential machines; disk encryption.
    Outputs: `machine_id`; `vm_id`, the GUID that its attestation names; `name`; `network_interface_id`; `tee`, what its
    attestation calls its isolation: `sevsnpvm` or `tdxvm`.
    Cost: the size by the hour, its disks, and a small disk of guest state.
    Traps: What is on a data disk is encrypted by the platform, under the zone's key, and not by the machine: encrypt
    within the machine what the host may not see (dm-crypt), as also on local disks of the sizes with a `d`. Encryption
    at host can't be had together with a confidential system disk. The machine's key does not rotate by itself: stop
    every machine on the set first. No live migration, no accelerated networking, no Site Recovery; Azure Backup was in
    preview. Another image or security type makes a new machine, and its system disk goes with it. Azure's agent runs in
    the image as root and obeys the platform: without extensions it takes no commands from there; an image without it is
    yours to make. Boot diagnostics are off: they bring the serial console, which shows what the kernel says. An image
    that its publisher doesn't mark for confidential machines is Azure's to refuse; nothing here knows the marks. Where
    a size is offered is a dated table, and quota is asked for by family. That a machine is confidential is proved by
    its token alone: check it (`sovereignty.attestation`) before the machine gets a key.
    Source: Azure confidential computing, "About Azure confidential VMs", "Deploy a confidential VM with ARM template",
    "Harden a Linux image to remove Azure guest agent"; Azure Virtual Machines, "Boot integrity monitoring";
    terraform-provider-azurerm, linux_virtual_machine (encryption at host).
    """

    machine_id: pulumi.Output[str]
    vm_id: pulumi.Output[str]
    name: pulumi.Output[str]
    network_interface_id: pulumi.Output[str]
    tee: str

    def __init__(self, name: str, args: ConfidentialVmArgs, opts: pulumi.ResourceOptions | None = None):
        location = location_of(args.zone, args.location, _at("location"))
        subscription_of(args.deployment, args.subscription, _at("subscription"))
        family = _family(args, location)
        disks = _checked(args)
        public_key = checked(args.ssh_public_key, _check_public_key)
        super().__init__("sovereign-zones:index:ConfidentialVm", name, None, opts)
        group, called = args.resource_group_name, azure_names.own(args.zone, args.purpose)
        child = pulumi.ResourceOptions(parent=self)
        interface = network.NetworkInterface(
            name,
            network_interface_name=called,
            resource_group_name=group,
            location=location,
            enable_accelerated_networking=False,
            enable_ip_forwarding=False,
            ip_configurations=[
                network.NetworkInterfaceIPConfigurationArgs(
                    name="private",
                    primary=True,
                    private_ip_allocation_method=network.IPAllocationMethod.DYNAMIC,
                    subnet=network.SubnetArgs(id=args.subnet_id),
                )
            ],
            opts=child,
        )
        machine = compute.VirtualMachine(
            name,
            vm_name=called,
            resource_group_name=group,
            location=location,
            zones=[args.availability_zone] if args.availability_zone else None,
            hardware_profile=compute.HardwareProfileArgs(vm_size=args.size),
            identity=compute.VirtualMachineIdentityArgs(
                type=compute.ResourceIdentityType.USER_ASSIGNED, user_assigned_identities=[args.identity_id]
            )
            if args.identity_id is not None
            else None,
            security_profile=compute.SecurityProfileArgs(
                security_type=compute.SecurityTypes.CONFIDENTIAL_VM,
                uefi_settings=compute.UefiSettingsArgs(secure_boot_enabled=True, v_tpm_enabled=True),
            ),
            os_profile=_os_profile(args, called, public_key),
            storage_profile=compute.StorageProfileArgs(
                image_reference=compute.ImageReferenceArgs(
                    publisher=args.image_publisher,
                    offer=args.image_offer,
                    sku=args.image_sku,
                    version=args.image_version,
                ),
                os_disk=_os_disk(args, called),
                data_disks=[
                    compute.DataDiskArgs(
                        lun=lun,
                        create_option=compute.DiskCreateOptionTypes.ATTACH,
                        delete_option=compute.DiskDeleteOptionTypes.DETACH,
                        caching=compute.CachingTypes.NONE,
                        managed_disk=compute.ManagedDiskParametersArgs(
                            id=_data_disk(f"{name}-{disk}", args, f"{called}-{disk}", gib, location, self)
                        ),
                    )
                    for lun, (disk, gib) in enumerate(disks)
                ],
            ),
            network_profile=compute.NetworkProfileArgs(
                network_interfaces=[
                    # the interface is a resource of its own, and serves the machine that takes this one's place
                    compute.NetworkInterfaceReferenceArgs(
                        id=interface.id, primary=True, delete_option=compute.DeleteOptions.DETACH
                    )
                ]
            ),
            diagnostics_profile=compute.DiagnosticsProfileArgs(
                boot_diagnostics=compute.BootDiagnosticsArgs(enabled=False)
            ),
            # its name, its address and its disks can be had once
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        if args.attest_uri is not None:
            _guest_attestation(name, group, location, machine.name, args.attest_uri, child)
        self.machine_id, self.name, self.vm_id = machine.id, machine.name, machine.vm_id
        self.network_interface_id, self.tee = interface.id, family.tee
        self.register_outputs(
            {
                "machineId": self.machine_id,
                "vmId": self.vm_id,
                "name": self.name,
                "networkInterfaceId": self.network_interface_id,
                "tee": self.tee,
            }
        )


def _at(argument: str) -> str:
    return f"ConfidentialVmArgs.{argument}"


def _family(args: ConfidentialVmArgs, location: str) -> ConfidentialFamily:
    """The size's, if it is a confidential one, used as such, and offered in the location."""
    given_text(args.size, _at("size"))
    family = confidential_family(args.size)
    if family is None:
        found = f"It is no confidential size (as of {facts.as_of('azure_confidential_sizes')})."
        raise InputError(Problem(_at("size"), found, "Use one such as Standard_DC4as_v6 or Standard_EC4as_v6."))
    if args.security_type != CONFIDENTIAL:
        found = f"A machine of a size of {family.family} is confidential with {CONFIDENTIAL} alone."
        raise InputError(Problem(_at("security_type"), found, f"Leave it out, or write {CONFIDENTIAL}."))
    capability = azure_availability.confidential(args.size)
    if capability is not None and not azure_availability.offered(capability, location):
        among, later = footprint(args.zone).regions, azure_availability.later(args.size, location)
        raise InputError(azure_availability.unavailable(_at("size"), capability, location, among, args.size, later))
    return family


def _checked(args: ConfidentialVmArgs) -> list[tuple[str, int]]:
    """The data disks by name and size, after all that can be judged now is right."""
    given(args.resource_group_name, _at("resource_group_name"))
    resource_id(args.subnet_id, _at("subnet_id"), "Microsoft.Network/virtualNetworks/subnets")
    sets = "Microsoft.Compute/diskEncryptionSets"
    resource_id(args.disk_encryption_set_id, _at("disk_encryption_set_id"), sets)
    if args.identity_id is not None:
        resource_id(args.identity_id, _at("identity_id"), "Microsoft.ManagedIdentity/userAssignedIdentities")
    if args.attest_uri is not None:
        given(args.attest_uri, _at("attest_uri"))
    for argument, form, right in (
        ("purpose", _PURPOSE, "Write at most 30 small letters, digits and hyphens: `ledger`."),
        ("image_version", _VERSION, "Write one version: `24.04.202607310`."),
        ("admin_username", _USER, "Write at most 32 small letters, digits and hyphens: `operator`."),
    ):
        if not form.fullmatch(given_text(getattr(args, argument), _at(argument))):
            raise InputError(Problem(_at(argument), "It has another form.", right))
    if args.admin_username in _FORBIDDEN_USERS:
        raise InputError(Problem(_at("admin_username"), "Azure refuses this name.", "Use another: `operator`."))
    for argument in ("image_publisher", "image_offer", "image_sku"):
        given(getattr(args, argument), _at(argument))
    if args.data_disks:
        where = _at("data_disk_encryption_set_id")
        if args.data_disk_encryption_set_id is None:
            found = "It is missing, and there are data disks."
            raise InputError(
                Problem(where, found, "Give the set_id of a ZoneDiskEncryptionSet without `confidential`.")
            )
        resource_id(args.data_disk_encryption_set_id, where, sets)
    disks = [_disk(each, _at(f"data_disks[{index}]")) for index, each in enumerate(args.data_disks)]
    if len({disk for disk, _ in disks}) < len(disks):
        raise InputError(Problem(_at("data_disks"), "Two of them have one name.", "Give each a name of its own."))
    return disks


def _disk(text: str, where: str) -> tuple[str, int]:
    found = _DISK.fullmatch(text)
    if not found or int(found["gib"]) > LARGEST_DISK:
        right = f"Write <name>=<GiB>, of at most {LARGEST_DISK} GiB: `ledger=128`."
        raise InputError(Problem(where, "This is no name and size.", right))
    return found["name"], int(found["gib"])


def _check_public_key(text: str) -> None:
    if not _PUBLIC_KEY.fullmatch(text):
        right = "Give one line of a .pub file: `ssh-ed25519 …` or `ssh-rsa …`."
        raise InputError(Problem(_at("ssh_public_key"), "This is no public key of SSH.", right))


def _os_profile(args: ConfidentialVmArgs, called: str, public_key: pulumi.Input[str]) -> compute.OSProfileArgs:
    user = args.admin_username
    return compute.OSProfileArgs(
        computer_name=called,
        admin_username=user,
        # ARM takes False only where no extension is
        allow_extension_operations=args.attest_uri is not None,
        linux_configuration=compute.LinuxConfigurationArgs(
            disable_password_authentication=True,
            provision_vm_agent=True,
            # the image's own updates: the platform's would need extensions
            patch_settings=compute.LinuxPatchSettingsArgs(
                patch_mode=compute.LinuxVMGuestPatchMode.IMAGE_DEFAULT,
                assessment_mode=compute.LinuxPatchAssessmentMode.IMAGE_DEFAULT,
            ),
            ssh=compute.SshConfigurationArgs(
                public_keys=[compute.SshPublicKeyArgs(path=f"/home/{user}/.ssh/authorized_keys", key_data=public_key)]
            ),
        ),
    )


def _os_disk(args: ConfidentialVmArgs, called: str) -> compute.OSDiskArgs:
    return compute.OSDiskArgs(
        name=f"{called}-os",
        os_type=compute.OperatingSystemTypes.LINUX,
        create_option=compute.DiskCreateOptionTypes.FROM_IMAGE,
        delete_option=compute.DiskDeleteOptionTypes.DELETE,
        caching=compute.CachingTypes.READ_WRITE,
        managed_disk=compute.ManagedDiskParametersArgs(
            storage_account_type=compute.StorageAccountTypes.PREMIUM_LRS,
            security_profile=compute.VMDiskSecurityProfileArgs(
                security_encryption_type=compute.SecurityEncryptionTypes.DISK_WITH_VM_GUEST_STATE,
                disk_encryption_set=compute.DiskEncryptionSetParametersArgs(id=args.disk_encryption_set_id),
            ),
        ),
    )


def _data_disk(
    name: str, args: ConfidentialVmArgs, called: str, gib: int, location: str, parent: pulumi.Resource
) -> pulumi.Output[str]:
    made = compute.Disk(
        name,
        disk_name=called,
        resource_group_name=args.resource_group_name,
        location=location,
        zones=[args.availability_zone] if args.availability_zone else None,
        sku=compute.DiskSkuArgs(name=compute.DiskStorageAccountTypes.PREMIUM_LRS),
        creation_data=compute.CreationDataArgs(create_option=compute.DiskCreateOption.EMPTY),
        disk_size_gb=gib,
        encryption=compute.EncryptionArgs(
            type=compute.EncryptionType.ENCRYPTION_AT_REST_WITH_CUSTOMER_KEY,
            disk_encryption_set_id=args.data_disk_encryption_set_id,
        ),
        network_access_policy=compute.NetworkAccessPolicy.DENY_ALL,
        public_network_access=compute.PublicNetworkAccess.DISABLED,
        opts=pulumi.ResourceOptions(parent=parent, protect=True),
    )
    return made.id


def _guest_attestation(
    name: str,
    group: pulumi.Input[str],
    location: str,
    machine: pulumi.Output[str],
    attest_uri: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Shape and texts as the page on boot integrity monitoring has them; there maaEndpoint is empty."""
    compute.VirtualMachineExtension(
        name,
        vm_extension_name="GuestAttestation",
        vm_name=machine,
        resource_group_name=group,
        location=location,
        publisher="Microsoft.Azure.Security.LinuxAttestation",
        type="GuestAttestation",
        type_handler_version="1.0",
        auto_upgrade_minor_version=True,
        enable_automatic_upgrade=True,
        settings={
            "AttestationConfig": {
                "MaaSettings": {"maaEndpoint": attest_uri, "maaTenantName": "GuestAttestation"},
                "AscSettings": {"ascReportingEndpoint": "", "ascReportingFrequency": ""},
                "useCustomToken": "false",
                "disableAlerts": "false",
            }
        },
        opts=opts,
    )
