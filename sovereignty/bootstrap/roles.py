"""The steps that make the roles, and where the state is kept: before the zone's policies bind their accounts."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sovereignty.bootstrap.setting import Setting
from sovereignty.bootstrap.step import Step, block, inside
from sovereignty.compile.kms_key_policy import LONGEST_WAIT
from sovereignty.compile.required import aws
from sovereignty.compile.roles import break_glass, ci, deployment, entrances, state
from sovereignty.compile.roles.entrances import SESSION_SECONDS
from sovereignty.zone import DEPLOYMENT_ROLE

INLINE = "sovereign"
"""The name of the one inline policy of a role."""


def steps(setting: Setting) -> Iterator[Step]:
    """In the order in which they are taken."""
    yield _organization(setting)
    yield _ci(setting)
    yield _deployment(setting)
    yield _break_glass(setting)
    yield _alarm(setting)
    yield _foundation_state(setting)
    yield _state(setting)


def _organization(setting: Setting) -> Step:
    kinds = ci.policy_types(setting.zone)
    types = "\n".join(
        f"aws organizations list-roots --query 'Roots[0].PolicyTypes[?Status==`ENABLED`].Type' --output text \\\n"
        f'  | grep -qw {kind} || aws organizations enable-policy-type --root-id "$root" --policy-type {kind}'
        for kind in kinds
    )
    outside = {entrances.account_of(user) for user in setting.entrances.break_glass_users} - {setting.management}
    admitted = "|".join(pattern for pattern in setting.deployment.aws_organization_paths)
    paths = [
        f'case "$(path_of {account})" in {admitted}) ;; *) echo "{account} is in no admitted OU" >&2; exit 1 ;; esac'
        for account in sorted(outside)
    ]
    return Step(
        id="organization",
        title="The organization is the one that the stack file means, and takes the zone's types of policy",
        who="administrator",
        why="Everything below is written for this organization and this management account. Its policies need all "
        "features, and each of their types enabled. Enabling a type binds nobody: SCPs and RCPs come with a policy "
        "that allows all, the other types with none.",
        do=block(
            f'[ "$(aws sts get-caller-identity --query Account --output text)" = {setting.management} ]',
            'read -r id master features <<<"$(aws organizations describe-organization \\\n'
            "  --query 'Organization.[Id,MasterAccountId,FeatureSet]' --output text)\"",
            f'[ "$id $master $features" = "{setting.organization} {setting.management} ALL" ]',
            "root=$(aws organizations list-roots --query 'Roots[0].Id' --output text)",
            types,
        ),
        check=block(
            *(
                "aws organizations list-roots --query 'Roots[0].PolicyTypes[?Status==`ENABLED`].Type' --output text "
                f"| grep -qw {kind}"
                for kind in kinds
            ),
            *(
                f"aws organizations describe-account --account-id {account} --query Account.Status --output text "
                "| grep -qx ACTIVE"
                for account in setting.accounts
            ),
            *paths,
        ),
        stays="The policy types stay enabled: others may have come to rely on them.",
    )


def _role(path: str, document: str, description: str) -> str:
    """Lines that make the role, or give one that is there the same trust and the short session."""
    folder, _, name = path.rpartition("/")
    return block(
        f"aws iam get-role --role-name {name} >/dev/null 2>&1 || aws iam create-role --path /{folder}/ "
        f"--role-name {name} \\\n  --description '{description}' --assume-role-policy-document "
        f'file://"$work/{document}" >/dev/null',
        f"aws iam wait role-exists --role-name {name}",
        f'aws iam update-assume-role-policy --role-name {name} --policy-document file://"$work/{document}"',
        f"aws iam update-role --role-name {name} --max-session-duration {SESSION_SECONDS}",
    )


def _inline(path: str, document: str) -> str:
    name = path.rpartition("/")[2]
    return (
        f'aws iam put-role-policy --role-name {name} --policy-name {INLINE} --policy-document file://"$work/{document}"'
    )


def _is_so(path: str, arn: str, document: str) -> str:
    """Lines that hold the role against its ARN, its trust and its session."""
    name = path.rpartition("/")[2]
    return block(
        f"aws iam get-role --role-name {name} --query Role.Arn --output text | grep -qx {arn}",
        f"aws iam get-role --role-name {name} --query Role.MaxSessionDuration --output text | grep -qx "
        f"{SESSION_SECONDS}",
        f"aws iam get-role --role-name {name} --query Role.AssumeRolePolicyDocument --output json "
        f'| same "$work/{document}"',
    )


def _holds(path: str, document: str) -> str:
    name = path.rpartition("/")[2]
    return (
        f"aws iam get-role-policy --role-name {name} --policy-name {INLINE} --query PolicyDocument --output json "
        f'| same "$work/{document}"'
    )


def _no_role(path: str) -> str:
    name = path.rpartition("/")[2]
    return block(
        f"aws iam delete-role-policy --role-name {name} --policy-name {INLINE}",
        f"aws iam delete-role --role-name {name}",
    )


def _ci(setting: Setting) -> Step:
    path, given = ci.role_name(setting.zone), setting.entrances
    files = {
        "ci-trust.json": ci.trust(setting.zone, setting.deployment, given),
        "ci-permissions.json": ci.permissions(setting.zone, setting.deployment),
    }
    provider, made, gone = "", "", ""
    if given.oidc_issuer:
        arn = ci.provider_arn(setting.zone, setting.deployment, given)
        made = block(
            f"aws iam get-open-id-connect-provider --open-id-connect-provider-arn {arn} >/dev/null 2>&1 || \\\n"
            f"  aws iam create-open-id-connect-provider --url {given.oidc_issuer} "
            f"--client-id-list {given.oidc_audience} >/dev/null",
        )
        provider = (
            f"aws iam get-open-id-connect-provider --open-id-connect-provider-arn {arn} --query ClientIDList "
            f"--output text \\\n  | grep -qw {given.oidc_audience}"
        )
        gone = "The identity provider stays, as other roles may trust it: " + arn + "."
        how = f"A job gets it by a token of {given.oidc_issuer} for {given.oidc_audience}, and only as one of: " + (
            ", ".join(f"`{subject}`" for subject in sorted(given.oidc_subjects)) + "."
        )
    else:
        how = (
            "No issuer is given (`--oidc-issuer`, `--oidc-subject`), so no CI gets in: people of the management "
            "account take the role on, with MFA, where their own policies allow sts:AssumeRole on it."
        )
    return Step(
        id="ci-role",
        title=f"The CI's role {path}, in the management account",
        who="administrator",
        why=f"The one role that may take on the deployment role. {how}",
        files=files,
        do=block(
            made,
            _role(path, "ci-trust.json", f"Deploys zone {setting.name}"),
            _inline(path, "ci-permissions.json"),
        ),
        check=block(
            provider,
            _is_so(path, ci.role_arn(setting.zone, setting.deployment), "ci-trust.json"),
            _holds(path, "ci-permissions.json"),
        ),
        undo=_no_role(path),
        stays=gone,
    )


def _deployment(setting: Setting) -> Step:
    given = setting.entrances.services
    files = {
        "deployment-trust.json": deployment.trust(setting.zone, setting.deployment),
        "deployment-permissions.json": deployment.permissions(setting.zone, setting.deployment, given),
    }

    def arn(account: str) -> str:
        return f"arn:{setting.partition}:iam::{account}:role/{DEPLOYMENT_ROLE}"

    return Step(
        id="deployment-role",
        title=f"The role {DEPLOYMENT_ROLE}, in each of the zone's accounts",
        who="administrator",
        why="The engine works as it, and the zone's policies except it by name. Once they bind, nobody inside the "
        "account but break-glass can make or change it: so it is made now.",
        files=files,
        do=block(
            *(
                inside(
                    account,
                    _role(DEPLOYMENT_ROLE, "deployment-trust.json", f"Builds zone {setting.name}"),
                    _inline(DEPLOYMENT_ROLE, "deployment-permissions.json"),
                )
                for account in setting.accounts
            ),
        ),
        check=block(
            *(
                inside(
                    account,
                    _is_so(DEPLOYMENT_ROLE, arn(account), "deployment-trust.json"),
                    _holds(DEPLOYMENT_ROLE, "deployment-permissions.json"),
                )
                for account in setting.accounts
            ),
        ),
        undo=block(*(inside(account, _no_role(DEPLOYMENT_ROLE)) for account in setting.accounts)),
    )


def _break_glass(setting: Setting) -> Step:
    path = setting.zone.break_glass.aws_role
    name, policy = path.rpartition("/")[2], break_glass.permissions_arn(setting.zone)
    trust = break_glass.trust(setting.zone, setting.deployment, setting.entrances)
    files = {"break-glass-trust.json": trust}
    users = ", ".join(f"`{user}`" for user in sorted(setting.entrances.break_glass_users)) or (
        "people of the management account whose own policies allow sts:AssumeRole on it (`--break-glass-user` names "
        "users instead)"
    )
    return Step(
        id="break-glass-role",
        title=f"The role {path}, in each of the zone's accounts",
        who="administrator",
        why="The one way in when nothing else works; the zone's policies leave it everything. So only these may take "
        f"it on: {users}; with MFA, and for an hour at most. IAM refuses the document if one of them isn't there.",
        files=files,
        do=block(
            *(
                inside(
                    account,
                    _role(path, "break-glass-trust.json", f"Emergencies of zone {setting.name}"),
                    f"aws iam attach-role-policy --role-name {name} --policy-arn {policy}",
                )
                for account in setting.accounts
            ),
        ),
        check=block(
            *(
                inside(
                    account,
                    _is_so(path, f"arn:{setting.partition}:iam::{account}:role/{path}", "break-glass-trust.json"),
                    f"aws iam list-attached-role-policies --role-name {name} "
                    f"--query 'AttachedPolicies[].PolicyArn' --output text | grep -qx {policy}",
                )
                for account in setting.accounts
            ),
        ),
        undo=block(
            *(
                inside(
                    account,
                    f"aws iam detach-role-policy --role-name {name} --policy-arn {policy}",
                    f"aws iam delete-role --role-name {name}",
                )
                for account in setting.accounts
            )
        ),
    )


def _alarm(setting: Setting) -> Step:
    """EventBridge sees a call of STS in the region whose endpoint is called: a rule in each region of the zone."""
    name, path = f"sovereign-{setting.name}-break-glass", setting.zone.break_glass.aws_role
    do: list[str] = []
    check: list[str] = []
    undo: list[str] = []
    for account in setting.accounts:
        pattern = {
            "source": ["aws.sts"],
            "detail": {
                "eventName": ["AssumeRole"],
                "requestParameters": {"roleArn": [f"arn:{setting.partition}:iam::{account}:role/{path}"]},
            },
        }
        lines: list[str] = []
        seen: list[str] = []
        gone: list[str] = []
        for region in aws(setting.zone).regions:
            topic = f"arn:{setting.partition}:sns:{region}:{account}:{name}"
            # EventBridge takes no condition there (its guide, "Troubleshooting")
            policy = {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "Rule",
                        "Effect": "Allow",
                        "Principal": {"Service": "events.amazonaws.com"},
                        "Action": "sns:Publish",
                        "Resource": topic,
                    }
                ],
            }
            lines += [
                f"aws sns create-topic --region {region} --name {name} >/dev/null",
                f"aws sns set-topic-attributes --region {region} --topic-arn {topic} --attribute-name Policy \\\n"
                f"  --attribute-value '{json.dumps(policy)}'",
                *(
                    f"aws sns subscribe --region {region} --topic-arn {topic} --protocol "
                    f"{'https' if each.startswith('https:') else 'email'} --notification-endpoint '{each}' >/dev/null"
                    for each in setting.deployment.aws_alarm_subscribers
                ),
                f"aws events put-rule --region {region} --name {name} --event-pattern \\\n"
                f"  '{json.dumps(pattern)}' >/dev/null",
                f"aws events put-targets --region {region} --rule {name} --targets Id=topic,Arn={topic} >/dev/null",
            ]
            seen += [
                f"aws events list-targets-by-rule --region {region} --rule {name} --query 'Targets[].Arn' "
                f"--output text \\\n  | grep -qx {topic}",
            ]
            gone += [
                f"aws events remove-targets --region {region} --rule {name} --ids topic >/dev/null",
                f"aws events delete-rule --region {region} --name {name}",
                f"aws sns delete-topic --region {region} --topic-arn {topic}",
            ]
        do.append(inside(account, *lines))
        check.append(inside(account, *seen))
        undo.append(inside(account, *gone))
    return Step(
        id="break-glass-alarm",
        title="Whoever breaks the glass is heard",
        who="administrator",
        why="A rule in each region of the zone tells the subscribers that the role is taken on; each has to confirm by "
        "the mail that it gets. A session that is opened at an endpoint of another region is seen by no rule here: "
        "the trail records it, and the zone's own alarms tell of it.",
        do=block(*do),
        check=block(*check),
        undo=block(*undo),
    )


def _bucket(name: str, region: str, key: str) -> str:
    """Lines that make a bucket for states: closed, versioned, encrypted."""
    # us-east-1 takes no location constraint (S3 API Reference, CreateBucket)
    place = "" if region == "us-east-1" else f" --create-bucket-configuration LocationConstraint={region}"
    encryption = {
        "Rules": [
            {
                "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "KEY"},
                "BucketKeyEnabled": True,
            }
        ]
    }
    rules = json.dumps(encryption).replace("KEY", f"'\"{key}\"'")
    closed = "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true"
    return block(
        f"aws s3api head-bucket --bucket {name} >/dev/null 2>&1 || aws s3api create-bucket --bucket {name}{place} "
        ">/dev/null",
        f"aws s3api put-public-access-block --bucket {name} --public-access-block-configuration {closed}",
        f"aws s3api put-bucket-versioning --bucket {name} --versioning-configuration Status=Enabled",
        f"aws s3api put-bucket-encryption --bucket {name} --server-side-encryption-configuration '{rules}'",
    )


def _keyed(alias: str, name: str, *more: str) -> str:
    """Lines after which `$key` is the id of the alias's key, made where there is none; `more` is done to a new one."""
    made = (
        f"key=$(aws kms create-key --description 'State of the engine: {name}' \\\n"
        "    --query KeyMetadata.KeyId --output text)",
        f'aws kms create-alias --alias-name {alias} --target-key-id "$key"',
        'aws kms enable-key-rotation --key-id "$key"',
        *more,
    )
    return block(
        f"key=$(aws kms list-aliases --query \"Aliases[?AliasName=='{alias}'].TargetKeyId\" --output text)",
        'if [ -z "$key" ]; then',
        *(f"  {line}" for line in made),
        "fi",
    )


