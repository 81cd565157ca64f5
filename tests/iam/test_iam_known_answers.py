"""What AWS's own pages say about their examples: each test names the page, and the answers are the page's."""

from typing import Any

import pytest
from iam_policies import allowed, denied, policy, statement

from sovereignty.iam.evaluate import Why, decide
from sovereignty.iam.policy import Policy
from sovereignty.iam.request import Request

EVERYTHING = policy(statement("Allow"))
CARLOS = "arn:aws:iam::123456789012:user/carlossalazar"
ROLE = "arn:aws:iam::444455556666:role/cross-account-read-only-role"
SESSION = "arn:aws:sts::444455556666:assumed-role/cross-account-read-only-role/cross-account-audit-app"
ROOT = "arn:aws:iam::444455556666:root"


# IAM User Guide, "Policy evaluation for requests within a single account": Carlos and his buckets
CARLOS_MAY = policy(
    statement("Allow", ["s3:ListAllMyBuckets", "s3:GetBucketLocation"], "arn:aws:s3:::*"),
    statement("Allow", "s3:*", ["arn:aws:s3:::carlossalazar", "arn:aws:s3:::carlossalazar/*"]),
    statement("Deny", "s3:*", "arn:aws:s3:::*log*"),
)
BUCKET_OF_CARLOS = policy(
    statement(
        "Allow", "s3:*", ["arn:aws:s3:::carlossalazar/*", "arn:aws:s3:::carlossalazar"], Principal={"AWS": CARLOS}
    )
)


def test_carlos_is_denied_his_log_bucket_and_allowed_his_own():
    logs = Request("s3:PutObject", "arn:aws:s3:::carlossalazar-logs/a", principal=CARLOS)
    own = Request("s3:PutObject", "arn:aws:s3:::carlossalazar/a", principal=CARLOS)
    refused = decide(logs, identity=[CARLOS_MAY])
    assert (refused.allowed, refused.why) == (False, Why.IDENTITY_DENIES)
    assert refused.statements == (CARLOS_MAY.statements[2],)
    assert decide(own, identity=[CARLOS_MAY], resource=BUCKET_OF_CARLOS).allowed


def test_in_one_account_one_of_the_two_policies_is_enough():
    own = Request("s3:PutObject", "arn:aws:s3:::carlossalazar/a", principal=CARLOS)
    assert decide(own, identity=[CARLOS_MAY]).allowed
    assert decide(own, resource=BUCKET_OF_CARLOS).allowed
    neither = decide(own)
    assert (neither.allowed, neither.why) == (False, Why.IDENTITY_ALLOWS_NOT)


def test_the_resource_s_policy_may_deny_what_an_identity_policy_allows():
    closed = policy(statement("Deny", "s3:Put*", Principal="*"))
    refused = decide(Request("s3:PutObject", principal=CARLOS), identity=[EVERYTHING], resource=closed)
    assert (refused.why, refused.statements) == (Why.RESOURCE_DENIES, closed.statements)
    assert decide(Request("s3:GetObject", principal=CARLOS), identity=[EVERYTHING], resource=closed).allowed


def test_a_resource_s_policy_without_a_principal_is_refused():
    with pytest.raises(ValueError, match="Principal"):
        decide(Request("s3:GetObject"), resource=EVERYTHING)


# IAM User Guide, "The difference between explicit and implicit denies"
def test_reads_are_allowed_reports_denied_and_the_rest_denied_by_silence():
    reader = policy(statement("Allow", ["iam:Get*", "iam:List*"]), statement("Deny", "iam:*Report"))

    def why(action: str) -> Why:
        return decide(Request(action, principal=CARLOS), identity=[reader]).why

    assert why("iam:GetRole") == Why.ALLOWED
    assert why("IAM:listroles") == Why.ALLOWED
    assert why("iam:CreatePolicy") == Why.IDENTITY_ALLOWS_NOT
    assert why("iam:GetOrganizationsAccessReport") == Why.IDENTITY_DENIES
    generous = decide(Request("iam:GenerateCredentialReport", principal=CARLOS), identity=[reader, EVERYTHING])
    assert generous.why == Why.IDENTITY_DENIES


