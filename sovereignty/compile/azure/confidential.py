"""Confidential computing: machines whose memory the host can't read.

A size alone proves nothing: a machine of a confidential size may run without. Node pools have no security type, so
their size, vTPM and secure boot are judged. Sources: "About Azure confidential VMs"; sizes: facts.
"""

from __future__ import annotations

from collections.abc import Iterator

from sovereignty.compile.azure.language import Condition, Definition, all_of, any_of, is_not, none_of, of_type
from sovereignty.facts import azure_policy as tables

CONFIDENTIAL = "compute.confidential"


def definitions() -> Iterator[Definition]:
    sizes = tables.confidential_sizes()
    machine = "Microsoft.Compute/virtualMachines"
    yield _machine("confidential-machine", machine, f"{machine}/securityProfile", f"{machine}/sku.name", sizes)
    scale_set = "Microsoft.Compute/virtualMachineScaleSets"
    profile = f"{scale_set}/virtualMachineProfile.securityProfile"
    yield _machine("confidential-scale-set", scale_set, profile, f"{scale_set}/sku.name", sizes)
    cluster = "Microsoft.ContainerService/managedClusters"
    pools = f"{cluster}/agentPoolProfiles[*]"
    yield _definition(
        "confidential-cluster",
        all_of(
            of_type(cluster),
            {"count": {"field": pools, "where": _pool(f"{pools}.", sizes)}, "greater": 0},
        ),
    )
    pool = f"{cluster}/agentPools"
    yield _definition("confidential-node-pool", all_of(of_type(pool), _pool(f"{pool}/", sizes)))


def _machine(name: str, kind: str, profile: str, size: str, sizes: tuple[str, ...]) -> Definition:
    return _definition(
        name,
        all_of(
            of_type(kind),
            any_of(
                is_not(f"{profile}.securityType", "ConfidentialVM"),
                is_not(f"{profile}.uefiSettings.vTpmEnabled", True),
                is_not(f"{profile}.uefiSettings.secureBootEnabled", True),
                _not_of(size, sizes),
            ),
        ),
    )


def _pool(prefix: str, sizes: tuple[str, ...]) -> Condition:
    return any_of(
        _not_of(f"{prefix}vmSize", sizes),
        is_not(f"{prefix}securityProfile.enableVTPM", True),
        is_not(f"{prefix}securityProfile.enableSecureBoot", True),
    )


def _not_of(size: str, sizes: tuple[str, ...]) -> Condition:
    return none_of(*({"field": size, "like": pattern} for pattern in sizes))


def _definition(name: str, when: Condition) -> Definition:
    return Definition(
        name=name,
        control=CONFIDENTIAL,
        title=f"Memory is encrypted: {name.replace('-', ' ')}",
        message="Use a confidential size (such as Standard_DC2as_v6) with securityType ConfidentialVM, vTPM and "
        "secure boot; a node pool: such a size with enableVTPM and enableSecureBoot.",
        when=when,
        confidential=True,
    )
