"""Ways round the rule that somebody tried: each stays shut, and the lawful work beside it stays open."""

from typing import Any

import pytest
from made import EU, alone, changed, resource, together

from sovereignty.footprint import AwsFootprint
from sovereignty.plan import UNKNOWN, Provider
from sovereignty.rules import RULES
from sovereignty.rules.judge import Judge

GENERIC = "azure-native:resources:Resource"
GROUP = "azure-native:resources:ResourceGroup"
SUBNET = "aws:ec2/subnet:Subnet"


@pytest.mark.parametrize(
    ("namespace", "parent", "kind"),
    [
        ("Microsoft.Resources", "", "deployments"),
        ("microsoft.RESOURCES", "/", "Deployments/"),
        ("Microsoft.Resources", " ", "deployments"),
        (" Microsoft.Resources", "", "deployments"),
        ("/Microsoft.Resources//", "", "deployments"),
        ("Microsoft.Foo/..", "", "../Microsoft.Resources/deployments"),
        ("Microsoft.Resources", "", "%64eployments"),
        ("Microsoft.Resources", "", "deployments?x=1"),
        ("\uff2dicrosoft.Resources", "", "deployments"),
        (5, "", "deployments"),
        (["Microsoft.Resources"], "", "deployments"),
        ("", "", ""),
    ],
)
def test_a_template_is_one_however_its_arm_type_is_written(namespace: Any, parent: Any, kind: Any):
    props = {"resourceProviderNamespace": namespace, "parentResourcePath": parent, "resourceType": kind}
    assert "undetermined" in alone(resource(GENERIC, {"location": "westeurope", "resourceGroupName": "data", **props}))


@pytest.mark.parametrize("namespace", [" Microsoft.Cdn", "microsoft.cdn/", "/MICROSOFT.CDN"])
def test_content_delivery_is_refused_however_its_arm_type_is_written(namespace: str):
    props = {"resourceProviderNamespace": namespace, "parentResourcePath": "", "resourceType": "profiles"}
    assert alone(resource(GENERIC, {"location": "westeurope", **props})) == ["violation"]


def test_an_ordinary_generic_resource_is_allowed():
    props = {"resourceProviderNamespace": "Microsoft.Storage", "parentResourcePath": "", "resourceType": "accounts"}
    assert alone(resource(GENERIC, {"location": "West Europe", "resourceGroupName": "data", **props})) == []


def test_a_region_that_is_not_known_yet_does_not_hide_that_a_template_brings_others():
    bucket = resource("aws:s3/bucket:Bucket", {"region": "eu-central-1"}, name="bucket")
    stack = resource("aws:cloudformation/stack:Stack", {"region": UNKNOWN}, made_from={"region": (bucket,)})
    assert alone(stack) == ["undetermined"]
    assert together(bucket, stack) == {"it": ["undetermined"]}


def test_an_opened_accelerator_does_not_open_its_control_plane_region_to_endpoints():
    zone = changed(EU, content_bearing=("globalaccelerator",))
    for kind in ("endpointGroup:EndpointGroup", "customRoutingEndpointGroup:CustomRoutingEndpointGroup"):
        token = f"aws:globalaccelerator/{kind}"
        assert alone(resource(token, {"endpointGroupRegion": "us-west-2"}), zone=zone) == ["violation"]
        assert alone(resource(token, {"endpointGroupRegion": "eu-central-1"}), zone=zone) == []


def test_an_endpoint_group_that_names_no_region_lies_in_its_providers():
    zone = changed(EU, content_bearing=("globalaccelerator",))
    token = "aws:globalaccelerator/endpointGroup:EndpointGroup"
    assert alone(resource(token, {}, provider={"region": "us-east-1"}), zone=zone) == ["violation"]
    assert alone(resource(token, {}, provider={"region": "eu-central-1"}), zone=zone) == []
    assert alone(resource(token, {}), zone=zone) == ["undetermined"]


@pytest.mark.parametrize(
    ("kind", "props", "path"),
    [
        (SUBNET, {"availabilityZoneId": "euw3-cmn1-wlz1"}, "availabilityZoneId"),
        (SUBNET, {"availabilityZoneId": "use1-qro1-az1"}, "availabilityZoneId"),
        (SUBNET, {"availabilityZoneId": 5}, "availabilityZoneId"),
        (SUBNET, {"outpostArn": "arn:aws:outposts:eu-central-1:1:outpost/op-1"}, "outpostArn"),
        (
            "aws:s3/directoryBucket:DirectoryBucket",
            {"location": {"name": "use1-qro1-az1", "type": "LocalZone"}},
            "location.name",
        ),
        (
            "aws:ec2/launchTemplate:LaunchTemplate",
            {"placement": {"availabilityZone": "us-east-1a"}},
            "placement.availabilityZone",
        ),
        ("aws:efs/fileSystem:FileSystem", {"availabilityZoneName": "eu-central-1-ham-1a"}, "availabilityZoneName"),
        (
            "aws:elasticache/replicationGroup:ReplicationGroup",
            {"preferredCacheClusterAzs": ["us-east-1a"]},
            "preferredCacheClusterAzs[0]",
        ),
        ("aws:s3outposts/endpoint:Endpoint", {"outpostId": "op-1"}, "outpostId"),
    ],
)
def test_no_property_leads_into_a_zone_or_outpost_that_may_stand_elsewhere(kind: str, props: dict, path: str):
    found = Judge(EU, RULES).resource(resource(kind, {"region": "eu-central-1", **props}))
    assert [finding.path for finding in found] == [path]


