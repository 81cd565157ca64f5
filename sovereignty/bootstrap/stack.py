"""The steps in which the engine builds, the policies come to bind, and it is seen that they do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sovereignty.bootstrap.roles import FOUNDATION_ALIAS, foundation_bucket
from sovereignty.bootstrap.setting import Setting
from sovereignty.bootstrap.shell import MOVED_FROM
from sovereignty.bootstrap.step import Step, block, inside
from sovereignty.compile.required import aws
from sovereignty.compile.roles import azure, ci, state
from sovereignty.deployment import key
from sovereignty.zone import DEPLOYMENT_ROLE

PACK = "--policy-pack policypacks/sovereignty --policy-pack-config policypacks/organization.json"
TOP, SANDBOX = "Sovereignty", "Sandbox"
"""What the foundation calls the OUs that zones are made under."""
_FOUND = (
    'found() { aws organizations list-organizational-units-for-parent --parent-id "$1" \\\n'
    """  --query "OrganizationalUnits[?Name=='$2'].Id" --output text; }"""
)
_ON_AZURE = (
    " On Azure the same run places the subscriptions in the zone's management group, once its policies are assigned: "
    "what they refuse is refused there from now on. Nothing that is there already is changed."
)
_GITHUB = "token.actions.githubusercontent.com"
REPLAYED_EVENTS = 2000
"""The newest of each region that are tried: LookupEvents gives 50 a call, and takes two calls a second (CloudTrail API
Reference, LookupEvents)."""


def steps(setting: Setting) -> Iterator[Step]:
    """In the order in which they are taken."""
    yield _foundation(setting)
    yield _backend(setting)
    yield _zone(setting)
    yield _replay(setting)
    if setting.sandbox_account:
        yield _move(setting, "sandbox", (setting.sandbox_account,))
        yield _probe(setting, "sandbox", (setting.sandbox_account,))
        yield _back(setting)
    yield _move(setting, "accounts", setting.accounts)
    yield _probe(setting, "accounts", setting.accounts)
    yield _deploys(setting)


def _profile(setting: Setting) -> str:
    return f"sovereign-{setting.name}"


def foundation_state(setting: Setting) -> str:
    """Where the engine keeps the foundation's state."""
    return f"s3://{foundation_bucket(setting)}?region={setting.home}&awssdk=v2"


def _foundation(setting: Setting) -> Step:
    url = foundation_state(setting)
    secrets = f"awskms://{FOUNDATION_ALIAS}?region={setting.home}&awssdk=v2"
    unit = "aws:organizations/organizationalUnit:OrganizationalUnit"
    provider = "urn:pulumi:org::sovereign-foundation::pulumi:providers:aws::organization"
    if not setting.deployment.foundation:
        return Step(
            id="foundation",
            title="The organization has its own places for zones",
            who="administrator",
            why="The stack file names the parents of the zone's OUs, and no foundation: nothing is deployed here.",
            do=f"aws organizations list-parents --child-id {setting.deployment.aws_parent_ou_id} >/dev/null"
            if str(setting.deployment.aws_parent_ou_id).startswith("ou-")
            else "aws organizations list-roots >/dev/null",
        )
    return Step(
        id="foundation",
        title="The foundation: the OUs that zones are made under",
        who="administrator",
        why="It is the organization's, and deployed by an administrator of the management account. An organization "
        "that already has the OU `Sovereignty` (and `Sandbox` below it) keeps it: what is there is imported first, as "
        "AWS takes no second one of the same name.",
        do=block(
            f"export PULUMI_BACKEND_URL='{url}'",
            f"pulumi stack init org -C foundation --secrets-provider '{secrets}' || "
            "pulumi stack select org -C foundation",
            'found() { aws organizations list-organizational-units-for-parent --parent-id "$1" \\\n'
            "  --query \"OrganizationalUnits[?Name=='$2'].Id\" --output text; }",
            "root=$(aws organizations list-roots --query 'Roots[0].Id' --output text)",
            'top=$(found "$root" Sovereignty)',
            'if [ -n "$top" ] && ! pulumi stack export -C foundation --stack org | grep -q "\\"$top\\""; then',
            f"  pulumi up -C foundation --stack org --yes --target '{provider}'",
            f"  pulumi import -C foundation --stack org --yes --protect=false --generate-code=false \\\n"
            f"    --provider 'organization={provider}' {unit} Sovereignty \"$top\"",
            '  sandbox=$(found "$top" Sandbox)',
            '  [ -z "$sandbox" ] || pulumi import -C foundation --stack org --yes --protect=false '
            f"--generate-code=false \\\n    --provider 'organization={provider}' {unit} Sandbox \"$sandbox\"",
            "fi",
            "pulumi up -C foundation --stack org",
        ),
        check="pulumi preview -C foundation --stack org --expect-no-changes",
        undo="pulumi destroy -C foundation --stack org",
        stays="An OU that holds another OU or an account is not deleted.",
    )