# IAM User Guide, "Cross-account policy evaluation logic"
def test_across_accounts_both_sides_have_to_allow():
    elsewhere = policy(statement("Allow", "s3:GetObject", "arn:aws:s3:::production/*", Principal={"AWS": CARLOS}))
    asked = Request("s3:GetObject", "arn:aws:s3:::production/a", principal=CARLOS)
    reads = policy(statement("Allow", "s3:GetObject", "arn:aws:s3:::production/*"))
    assert decide(asked, identity=[reads], resource=elsewhere, same_account=False).allowed
    assert decide(asked, resource=elsewhere, same_account=False).why == Why.IDENTITY_ALLOWS_NOT
    assert decide(asked, identity=[reads], same_account=False).why == Why.RESOURCE_ALLOWS_NOT
    put = Request("s3:PutObject", "arn:aws:s3:::production/a", principal=CARLOS)
    assert not decide(put, identity=[EVERYTHING], resource=elsewhere, same_account=False).allowed


# IAM User Guide, "Single-valued context key policy examples"
def test_a_volume_is_tagged_with_a_project_and_never_as_production():
    volumes = policy(
        statement("Allow", "ec2:CreateVolume"),
        statement(
            "Allow",
            "ec2:CreateTags",
            "arn:aws:ec2:us-east-1:123456789012:volume/*",
            Condition={
                "StringLike": {"aws:RequestTag/project": "*"},
                "StringNotEquals": {"aws:ResourceTag/environment": "production"},
            },
        ),
    )
    volume = "arn:aws:ec2:us-east-1:123456789012:volume/vol-1"
    project, environment = "aws:RequestTag/project", "aws:ResourceTag/environment"
    assert allowed(volumes, "ec2:CreateTags", volume, **{project: "webserver"})
    assert allowed(volumes, "ec2:CreateTags", volume, **{project: "webserver", environment: "test"})
    assert not allowed(volumes, "ec2:CreateTags", volume, **{environment: "test"})
    assert not allowed(volumes, "ec2:CreateTags", volume, **{project: "webserver", environment: "production"})


# IAM User Guide, "Multivalued context key examples"
PREFIXES = ["key1/*", "key2/*", "key3/*"]


@pytest.mark.parametrize(
    ("tags", "every", "some"),
    [
        (("key1/one",), True, True),
        (("key1/one", "key3/two"), True, True),
        (("key1/one", "other"), False, True),
        (("other",), False, False),
        ((), True, False),
    ],
)
def test_tag_keys_are_denied_by_all_or_by_any_of_the_values(tags: tuple[str, ...], every: bool, some: bool):
    for quantifier, answer in (("ForAllValues", every), ("ForAnyValue", some)):
        document = policy(
            statement("Deny", "iam:*Tag*", Condition={f"{quantifier}:StringLike": {"aws:TagKeys": PREFIXES}})
        )
        assert denied(document, "iam:TagUser", aws_TagKeys=tags) is answer


def test_null_false_beside_for_all_values_lets_requests_without_tags_alone():
    condition = {"ForAllValues:StringLike": {"aws:TagKeys": PREFIXES}, "Null": {"aws:TagKeys": "false"}}
    document = policy(statement("Deny", "iam:*Tag*", Condition=condition))
    assert not denied(document, "iam:TagUser")
    assert denied(document, "iam:TagUser", aws_TagKeys=("key2/a",))


