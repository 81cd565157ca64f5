"""Custom key stores on AWS: where a zone's keys live outside the HSMs that KMS shares among its customers.

Who makes them: these components, or the custodians of the keys by hand. Where whoever deploys the zone must not hold
the store's credential, the custodians make the store with the AWS CLI, and the stack file names its id alone
(`sovereign-zones:awsKeyStores`); that is the stronger separation. A component suits where the deployment may hold it.
Then the password, or the proxy's secret key, stands in the state: encrypted with the stack's secrets provider, which
is data of the zone as well, and has to be a key in it.

Either way the zone's keys are made in a later run: a key needs a store that is CONNECTED. Connecting is an act on the
API that no resource performs (terraform-provider-aws, which pulumi-aws bridges, calls CreateCustomKeyStore and nothing
more); the command is the output `connect_command`. It takes minutes.

Once a store is there, the zone's SCPs keep what changes, disconnects or deletes it to the deployment role and to
break-glass, custodians among those refused.

What both can't: multi-region keys, automatic rotation, imported material, asymmetric and HMAC keys, data key pairs.
Evidence is signed by a `SigningKey` therefore, whose material is KMS's own.

Sources: AWS KMS Developer Guide, "Custom key stores", "AWS CloudHSM key stores", "External key stores"; AWS KMS API
Reference, CreateCustomKeyStore, ConnectCustomKeyStore (lengths and patterns of the arguments).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

import pulumi
from pulumi_aws import kms

from components.arguments import checked
from components.aws.arguments import region_of
from sovereignty import facts
from sovereignty.compile.required import aws
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.facts.aws_availability import offered
from sovereignty.zone import Zone

PUBLIC, PRIVATE = "PUBLIC_ENDPOINT", "VPC_ENDPOINT_SERVICE"
PASSWORD_LENGTHS = range(7, 33)
"""Of the password of the CloudHSM user `kmsuser` (KMS API Reference, KeyStorePassword)."""
# KMS API Reference: CloudHsmClusterId, XksProxyUriEndpoint, XksProxyUriPath, XksProxyVpcEndpointServiceName
_CLUSTER = re.compile(r"cluster-[2-7a-zA-Z]{11,16}")
_ENDPOINT = re.compile(r"https://([a-zA-Z0-9.-]+)")
_ENDPOINT_LENGTHS = _PATH_LENGTHS = range(10, 129)
_PATH = re.compile(r"(/[a-zA-Z0-9/_-]+)?/kms/xks/v[0-9]{1,2}")
# XksProxyAuthenticationCredentialType
_CREDENTIAL = {
    "access_key_id": (re.compile(r"[A-Z2-7]{20,30}"), "20 to 30 of A-Z and 2-7"),
    "secret_access_key": (re.compile(r"[a-zA-Z0-9/+=]{43,64}"), "43 to 64 of letters, digits, /, + and ="),
}
_SERVICE = re.compile(r"com\.amazonaws\.vpce\.([a-z]+(?:-[a-z]+){1,2}-[0-9]+)\.vpce-svc-[0-9a-z]+")


@dataclass(frozen=True, kw_only=True)
class CloudHsmKeyStoreArgs:
    """What a key store backed by a CloudHSM cluster needs to know."""

    zone: Zone
    deployment: Deployment
    cluster_id: pulumi.Input[str]
    """Of an active cluster of the store's region, with at least two HSMs in different availability zones."""
    trust_anchor_certificate: pulumi.Input[str]
    """The certificate that the cluster was initialized with (customerCA.crt), as PEM text. It is no secret."""
    key_store_password: pulumi.Input[str]
    """Of the cluster's user `kmsuser`, 7 to 32 characters. Kept as a secret; KMS changes it at each connection."""
    region: str | None = None
    """A region of the zone; None: its home."""


class CloudHsmKeyStore(pulumi.ComponentResource):
    """A custom key store whose keys live in a CloudHSM cluster of the zone. Protected.

    The cluster is the custodians': its HSMs are initialized by hand, with a certificate that no API makes.

    Features: keys in an own HSM.
    Outputs: `store_id`, for `sovereign-zones:awsKeyStores`; `connect_command`.

    Cost: the store nothing; the cluster by the hour and HSM, two at least.

    Traps: KMS logs in as `kmsuser` and changes its password when it connects, so the one in the state soon opens
    nothing; after a disconnection it has to be set again. Cluster and store are of one account and region. A store can
    be deleted only when it is disconnected and holds no key.

    Source: the module's; AWS KMS Developer Guide, "AWS CloudHSM key stores" (prerequisites).
    """

    store_id: pulumi.Output[str]
    connect_command: pulumi.Output[str]

    def __init__(self, name: str, args: CloudHsmKeyStoreArgs, opts: pulumi.ResourceOptions | None = None):
        region = region_of(args.zone, args.region, "CloudHsmKeyStoreArgs.region")
        cluster = checked(args.cluster_id, _check_cluster)
        password = checked(args.key_store_password, _check_password)
        certificate = checked(args.trust_anchor_certificate, _check_certificate)
        super().__init__("sovereign-zones:index:CloudHsmKeyStore", name, None, opts)
        named = f"{name}-{region}"
        store = kms.CustomKeyStore(
            named,
            custom_key_store_name=store_name(args.zone, region),
            custom_key_store_type="AWS_CLOUDHSM",
            cloud_hsm_cluster_id=cluster,
            trust_anchor_certificate=certificate,
            key_store_password=pulumi.Output.secret(password),
            opts=pulumi.ResourceOptions(parent=self, protect=True, additional_secret_outputs=["keyStorePassword"]),
        )
        self.store_id, self.connect_command = store.id, _connecting(store.id, region)
        self.register_outputs({"storeId": self.store_id, "connectCommand": self.connect_command})


