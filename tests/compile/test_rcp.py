import json

import pytest
from resource_policy_proofs import (
    EU,
    FIRST,
    LANDED,
    SOVEREIGN,
    STRANGER,
    Caller,
    Way,
    inside,
    load_balancing,
    rcp_difference,
    rcp_documents,
)
from zones_as_data import declared, on_aws_alone

from sovereignty import facts
from sovereignty.compile import ou_path, rcp
from sovereignty.errors import InputError
from sovereignty.facts.elb_log_accounts import elb_log_accounts
from sovereignty.judgement import resources
from sovereignty.zone import Zone

DOCUMENTS = rcp.documents(EU, LANDED)
STATEMENTS = [statement for document in DOCUMENTS for statement in document.body["Statement"]]


@pytest.mark.proof
def test_every_caller_on_every_way_is_refused_by_the_rcps_exactly_where_the_judgement_refuses_it():
    assert rcp_difference([document.body for document in DOCUMENTS]) is None


@pytest.mark.proof
@pytest.mark.parametrize("regions", [["eu-west-1"], ["eu-central-1"], ["eu-central-1", "eu-west-3"]])
def test_a_zones_regions_are_what_the_rcps_hold(regions: list[str]):
    law = declared("eu", aws={"partition": "aws", "home": regions[0], "regions": regions})
    assert rcp_difference(rcp_documents(law), law) is None


@pytest.mark.proof
@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        ("us", {}),
        ("eu", {"aws_management_account": "222200001111"}),
        ("eu", {"sentinel_workspace_id": None}),
        ("eu", {"aws_vpc_arns": (), "aws_organization_paths": ()}),
        ("eu", {"aws_accounts": ("777788889999",)}),
        ("eu", {"aws_zone_ou_path": f"{SOVEREIGN}ou-ab12-55555555/"}),
    ],
)
def test_what_the_zone_and_its_stack_declare_is_what_the_rcps_hold(zone: str, changes: dict[str, object]):
    law, landed = declared(zone), LANDED.model_copy(update=changes)
    assert rcp_difference(rcp_documents(law, landed), law, landed) is None


def reaches(action: str, caller: Caller, way: Way | None = None, zone: Zone = EU) -> bool:
    return resources.reach(zone, LANDED, action, caller, way or Way()).allowed


@pytest.mark.parametrize(
    "vpc", [f"arn:aws:ec2:us-east-1:{STRANGER}:vpc/vpc-07", f"arn:aws:ec2:eu-west-1:{STRANGER}:vpc/a"]
)
def test_a_network_of_aws_is_no_obstacle_to_what_a_service_does_for_the_zone(vpc: str):
    app, disks = inside(FIRST), inside(FIRST, "aws:ec2-infrastructure")
    assert not reaches("s3:GetObject", app, Way(vpc=vpc))
    assert not reaches("s3:GetObject", app, Way(vpc=vpc, by_service=None))
    assert reaches("s3:GetObject", app, Way(vpc=vpc, by_service=True))
    assert reaches("kms:Decrypt", disks, Way(vpc=vpc)), "EC2 opens disks from a network of AWS"
    service = Caller(service="cloudtrail.amazonaws.com", for_account=FIRST, for_path=LANDED.aws_zone_ou_path or "")
    assert reaches("s3:PutObject", service, Way(vpc=vpc))


def test_load_balancers_write_their_logs_as_the_account_of_a_region_of_the_zone_and_do_nothing_else():
    frankfurt, virginia = load_balancing("054676820928"), load_balancing("127311923021")
    assert reaches("s3:PutObject", frankfurt) and not reaches("s3:PutObject", virginia)
    assert reaches("s3:PutObject", virginia, zone=declared("us")) and not reaches(
        "s3:PutObject", frankfurt, zone=declared("us")
    )
    for action in ("s3:GetObject", "s3:PutObjectAcl", "s3:PutBucketPolicy", "s3:DeleteObject", "kms:Decrypt"):
        assert not reaches(action, frankfurt)


def test_each_account_of_load_balancing_is_of_a_region_of_aws():
    accounts = elb_log_accounts()
    assert all(facts.region("aws", region) for region in accounts)
    assert all(len(account) == 12 and account.isdigit() for account in accounts.values())
    assert len(set(accounts.values())) == len(accounts)


