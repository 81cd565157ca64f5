import json
from typing import Any

import pulumi
import pytest
from built import Recorder, build, declared, deployed

from components.aws.dns_firewall import DnsFirewall, DnsFirewallArgs, allowed_domains
from components.aws.endpoints import VpcEndpoints, VpcEndpointsArgs
from components.aws.network import NetworkBoundary, NetworkBoundaryArgs
from components.aws.transit import (
    ZonePeering,
    ZonePeeringArgs,
    ZoneTransitAttachment,
    ZoneTransitAttachmentArgs,
)
from sovereignty import zone
from sovereignty.compile import endpoint_policy
from sovereignty.deployment import Deployment
from sovereignty.errors import InputError
from sovereignty.vpc_blocks import block, is_private
from sovereignty.zone import Zone

pytestmark = pytest.mark.engine

FOUR = {"partition": "aws", "home": "eu-central-1", "regions": ["eu-central-1", "eu-west-1", "eu-west-3", "eu-north-1"]}
LOGS = "arn:aws:s3:::eu-flow-logs-444455556666"
PROVIDER = "com.amazonaws.vpce.eu-central-1.vpce-svc-0a1b2c3d4e5f67890"
AREAS = "aws:index/getAvailabilityZones:getAvailabilityZones"
GATEWAY = "aws:ec2transitgateway/getTransitGateway:getTransitGateway"


def network(
    law: Zone | None = None, target: Deployment | None = None, names: str = "bcd", **arguments: Any
) -> Recorder:
    law = law or declared("eu")
    home = law.aws.home if law.aws else ""

    def make() -> dict[str, Any]:
        args = NetworkBoundaryArgs(zone=law, deployment=target or deployed(), **{"flow_logs_bucket": LOGS, **arguments})
        made = NetworkBoundary(law.zone, args)
        return {"vpc": made.vpc_id, "subnets": made.subnet_ids, "endpoints": made.endpoint_ids}

    recorder, _ = build(make, **{AREAS: {"names": [f"{arguments.get('region') or home}{each}" for each in names]}})
    return recorder


@pytest.fixture(scope="module")
def made() -> Recorder:
    return network()


def on_aws(partition: str, home: str, jurisdiction: str) -> Zone:
    risks = ["aws.management-account", "aws.service-linked-roles", "provider-legal-reach"]
    wanted = risks[: 3 if jurisdiction == "EU" else 2]
    return zone.parse(
        {
            "zone": "one",
            "title": "One region",
            "jurisdiction": jurisdiction,
            "aws": {"partition": partition, "home": home, "regions": [home]},
            "retention": {"mode": "COMPLIANCE", "years": 1},
            "keys": {"aws_origin": "AWS_KMS"},
            "data_classes": {"pii": {"leaves": "never"}},
            "accepts": [{"risk": risk, "reason": "of no matter to this test"} for risk in wanted],
        },
        "zones/one.yaml",
    )


def test_subnets_are_private_and_each_in_another_zone_that_the_account_has(made: Recorder):
    subnets = made.of("aws:ec2/subnet:Subnet")
    assert [each.inputs["availabilityZone"] for each in subnets] == ["eu-central-1b", "eu-central-1c"]
    assert {each.inputs["mapPublicIpOnLaunch"] for each in subnets} == {False}
    assert len({each.inputs["cidrBlock"] for each in subnets}) == 2
    assert len(made.of("aws:ec2/routeTableAssociation:RouteTableAssociation")) == 2


def test_there_is_no_way_to_the_internet(made: Recorder):
    types = {each.type for each in made.seen}
    assert not types & {
        "aws:ec2/internetGateway:InternetGateway",
        "aws:ec2/natGateway:NatGateway",
        "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
        "aws:ec2/route:Route",
    }
    closed = made.the("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup").inputs
    assert (closed.get("ingress"), closed.get("egress")) == ([], [])


