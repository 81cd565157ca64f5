"""The steps in which the engine builds a zone that is on Azure alone: its state lies in the zone, on Azure."""

from __future__ import annotations

from collections.abc import Iterator

from sovereignty import azure_names, facts
from sovereignty.bootstrap.setting import Setting
from sovereignty.bootstrap.stack import PACK, azure_parents, in_workflows
from sovereignty.bootstrap.step import Step, block
from sovereignty.compile.required import azure as footprint
from sovereignty.compile.roles import azure as roles
from sovereignty.deployment import key
from sovereignty.facts.azure_clouds import suffix

CONTAINER = "state"
KEY = "pulumi"


def steps(setting: Setting) -> Iterator[Step]:
    """In the order in which they are taken."""
    yield _state(setting)
    yield _foundation(setting)
    yield _backend(setting)
    yield _zone(setting)


def _group(setting: Setting) -> str:
    return azure_names.own(setting.zone, "state")


def _account(setting: Setting) -> str:
    return azure_names.shared(setting.zone, setting.subscriptions[0], footprint(setting.zone).home, "state")


def _vault(setting: Setting) -> str:
    home = footprint(setting.zone).home
    return azure_names.shared(setting.zone, setting.subscriptions[0], home, "state", hyphens=True)


def opened(setting: Setting) -> tuple[str, str]:
    """Where the engine keeps its state, and what it encrypts secrets with."""
    cloud = footprint(setting.zone).cloud
    domain = "" if cloud == "public" else f"&domain=blob.{suffix(cloud, 'storage')}"
    url = f"azblob://{CONTAINER}?storage_account={_account(setting)}{domain}"
    return url, f"azurekeyvault://{_vault(setting)}.{suffix(cloud, 'vault')}/keys/{KEY}"


def _state(setting: Setting) -> Step:
    group, account, vault = _group(setting), _account(setting), _vault(setting)
    subscription, home = setting.subscriptions[0], footprint(setting.zone).home
    row = facts.region("azure", home)
    there = f"--resource-group {group} --subscription {subscription}"
    redundancy = "Standard_ZRS" if row and row.zones else "Standard_LRS"
    scope = f"/subscriptions/{subscription}/resourceGroups/{group}"
    return Step(
        id="azure-state",
        title="Where the engine keeps the zone's state",
        who="tenant-administrator",
        why="A storage account and a vault of their own, in the first of the zone's subscriptions: a state can't hold "
        "what it lies in. Both ask for a role, and for no key. They can be reached from the network, as the "
        "CI's runners are outside the zone's; close them where yours are inside. They are made before the zone's "
        "policies bind, and are reported afterwards: their key is not the zone's.",
        do=block(
            f"az group create --name {group} --location {home} --subscription {subscription} >/dev/null",
            f"az storage account show --name {account} {there} >/dev/null 2>&1 || az storage account create \\\n"
            f"  --name {account} {there} --location {home} --sku {redundancy} --kind StorageV2 \\\n"
            "  --min-tls-version TLS1_2 --https-only true --allow-blob-public-access false \\\n"
            "  --allow-shared-key-access false --require-infrastructure-encryption true >/dev/null",
            f"az storage account blob-service-properties update --account-name {account} {there} \\\n"
            "  --enable-versioning true --enable-delete-retention true --delete-retention-days 90 >/dev/null",
            f"az keyvault show --name {vault} {there} >/dev/null 2>&1 || az keyvault create --name {vault} {there} \\\n"
            f"  --location {home} --sku premium --enable-rbac-authorization true --enable-purge-protection true \\\n"
            "  --retention-days 90 >/dev/null",
            "me=$(az ad signed-in-user show --query id --output tsv)",
            *(
                f'az role assignment create --assignee-object-id "$me" --assignee-principal-type User --role "{role}" '
                f"\\\n  --scope {scope} >/dev/null"
                for role in ("Storage Blob Data Contributor", "Key Vault Crypto Officer")
            ),
            "# a new role is known after some minutes",
            f"until az keyvault key list --vault-name {vault} >/dev/null 2>&1; do sleep 15; done",
            f"az keyvault key show --vault-name {vault} --name {KEY} >/dev/null 2>&1 || \\\n"
            f"  az keyvault key create --vault-name {vault} --name {KEY} --kty RSA-HSM --size 3072 \\\n"
            "  --ops encrypt decrypt wrapKey unwrapKey >/dev/null",
            f"until az storage container create --name {CONTAINER} --account-name {account} --auth-mode login "
            ">/dev/null 2>&1; do\n  sleep 15\ndone",
        ),
        check=block(
            f"az storage account show --name {account} {there} --query allowSharedKeyAccess --output tsv "
            "| grep -qx false",
            f"az keyvault key show --vault-name {vault} --name {KEY} --query key.kty --output tsv | grep -qx RSA-HSM",
        ),
        undo=f"az group delete --name {group} --subscription {subscription}",
        stays="A deleted vault keeps its name for 90 days, and its key can be recovered so long.",
    )