def _no_key(alias: str) -> str:
    return block(
        f"key=$(aws kms list-aliases --query \"Aliases[?AliasName=='{alias}'].TargetKeyId\" --output text)",
        f"aws kms delete-alias --alias-name {alias}",
        f'aws kms schedule-key-deletion --key-id "$key" --pending-window-in-days {LONGEST_WAIT} >/dev/null',
    )


FOUNDATION_ALIAS = "alias/sovereign-state/foundation"


def foundation_bucket(setting: Setting) -> str:
    """The bucket of the foundation's state, in the management account."""
    return f"foundation-state-{setting.management}"


def _foundation_state(setting: Setting) -> Step:
    name = foundation_bucket(setting)
    return Step(
        id="foundation-state",
        title="Where the foundation's state is kept",
        who="administrator",
        why=f"The foundation is of no zone: its state lies in the management account, in bucket `{name}`. It holds "
        "OUs, and nothing of a zone. A zone's stack reads no output across two backends: it gets the ids of its "
        "parents instead.",
        do=block(_keyed(FOUNDATION_ALIAS, "foundation"), _bucket(name, setting.home, "$key")),
        check=f"aws s3api get-bucket-versioning --bucket {name} --query Status --output text | grep -qx Enabled",
        undo=block(f"aws s3api delete-bucket --bucket {name}", _no_key(FOUNDATION_ALIAS)),
        stays=_STATE_STAYS,
    )