def _backend(setting: Setting) -> Step:
    role = f"arn:{setting.partition}:iam::{setting.accounts[0]}:role/{DEPLOYMENT_ROLE}"
    profile, name = _profile(setting), state.bucket(setting.zone, setting.deployment)
    url = f"s3://{name}?region={setting.home}&profile={profile}&awssdk=v2"
    secrets = f"awskms://{state.alias(setting.zone)}?region={setting.home}&profile={profile}&awssdk=v2"
    values = {
        "PULUMI_BACKEND_URL": url,
        "AWS_CI_ROLE": ci.role_arn(setting.zone, setting.deployment),
        "AWS_DEPLOYMENT_ROLE": role,
        "AWS_REGION": setting.home,
    }
    told = in_workflows(setting, "write the same profile", "The CI's role", values)
    return Step(
        id="backend",
        title="The zone's stack, with its state in the zone",
        who="deployer",
        why=f"From here on commands run as `{ci.role_name(setting.zone)}`: in a job of the CI, or by a person who has "
        "taken it on. The engine itself reads and writes its state as the deployment role, by a profile: the zone's "
        "RCPs will let in nobody else from the management account. The stack file gets the ids of the zone's parents, "
        f"which stand in the other state; it has to be committed with them.{told}",
        do=block(
            *_profiled(profile, role, setting.home),
            f"export PULUMI_BACKEND_URL='{url}'",
            f"pulumi stack init {setting.name} --secrets-provider '{secrets}' || pulumi stack select {setting.name}",
            *_parents(setting),
        ),
        check=f"pulumi stack ls | grep -qw {setting.name}",
        undo=f"pulumi stack rm {setting.name}",
        stays="A stack that still holds resources is not removed; `--force` would forget them, and not delete them.",
    )


def _profiled(profile: str, role: str, region: str) -> tuple[str, ...]:
    """Lines after which the profile is that role, taken on with the credentials of the environment."""
    return (
        f"aws configure set role_arn {role} --profile {profile}",
        f"aws configure set credential_source Environment --profile {profile}",
        f"aws configure set region {region} --profile {profile}",
    )


def environments(setting: Setting) -> tuple[str, ...]:
    """The environments of GitHub in which preview.yml and drift.yml run for the zone."""
    return tuple(f"{each}-{setting.name}" for each in ("preview", "drift"))


def in_workflows(setting: Setting, how: str, admits: str, values: Mapping[str, str]) -> str:
    """What the two workflows need to be told, as GitHub's variables; nothing where the CI is another.

    `how` they come to the state, and what `admits` their environments.
    """
    if not setting.entrances.provider.startswith(_GITHUB):
        return ""
    named = " and ".join(f"`{each}`" for each in environments(setting))
    admitted = [
        each
        for each in environments(setting)
        if not any(given.endswith(f":environment:{each}") for given in setting.entrances.oidc_subjects)
    ]
    return "\n".join(
        [
            "\n",
            f"`.github/workflows/preview.yml` and `drift.yml` {how}. Set, as variables of both "
            f'environments {named} (docs/bootstrap.md, "The workflows"):',
            "",
            *(f"- `{name}`: `{value}`" for name, value in values.items()),
            "",
            f'And the repository\'s own variable `SOVEREIGN_ZONES`: `["{setting.name}"]`, or that and its other zones.',
            *(
                f"\n{admits} does not admit environment `{each}`: name its subject with `--oidc-subject` as well."
                for each in admitted
            ),
        ]
    )