def test_every_endpoint_of_aws_has_the_policy_of_its_service(made: Recorder):
    endpoints = made.of("aws:ec2/vpcEndpoint:VpcEndpoint")
    services = {each.inputs["serviceName"].partition("eu-central-1.")[2]: each.inputs for each in endpoints}
    assert set(services) == {
        *("s3", "dynamodb", "kms", "sts", "sqs", "sns", "logs", "ecr.api", "ecr.dkr", "secretsmanager"),
    }
    for name, inputs in services.items():
        wanted = endpoint_policy.document(declared("eu"), deployed(), name, "eu-central-1").text
        assert inputs["policy"] == wanted
        if inputs["vpcEndpointType"] == "Gateway":
            assert name in ("s3", "dynamodb") and inputs["routeTableIds"] == ["eu-id"]
        else:
            assert inputs["privateDnsEnabled"] is True and len(inputs["subnetIds"]) == 2


def test_the_endpoints_take_https_from_the_vpc_alone(made: Recorder):
    rule = made.the("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs
    assert (rule["cidrIpv4"], rule["fromPort"], rule["toPort"]) == (
        block(declared("eu"), deployed(), "eu-central-1"),
        443,
        443,
    )
    group = made.the("aws:ec2/securityGroup:SecurityGroup").inputs
    assert "ingress" not in group and "egress" not in group


def test_all_traffic_is_logged_to_the_bucket(made: Recorder):
    log = made.the("aws:ec2/flowLog:FlowLog").inputs
    assert (log["trafficType"], log["logDestination"], log["logDestinationType"]) == ("ALL", LOGS, "s3")
    assert log["destinationOptions"]["fileFormat"] == "parquet"


def test_names_that_are_not_allowed_do_not_resolve_and_the_firewall_fails_closed(made: Recorder):
    rules = {
        each.inputs["action"]: each.inputs for each in made.of("aws:route53/resolverFirewallRule:ResolverFirewallRule")
    }
    assert rules["ALLOW"]["priority"] < rules["BLOCK"]["priority"]
    assert rules["BLOCK"]["blockResponse"] == "NXDOMAIN"
    lists = {
        each.name: each.inputs["domains"]
        for each in made.of("aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList")
    }
    assert lists["eu-every"] == ["*"]
    assert "*.eu-west-1.amazonaws.com" in lists["eu-allowed"]
    assert not [each for each in lists["eu-allowed"] if "us-east-1" in each or each in ("*", "*.amazonaws.com")]
    config = made.the("aws:route53/resolverFirewallConfig:ResolverFirewallConfig").inputs
    assert config == {"firewallFailOpen": "DISABLED", "resourceId": "eu-id"}
    bound = made.the("aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation")
    assert len([urn for urn in bound.dependencies if "ResolverFirewallRule::" in urn]) == 2


def test_queries_are_logged_where_a_bucket_is_named(made: Recorder):
    assert not made.of("aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig")
    logged = network(query_logs_bucket=LOGS, allowed_domains=["*.example.com"])
    assert logged.the("aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig").inputs["destinationArn"] == LOGS
    allowed = logged.the("aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList", "eu-allowed")
    assert "*.example.com" in allowed.inputs["domains"]


def test_a_provider_is_reached_in_the_region_without_a_name_of_its_choice():
    with_provider = network(provider_services=[PROVIDER], endpoint_services=["lambda"], availability_zones=3)
    found = {each.inputs["serviceName"]: each.inputs for each in with_provider.of("aws:ec2/vpcEndpoint:VpcEndpoint")}
    assert found[PROVIDER]["privateDnsEnabled"] is False and "policy" not in found[PROVIDER]
    assert len(found["com.amazonaws.eu-central-1.lambda"]["subnetIds"]) == 3


def test_another_region_of_the_zone_has_its_own_block_and_names():
    west = network(region="eu-west-1")
    assert west.the("aws:ec2/vpc:Vpc").inputs["cidrBlock"] == block(declared("eu"), deployed(), "eu-west-1")
    assert all(".eu-west-1." in each.inputs["serviceName"] for each in west.of("aws:ec2/vpcEndpoint:VpcEndpoint"))


def test_a_zone_with_four_regions_has_four_blocks_and_the_stack_file_decides():
    law = declared("eu", aws=FOUR)
    blocks = {block(law, deployed(), region) for region in FOUR["regions"]}
    assert len(blocks) == 4 and all(map(is_private, blocks))
    given = deployed(awsVpcCidrs=["eu-west-1=10.20.0.0/16"])
    assert block(law, given, "eu-west-1") == "10.20.0.0/16"


def test_blocks_that_overlap_are_an_error_that_names_the_stack_files_key():
    same = deployed(awsVpcCidrs=["eu-central-1=10.20.0.0/16", "eu-west-1=10.20.128.0/20"])
    with pytest.raises(InputError, match=r"Pulumi.eu.yaml: sovereign-zones:awsVpcCidrs.*in common"):
        network(target=same)


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"region": "us-east-1"}, "NetworkBoundaryArgs.region"),
        ({"cidr": "8.8.0.0/16"}, "NetworkBoundaryArgs.cidr"),
        ({"cidr": "10.0.0.0/8"}, "NetworkBoundaryArgs.cidr"),
        ({"cidr": "10.0.0.0/27"}, "NetworkBoundaryArgs.cidr"),
        ({"cidr": "10.1.0.1/16"}, "NetworkBoundaryArgs.cidr"),
        ({"availability_zones": 1}, "NetworkBoundaryArgs.availability_zones"),
        ({"availability_zones": 4}, "NetworkBoundaryArgs.availability_zones"),
        ({"flow_log_seconds": 61}, "NetworkBoundaryArgs.flow_log_seconds"),
        ({"flow_log_format": "csv"}, "NetworkBoundaryArgs.flow_log_format"),
        ({"endpoint_services": ["ssm", "bedrock"]}, "NetworkBoundaryArgs.endpoint_services[1]"),
        ({"provider_services": [PROVIDER.replace("central", "west")]}, "NetworkBoundaryArgs.provider_services[0]"),
        ({"provider_services": ["com.amazonaws.eu-central-1.s3"]}, "NetworkBoundaryArgs.provider_services[0]"),
        ({"flow_logs_bucket": None}, "NetworkBoundaryArgs.flow_logs_bucket"),
        ({"flow_logs_bucket": "x"}, "NetworkBoundaryArgs.flow_logs_bucket"),
        ({"flow_logs_bucket": LOGS.replace("aws", "aws-cn")}, "NetworkBoundaryArgs.flow_logs_bucket"),
        ({"flow_logs_bucket": "arn:aws:logs:::eu-flow-logs"}, "NetworkBoundaryArgs.flow_logs_bucket"),
        ({"flow_logs_bucket": f"{LOGS}/prefix"}, "NetworkBoundaryArgs.flow_logs_bucket"),
        ({"query_logs_bucket": "eu-query-logs"}, "NetworkBoundaryArgs.query_logs_bucket"),
        ({"query_logs_bucket": ""}, "NetworkBoundaryArgs.query_logs_bucket"),
        ({"allowed_domains": ["*"]}, "NetworkBoundaryArgs.allowed_domains[0]"),
        ({"allowed_domains": ["example.com", "*.com"]}, "NetworkBoundaryArgs.allowed_domains[1]"),
    ],
)
def test_a_bad_argument_is_an_error_that_names_it(arguments: dict[str, Any], where: str):
    with pytest.raises(InputError) as told:
        network(**arguments)
    assert told.value.problems[0].where == where