@dataclass(frozen=True, kw_only=True)
class ExternalKeyStoreArgs:
    """What a key store backed by a key manager outside AWS needs to know of the proxy that stands before it."""

    zone: Zone
    deployment: Deployment
    endpoint: str = ""
    """It has to be given: `https://` and a host name, without a path; with a VPC endpoint service its private DNS
    name."""
    access_key_id: pulumi.Input[str]
    """Of the credential with which KMS signs its requests to the proxy. Kept as a secret."""
    secret_access_key: pulumi.Input[str]
    """The other half of that credential. Kept as a secret."""
    path: str = "/kms/xks/v1"
    """To the proxy's API: it ends in `/kms/xks/v1`, and a prefix may stand before that."""
    connectivity: str = PRIVATE
    """`VPC_ENDPOINT_SERVICE` or `PUBLIC_ENDPOINT`."""
    vpc_endpoint_service: pulumi.Input[str] | None = None
    """The service's name, `com.amazonaws.vpce.<region>.vpce-svc-…`; for the first of these alone, which needs it."""
    region: str | None = None
    """A region of the zone; None: its home."""


class ExternalKeyStore(pulumi.ComponentResource):
    """A custom key store whose keys never leave a key manager outside AWS (XKS, "hold your own key"). Protected.

    Key manager and proxy are the custodians'. By default KMS reaches the proxy through a VPC endpoint service of the
    store's region, behind a network load balancer in at least two availability zones; whom it lets connect
    has to include the service principal `cks.kms.<region>.amazonaws.com`, and it must not ask for acceptance.

    Features: keys outside the cloud.
    Outputs: `store_id`, for `sovereign-zones:awsKeyStores` (with the external key's id after a slash);
    `connect_command`.

    Cost: the store nothing; the endpoint service, the load balancer, the proxy, and the key manager.

    Traps: a public endpoint is reached over the internet, and nothing in its name says in which country it answers:
    that is for the custodians to know; a host name that bears another region's code is refused. When the proxy doesn't
    answer in time, nothing that the zone's keys protect can be read. A store can be deleted only when
    it is disconnected and holds no key. Not in aws-cn.

    Source: the module's; AWS KMS Developer Guide, "External key stores" (regions), "Choosing a proxy
    connectivity option", "Configuring VPC endpoint service connectivity".
    """

    store_id: pulumi.Output[str]
    connect_command: pulumi.Output[str]

    def __init__(self, name: str, args: ExternalKeyStoreArgs, opts: pulumi.ResourceOptions | None = None):
        partition = aws(args.zone).partition
        if not offered(partition, "external-key-store"):
            found = f"{partition} has no external key stores."
            raise InputError(Problem("ExternalKeyStoreArgs.zone", found, "Use a CloudHsmKeyStore."))
        region = region_of(args.zone, args.region, "ExternalKeyStoreArgs.region")
        _check_endpoint(args.endpoint, region)
        _check_path(args.path)
        service = _service(args, region)
        access, secret = (
            checked(getattr(args, each), partial(_check_credential, each))
            for each in ("access_key_id", "secret_access_key")
        )
        super().__init__("sovereign-zones:index:ExternalKeyStore", name, None, opts)
        named = f"{name}-{region}"
        store = kms.CustomKeyStore(
            named,
            custom_key_store_name=store_name(args.zone, region),
            custom_key_store_type="EXTERNAL_KEY_STORE",
            xks_proxy_connectivity=args.connectivity,
            xks_proxy_uri_endpoint=args.endpoint,
            xks_proxy_uri_path=args.path,
            xks_proxy_vpc_endpoint_service_name=service,
            xks_proxy_authentication_credential=kms.CustomKeyStoreXksProxyAuthenticationCredentialArgs(
                access_key_id=pulumi.Output.secret(access),
                raw_secret_access_key=pulumi.Output.secret(secret),
            ),
            opts=pulumi.ResourceOptions(
                parent=self, protect=True, additional_secret_outputs=["xksProxyAuthenticationCredential"]
            ),
        )
        self.store_id, self.connect_command = store.id, _connecting(store.id, region)
        self.register_outputs({"storeId": self.store_id, "connectCommand": self.connect_command})