@pytest.mark.parametrize(
    ("kind", "props"),
    [
        (SUBNET, {"availabilityZoneId": "euc1-az2"}),
        (SUBNET, {"availabilityZoneId": UNKNOWN, "outpostArn": None}),
        ("aws:s3/directoryBucket:DirectoryBucket", {"location": {"name": "euw1-az1", "type": "AvailabilityZone"}}),
        ("aws:ec2/launchTemplate:LaunchTemplate", {"placement": {"availabilityZone": "eu-central-1b"}}),
        ("aws:efs/fileSystem:FileSystem", {"availabilityZoneName": "eu-central-1a"}),
    ],
)
def test_a_regions_own_zones_are_allowed_by_name_and_by_id(kind: str, props: dict):
    assert alone(resource(kind, {"region": "eu-central-1", **props})) == []


@pytest.mark.parametrize(
    "aws",
    [
        {"partition": "aws-us-gov", "home": "us-gov-west-1", "regions": ["us-gov-west-1"]},
        {"partition": "aws-cn", "home": "cn-north-1", "regions": ["cn-north-1"]},
        {"partition": "aws-eusc", "home": "eusc-de-east-1", "regions": ["eusc-de-east-1"]},
    ],
)
def test_a_regions_own_zones_are_allowed_in_every_partition(aws: dict):
    zone = EU.model_copy(update={"aws": AwsFootprint.model_validate(aws)})
    region = aws["home"]
    assert alone(resource(SUBNET, {"region": region, "availabilityZone": f"{region}a"}), zone) == []


@pytest.mark.parametrize("token", ["random_x_v20240101:index:Thing", "tls_a_v20240101:index:Key"])
def test_only_azure_native_has_packages_by_version(token: str):
    assert alone(resource(token)) == ["undetermined"]


def test_text_that_has_the_shape_of_a_region_is_shown_only_if_it_is_one():
    (finding,) = Judge(EU, RULES).resource(resource("aws:s3/bucket:Bucket", {"region": "pw-hunter-2"}))
    assert finding.found == ""
    assert "hunter" not in finding.text()


@pytest.mark.parametrize(
    ("kind", "props"),
    [
        ("azure-native:privatedns:PrivateRecordSet", {"privateZoneName": "privatelink.blob.core.windows.net"}),
        ("azure-native:dns:RecordSet", {"zoneName": "example.org"}),
        ("azure-native:dns:DnssecConfig", {"zoneName": "example.org"}),
        ("azure-native:privatedns:VirtualNetworkLink", {"privateZoneName": "a.b", "location": "global"}),
    ],
)
def test_records_of_a_dns_zone_in_another_stack_are_allowed(kind: str, props: dict):
    assert together(resource(kind, {"resourceGroupName": "hub", **props})) == {}


def test_a_place_made_from_something_else_of_a_resource_is_not_taken_for_its_place():
    bucket = resource(
        "aws:s3/bucket:Bucket", {"region": "eu-central-1"}, outputs={"region": "eu-central-1"}, name="src"
    )
    queue = resource("aws:sqs/queue:Queue", {"region": UNKNOWN}, made_from={"region": (bucket,)})
    assert together(bucket, queue) == {"it": ["undetermined"]}
    group = resource(GROUP, {"location": "westeurope"}, outputs={"location": "westeurope"}, name="rg")
    vault = resource("azure-native:keyvault:Vault", {"location": UNKNOWN}, made_from={"location": (group,)})
    assert together(group, vault) == {"it": ["undetermined"]}


def test_a_provider_whose_region_is_made_from_something_else_of_a_resource_is_undetermined():
    bucket = resource(
        "aws:s3/bucket:Bucket", {"region": "eu-central-1"}, outputs={"region": "eu-central-1"}, name="src"
    )
    maker = resource("pulumi:providers:aws", {"region": UNKNOWN}, name="maker", made_from={"region": (bucket,)})
    given = Provider(type="pulumi:providers:aws", urn=maker.urn, name="maker", props={"region": UNKNOWN})
    queue = resource("aws:sqs/queue:Queue", {}, given_provider=given)
    assert together(bucket, maker, queue) == {"it": ["undetermined"]}


