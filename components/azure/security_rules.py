"""The rules of the security groups of a zone's networks.

They are read in the order of their priority, and the first that fits decides. The tag VirtualNetwork means the network,
those that it is joined with, and every prefix of its user-defined routes; Internet means all else that is public, so it
is refused first. Source: Azure Virtual Network, "Virtual network service tags", "Network security groups".
"""

from __future__ import annotations

from pulumi_azure_native import network

FIRST, SECOND, THIRD, LAST = 100, 200, 300, 4096
"""Priorities: Azure takes 100 to 4096, and its own rules come after them (65000 and later)."""
HTTPS = "443"
"""The port of every private endpoint that a zone makes."""
_INTERNET, _NETWORK, _PROBES = "Internet", "VirtualNetwork", "AzureLoadBalancer"
_ANY = "*"


def endpoints() -> list[network.SecurityRuleArgs]:
    """Of the subnet of private endpoints: they are called from the network, and call nobody."""
    return [
        _rule("refuse-from-internet", FIRST, "Inbound", "Deny", source=_INTERNET),
        _rule("allow-https-in-network", SECOND, "Inbound", "Allow", "Tcp", _NETWORK, _NETWORK, HTTPS),
        _rule("refuse-other-inbound", LAST, "Inbound", "Deny"),
        _rule("refuse-outbound", LAST, "Outbound", "Deny"),
    ]


def workloads() -> list[network.SecurityRuleArgs]:
    """Of the subnet of workloads: they talk within the network and those that it is joined with."""
    return [
        _rule("refuse-from-internet", FIRST, "Inbound", "Deny", source=_INTERNET),
        _rule("allow-in-network", SECOND, "Inbound", "Allow", source=_NETWORK, destination=_NETWORK),
        # without it an internal load balancer takes all machines for ill
        _rule("allow-probes", THIRD, "Inbound", "Allow", source=_PROBES),
        _rule("refuse-other-inbound", LAST, "Inbound", "Deny"),
        _rule("refuse-to-internet", FIRST, "Outbound", "Deny", destination=_INTERNET),
        _rule("allow-in-network-outbound", SECOND, "Outbound", "Allow", source=_NETWORK, destination=_NETWORK),
        _rule("refuse-other-outbound", LAST, "Outbound", "Deny"),
    ]


def _rule(
    name: str,
    priority: int,
    direction: str,
    access: str,
    protocol: str = _ANY,
    source: str = _ANY,
    destination: str = _ANY,
    port: str = _ANY,
) -> network.SecurityRuleArgs:
    return network.SecurityRuleArgs(
        name=name,
        priority=priority,
        direction=direction,
        access=access,
        protocol=protocol,
        source_address_prefix=source,
        source_port_range=_ANY,
        destination_address_prefix=destination,
        destination_port_range=port,
    )