def _foundation(setting: Setting) -> Step:
    group = roles.parent_of(setting.deployment)
    seen = f"az account management-group show --name {group} >/dev/null"
    if not setting.deployment.foundation:
        return Step(
            id="foundation",
            title="The tenant has its own place for zones",
            who="tenant-administrator",
            why="The stack file names the management group that zones are made under, and no foundation: nothing is "
            "deployed here.",
            do=seen,
        )
    url, secrets = opened(setting)
    return Step(
        id="foundation",
        title="The foundation: the management group that zones are made under",
        who="tenant-administrator",
        why=f"It is the tenant's, and deployed once. A tenant that has the group `{group}` keeps it, whoever made it: "
        "another zone's foundation is another stack's. By default everybody in a tenant may make a group under its "
        "root; where the tenant's settings ask for leave, and for `azureHierarchySettings`, it takes the roles "
        "Management Group Contributor and Hierarchy Settings Administrator there.",
        do=block(
            f"export PULUMI_BACKEND_URL='{url}'",
            f"{seen} 2>&1 || {{",
            f"  pulumi stack init org -C foundation --secrets-provider '{secrets}' || "
            "pulumi stack select org -C foundation",
            "  pulumi up -C foundation --stack org",
            "}",
        ),
        check=seen,
        undo="pulumi destroy -C foundation --stack org --exclude-protected",
        stays="A management group that holds another one or a subscription is not deleted; the watch's records stay.",
    )


def _backend(setting: Setting) -> Step:
    name, (url, secrets) = setting.name, opened(setting)
    group, subscription = _group(setting), setting.subscriptions[0]
    scope = f"/subscriptions/{subscription}/resourceGroups/{group}"
    identity = roles.name(setting.zone, "deployment" if setting.entrances.oidc_issuer else "deployers")
    if setting.entrances.oidc_issuer:
        app = f"$(az ad app list --display-name {identity} --query '[0].appId' --output tsv)"
        found, kind = f'principal=$(az ad sp show --id "{app}" --query id --output tsv)', "ServicePrincipal"
    else:
        found, kind = f"principal=$(az ad group show --group {identity} --query id --output tsv)", "Group"
    granted = ("Storage Blob Data Contributor", "Key Vault Crypto User")
    rewritten = (
        (
            f"pulumi config rm {key('foundation')} --stack {name} || true",
            *azure_parents(name),
        )
        if setting.deployment.foundation
        else ()
    )
    return Step(
        id="backend",
        title="The zone's stack, with its state in the zone",
        who="tenant-administrator",
        why="Whoever deploys the zone gets to its state and its secrets. The stack file gets the zone's parent, which "
        "stands in the foundation's state; it has to be committed with it. From here on whoever deploys runs the "
        f"commands, with `PULUMI_BACKEND_URL` set to `{url}`.{_in_workflows(setting, url)}",
        do=block(
            found,
            *(
                f'az role assignment create --assignee-object-id "$principal" --assignee-principal-type {kind} '
                f'--role "{role}" \\\n  --scope {scope} >/dev/null'
                for role in granted
            ),
            f"export PULUMI_BACKEND_URL='{url}'",
            f"pulumi stack init {name} --secrets-provider '{secrets}' || pulumi stack select {name}",
            *rewritten,
        ),
        check=f"pulumi stack ls | grep -qw {name}",
        undo=f"pulumi stack rm {name}",
        stays="A stack that still holds resources is not removed; `--force` would forget them, and not delete them.",
    )


def _in_workflows(setting: Setting, url: str) -> str:
    values = {
        "PULUMI_BACKEND_URL": url,
        "ARM_TENANT_ID": setting.tenant,
        "ARM_SUBSCRIPTION_ID": setting.subscriptions[0],
    }
    how = "sign in as the application, whose id is `ARM_CLIENT_ID` (step `azure-identity`)"
    if footprint(setting.zone).cloud != "public":
        how += "; they were written for the public cloud, and ask for tokens of its audience"
    return in_workflows(setting, how, "The application", values)


def _zone(setting: Setting) -> Step:
    stack = setting.name
    phases = (
        " A managed HSM comes in phases (`sovereign-zones:hsmPhase`): each run says what people have to do next."
        if setting.zone.keys.azure == "managed-hsm"
        else ""
    )
    return Step(
        id="zone",
        title="The zone itself; its policies bind its subscriptions",
        who="deployer",
        why="The stack makes the management group with its policies and places the subscriptions in it, once they are "
        "assigned; then the keys, the records, the logs, the networks. What they refuse is refused from now on; "
        f"nothing that is there already is changed.{phases}",
        do=block(f"pulumi preview --stack {stack} {PACK}", f"pulumi up --stack {stack} {PACK}"),
        check=block(
            f"pulumi preview --stack {stack} {PACK} --refresh --expect-no-changes",
            f"sovereignty check {stack}",
            f"sovereignty compile {stack} --summary",
        ),
        undo=f"pulumi destroy --stack {stack} --exclude-protected",
        stays='All that is protected: docs/outputs.md, "What `destroy` leaves".',
    )