def _parents(setting: Setting) -> Iterator[str]:
    """Lines that write the parents into the stack file in the place of the foundation that brings them."""
    if not setting.deployment.foundation:
        return
    yield f"pulumi config rm {key('foundation')} --stack {setting.name} || true"
    yield _FOUND
    yield "root=$(aws organizations list-roots --query 'Roots[0].Id' --output text)"
    yield f'top=$(found "$root" {TOP}) && sandbox=$(found "$top" {SANDBOX})'
    yield f'pulumi config set {key("aws_parent_ou_id")} --stack {setting.name} "$top"'
    yield f'pulumi config set {key("aws_sandbox_parent_ou_id")} --stack {setting.name} "$sandbox"'
    if setting.zone.azure:
        yield from azure_parents(setting.name)


def azure_parents(stack: str) -> Iterator[str]:
    """Lines that write the foundation's management groups into the stack file."""
    yield f"pulumi config set {key('azure_parent_management_group_id')} --stack {stack} {azure.TOP}"
    yield f"pulumi config set {key('azure_sandbox_parent_management_group_id')} --stack {stack} {azure.TOP_SANDBOX}"


def _zone(setting: Setting) -> Step:
    stack = setting.name
    return Step(
        id="zone",
        title="The zone itself; its policies bind nobody yet",
        who="deployer",
        why="The stack makes the OU with its policies, and in the zone's first account the key and the records. The "
        "accounts are not in the OU: what is wrong now can still be mended by their administrators. The OU's path "
        "goes into the stack file, which the commands that follow read." + (_ON_AZURE if setting.zone.azure else ""),
        do=block(
            f"pulumi preview --stack {stack} {PACK}",
            f"pulumi up --stack {stack} {PACK}",
            f"pulumi config set {key('aws_zone_ou_path')} --stack {stack} "
            f'"$(pulumi stack output awsZoneOuPath --stack {stack})"',
        ),
        check=block(
            f"pulumi preview --stack {stack} {PACK} --expect-no-changes",
            f"sovereignty check {stack}",
            f"sovereignty compile {stack} --summary",
        ),
        undo=f"pulumi destroy --stack {stack} --exclude-protected",
        stays="All that is protected, so that records go on being made and can be read: the buckets of the records, of "
        "the trail, of the flow logs and of AWS Config (the one that it delivers to, and the locked copy), with their "
        "policies and settings, and the role that makes the copy; the trail, its log group, and the role by which it "
        "delivers there; the backup vaults and their policies, in phase `locked` their locks too; the keys with their "
        "aliases, the signing key among them. S3 holds a record in COMPLIANCE mode against everybody, AWS and the root "
        "user among them, until its retention has ended; only the end of the whole account would end it sooner, and "
        "then for all that it holds. On Azure: docs/outputs.md.",
    )


def _replay(setting: Setting) -> Step:
    regions = " ".join(aws(setting.zone).regions)
    shape = 'import json, sys; json.dump({"Records": [json.loads(each) for each in json.load(sys.stdin)]}, sys.stdout)'
    return Step(
        id="replay",
        title="What of the last weeks' work would have been refused",
        who="administrator",
        why="CloudTrail's event history has 90 days of management events of each account, with no trail. What would "
        "be refused is either a way out of the zone, or work that needs another way: settle it before the "
        "accounts are bound. Work in regions outside the zone is in those regions' history: add them to the list.",
        do=block(
            "mkdir -p history",
            *(
                inside(
                    account,
                    f"for region in {regions}; do",
                    f'  aws cloudtrail lookup-events --region "$region" --max-items {REPLAYED_EVENTS} \\\n'
                    f"    --query 'Events[].CloudTrailEvent' --output json \\\n"
                    f"    | python3 -c '{shape}' >\"history/{account}-$region.json\"",
                    "done",
                )
                for account in setting.accounts
            ),
            f"sovereignty replay {setting.name} history",
        ),
        undo="rm -r history",
    )