def test_more_zones_than_the_account_has_are_an_error():
    with pytest.raises(
        pulumi.RunError, match=r"NetworkBoundaryArgs.availability_zones: The account has 1 availability zones"
    ):
        network(names="b")


@pytest.mark.parametrize(
    ("partition", "region", "jurisdiction", "ecr", "domain"),
    [
        ("aws-cn", "cn-north-1", "CN", "cn.com.amazonaws.cn-north-1.ecr.api", "*.cn-north-1.amazonaws.com.cn"),
        ("aws-us-gov", "us-gov-west-1", "US", "com.amazonaws.us-gov-west-1.ecr.api", "*.us-gov-west-1.amazonaws.com"),
        ("aws-eusc", "eusc-de-east-1", "EU", "eu.amazonaws.eusc-de-east-1.ecr.api", "*.eusc-de-east-1.amazonaws.eu"),
    ],
)
def test_every_partition_has_its_own_names(partition: str, region: str, jurisdiction: str, ecr: str, domain: str):
    law = on_aws(partition, region, jurisdiction)
    built = network(law, flow_logs_bucket=f"arn:{partition}:s3:::logs")
    endpoints = built.of("aws:ec2/vpcEndpoint:VpcEndpoint")
    assert ecr in {each.inputs["serviceName"] for each in endpoints}
    assert not [each for each in endpoints if '"arn:aws:' in each.inputs["policy"]]
    args = DnsFirewallArgs(zone=law, deployment=deployed(), region=region, vpc_id="vpc-1")
    assert domain in allowed_domains(args)
    json.loads(endpoints[0].inputs["policy"])