# IAM User Guide, "Conditions with multiple context keys or values": the DynamoDB table of threads
def test_attributes_of_a_table_are_allowed_together_and_refused_one_by_one():
    reads = {"ForAllValues:StringLike": {"dynamodb:requestedAttributes": ["PostDateTime", "Message", "Tags"]}}
    writes = {"ForAnyValue:StringLike": {"dynamodb:requestedAttributes": ["ID", "PostDateTime"]}}
    table = policy(
        statement("Allow", "dynamodb:GetItem", Condition=reads), statement("Deny", "dynamodb:PutItem", Condition=writes)
    )
    assert allowed(table, "dynamodb:GetItem", dynamodb_requestedAttributes=("PostDateTime", "Message"))
    assert not allowed(table, "dynamodb:GetItem", dynamodb_requestedAttributes=("PostDateTime", "UserName"))
    assert denied(table, "dynamodb:PutItem", dynamodb_requestedAttributes=("UserName", "Message", "PostDateTime"))
    assert not denied(table, "dynamodb:PutItem", dynamodb_requestedAttributes=("UserName",))


# IAM User Guide, "IAM JSON policy elements: Condition operators"
def test_a_string_pattern_spans_the_parts_of_an_arn_and_an_arn_pattern_does_not():
    pattern = "arn:aws:someservice:*:111122223333:finance/*"
    found = "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"
    for operator, answer in (("StringLike", True), ("ArnLike", False), ("ArnEquals", False), ("ArnNotLike", True)):
        document = policy(statement(Condition={operator: {"aws:SourceArn": pattern}}))
        assert denied(document, "sqs:SendMessage", aws_SourceArn=found) is answer


def test_instance_types_need_if_exists_as_images_and_keys_have_none():
    types = {"ec2:InstanceType": ["t1.*", "t2.*", "m3.*"]}
    strict = policy(statement("Allow", "ec2:RunInstances", Condition={"StringLike": types}))
    lenient = policy(statement("Allow", "ec2:RunInstances", Condition={"StringLikeIfExists": types}))
    assert not allowed(strict, "ec2:RunInstances")
    assert allowed(lenient, "ec2:RunInstances")
    assert allowed(lenient, "ec2:RunInstances", ec2_InstanceType="t2.micro")
    assert not allowed(lenient, "ec2:RunInstances", ec2_InstanceType="c5.large")


# IAM User Guide, "IAM policy elements: Variables and tags"
def test_who_has_no_team_is_denied_what_belongs_to_a_team():
    condition = {"StringNotEquals": {"s3:ExistingObjectTag/Team": "${aws:PrincipalTag/Team}"}}
    document = policy(statement("Deny", "s3:GetObject", "arn:aws:s3:::amzn-s3-demo-bucket/*", Condition=condition))
    obj, of_object, of_caller = (
        "arn:aws:s3:::amzn-s3-demo-bucket/a",
        "s3:ExistingObjectTag/Team",
        "aws:PrincipalTag/Team",
    )
    assert not denied(document, "s3:GetObject", obj, **{of_object: "red", of_caller: "red"})
    assert denied(document, "s3:GetObject", obj, **{of_object: "red", of_caller: "blue"})
    assert denied(document, "s3:GetObject", obj, **{of_object: "red"})


def test_a_resource_with_a_variable_is_the_callers_own_or_the_default():
    team = "arn:aws:s3:::amzn-s3-demo-bucket-${aws:PrincipalTag/team, 'company-wide'}"
    home = "arn:aws:s3:::bucket/home/${aws:username}/*"
    document = policy(statement("Allow", "s3:*", [team, home]))
    assert allowed(document, "s3:ListBucket", "arn:aws:s3:::amzn-s3-demo-bucket-company-wide")
    assert allowed(
        document, "s3:ListBucket", "arn:aws:s3:::amzn-s3-demo-bucket-yellow", **{"aws:PrincipalTag/team": "yellow"}
    )
    assert allowed(document, "s3:GetObject", "arn:aws:s3:::bucket/home/ann/a", aws_username="ann")
    assert not allowed(document, "s3:GetObject", "arn:aws:s3:::bucket/home/ann/a", aws_username="bob")
    assert not allowed(document, "s3:GetObject", "arn:aws:s3:::bucket/home//a")