def _move(setting: Setting, what: str, accounts: tuple[str, ...]) -> Step:
    lines: list[str] = []
    check: list[str] = []
    undo: list[str] = []
    for account in accounts:
        profile = f"{_profile(setting)}-{account}"
        lines += [
            inside(
                account,
                f'aws configure set aws_access_key_id "$AWS_ACCESS_KEY_ID" --profile {profile}',
                f'aws configure set aws_secret_access_key "$AWS_SECRET_ACCESS_KEY" --profile {profile}',
                f'aws configure set aws_session_token "$AWS_SESSION_TOKEN" --profile {profile}',
            ),
            f"from=$(aws organizations list-parents --child-id {account} --query 'Parents[0].Id' --output text)",
            f'if [ "$from" != "{setting.unit}" ]; then',
            f'  aws organizations tag-resource --resource-id {account} --tags Key={MOVED_FROM},Value="$from"',
            f'  aws organizations move-account --account-id {account} --source-parent-id "$from" \\\n'
            f'    --destination-parent-id "{setting.unit}"',
            "fi",
        ]
        check.append(
            f"aws organizations list-parents --child-id {account} --query 'Parents[0].Id' --output text "
            f'| grep -qx "{setting.unit}"'
        )
        undo += _returned(setting, account)
    first = what == "sandbox"
    return Step(
        id=f"move-{what}",
        title="The first to be bound is an account that holds nothing" if first else "The zone's accounts are bound",
        who="administrator",
        why=(
            "It isn't one of the zone's accounts, and nothing in it is of use; what the policies do is the same. "
            if first
            else "From now on the management account gets in as the deployment role only, by the CI's role; "
            f"{setting.account_role} can't be taken on any more. Move one account, take the next step, then the rest. "
        )
        + "A session of the account's administrator is opened before, and kept for an hour as a profile: with it the "
        "next step tries what the policies refuse.",
        do=block(*lines),
        check=block(*check),
        undo=block(*undo),
        stays="" if first else "What was refused while the accounts were bound was not done; nothing makes up for it.",
    )


def _returned(setting: Setting, account: str) -> list[str]:
    return [
        f"from=$(aws organizations list-tags-for-resource --resource-id {account} \\\n"
        f"  --query \"Tags[?Key=='{MOVED_FROM}'].Value\" --output text)",
        'if [ -n "$from" ]; then',
        f'  aws organizations move-account --account-id {account} --source-parent-id "{setting.unit}" \\\n'
        '    --destination-parent-id "$from"',
        f"  aws organizations untag-resource --resource-id {account} --tag-keys {MOVED_FROM}",
        "fi",
    ]


def _probe(setting: Setting, what: str, accounts: tuple[str, ...]) -> Step:
    lines: list[str] = []
    name = DEPLOYMENT_ROLE.rpartition("/")[2]
    for account in accounts:
        own = f"--profile {_profile(setting)}-{account}"
        lines.append(f"aws ec2 describe-vpcs --region {setting.home} {own} >/dev/null")
        if setting.outside:
            lines.append(f"refused aws ec2 describe-vpcs --region {setting.outside} {own}")
        if what == "accounts":
            lines.append(f"refused aws iam tag-role --role-name {name} --tags Key=tried,Value=by-administrator {own}")
        lines.append(
            f"if aws sts assume-role --role-arn arn:{setting.partition}:iam::{account}:role/{setting.account_role} "
            '--role-session-name tried >/dev/null 2>&1; then\n  echo "the RCPs let it in" >&2; exit 1'
            "\nfi"
        )
    return Step(
        id=f"probe-{what}",
        title="What leaves the zone is refused",
        who="administrator",
        why="Only what does no harm if it is allowed is tried. An administrator of the account reads in the zone, "
        "is refused outside it and can't tag the deployment role, and the account's role lets in nobody any more. "
        "Policies take a while to be known everywhere: wait a minute, and try again before you look for a fault.",
        do=block(*lines),
    )


def _back(setting: Setting) -> Step:
    account = setting.sandbox_account or ""
    return Step(
        id="return-sandbox",
        title="The empty account goes back",
        who="administrator",
        why="It is not of the zone: the zone's own documents don't name it.",
        do=block(*_returned(setting, account)),
    )


def _deploys(setting: Setting) -> Step:
    return Step(
        id="deploys",
        title="The zone can still be deployed, and the glass be broken",
        who="deployer",
        why="The first run under the policies. Then one of the break-glass users takes the role on, with MFA: the "
        "subscribers have to hear of it.",
        do=f"pulumi preview --stack {setting.name} {PACK} --refresh --expect-no-changes",
    )
