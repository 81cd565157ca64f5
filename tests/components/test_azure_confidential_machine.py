from typing import Any

import pulumi
import pytest
from built import Recorder, build, declared, deployed

from components.azure.confidential_vm import ConfidentialVm, ConfidentialVmArgs
from sovereignty.errors import InputError
from sovereignty.facts import azure_availability

pytestmark = pytest.mark.engine

GROUP = "/subscriptions/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d/resourceGroups/sovereign-eu/providers"
SUBNET = f"{GROUP}/Microsoft.Network/virtualNetworks/sovereign-eu-network/subnets/workloads"
CONFIDENTIAL = f"{GROUP}/Microsoft.Compute/diskEncryptionSets/sovereign-eu-confidential-disks"
DISKS = f"{GROUP}/Microsoft.Compute/diskEncryptionSets/sovereign-eu-disks"
IDENTITY = f"{GROUP}/Microsoft.ManagedIdentity/userAssignedIdentities/ledger"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5f8mY0m6xk1b7Cq0n2Vt0v1wE3r5Y7u9i1o3p5a7s9 platform team"
URI = "https://euattest0a1b2c3d.weu.attest.azure.net"
MACHINE = "azure-native:compute:VirtualMachine"
WHOLE: dict[str, Any] = {
    "data_disks": ["ledger=128", "index=64"],
    "data_disk_encryption_set_id": DISKS,
    "identity_id": IDENTITY,
    "attest_uri": URI,
    "availability_zone": "2",
    "location": "West Europe",
}


def machine(as_output: bool = False, **arguments: Any) -> tuple[Recorder, dict[str, Any]]:
    given: dict[str, Any] = {
        "zone": declared(),
        "deployment": deployed(),
        "resource_group_name": "sovereign-eu",
        "purpose": "ledger",
        "size": "Standard_DC4as_v6",
        "subnet_id": SUBNET,
        "disk_encryption_set_id": CONFIDENTIAL,
        "ssh_public_key": KEY,
        "image_version": "24.04.202607310",
        **arguments,
    }

    def make() -> dict[str, Any]:
        if as_output:
            given["ssh_public_key"] = pulumi.Output.from_input(given["ssh_public_key"])
        made = ConfidentialVm("ledger", ConfidentialVmArgs(**given))
        return {"id": made.machine_id, "name": made.name, "interface": made.network_interface_id, "tee": made.tee}

    # asked for as a list, answered as a map
    answered = {"identity": {"type": "UserAssigned", "userAssignedIdentities": {}}} if "identity_id" in given else {}
    return build(make, None, **{MACHINE: answered})


@pytest.fixture(scope="module")
def whole() -> tuple[Recorder, dict[str, Any]]:
    return machine(**WHOLE)


@pytest.fixture(scope="module")
def made(whole) -> Recorder:
    return whole[0]


@pytest.fixture(scope="module")
def least() -> Recorder:
    return machine()[0]


def test_it_is_confidential_with_vtpm_and_secure_boot(made: Recorder):
    vm = made.the(MACHINE).inputs
    assert vm["hardwareProfile"] == {"vmSize": "Standard_DC4as_v6"}
    assert vm["securityProfile"] == {
        "securityType": "ConfidentialVM",
        "uefiSettings": {"secureBootEnabled": True, "vTpmEnabled": True},
    }


def test_its_system_disk_is_encrypted_under_the_confidential_set_and_goes_with_it(made: Recorder):
    disk = made.the(MACHINE).inputs["storageProfile"]["osDisk"]
    assert disk["managedDisk"]["securityProfile"] == {
        "securityEncryptionType": "DiskWithVMGuestState",
        "diskEncryptionSet": {"id": CONFIDENTIAL},
    }
    assert "diskEncryptionSet" not in disk["managedDisk"]
    assert (disk["deleteOption"], disk["createOption"]) == ("Delete", "FromImage")


