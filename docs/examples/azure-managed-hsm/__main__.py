"""The EU zone with its keys in a managed HSM: this run makes it, and says what its administrators do next."""

from pathlib import Path
from typing import Any

import pulumi
from pulumi_azure_native import Provider, resources

from components.azure.managed_hsm import ZoneManagedHsm, ZoneManagedHsmArgs
from components.tagging import tagged
from sovereignty import azure_names, deployment, zone
from sovereignty.compile.required import azure
from sovereignty.documents import read_yaml

shipped: Any = read_yaml(Path(__file__).resolve().parents[3] / "zones" / "eu.yaml")
# what zones/eu.yaml says once its keys are in a managed HSM: no vault copies them to a paired region any more
accepts = [each for each in shipped["accepts"] if each["risk"] != "azure.key-vault-pair"]
keys = {**shipped["keys"], "azure": "managed-hsm"}
eu = zone.parse({**shipped, "keys": keys, "accepts": accepts}, "zones/eu.yaml")
landed = deployment.from_config(pulumi.runtime.get_config_env(), "Pulumi.eu.yaml")
[subscription], tenant, where = landed.azure_subscriptions, landed.azure_tenant_id, azure(eu).home
provider = Provider("zone", subscription_id=subscription, tenant_id=tenant, location=where, environment="public")
at_home = pulumi.ResourceOptions(providers=[provider], transforms=[tagged(eu.tags())])
name = azure_names.resource_group(eu, where)
group = resources.ResourceGroup("keys", resource_group_name=name, location=where, opts=at_home)

hsm = ZoneManagedHsm("eu", ZoneManagedHsmArgs(zone=eu, deployment=landed, resource_group_name=group.name), at_home)
pulumi.export("nextStep", hsm.next_step)