# IAM User Guide, "IAM JSON policy elements: Resource"
def test_a_star_in_a_resource_goes_over_slashes_and_its_case_counts():
    document = policy(statement("Allow", "s3:GetObject", "arn:aws:s3:::amzn-s3-demo-bucket/*/test/*"))
    bucket = "arn:aws:s3:::amzn-s3-demo-bucket"
    for key in ("1/test/object.jpg", "1/2/test/3/object.jpg", "1///test///object.jpg", "/test/object.jpg"):
        assert allowed(document, "s3:GetObject", f"{bucket}/{key}")
    for key in ("1-test/object.jpg", "test/object.jpg", "1/2/test.jpg", "1/TEST/object.jpg"):
        assert not allowed(document, "s3:GetObject", f"{bucket}/{key}")


# IAM User Guide, "IAM JSON policy elements: NotAction" and "NotResource"
def test_not_action_and_not_resource_mean_everything_else():
    no_iam = policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})
    assert allowed(no_iam, "s3:PutObject")
    assert not allowed(no_iam, "IAM:CreateUser")
    elsewhere = policy({"Effect": "Deny", "Action": "s3:*", "NotResource": ["arn:aws:s3:::hr", "arn:aws:s3:::hr/*"]})
    assert denied(elsewhere, "s3:GetObject", "arn:aws:s3:::other/a")
    assert not denied(elsewhere, "s3:GetObject", "arn:aws:s3:::hr/a")
    nowhere = policy({"Effect": "Deny", "Action": "s3:*", "NotResource": "*"})
    assert not denied(nowhere, "s3:GetObject", "arn:aws:s3:::hr/a")


# IAM User Guide, "AWS JSON policy elements: Principal"
def named(element: object) -> Policy:
    return policy(statement("Allow", Principal=element))


def test_an_account_stands_for_each_of_its_principals():
    for account in ("444455556666", ROOT):
        for principal in (ROLE, SESSION, ROOT, "arn:aws:iam::444455556666:user/Bob"):
            assert allowed(named({"AWS": account}), "s3:GetObject", principal=principal)
        for principal in (CARLOS, "", "s3.amazonaws.com", "arn:aws:iam::444455556666:saml-provider/x"):
            assert not allowed(named({"AWS": account}), "s3:GetObject", principal=principal)


def test_a_principal_is_named_exactly_and_a_session_by_its_role_too():
    document = named({"AWS": [ROLE, CARLOS]})
    assert allowed(document, "s3:GetObject", principal=ROLE)
    assert allowed(document, "s3:GetObject", principal=SESSION, aws_PrincipalArn=ROLE)
    assert not allowed(document, "s3:GetObject", principal=ROLE + "2")
    assert not allowed(document, "s3:GetObject", principal=CARLOS.upper())
    assert allowed(named({"AWS": SESSION}), "s3:GetObject", principal=SESSION, aws_PrincipalArn=ROLE)
    assert not allowed(named({"AWS": SESSION}), "s3:GetObject", principal=ROLE)


def test_a_star_is_everybody_and_types_of_principals_are_apart():
    for everybody in ("*", {"AWS": "*"}):
        for principal in (ROLE, "", "logs.amazonaws.com"):
            assert allowed(named(everybody), "s3:GetObject", principal=principal)
    assert allowed(
        named({"Service": ["ec2.amazonaws.com", "logs.amazonaws.com"]}), "s3:PutObject", principal="logs.amazonaws.com"
    )
    assert not allowed(named({"Service": "logs.amazonaws.com"}), "s3:PutObject", principal="s3.amazonaws.com")
    assert allowed(named({"Service": "*"}), "s3:PutObject", principal="s3.amazonaws.com")
    assert not allowed(named({"Service": "*"}), "s3:PutObject", principal=ROLE)
    assert not allowed(named({"Service": "*"}), "s3:PutObject")
    assert not allowed(named({"Federated": "*"}), "sts:AssumeRole", principal=ROLE)
    provider = "arn:aws:iam::444455556666:saml-provider/x"
    assert allowed(named({"Federated": provider}), "sts:AssumeRoleWithSAML", principal=provider)
    assert allowed(named({"Federated": "*"}), "sts:AssumeRoleWithSAML", principal=provider)
    assert not allowed(named({"Service": "*"}), "sts:AssumeRoleWithSAML", principal=provider)