def test_data_disks_are_the_zones_own_closed_to_export_protected_and_left_behind(made: Recorder):
    attached = made.the(MACHINE).inputs["storageProfile"]["dataDisks"]
    assert [(each["lun"], each["managedDisk"]["id"], each["deleteOption"]) for each in attached] == [
        (0, "ledger-ledger-id", "Detach"),
        (1, "ledger-index-id", "Detach"),
    ]
    disks = {each.inputs["diskName"]: each for each in made.of("azure-native:compute:Disk")}
    assert {name: each.inputs["diskSizeGB"] for name, each in disks.items()} == {
        "sovereign-eu-ledger-ledger": 128,
        "sovereign-eu-ledger-index": 64,
    }
    for disk in disks.values():
        assert disk.protect
        assert disk.inputs["encryption"] == {
            "type": "EncryptionAtRestWithCustomerKey",
            "diskEncryptionSetId": DISKS,
        }
        assert (disk.inputs["networkAccessPolicy"], disk.inputs["publicNetworkAccess"]) == ("DenyAll", "Disabled")
        assert (disk.inputs["location"], disk.inputs["zones"]) == ("westeurope", ["2"])


def test_it_has_a_private_address_and_no_other(made: Recorder):
    interface = made.the("azure-native:network:NetworkInterface").inputs
    [configured] = interface["ipConfigurations"]
    assert configured["subnet"]["id"] == SUBNET
    assert "publicIPAddress" not in configured
    assert interface["enableAcceleratedNetworking"] is False
    [used] = made.the(MACHINE).inputs["networkProfile"]["networkInterfaces"]
    assert (used["id"], used["deleteOption"]) == ("ledger-id", "Detach")


def test_nobody_comes_in_by_password_or_console(least: Recorder):
    vm = least.the(MACHINE).inputs
    linux = vm["osProfile"]["linuxConfiguration"]
    assert linux["disablePasswordAuthentication"] is True
    [key] = linux["ssh"]["publicKeys"]
    assert key == {"path": "/home/operator/.ssh/authorized_keys", "keyData": KEY}
    assert "adminPassword" not in vm["osProfile"]
    assert vm["diagnosticsProfile"] == {"bootDiagnostics": {"enabled": False}}


def test_without_an_attestation_provider_there_is_no_extension_and_none_can_be_put_on_it(least: Recorder):
    assert not least.of("azure-native:compute:VirtualMachineExtension")
    assert least.the(MACHINE).inputs["osProfile"]["allowExtensionOperations"] is False
    assert "identity" not in least.the(MACHINE).inputs
    assert not least.of("azure-native:compute:Disk")


def test_with_one_the_guest_attestation_extension_reports_to_it(made: Recorder):
    extension = made.the("azure-native:compute:VirtualMachineExtension").inputs
    assert (extension["publisher"], extension["type"]) == (
        "Microsoft.Azure.Security.LinuxAttestation",
        "GuestAttestation",
    )
    assert extension["settings"]["AttestationConfig"]["MaaSettings"]["maaEndpoint"] == URI
    assert made.the(MACHINE).inputs["osProfile"]["allowExtensionOperations"] is True


def test_all_of_it_lies_in_the_location_in_whatever_spelling(made: Recorder, least: Recorder):
    for recorder, location in ((made, "westeurope"), (least, "germanywestcentral")):
        parts = [each for each in recorder.seen if each.type.startswith("azure-native:")]
        assert parts
        assert {each.inputs["location"] for each in parts} == {location}


def test_its_image_is_one_version_of_one_that_runs_confidentially(least: Recorder):
    assert least.the(MACHINE).inputs["storageProfile"]["imageReference"] == {
        "publisher": "Canonical",
        "offer": "ubuntu-24_04-lts",
        "sku": "cvm",
        "version": "24.04.202607310",
    }


def test_it_acts_as_the_identity_that_a_key_is_released_to(made: Recorder):
    assert made.the(MACHINE).inputs["identity"] == {"type": "UserAssigned", "userAssignedIdentities": [IDENTITY]}


@pytest.mark.parametrize(
    ("size", "tee"),
    [("Standard_DC4as_v6", "sevsnpvm"), ("standard_ec8ads_v5", "sevsnpvm"), ("Standard_DC2es_v6", "tdxvm")],
)
def test_it_says_what_its_attestation_will_call_its_isolation(size: str, tee: str):
    assert machine(size=size)[1]["tee"] == tee


