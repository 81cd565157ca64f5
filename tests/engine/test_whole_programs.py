"""Whole programs under the pack, on the real engine: ordinary work is let through, and each way round it is named."""

import json
import re

from on_engine import PACK

CONFIGURATION = {"sovereignty": {"stacks": [{"match": "organization/*/dev", "zone": "eu"}]}}

ORDINARY = """
    import json, pulumi
    import pulumi_aws as aws, pulumi_azure_native as azure
    opts = pulumi.ResourceOptions(provider=aws.Provider("eu", region="eu-central-1"))
    vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", opts=opts)
    one = aws.ec2.Subnet("one", vpc_id=vpc.id, cidr_block="10.0.1.0/24", availability_zone="eu-central-1a", opts=opts)
    two = aws.ec2.Subnet("two", vpc_id=vpc.id, cidr_block="10.0.2.0/24", availability_zone_id="euc1-az2", opts=opts)
    aws.ec2.SecurityGroup("group", vpc_id=vpc.id, opts=opts)
    role = aws.iam.Role("role", assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": []}), opts=opts)
    aws.lambda_.Function(
        "function", role=role.arn, runtime="python3.12", handler="a.b", s3_bucket="code", s3_key="a", opts=opts)
    subnets = aws.rds.SubnetGroup("subnets", subnet_ids=[one.id, two.id], opts=opts)
    aws.rds.Instance(
        "database", instance_class="db.t4g.micro", engine="postgres", allocated_storage=20, username="u",
        password=pulumi.Output.secret("hunter2"), db_subnet_group_name=subnets.name, opts=opts)
    cluster = aws.ecs.Cluster("cluster", opts=opts)
    task = aws.ecs.TaskDefinition("task", family="x", container_definitions="[]", opts=opts)
    aws.ecs.Service("service", cluster=cluster.arn, task_definition=task.arn, desired_count=1, opts=opts)
    domain = aws.route53.Zone("domain", name="example.org", opts=opts)
    aws.route53.Record("record", zone_id=domain.zone_id, name="www", type="A", ttl=60, records=["1.2.3.4"], opts=opts)
    aws.cloudwatch.LogGroup("logs", opts=opts)
    aws.dynamodb.Table(
        "table", attributes=[{"name": "id", "type": "S"}], hash_key="id", billing_mode="PAY_PER_REQUEST", opts=opts)
    aws.sns.Topic("topic", opts=opts)
    aws.s3.Bucket("ireland", region="eu-west-1", opts=opts)
    aws.ssm.Parameter("large", type="String", value="x" * 2_000_000, opts=opts)
    aws.budgets.Budget(
        "budget", budget_type="COST", time_unit="MONTHLY", limit_amount="1", limit_unit="USD", opts=opts)
    opts = pulumi.ResourceOptions(provider=azure.Provider("azure"))
    group = azure.resources.ResourceGroup("rg", location="West Europe", opts=opts)
    common = {"resource_group_name": group.name, "location": group.location, "opts": opts}
    children = {"resource_group_name": group.name, "opts": opts}
    net = azure.network.VirtualNetwork("net", address_space={"address_prefixes": ["10.0.0.0/16"]}, **common)
    subnet = azure.network.Subnet("subnet", virtual_network_name=net.name, address_prefix="10.0.1.0/24", **children)
    identity = azure.managedidentity.UserAssignedIdentity("identity", **common)
    aks = azure.containerservice.ManagedCluster("aks", dns_prefix="x", **common)
    azure.containerservice.AgentPool("pool", resource_name_=aks.name, count=1, vm_size="Standard_B2s", **children)
    sql = azure.sql.Server("sql", administrator_login="a", administrator_login_password="hunter2", **common)
    azure.sql.Database("orders", server_name=sql.name, **common)
    vault = azure.keyvault.Vault("vault", properties={
        "sku": {"family": "A", "name": "standard"}, "tenant_id": "00000000-0000-0000-0000-000000000001"}, **common)
    azure.keyvault.Secret("secret", vault_name=vault.name, properties={"value": "hunter2"}, **children)
    private = azure.privatedns.PrivateZone(
        "private", resource_group_name=group.name, location="Global", private_zone_name="corp.local", opts=opts)
    azure.privatedns.VirtualNetworkLink(
        "link", location="global", private_zone_name=private.name, registration_enabled=False,
        virtual_network={"id": net.id}, **children)
    azure.privatedns.PrivateRecordSet(
        "in-the-hub", resource_group_name="hub", private_zone_name="hub.local", record_type="A", ttl=1,
        a_records=[{"ipv4_address": "1.2.3.4"}], opts=opts)
    logs = azure.operationalinsights.Workspace("logs", **common)
    azure.monitor.DiagnosticSetting("diagnostics", resource_uri=vault.id, workspace_id=logs.id, opts=opts)
    azure.authorization.RoleAssignment(
        "grant", principal_id=identity.principal_id, principal_type="ServicePrincipal", scope=group.id,
        role_definition_id="/subscriptions/x/providers/Microsoft.Authorization/roleDefinitions/y", opts=opts)
    azure.monitor.ActionGroup("alerts", resource_group_name=group.name, location="germanywestcentral", enabled=True,
        group_short_name="x", opts=opts)
    plan = azure.web.AppServicePlan("plan", sku={"name": "P1v3", "tier": "PremiumV3"}, **common)
    app = azure.web.WebApp("app", server_farm_id=plan.id, **common)
    azure.web.WebAppApplicationSettings("settings", name=app.name, properties={"a": "b"}, **children)
    azure.storage.StorageAccount("placeless", kind="StorageV2", sku={"name": "Standard_ZRS"}, **children)
"""