_STATE_STAYS = (
    "A bucket that holds a state is not deleted: the command fails, and that is meant. "
    f"A key ends {LONGEST_WAIT} days after it was asked for, and with it every secret of the states."
)


def _state(setting: Setting) -> Step:
    zone, target = setting.zone, setting.deployment
    files = {
        "state-key.json": state.key_policy(zone, target),
        "state-bucket.json": state.bucket_policy(zone, target),
    }
    name, alias = state.bucket(zone, target), state.alias(zone)
    tags = " ".join(f"TagKey={key},TagValue='{value}'" for key, value in setting.tags.items())
    return Step(
        id="state",
        title="Where the zone's state is kept",
        who="administrator",
        why=f"It lies in the zone: in bucket `{name}`, under a key of its own, for the deployment role and break-glass "
        "alone. Whoever makes the key shuts themselves out with the last command on it; KMS has to be told that this "
        "is meant.",
        files=files,
        do=block(
            inside(
                setting.accounts[0],
                _keyed(
                    alias,
                    f"zone {setting.name}",
                    f'aws kms tag-resource --key-id "$key" --tags {tags}',
                    'aws kms put-key-policy --key-id "$key" --policy-name default '
                    '--policy file://"$work/state-key.json" --bypass-policy-lockout-safety-check',
                ),
                _bucket(name, setting.home, "$key"),
                f'aws s3api put-bucket-policy --bucket {name} --policy file://"$work/state-bucket.json"',
            ),
        ),
        check=block(
            inside(
                setting.accounts[0],
                f"aws s3api get-bucket-versioning --bucket {name} --query Status --output text | grep -qx Enabled",
                f"aws s3api get-bucket-policy --bucket {name} --query Policy --output text "
                '| same "$work/state-bucket.json"',
                f"aws s3api get-bucket-encryption --bucket {name} --query 'ServerSideEncryptionConfiguration.Rules[0]"
                ".ApplyServerSideEncryptionByDefault.SSEAlgorithm' --output text | grep -qx aws:kms",
            ),
        ),
        undo=block(
            inside(setting.accounts[0], f"aws s3api delete-bucket --bucket {name}"),
            "# the key is ended as break-glass: with the credentials of one of its users, who came with MFA",
            inside(f"{setting.accounts[0]} {zone.break_glass.aws_role}", _no_key(alias)),
        ),
        stays=_STATE_STAYS,
    )