@pytest.mark.parametrize(("location", "verdicts"), [("westeurope", {}), ("eastus", {"rg": ["violation"]})])
def test_a_location_that_the_provider_left_unknown_is_that_of_the_new_group(location: str, verdicts: dict):
    """The real provider fills in `location: unknown` where the program names none and the group's name is new."""
    group = resource(GROUP, {"location": location}, outputs={"location": location}, name="rg")
    props = {"location": UNKNOWN, "resourceGroupName": UNKNOWN}
    account = resource("azure-native:storage:StorageAccount", props, made_from={"resourceGroupName": (group,)})
    assert together(group, account) == verdicts | ({"it": ["violation"]} if verdicts else {})
    assert together(resource("azure-native:storage:StorageAccount", props)) == {"it": ["undetermined"]}


@pytest.mark.parametrize(
    "kind", ["random:index/randomId:RandomId", "pulumi:x:Y", "aws:iam/role:Role", "aws:s3/bucket:Bucket"]
)
def test_what_another_packages_provider_makes_is_undetermined_whatever_its_type_says(kind: str):
    code = Provider(type="pulumi:providers:pulumi-python", name="p")
    it = resource(kind, {"region": "eu-central-1"}, given_provider=code)
    assert alone(it) == ["undetermined"]
    assert together(it) == {"it": ["undetermined"]}


def test_a_package_that_is_left_alone_does_not_cover_what_another_provider_makes():
    code = Provider(type="pulumi:providers:pulumi-python", name="p")
    judge = Judge(EU, RULES, unjudged=("kubernetes",))
    assert judge.resource(resource("kubernetes:core/v1:Pod")) == []
    assert [str(f.verdict) for f in judge.resource(resource("kubernetes:core/v1:Pod", given_provider=code))] == [
        "undetermined"
    ]


AWS_ELSEWHERE = [
    ("aws:chime/voiceConnector:VoiceConnector", {"awsRegion": "us-east-1"}),
    ("aws:securitylake/dataLake:DataLake", {"configuration": {"region": "us-east-1"}}),
    ("aws:networkmanager/coreNetwork:CoreNetwork", {"basePolicyRegions": ["eu-central-1", "us-east-1"]}),
    ("aws:amplify/app:App", {}),
    ("aws:lightsail/distribution:Distribution", {}),
]


@pytest.mark.parametrize(("kind", "props"), AWS_ELSEWHERE)
def test_a_region_of_the_zone_does_not_hide_another_place_on_aws(kind: str, props: dict[str, Any]):
    assert alone(resource(kind, {"region": "eu-central-1", **props})) == ["violation"]


AZURE_ELSEWHERE = [
    ("machinelearningservices:Compute", {"properties": {"computeLocation": "eastus"}}),
    ("datafactory:IntegrationRuntime", {"properties": {"computeProperties": {"location": "East US"}}}),
    ("datafactory:IntegrationRuntime", {"properties": {"computeProperties": {"location": "AutoResolve"}}}),
    ("synapse:IntegrationRuntime", {"properties": {"computeProperties": {"location": "East US"}}}),
    ("cosmosdb:DatabaseAccount", {"locations": [{"locationName": "East US", "failoverPriority": 0}]}),
    ("web:StaticSite", {}),
]


@pytest.mark.parametrize(("kind", "props"), AZURE_ELSEWHERE)
def test_a_location_of_the_zone_does_not_hide_another_place_on_azure(kind: str, props: dict[str, Any]):
    assert "violation" in alone(resource(f"azure-native:{kind}", {"location": "westeurope", **props}))


def test_places_of_the_zone_are_allowed_where_a_type_names_several():
    account = {
        "location": "westeurope",
        "locations": [{"locationName": "West Europe"}, {"locationName": "North Europe"}],
    }
    assert alone(resource("azure-native:cosmosdb:DatabaseAccount", account)) == []
    lake = {"region": "eu-central-1", "configuration": {"region": "eu-west-1"}}
    assert alone(resource("aws:securitylake/dataLake:DataLake", lake)) == []


def test_a_further_place_that_is_not_known_is_refused():
    lake = {"region": "eu-central-1", "configuration": {"region": UNKNOWN}}
    assert alone(resource("aws:securitylake/dataLake:DataLake", lake)) == ["undetermined"]
    account = {"location": "westeurope", "locations": UNKNOWN}
    assert alone(resource("azure-native:cosmosdb:DatabaseAccount", account)) == ["undetermined"]