def test_a_region_that_never_had_an_account_of_load_balancing_excepts_none():
    spain = declared("eu", aws={"partition": "aws", "home": "eu-south-2", "regions": ["eu-south-2"]})
    text = "".join(document.text for document in rcp.documents(spain, LANDED))
    assert "s3:PutA*" not in text and "054676820928" not in text
    assert rcp_difference(rcp_documents(spain), spain) is None


def test_a_zone_whose_sentinel_is_in_no_azure_cloud_of_its_own_takes_the_one_of_its_partition():
    gov = on_aws_alone("aws-us-gov", "us-gov-west-1", "US")
    text = "".join(each.text for each in rcp.documents(gov, LANDED.model_copy(update={"aws_vpc_arns": ()})))
    assert "api://d4230588-5f84-4281-a9c7-2c15194b28f7" in text
    assert "arn:aws:" not in text


def test_every_statement_denies_to_everybody_and_is_one_that_organizations_takes():
    for statement in STATEMENTS:
        assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert "*" not in actions
        assert "NotAction" not in statement


def test_an_rcp_names_services_that_rcps_bind_and_no_others():
    bound = {row.prefix for row in facts.aws_rcp_services()}
    for statement in STATEMENTS:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert {action.split(":")[0] for action in actions} <= bound


def test_the_documents_are_within_the_quotas_and_say_which_controls_they_enforce():
    assert len(DOCUMENTS) <= 4
    assert all(len(document.text) <= document.limit == 5120 for document in DOCUMENTS)
    assert {control for document in DOCUMENTS for control in document.controls} == {
        "identity.federation",
        "identity.organization",
        "identity.services",
        "network.tls",
        "network.vpc",
    }
    assert [document.path for document in DOCUMENTS] == [f"aws/rcp/eu-{n}.json" for n in range(1, len(DOCUMENTS) + 1)]


def test_which_documents_there_are_does_not_depend_on_the_path_of_the_ou():
    unit = "/ou-ab12-" + "1" * 32
    deep = "o-a1b2c3d4e5/r-ab12" + unit * 5 + "/"
    assert len(deep) < ou_path.longest()

    def sids(path: str) -> list[list[str]]:
        documents = rcp.documents(EU, LANDED.model_copy(update={"aws_zone_ou_path": path}))
        return [[statement["Sid"] for statement in document.body["Statement"]] for document in documents]

    assert sids(deep) == sids("o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/")


def test_the_same_zone_gives_the_same_bytes():
    assert rcp.documents(declared("eu"), LANDED) == DOCUMENTS


def test_a_zone_without_aws_has_no_rcps():
    assert rcp.documents(EU.model_copy(update={"aws": None}), LANDED) == ()


def test_a_missing_ou_path_is_an_error_that_names_its_key():
    with pytest.raises(InputError, match="sovereign-zones:awsZoneOuPath"):
        rcp.documents(EU, LANDED.model_copy(update={"aws_zone_ou_path": None}))


def test_without_the_management_account_there_are_no_rcps_since_they_would_shut_it_out():
    with pytest.raises(InputError, match=r"Pulumi\.eu\.yaml: sovereign-zones:awsManagementAccount: It is missing"):
        rcp.documents(EU, LANDED.model_copy(update={"aws_management_account": None}))


_OVER = (
    r"compiles to \d+ RCPs, and AWS attaches 1 to an OU: \d+ too many, with \d+ characters more than those hold\. "
    r"Most is taken by \w+\.\w+ \(\d+ characters\)"
)


def test_what_does_not_fit_is_an_error_with_the_count():
    with pytest.raises(InputError, match=_OVER):
        rcp.documents(EU, LANDED, attachments=1)
    with pytest.raises(InputError, match=r"AWS takes 300: \d+ too many\. Most is taken by \w+1 \(\d+ characters\)"):
        rcp.documents(EU, LANDED, characters=300, attachments=99)


def test_a_name_of_break_glass_opens_nothing_outside_the_zones_accounts():
    assert "iam::*:" not in json.dumps(STATEMENTS)