@pytest.mark.parametrize(
    ("partition", "region", "resolved"),
    [
        ("aws", "eu-central-1", "db.cluster-abc.eu-central-1.docdb.amazonaws.com"),
        ("aws", "eu-central-1", "db-1.eu-central-1.docdb-elastic.amazonaws.com"),
        ("aws", "eu-central-1", "graph.cluster-abc.eu-central-1.neptune.amazonaws.com"),
        ("aws", "eu-central-1", "master.cache.abc.euc1.cache.amazonaws.com"),
        ("aws-us-gov", "us-gov-west-1", "master.cache.abc.usgw1.cache.amazonaws.com"),
        ("aws-cn", "cn-northwest-1", "master.cache.abc.cnnw1.cache.amazonaws.com.cn"),
        ("aws-cn", "cn-north-1", "db.cluster-abc.docdb.cn-north-1.amazonaws.com.cn"),
        ("aws", "eu-central-1", "4.3.20.10.in-addr.arpa"),
        ("aws", "eu-central-1", "4.3.31.172.in-addr.arpa"),
        ("aws", "eu-central-1", "4.3.168.192.in-addr.arpa"),
    ],
)
def test_databases_caches_and_private_addresses_of_the_region_are_resolved(partition: str, region: str, resolved: str):
    law = declared("eu") if partition == "aws" else on_aws(partition, region, "CN" if partition == "aws-cn" else "US")
    names = allowed_domains(DnsFirewallArgs(zone=law, deployment=deployed(), region=region, vpc_id="vpc-1"))

    def fits(name: str) -> bool:
        return any(name == each or (each.startswith("*.") and name.endswith(each[1:])) for each in names)

    assert fits(resolved)
    elsewhere = (
        "euw2.cache.amazonaws.com",
        "us-east-1.docdb.amazonaws.com",
        "cache.amazonaws.com",
        "8.8.8.in-addr.arpa",
    )
    assert not any(fits(f"x.{each}") for each in elsewhere)
    assert not any(fits(f"1.0.{second}.172.in-addr.arpa") for second in (15, 32))


def test_a_part_of_a_network_outside_the_zone_is_an_error():
    given: dict[str, Any] = {"zone": declared("eu"), "deployment": deployed(), "region": "us-east-1", "vpc_id": "vpc-1"}
    more = {"cidr": "10.1.0.0/16", "subnet_ids": ["subnet-1"], "route_table_ids": ["rtb-1"]}
    with pytest.raises(InputError, match=r"^VpcEndpointsArgs\.region"):
        build(lambda: VpcEndpoints("x", VpcEndpointsArgs(**given, **more)))
    with pytest.raises(InputError, match=r"^DnsFirewallArgs\.region"):
        build(lambda: DnsFirewall("x", DnsFirewallArgs(**given)))


def test_a_firewall_of_its_own_logs_to_a_bucket_of_the_partition():
    args = DnsFirewallArgs(
        zone=declared("eu"), deployment=deployed(), region="eu-west-1", vpc_id="vpc-1", query_logs_bucket="x"
    )
    with pytest.raises(InputError, match=r"^DnsFirewallArgs\.query_logs_bucket"):
        build(lambda: DnsFirewall("x", args))


# --- ways to the zone's other networks


def peering(**arguments: Any) -> Recorder:
    given = {
        "zone": declared("eu"),
        "deployment": deployed(),
        "vpc_id": "vpc-1",
        "cidr": "10.1.0.0/16",
        "route_table_ids": ["rtb-1"],
        "peer_vpc_id": "vpc-2",
        "peer_region": "eu-west-1",
        "peer_cidr": "10.2.0.0/16",
        "peer_route_table_ids": ["rtb-2"],
    }
    return build(lambda: ZonePeering("pair", ZonePeeringArgs(**{**given, **arguments})))[0]


