"""Who vouches for the zone's confidential machines: an attestation provider of its own."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import attestation

from components.azure.arguments import given, location_of, subscription_of
from sovereignty import azure_names
from sovereignty.compile.required import azure as footprint
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.facts import azure_availability
from sovereignty.zone import Zone

CAPABILITY = "attestation"
_PEM = re.compile(r"\s*-----BEGIN CERTIFICATE-----(?P<text>[A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*")
_SEQUENCE = b"\x30"
"""What a certificate in DER begins with (X.690)."""


@dataclass(frozen=True, kw_only=True)
class ZoneAttestationProviderArgs:
    """What the zone's attestation provider needs to know."""

    zone: Zone
    deployment: Deployment
    resource_group_name: pulumi.Input[str]
    policy_signers: Sequence[str] = ()
    """Certificates (PEM) whose holders sign the provider's policies. Empty: whoever has the role Attestation
    Contributor sets a policy unsigned."""
    location: str | None = None
    """A location of the zone; None: its home."""
    subscription: str | None = None
    """A subscription of the zone; None: its first. The provider has to be of it."""


class ZoneAttestationProvider(pulumi.ComponentResource):
    """The zone's own attestation provider, which the public network does not reach: evidence of a machine's hardware is
    judged in the zone's location, under a policy that the zone chose, and the token names it as issuer. Protected: the
    release policies of keys name it.

    Whoever trusts a machine checks its token first: `sovereignty.attestation`.
    Features: attestation.
    Outputs: `provider_id`; `attest_uri`, the issuer of its tokens; `policy_command`, which sets a policy.
    Cost: none for the provider or its calls.
    Traps: A policy is no property of ARM, so setting one is a step of people's own (`policy_command`; until then the
    service's default judges); with `policy_signers` it has to be signed by one of them, which no role gets around. The
    CLI sets the policies of OpenEnclave, SevSnpVm, SgxEnclave and Tpm: none of these is called after AzureGuest, the
    endpoint that a guest's library calls. In an outage the provider's address answers from the paired region: the zone
    accepts that (`azure.attestation-pair`). Signers can't be changed afterwards: other ones mean another provider. A
    private endpoint (ZonePrivateEndpoint, kind `attestation`) is the only way to it, and Microsoft has to add the
    subscription to a list before one can be made: ask for it by a support request. A guest on an ordinary machine with
    trusted launch gets tokens as well: the claims under `x-ms-isolation-tee` say what the hardware is.
    Source: Microsoft Azure Attestation, "Overview" (BCDR), "Create a private endpoint using Azure PowerShell", "Secure
    Azure Attestation", "How to author an attestation policy"; az attestation policy; ARM's attestationProviders.
    """

    provider_id: pulumi.Output[str]
    attest_uri: pulumi.Output[str]
    policy_command: pulumi.Output[str]

    def __init__(self, name: str, args: ZoneAttestationProviderArgs, opts: pulumi.ResourceOptions | None = None):
        zone, where = args.zone, "ZoneAttestationProviderArgs"
        location = location_of(zone, args.location, f"{where}.location")
        subscription = subscription_of(args.deployment, args.subscription, f"{where}.subscription")
        given(args.resource_group_name, f"{where}.resource_group_name")
        if not azure_availability.offered(CAPABILITY, location):
            among = footprint(zone).regions
            raise InputError(azure_availability.unavailable(f"{where}.location", CAPABILITY, location, among))
        signers = [_certificate(each, f"{where}.policy_signers[{at}]") for at, each in enumerate(args.policy_signers)]
        super().__init__("sovereign-zones:index:ZoneAttestationProvider", name, None, opts)
        made = attestation.AttestationProvider(
            name,
            provider_name=azure_names.shared(zone, subscription, location, "attest"),
            resource_group_name=args.resource_group_name,
            location=location,
            properties=attestation.AttestationServiceCreationSpecificParamsArgs(
                public_network_access=attestation.PublicNetworkAccessType.DISABLED,
                tpm_attestation_authentication=attestation.TpmAttestationAuthenticationType.ENABLED,
                policy_signing_certificates=attestation.JsonWebKeySetArgs(
                    keys=[attestation.JsonWebKeyArgs(kty="RSA", use="sig", x5_c=[each]) for each in signers]
                )
                if signers
                else None,
            ),
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        self.provider_id = made.id
        self.attest_uri = made.attest_uri.apply(lambda uri: (uri or "").rstrip("/"))
        self.policy_command = pulumi.Output.all(made.name, args.resource_group_name).apply(
            lambda known: _policy_command(known[0], known[1], signed=bool(signers))
        )
        self.register_outputs(
            {"providerId": self.provider_id, "attestUri": self.attest_uri, "policyCommand": self.policy_command}
        )


def _policy_command(provider: str, group: str, signed: bool) -> str:
    """For people to read before they run it; the policy is a file of theirs."""
    policy = "policy.jws --policy-format JWT" if signed else "policy.txt"
    where = f"--name {provider} --resource-group {group}"
    return f"az attestation policy set {where} --attestation-type SevSnpVm --new-attestation-policy-file {policy}"


def _certificate(pem: str, where: str) -> str:
    """A certificate as a JSON Web Key holds it: DER in base64, in one line."""
    found = _PEM.fullmatch(pem) if isinstance(pem, str) else None
    text = "".join(found["text"].split()) if found else ""
    try:
        der = base64.b64decode(text, validate=True)
    except binascii.Error:
        der = b""
    if not der.startswith(_SEQUENCE):
        right = "Give one certificate in PEM: -----BEGIN CERTIFICATE----- …"
        raise InputError(Problem(where, "This is no certificate in PEM.", right))
    return text