def test_in_one_account_naming_the_account_leaves_the_decision_to_its_identity_policies():
    asked = Request("s3:GetObject", principal=ROLE)
    assert decide(asked, resource=named({"AWS": "444455556666"})).why == Why.IDENTITY_ALLOWS_NOT
    assert decide(asked, resource=named({"AWS": "444455556666"}), identity=[EVERYTHING]).allowed
    assert decide(asked, resource=named({"AWS": ROLE})).allowed
    assert decide(asked, resource=named("*")).allowed


# IAM User Guide, "AWS JSON policy elements: NotPrincipal"
@pytest.mark.parametrize(
    ("spared", "principal", "answer"),
    [
        (["arn:aws:iam::444455556666:user/Bob", ROOT], "arn:aws:iam::444455556666:user/Bob", False),
        (["arn:aws:iam::444455556666:user/Bob", ROOT], "arn:aws:iam::444455556666:user/Ann", True),
        (["arn:aws:iam::444455556666:user/Bob"], "arn:aws:iam::444455556666:user/Bob", True),
        ([SESSION, ROLE, ROOT], SESSION, False),
        ([SESSION, ROOT], SESSION, True),
        ([SESSION, ROLE], SESSION, True),
        ([SESSION, ROLE, ROOT], CARLOS, True),
        ([SESSION, ROLE, ROOT], "", True),
        ([SESSION, ROLE, ROOT], "s3.amazonaws.com", True),
        ([ROOT], ROOT, False),
        ([ROOT], ROLE, True),
        (["*"], ROLE, False),
    ],
)
def test_a_deny_spares_only_whom_it_names_with_role_and_account(spared: list[str], principal: str, answer: bool):
    document = policy(statement("Deny", "s3:*", NotPrincipal={"AWS": spared}))
    context = {"aws_PrincipalArn": ROLE} if principal == SESSION else {}
    assert denied(document, "s3:GetObject", "*", principal, **context) is answer


def test_a_deny_spares_a_service_by_its_name():
    document = policy(statement("Deny", "s3:*", NotPrincipal={"Service": "logs.amazonaws.com"}))
    assert not denied(document, "s3:PutObject", principal="logs.amazonaws.com")
    assert denied(document, "s3:PutObject", principal="s3.amazonaws.com")


def test_an_allow_for_all_but_some_lets_even_the_anonymous_in():
    document = policy(statement("Allow", "s3:*", NotPrincipal={"AWS": ROLE}))
    assert not allowed(document, "s3:GetObject", principal=ROLE)
    assert allowed(document, "s3:GetObject", principal=CARLOS)
    assert decide(Request("s3:GetObject"), resource=document).allowed


# IAM User Guide, "How AWS enforcement code logic evaluates requests": trust and key policies are exceptions
def test_a_key_is_used_by_nobody_that_its_own_policy_does_not_allow():
    asked = Request("kms:Decrypt", principal=ROLE)
    delegating, direct = named({"AWS": ROOT}), named({"AWS": ROLE})
    stranger = named({"AWS": CARLOS})
    assert decide(asked, identity=[EVERYTHING], resource=stranger, resource_decides=True).why == Why.RESOURCE_ALLOWS_NOT
    assert decide(asked, identity=[EVERYTHING], resource=delegating, resource_decides=True).allowed
    assert not decide(asked, resource=delegating, resource_decides=True).allowed
    assert decide(asked, resource=direct, resource_decides=True).allowed