# what is named `bad-…` has to be refused, and nothing else
EVASIONS = """
    import pulumi
    from pulumi.dynamic import Resource, ResourceProvider
    from pulumi.dynamic.dynamic import serialize_provider
    import pulumi_aws as aws, pulumi_azure_native as azure

    def by(provider, **more):
        return pulumi.ResourceOptions(provider=provider, **more)

    eu, us = aws.Provider("eu", region="eu-central-1"), aws.Provider("us", region="us-east-1")
    source = aws.s3.Bucket("source", opts=by(eu))
    aws.s3.Bucket("bad-own-region", region="us-east-1", opts=by(eu))
    aws.s3.Bucket("own-region-inside", region="eu-west-1", opts=by(us))
    elsewhere = aws.Provider("elsewhere", region=source.id.apply(lambda _: "us-east-1"))
    aws.s3.Bucket("bad-provider-made-from", opts=by(elsewhere))
    aws.s3.Bucket("bad-region-made-from", region=source.id.apply(lambda _: "us-east-1"), opts=by(eu))
    aws.s3.Bucket("bad-secret", region=pulumi.Output.secret("us-west-2"), opts=by(eu))
    aws.s3.Bucket("bad-ignored", region="us-east-1", opts=by(eu, ignore_changes=["region"], protect=True))
    aws.s3.Bucket("bad-renamed", region="us-east-1", opts=by(eu, aliases=[pulumi.Alias(name="other")]))
    aws.ec2.Subnet(
        "bad-zone-id", vpc_id="vpc-1", cidr_block="10.0.0.0/24", availability_zone_id="euc1-ham1-az1", opts=by(eu))
    aws.cloudformation.Stack("bad-template", template_body="{}", opts=by(eu))

    class Nested(pulumi.ComponentResource):
        def __init__(self, token, child):
            super().__init__(token, child + "-parent", None, pulumi.ResourceOptions(providers=[us]))
            aws.s3.Bucket(child, opts=pulumi.ResourceOptions(parent=self))

    Nested("acme:index:Store", "bad-nested")
    Nested("random:index:RandomId", "bad-below-a-lookalike")

    class Maker(ResourceProvider):
        pass

    class Made(Resource):
        def __init__(self, name):
            super().__init__(Maker(), name, {"region": "eu-central-1"})

    Made("bad-dynamic")
    code = pulumi.ProviderResource("pulumi-python", "code", {})
    code.package = "random"  # or the SDK would not hand it to a resource of another package
    pulumi.CustomResource("random:index/randomId:RandomId", "bad-lookalike",
        {"__provider": serialize_provider(Maker()), "region": "eu-central-1"}, pulumi.ResourceOptions(provider=code))
    aws.chime.VoiceConnector("bad-voice", name="v", aws_region="us-east-1", require_encryption=True, opts=by(eu))
    addressed = aws.Provider(
        "addressed", region="eu-central-1", endpoints=[{"sqs": "https://sqs.us-east-1.amazonaws.com"}])
    aws.sqs.Queue("bad-address", opts=by(addressed))
    opts = by(azure.Provider("azure"))
    group = azure.resources.ResourceGroup("group", location="westeurope", opts=opts)
    virginia = azure.resources.ResourceGroup("bad-group", location="EAST US", opts=opts)
    kept = {"kind": "StorageV2", "sku": {"name": "Standard_ZRS"}}
    azure.storage.StorageAccount("bad-a", account_name="aaa", resource_group_name="stranger", **kept, opts=opts)
    azure.storage.StorageAccount("bad-b", account_name="bbb", resource_group_name=virginia.name, **kept, opts=opts)
    azure.storage.StorageAccount(
        "bad-c", account_name="ccc", resource_group_name=group.name, location="global", **kept, opts=opts)
    azure.storage.StorageAccount("bad-d", account_name="ddd", resource_group_name=group.name, **kept,
        location=group.id.apply(lambda _: "eastus"), opts=opts)
    azure.storage.StorageAccount("bad-e", account_name="eee", resource_group_name=group.name, **kept,
        opts=by(azure.Provider("virginia", location="East US")))
    azure.cosmosdb.DatabaseAccount("bad-first-location", resource_group_name=group.name, location="westeurope",
        database_account_offer_type="Standard", locations=[{"location_name": "East US"}], opts=opts)
    azure.authorization.PolicyDefinition("bad-policy-that-deploys", mode="All", policy_rule={
        "if": {"field": "type", "equals": "x"},
        "then": {"effect": "deployIfNotExists", "details": {"deployment": {"location": "eastus"}}}}, opts=opts)
    azure.storage.BlobContainer("bad-f", resource_group_name="stranger", account_name="stranger", opts=opts)
    azure.resources.Resource(
        "bad-g", resource_group_name=group.name, location="westeurope", api_version="2021-04-01", resource_name_="g",
        resource_provider_namespace="Microsoft.Resources", parent_resource_path="/", resource_type="deployments",
        opts=opts)
"""


def judged(project, tmp_path, program):
    file = tmp_path / "pack.json"
    file.write_text(json.dumps(CONFIGURATION))
    arguments = ["--policy-pack", str(PACK), "--policy-pack-config", str(file)]
    settings = {"pulumi:disable-default-providers": ["aws", "azure-native"]}  # a dynamic resource has no other
    return project(program, settings).pulumi("preview", "--stack", "dev", *arguments)


def test_ordinary_work_on_both_clouds_is_let_through(project, tmp_path):
    out = judged(project, tmp_path, ORDINARY)
    assert out.code == 0, out.output
    assert "[mandatory]" not in out.output


def test_every_way_round_the_zone_is_refused_and_what_stands_beside_it_is_not(project, tmp_path):
    out = judged(project, tmp_path, EVASIONS)
    refused = set(re.findall(r"\[mandatory\].*residency\.region +\(.*: ([a-z0-9-]+)\)", out.output))
    assert refused == set(re.findall(r'"(bad-[a-z0-9-]+)"', EVASIONS)), out.output
    assert out.code != 0
    assert "Traceback" not in out.output
