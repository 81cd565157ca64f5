"""Address blocks of Azure's networks: one for each location, that overlaps with no other network of the zone."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

from law_inputs import EU, STACK, refused

from sovereignty import deployment, vpc_blocks, zone
from sovereignty.deployment import Deployment
from sovereignty.vnet_blocks import block, blocks
from sovereignty.zone import Zone

LAW = zone.parse(EU, "zones/eu.yaml")
HOME = "germanywestcentral"
KEY = "Pulumi.eu.yaml: sovereign-zones:azureVnetCidrs"


def landed(**changes: Any) -> Deployment:
    return deployment.from_config({**STACK, **{f"sovereign-zones:{key}": each for key, each in changes.items()}}, "")


def called(name: str) -> Zone:
    return LAW.model_copy(update={"zone": name})


def test_every_location_has_a_block_of_its_own_that_is_the_same_on_every_run():
    found = {place: block(LAW, landed(), place) for place in blocks(LAW, landed())}
    assert found == {
        "germanywestcentral": "10.219.0.0/16",
        "northeurope": "10.252.0.0/16",
        "westeurope": "10.186.0.0/16",
    }


def test_a_location_is_taken_in_any_spelling_also_in_the_stack_file():
    assert block(LAW, landed(), "West Europe") == block(LAW, landed(), "westeurope")
    assert block(LAW, landed(azureVnetCidrs=["westeurope=10.20.0.0/16"]), "West Europe") == "10.20.0.0/16"
    spelt = LAW.model_copy(
        update={"azure": LAW.azure and LAW.azure.model_copy(update={"regions": ("West Europe", "North Europe")})}
    )
    assert block(spelt, landed(), "westeurope") == block(LAW, landed(), "westeurope")


def test_two_locations_that_share_addresses_are_an_error_of_the_stack_file():
    stack = landed(azureVnetCidrs=["westeurope=10.20.0.0/16", f"{HOME}=10.20.8.0/22"])
    [problem] = refused(block, LAW, stack, HOME)
    assert problem.where == KEY
    assert problem.found == "The networks of germanywestcentral and westeurope have addresses in common."
    assert f"`{HOME}=10.0.0.0/16`" in problem.right
    assert block(LAW, stack, "northeurope") == "10.252.0.0/16", "it has none of them"


def test_a_network_that_shares_addresses_with_a_vpc_of_the_zone_is_an_error_of_the_stack_file():
    [problem] = refused(block, LAW, landed(awsVpcCidrs=["eu-central-1=10.219.0.0/16"]), HOME)
    assert problem.where == KEY
    assert problem.found == "The network of germanywestcentral and the VPC of eu-central-1 have addresses in common."


def test_a_zone_without_aws_has_no_vpcs_to_keep_off():
    alone = LAW.model_copy(update={"aws": None})
    assert block(alone, landed(awsVpcCidrs=["eu-central-1=10.219.0.0/16"]), HOME) == "10.219.0.0/16"


def test_the_block_that_an_error_proposes_is_free():
    networks = [f"{HOME}=10.0.0.0/16", "westeurope=10.0.0.0/24", "northeurope=10.1.0.0/16"]
    stack = landed(azureVnetCidrs=networks, awsVpcCidrs=["eu-west-1=10.2.0.0/16"])
    [problem] = refused(block, LAW, stack, HOME)
    proposed = IPv4Network(problem.right.partition("=")[2].rstrip("`."))
    taken = [*blocks(LAW, stack).values(), *vpc_blocks.blocks(LAW, stack).values()]
    assert not any(proposed.overlaps(each) for each in taken)


def test_the_vpcs_keep_the_blocks_that_they_have_had():
    kept = {"eu-central-1": "10.244.0.0/16", "eu-west-1": "10.200.0.0/16"}
    assert {region: vpc_blocks.block(LAW, landed(), region) for region in kept} == kept


def test_zones_of_other_names_have_other_blocks():
    assert blocks(called("one"), landed()) != blocks(called("two"), landed())