# AWS Organizations User Guide, "SCP evaluation"
def test_each_level_of_the_path_has_to_allow_and_none_may_deny():
    asked = Request("s3:GetObject", principal=ROLE)
    ec2_only, no_s3 = policy(statement("Allow", "ec2:*")), policy(statement("Deny", "s3:*"))

    def why(*levels: list[Policy]) -> Why:
        return decide(asked, scps=levels, identity=[EVERYTHING]).why

    assert why([EVERYTHING], [EVERYTHING], [EVERYTHING]) == Why.ALLOWED
    assert why([EVERYTHING], [], [EVERYTHING]) == Why.SCP_ALLOWS_NOT
    assert why([EVERYTHING], [ec2_only], [EVERYTHING]) == Why.SCP_ALLOWS_NOT
    assert why([EVERYTHING], [ec2_only, EVERYTHING], [EVERYTHING]) == Why.ALLOWED
    for level in range(3):
        levels = [[EVERYTHING], [EVERYTHING], [EVERYTHING]]
        levels[level].append(no_s3)
        assert why(*levels) == Why.SCP_DENIES
    assert decide(asked, scps=[[EVERYTHING]]).why == Why.IDENTITY_ALLOWS_NOT


# AWS Organizations User Guide, "Service control policies (SCPs)", tasks and entities not restricted by SCPs
def test_scps_bind_the_root_user_and_neither_services_nor_service_linked_roles_nor_the_management_account():
    scps = [[EVERYTHING, policy(statement("Deny"))]]
    linked = "arn:aws:iam::444455556666:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    imitator = "arn:aws:iam::444455556666:role/x/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"

    def allows(principal: str, **more: Any) -> bool:
        identity = [EVERYTHING] if principal.startswith("arn:") else []
        return decide(
            Request("s3:PutObject", principal=principal), scps=scps, identity=identity, resource=named("*"), **more
        ).allowed

    assert not allows(ROLE)
    assert not allows(ROOT)
    assert not allows(imitator)
    # a caller that only the context names
    named_by_context = Request("s3:PutObject", context={"aws:PrincipalArn": ROLE})
    assert decide(named_by_context, scps=scps, resource=named("*")).why == Why.SCP_DENIES
    assert allows(linked)
    assert allows("config.amazonaws.com")
    assert allows("")
    assert allows(ROLE, principal_in_management_account=True)
    assert not allows(ROLE, resource_in_management_account=True)


def test_the_root_user_needs_no_policy_of_its_own():
    assert decide(Request("s3:GetObject", principal=ROOT)).allowed
    assert decide(Request("s3:GetObject", principal=ROOT), scps=[[policy(statement("Deny"))]]).why == Why.SCP_DENIES


# AWS Organizations User Guide, "Resource control policies (RCPs)"
def test_rcps_bind_strangers_and_services_and_neither_service_linked_roles_nor_the_management_account():
    rcps = [[policy(statement("Deny", "s3:*", Principal="*"))]]
    linked = "arn:aws:iam::444455556666:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"

    def why(principal: str, **more: Any) -> Why:
        asked = Request("s3:PutObject", principal=principal)
        return decide(asked, rcps=rcps, identity=[EVERYTHING], resource=named("*"), **more).why

    for principal in (ROLE, ROOT, "", "logs.amazonaws.com"):
        assert why(principal) == Why.RCP_DENIES
        assert why(principal, resource_in_management_account=True) == Why.ALLOWED
    assert why(ROLE, principal_in_management_account=True) == Why.RCP_DENIES
    assert why(linked) == Why.ALLOWED


# AWS Organizations User Guide, "Service control policy examples": deny by the requested region
REGIONS = policy(
    {
        "Effect": "Deny",
        "NotAction": ["iam:*", "organizations:*", "support:*"],
        "Resource": "*",
        "Condition": {
            "StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1"]},
            "ArnNotLike": {"aws:PrincipalARN": ["arn:aws:iam::*:role/Role1AllowedToBypassThisSCP"]},
        },
    }
)