def store_name(zone: Zone, region: str) -> str:
    """A store's name, which is unique in its account and region."""
    return f"sovereign-{zone.zone}-{region}"


def _connecting(store_id: pulumi.Output[str], region: str) -> pulumi.Output[str]:
    command = "aws kms connect-custom-key-store --custom-key-store-id"
    return pulumi.Output.concat(command, " ", store_id, " --region ", region)


def _check_cluster(cluster: str) -> None:
    if not _CLUSTER.fullmatch(cluster):
        found = "This is not the id of a CloudHSM cluster."
        raise InputError(Problem("CloudHsmKeyStoreArgs.cluster_id", found, "Write cluster-4x7abcdef2g."))


def _check_password(password: str) -> None:
    if len(password) not in PASSWORD_LENGTHS:
        right = f"Use {PASSWORD_LENGTHS.start} to {PASSWORD_LENGTHS.stop - 1} characters."
        found = "The password has not as many characters as KMS takes."
        raise InputError(Problem("CloudHsmKeyStoreArgs.key_store_password", found, right))


def _check_certificate(certificate: str) -> None:
    if not certificate.strip().startswith("-----BEGIN CERTIFICATE-----"):
        right = "Give the text of customerCA.crt, which begins with -----BEGIN CERTIFICATE-----."
        found = "This is no certificate in PEM text."
        raise InputError(Problem("CloudHsmKeyStoreArgs.trust_anchor_certificate", found, right))


def _check_credential(argument: str, value: str) -> None:
    pattern, written = _CREDENTIAL[argument]
    if not pattern.fullmatch(value):
        found = "KMS takes no such credential." if value else "It is missing."
        raise InputError(Problem(f"ExternalKeyStoreArgs.{argument}", found, f"Use {written}, as the proxy knows it."))


def _check_endpoint(endpoint: str, region: str) -> None:
    where, right = "ExternalKeyStoreArgs.endpoint", "Write https:// and the proxy's host name: https://xks.example.com."
    if not endpoint:
        raise InputError(Problem(where, "It is missing.", right))
    read = _ENDPOINT.fullmatch(endpoint)
    if read is None or len(endpoint) not in _ENDPOINT_LENGTHS:
        raise InputError(Problem(where, "It is not an https address of a host name alone.", right))
    named = [label for label in read[1].split(".") if facts.region("aws", label)]
    if any(label != region for label in named):
        found = f"The host name bears {' and '.join(named)}, and the store lies in {region}."
        raise InputError(Problem(where, found, f"Use a proxy in {region}, or another region for the store."))


def _check_path(path: str) -> None:
    if not _PATH.fullmatch(path) or len(path) not in _PATH_LENGTHS:
        found = "This is not the path of a proxy's API."
        raise InputError(Problem("ExternalKeyStoreArgs.path", found, "Write /kms/xks/v1, with its prefix."))


def _service(args: ExternalKeyStoreArgs, region: str) -> pulumi.Input[str] | None:
    where = "ExternalKeyStoreArgs.vpc_endpoint_service"
    if args.connectivity not in (PUBLIC, PRIVATE):
        found = "KMS knows no such way to a proxy."
        raise InputError(Problem("ExternalKeyStoreArgs.connectivity", found, f"Use {PRIVATE} or {PUBLIC}."))
    if args.connectivity == PUBLIC:
        if args.vpc_endpoint_service is not None:
            found = "A proxy with a public endpoint has no VPC endpoint service."
            raise InputError(Problem(where, found, f"Take it out, or use {PRIVATE}."))
        return None
    if args.vpc_endpoint_service is None:
        found = f"It is missing, and the connectivity is {PRIVATE}."
        raise InputError(Problem(where, found, f"Write com.amazonaws.vpce.{region}.vpce-svc-0a1b2c3d4e5f67890."))
    return checked(args.vpc_endpoint_service, partial(_check_service, region))


def _check_service(region: str, service: str) -> None:
    where, right = "ExternalKeyStoreArgs.vpc_endpoint_service", f"Use a service in {region}: its name begins with "
    read = _SERVICE.fullmatch(service)
    if read is None:
        found = "This is not the name of a VPC endpoint service."
        raise InputError(Problem(where, found, f"Write com.amazonaws.vpce.{region}.vpce-svc-0a1b2c3d4e5f67890."))
    if read[1] != region:
        found = f"The service lies in {read[1]}, and the store in {region}."
        raise InputError(Problem(where, found, f"{right}com.amazonaws.vpce.{region}."))
