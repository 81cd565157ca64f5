"""The ways out of a zone's network: endpoints of AWS's services, and of providers that the zone buys from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import ec2, vpc

from components.aws.arguments import region_of
from sovereignty.compile import endpoint_policy
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError, Problem
from sovereignty.facts.aws_endpoint_services import EndpointService, endpoint_service_name, endpoint_services
from sovereignty.zone import Zone

HTTPS = 443
_PROVIDER = re.compile(r"[a-z0-9.-]+\.vpce\.(?P<region>[a-z0-9-]+)\.vpce-svc-[0-9a-f]{8,17}")
"""How AWS names a provider's endpoint service (AWS PrivateLink Guide, "Create an endpoint service")."""
_PROVIDER_EXAMPLE = "com.amazonaws.vpce.{region}.vpce-svc-0a1b2c3d4e5f67890"


@dataclass(frozen=True, kw_only=True)
class VpcEndpointsArgs:
    """What the endpoints of a VPC need to know."""

    zone: Zone
    deployment: Deployment
    region: str
    vpc_id: pulumi.Input[str]
    cidr: str
    """The VPC's block: only from there are the endpoints reached."""
    subnet_ids: Sequence[pulumi.Input[str]]
    """One in each availability zone."""
    route_table_ids: Sequence[pulumi.Input[str]]
    services: Sequence[str] = ()
    """Beside those that every zone's network has: names of facts/aws_endpoint_services.yaml, such as `lambda`."""
    provider_services: Sequence[str] = ()
    """Endpoint services of providers, in full: `com.amazonaws.vpce.<region>.vpce-svc-…`, in this region."""


class VpcEndpoints(pulumi.ComponentResource):
    """A VPC's endpoints with their policies: the zone's own principals reach the zone's own resources, and no others.

    S3 and DynamoDB by routes; ECR, KMS, CloudWatch Logs, Secrets Manager, SNS, SQS, STS and `services` by addresses in
    each subnet, with private DNS, so that no program has to know of them. They take HTTPS from the VPC, and nothing
    else. Through `ssm`, `ec2` and `cloudformation` the zone's principals also reach what AWS owns for everybody:
    documents and public parameters, images, prefix lists, transforms; through `execute-api` the zone's own private APIs
    are reached without a signature.
    Features: private endpoints; private DNS; service perimeter.
    Outputs: `endpoint_ids`, by service. Cost: each interface endpoint by the hour and availability zone, and by the GB.
    Traps: an endpoint to a provider's service takes no policy, so whoever is behind it gets what is sent; a service
    that isn't offered in one of the availability zones is refused by EC2. CloudFormation's custom resources and wait
    conditions get no answer through the S3 endpoint: anybody's stack could read it. Images of other accounts' ECR
    repositories don't come through, AWS's own add-ons for EKS among them: copy them into one of the zone's. Nor do
    layers of AWS's own accounts through `lambda`: give functions such layers from outside the VPC, or copy them.
    Source: AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies".
    """

    endpoint_ids: pulumi.Output[dict[str, str]]

    def __init__(self, name: str, args: VpcEndpointsArgs, opts: pulumi.ResourceOptions | None = None):
        region_of(args.zone, args.region, "VpcEndpointsArgs.region")
        services = wanted_services(args.services, "VpcEndpointsArgs.services")
        check_providers(args.provider_services, args.region, "VpcEndpointsArgs.provider_services")
        super().__init__("sovereign-zones:index:VpcEndpoints", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self._name, self._args = name, args
        self._group = self._security_group()
        made = {service.name: self._of_aws(service) for service in services}
        made |= {each: self._of_provider(each) for each in args.provider_services}
        self.endpoint_ids = pulumi.Output.all(**{service: endpoint.id for service, endpoint in made.items()})
        self.register_outputs({"endpointIds": self.endpoint_ids})

    def _security_group(self) -> ec2.SecurityGroup:
        args = self._args
        group = ec2.SecurityGroup(
            f"{self._name}-endpoints",
            name=f"sovereign-{args.zone.zone}-endpoints",
            description="HTTPS from the VPC to its endpoints",
            vpc_id=args.vpc_id,
            opts=self._child,
        )
        vpc.SecurityGroupIngressRule(
            f"{self._name}-endpoints",
            security_group_id=group.id,
            description="HTTPS from the VPC",
            cidr_ipv4=args.cidr,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            opts=self._child,
        )
        return group

    def _of_aws(self, service: EndpointService) -> ec2.VpcEndpoint:
        args, name = self._args, f"{self._name}-{service.name}"
        text = endpoint_policy.document(args.zone, args.deployment, service.name, args.region).text
        called = endpoint_service_name(service.name, args.region)
        if service.type == "gateway":
            return ec2.VpcEndpoint(
                name,
                vpc_id=args.vpc_id,
                service_name=called,
                vpc_endpoint_type="Gateway",
                route_table_ids=list(args.route_table_ids),
                policy=text,
                opts=self._child,
            )
        return ec2.VpcEndpoint(
            name,
            vpc_id=args.vpc_id,
            service_name=called,
            vpc_endpoint_type="Interface",
            subnet_ids=list(args.subnet_ids),
            security_group_ids=[self._group.id],
            private_dns_enabled=True,
            policy=text,
            opts=self._child,
        )

    def _of_provider(self, service: str) -> ec2.VpcEndpoint:
        args = self._args
        return ec2.VpcEndpoint(
            f"{self._name}-{service.rpartition('.')[2]}",
            vpc_id=args.vpc_id,
            service_name=service,
            vpc_endpoint_type="Interface",
            subnet_ids=list(args.subnet_ids),
            security_group_ids=[self._group.id],
            # a name that the provider chose would take the place of whatever it is called in the zone
            private_dns_enabled=False,
            opts=self._child,
        )


def wanted_services(more: Sequence[str], where: str) -> list[EndpointService]:
    """The services of every network and those that are named; InputError for one that isn't in the table."""
    known = endpoint_services()
    for index, each in enumerate(more):
        if each not in known:
            raise InputError(
                Problem(
                    f"{where}[{index}]",
                    "This is no service whose endpoint is known to take a policy.",
                    f"Use one of {', '.join(name for name, row in known.items() if not row.default)}.",
                )
            )
    return [row for name, row in known.items() if row.default or name in more]


def check_providers(services: Sequence[str], region: str, where: str) -> None:
    """InputError for what is no provider's endpoint service, or one of another region."""
    right = f"Write the service's name in {region}: `{_PROVIDER_EXAMPLE.format(region=region)}`."
    for index, each in enumerate(services):
        fits = _PROVIDER.fullmatch(each)
        if not fits:
            raise InputError(Problem(f"{where}[{index}]", "This is no endpoint service of a provider.", right))
        if fits["region"] != region:
            raise InputError(
                Problem(f"{where}[{index}]", f"It lies in another region than the VPC in {region}.", right)
            )