def test_a_generic_resource_s_further_places_are_judged_in_its_body():
    props = {
        "resourceProviderNamespace": "Microsoft.DocumentDB",
        "parentResourcePath": "",
        "resourceType": "databaseAccounts",
    }
    body = {"locations": [{"locationName": "East US"}]}
    assert alone(resource(GENERIC, {"location": "westeurope", **props, "properties": body})) == ["violation"]


@pytest.mark.parametrize(
    "rule",
    [
        {"then": {"effect": "deployIfNotExists", "details": {"deployment": {"location": "eastus"}}}},
        {"Then": {"Effect": "[parameters('e')]", "Details": {"Deployment": {}}}},
        '{"then": {"details": {"deployment": {}}}}',
    ],
)
def test_a_policy_that_deploys_brings_other_resources(rule: Any):
    assert alone(resource("azure-native:authorization:PolicyDefinition", {"policyRule": rule})) == ["undetermined"]


SETTING = {"type": "Microsoft.Insights/diagnosticSettings", "apiVersion": "x", "name": "n", "properties": {"logs": []}}


def deploying(location: Any = "West Europe", resources: Any = (SETTING,), **more: Any) -> dict[str, Any]:
    template = {"$schema": "s", "contentVersion": "1.0.0.0", "resources": list(resources), **more}
    deployment = {"location": location, "properties": {"mode": "incremental", "template": template}}
    then = {"effect": "deployIfNotExists", "details": {"type": "t", "deployment": deployment}}
    return {"policyRule": {"if": {"field": "type", "equals": "t"}, "then": then}}


POLICY = "azure-native:authorization:PolicyDefinitionAtManagementGroup"


def test_a_policy_that_deploys_settings_alone_is_judged_by_where_it_deploys():
    assert alone(resource(POLICY, deploying())) == []
    assert alone(resource(POLICY, deploying("eastus"))) == ["violation"]


@pytest.mark.parametrize(
    "props",
    [
        deploying("[field('location')]"),
        deploying(None),
        deploying("global"),
        deploying(resources=[]),
        deploying(resources=[SETTING, {"type": "Microsoft.Storage/storageAccounts", "name": "s"}]),
        deploying(resources=[SETTING | {"scope": "/subscriptions/x"}]),
        deploying(resources=[SETTING | {"type": "[concat('Microsoft.Storage/', 'storageAccounts')]"}]),
        deploying(resources=[SETTING | {"type": "Microsoft.Resources/deployments"}]),
        deploying(resources=[SETTING | {"properties": {"deployment": {}}}]),
        deploying(parameters={"p": {}}),
        {"policyRule": deploying()["policyRule"] | {"Deployment": {}}},
    ],
)
def test_a_policy_that_deploys_anything_else_is_not_read(props: dict[str, Any]):
    assert alone(resource(POLICY, props)) == ["undetermined"]


def test_a_policy_that_denies_brings_none():
    rule = {"if": {"field": "location", "notIn": ["westeurope"]}, "then": {"effect": "deny"}}
    assert alone(resource("azure-native:authorization:PolicyDefinition", {"policyRule": rule})) == []


@pytest.mark.parametrize(
    "endpoints",
    [
        [{"sqs": "https://sqs.us-east-1.amazonaws.com"}],
        '[{"sqs": "https://sqs.us-east-1.amazonaws.com"}]',
        [{"sqs": "https://eu-central-1.example.org"}],
        [{"s3": "https://s3.eu-central-1.amazonaws.com"}, {"sqs": "sqs.us-east-1.amazonaws.com"}],
        [{"sqs": "https://eu-central-1.amazonaws.com@evil.example"}],
        [{"sqs": "http://["}],
        UNKNOWN,
    ],
)
def test_a_provider_that_calls_addresses_elsewhere_is_not_believed(endpoints: Any):
    it = resource("aws:sqs/queue:Queue", provider={"region": "eu-central-1", "endpoints": endpoints})
    assert alone(it) == ["undetermined"]


def test_aws_s_own_addresses_in_the_region_are_believed():
    there = [
        {"sqs": "https://vpce-0a.sqs.eu-central-1.vpce.amazonaws.com"},
        {"s3": "s3.dualstack.eu-central-1.amazonaws.com"},
    ]
    assert alone(resource("aws:sqs/queue:Queue", provider={"region": "eu-central-1", "endpoints": there})) == []


def test_an_azure_provider_of_an_unknown_cloud_is_not_believed():
    stack = {"location": "westeurope", "metadataHost": "management.local.example"}
    assert alone(resource("azure-native:storage:StorageAccount", {"resourceGroupName": "x"}, provider=stack)) == [
        "undetermined"
    ]


def test_what_has_no_place_is_allowed_whatever_region_its_result_shows():
    assert together(resource("aws:iam/role:Role", outputs={"region": "us-east-1"})) == {}
    assignment = resource("azure-native:authorization:PolicyDefinition", outputs={"location": "eastus"})
    assert together(assignment) == {}