def test_the_published_region_deny_exempts_global_services_and_the_named_role():
    exempt = "arn:aws:iam::444455556666:role/Role1AllowedToBypassThisSCP"
    assert denied(REGIONS, "s3:PutObject", aws_RequestedRegion="us-east-1", aws_PrincipalArn=ROLE)
    assert not denied(REGIONS, "s3:PutObject", aws_RequestedRegion="eu-west-1", aws_PrincipalArn=ROLE)
    assert not denied(REGIONS, "iam:CreateRole", aws_RequestedRegion="us-east-1", aws_PrincipalArn=ROLE)
    assert not denied(REGIONS, "s3:PutObject", aws_RequestedRegion="us-east-1", aws_PrincipalArn=exempt)


# aws-samples/data-perimeter-policy-examples, identity_perimeter_rcp.json
PERIMETER = policy(
    statement(
        "Deny",
        ["s3:*", "sqs:*", "kms:*", "secretsmanager:*", "sts:AssumeRole"],
        Principal="*",
        Condition={
            "StringNotEqualsIfExists": {
                "aws:PrincipalOrgID": "o-zone",
                "aws:PrincipalAccount": ["222233334444", "333344445555"],
                "aws:ResourceTag/dp:exclude:identity": "true",
            },
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        },
    ),
    statement(
        "Deny",
        ["s3:*", "sqs:*", "kms:*", "secretsmanager:*", "sts:*"],
        Principal="*",
        Condition={
            "StringNotEqualsIfExists": {"aws:SourceOrgID": "o-zone", "aws:SourceAccount": ["222233334444"]},
            "Null": {"aws:SourceAccount": "false"},
            "Bool": {"aws:PrincipalIsAWSService": "true"},
        },
    ),
)


def test_the_identity_perimeter_refuses_strangers_and_the_anonymous():
    own = {"aws:PrincipalOrgID": "o-zone", "aws:PrincipalAccount": "444455556666", "aws:PrincipalIsAWSService": "false"}
    assert not denied(PERIMETER, "s3:GetObject", principal=ROLE, **own)
    assert denied(PERIMETER, "s3:GetObject", principal=CARLOS, **{**own, "aws:PrincipalOrgID": "o-other"})
    assert denied(PERIMETER, "s3:GetObject")
    partner = {**own, "aws:PrincipalOrgID": "o-other", "aws:PrincipalAccount": "222233334444"}
    assert not denied(PERIMETER, "s3:GetObject", principal=CARLOS, **partner)
    tagged = {"aws:ResourceTag/dp:exclude:identity": "true"}
    assert not denied(PERIMETER, "s3:GetObject", **tagged)
    assert not denied(PERIMETER, "ec2:RunInstances")


def test_services_come_in_on_behalf_of_the_organization_only():
    service = {"aws:PrincipalIsAWSService": "true", "aws:SourceAccount": "444455556666"}
    trail = "cloudtrail.amazonaws.com"
    assert not denied(PERIMETER, "s3:PutObject", principal=trail, **{**service, "aws:SourceOrgID": "o-zone"})
    assert denied(PERIMETER, "s3:PutObject", principal=trail, **{**service, "aws:SourceOrgID": "o-other"})
    assert denied(PERIMETER, "s3:PutObject", principal=trail, **service)
    assert not denied(PERIMETER, "s3:PutObject", principal=trail, **{"aws:PrincipalIsAWSService": "true"})


def test_organization_paths_over_an_absent_key_refuse_by_all_and_let_in_by_any():
    own = ["o-zone/r-1/ou-1-eu/*"]
    by_all = policy(statement(Condition={"ForAllValues:StringNotLikeIfExists": {"aws:PrincipalOrgPaths": own}}))
    by_any = policy(statement(Condition={"ForAnyValue:StringNotLikeIfExists": {"aws:PrincipalOrgPaths": own}}))
    for path, answer in (("o-zone/r-1/ou-1-eu/", False), ("o-zone/r-1/ou-1-us/", True)):
        assert denied(by_all, "s3:GetObject", aws_PrincipalOrgPaths=(path,)) is answer
        assert denied(by_any, "s3:GetObject", aws_PrincipalOrgPaths=(path,)) is answer
    assert denied(by_all, "s3:GetObject")
    assert not denied(by_any, "s3:GetObject")