def test_an_output_is_taken_for_a_key_and_judged_when_it_is_known():
    assert machine(as_output=True)[0].of(MACHINE)
    with pytest.raises(pulumi.RunError) as told:
        machine(as_output=True, ssh_public_key="-----BEGIN OPENSSH PRIVATE KEY-----")
    assert "ConfidentialVmArgs.ssh_public_key" in str(told.value)
    assert "BEGIN" not in str(told.value)


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"security_type": "TrustedLaunch"}, "security_type"),
        ({"security_type": "Standard"}, "security_type"),
        ({"security_type": ""}, "security_type"),
        ({"size": "Standard_D4as_v6"}, "size"),
        ({"size": "Standard_DC4s_v3"}, "size"),
        ({"size": "Standard_DC4as_cc_v5"}, "size"),
        ({"size": "Standard_DCas_v6"}, "size"),
        ({"size": ""}, "size"),
        ({"size": None}, "size"),
        ({"size": 4}, "size"),
        ({"purpose": None}, "purpose"),
        ({"image_version": None}, "image_version"),
        ({"admin_username": None}, "admin_username"),
        ({"location": 5}, "location"),
        ({"location": "East US"}, "location"),
        ({"subscription": "99999999-2222-4333-8444-555555555555"}, "subscription"),
        ({"purpose": "Ledger"}, "purpose"),
        ({"purpose": "x" * 31}, "purpose"),
        ({"subnet_id": "workloads"}, "subnet_id"),
        ({"disk_encryption_set_id": SUBNET}, "disk_encryption_set_id"),
        ({"disk_encryption_set_id": None}, "disk_encryption_set_id"),
        ({"identity_id": "ledger"}, "identity_id"),
        ({"attest_uri": ""}, "attest_uri"),
        ({"ssh_public_key": "-----BEGIN OPENSSH PRIVATE KEY-----"}, "ssh_public_key"),
        ({"ssh_public_key": "ecdsa-sha2-nistp256 AAAA"}, "ssh_public_key"),
        ({"ssh_public_key": f"{KEY}\n{KEY}"}, "ssh_public_key"),
        ({"image_version": "latest"}, "image_version"),
        ({"image_version": "24.04"}, "image_version"),
        ({"image_offer": ""}, "image_offer"),
        ({"admin_username": "root"}, "admin_username"),
        ({"admin_username": "Operator"}, "admin_username"),
        ({"data_disks": ["ledger=128"]}, "data_disk_encryption_set_id"),
        ({"data_disks": ["ledger=128"], "data_disk_encryption_set_id": SUBNET}, "data_disk_encryption_set_id"),
        ({"data_disks": ["ledger"], "data_disk_encryption_set_id": DISKS}, "data_disks[0]"),
        ({"data_disks": ["a=1", "b=32768"], "data_disk_encryption_set_id": DISKS}, "data_disks[1]"),
        ({"data_disks": ["a=1", "a=2"], "data_disk_encryption_set_id": DISKS}, "data_disks"),
    ],
)
def test_bad_arguments_are_told_before_anything_is_made(arguments: dict[str, Any], where: str):
    with pytest.raises(InputError) as told:
        machine(**arguments)
    [problem] = told.value.problems
    assert problem.where == f"ConfidentialVmArgs.{where}"
    assert "BEGIN" not in str(problem)


def test_a_size_that_its_location_lacks_is_told_with_the_tables_date():
    law = declared("us")
    assert law.azure is not None
    west = law.azure.model_copy(update={"home": "westus2", "regions": ("westus2", "eastus")})
    law = law.model_copy(update={"azure": west})
    with pytest.raises(InputError) as told:
        machine(zone=law, size="Standard_DC4as_v5", location="West US 2")
    [problem] = told.value.problems
    assert problem.where == "ConfidentialVmArgs.size"
    assert azure_availability.as_of() in problem.found
    assert problem.right == "Set `location` to eastus. Or use Standard_DC4as_v6, which westus2 offers."