def test_two_regions_of_the_zone_are_peered_accepted_and_routed_both_ways():
    made = peering()
    asked = made.the("aws:ec2/vpcPeeringConnection:VpcPeeringConnection").inputs
    assert asked["peerRegion"] == "eu-west-1" and "autoAccept" not in asked
    accepted = made.the("aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter").inputs
    assert (accepted["region"], accepted["autoAccept"]) == ("eu-west-1", True)
    routes = {each.inputs["routeTableId"]: each.inputs for each in made.of("aws:ec2/route:Route")}
    assert routes["rtb-1"]["destinationCidrBlock"] == "10.2.0.0/16" and "region" not in routes["rtb-1"]
    assert (routes["rtb-2"]["destinationCidrBlock"], routes["rtb-2"]["region"]) == ("10.1.0.0/16", "eu-west-1")


def test_a_peer_in_the_same_region_is_accepted_at_once_and_another_accounts_by_its_owner():
    near = peering(peer_region="eu-central-1")
    assert near.the("aws:ec2/vpcPeeringConnection:VpcPeeringConnection").inputs["autoAccept"] is True
    two = deployed(awsAccounts=["444455556666", "777788889999"])
    far = peering(deployment=two, peer_account="777788889999", peer_route_table_ids=[])
    assert not far.of("aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter")
    assert far.the("aws:ec2/vpcPeeringConnection:VpcPeeringConnection").inputs["peerOwnerId"] == "777788889999"


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"region": "us-east-1"}, "region"),
        ({"peer_region": "us-east-1"}, "peer_region"),
        ({"peer_account": "222233334444"}, "peer_account"),
        ({"peer_account": "444455556666"}, "peer_route_table_ids"),
        ({"peer_cidr": "0.0.0.0/0"}, "peer_cidr"),
        ({"cidr": "1.1.1.0/24"}, "cidr"),
        ({"peer_cidr": "10.1.128.0/20"}, "peer_cidr"),
    ],
)
def test_a_peering_that_leads_out_of_the_zone_is_an_error(arguments: dict[str, Any], where: str):
    with pytest.raises(InputError) as told:
        peering(**arguments)
    assert told.value.problems[0].where == f"ZonePeeringArgs.{where}"


def attached(owner: str = "444455556666", **arguments: Any) -> Recorder:
    given = {
        "zone": declared("eu"),
        "deployment": deployed(),
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-1", "subnet-2"],
        "transit_gateway_id": "tgw-1",
        "route_table_ids": ["rtb-1"],
        "destinations": ["10.30.0.0/16", "192.168.0.0/20"],
    }
    answer = {GATEWAY: {"id": "tgw-1", "ownerId": owner}}
    return build(lambda: ZoneTransitAttachment("hub", ZoneTransitAttachmentArgs(**{**given, **arguments})), **answer)[0]


def test_a_vpc_is_attached_to_a_gateway_of_the_zone_with_routes_by_it():
    made = attached()
    inputs = made.the("aws:ec2transitgateway/vpcAttachment:VpcAttachment").inputs
    assert (inputs["transitGatewayId"], inputs["vpcId"], len(inputs["subnetIds"])) == ("tgw-1", "vpc-1", 2)
    routes = [
        (each.inputs["destinationCidrBlock"], each.inputs["transitGatewayId"])
        for each in made.of("aws:ec2/route:Route")
    ]
    assert sorted(routes) == [("10.30.0.0/16", "tgw-1"), ("192.168.0.0/20", "tgw-1")]


def test_a_gateway_of_an_account_outside_the_zone_is_an_error():
    with pytest.raises(pulumi.RunError, match=r"ZoneTransitAttachmentArgs.transit_gateway_id: The gateway belongs"):
        attached(owner="222233334444")


def test_the_whole_internet_is_no_destination():
    with pytest.raises(InputError) as told:
        attached(destinations=["10.30.0.0/16", "0.0.0.0/0"])
    assert told.value.problems[0].where == "ZoneTransitAttachmentArgs.destinations[1]"
