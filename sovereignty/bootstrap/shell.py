"""What every step's commands stand on: the region, a folder for documents, and the way into an account."""

from __future__ import annotations

from sovereignty.bootstrap.setting import Setting
from sovereignty.compile.required import azure
from sovereignty.facts.azure_clouds import address

SESSION = "sovereign-bootstrap"
MOVED_FROM = "sovereign-moved-from"
"""The tag of an account or subscription that says where it was, for the way back."""


_GRAPH = {"public": "Global", "usgovernment": "USGov", "china": "China"}
"""Clouds as Microsoft Graph PowerShell names them (Connect-MgGraph, -Environment)."""


def prelude(setting: Setting) -> str:
    """Lines of bash that have to be run first, in each shell."""
    parts = [_COMMON, *([_on_aws(setting)] if setting.zone.aws else [])]
    return "\n".join([*parts, *([_on_azure(setting)] if setting.zone.azure else [])])


_COMMON = """\
set -euo pipefail
# `sovereignty`, from the environment that `make setup` makes
export PATH="$PWD/.venv/bin:$PATH"
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT"""


def _on_azure(setting: Setting) -> str:
    cloud = azure(setting.zone).cloud
    return f"""\
# a call of Microsoft Graph: the Azure CLI's own sign-in lacks the scope. METHOD PATH SCOPE [BODY]
graph() {{
  METHOD="$1" URL="{address(cloud, "graph")}$2" SCOPE="$3" BODY="${{4:-}}" pwsh -NoProfile -Command '
    Connect-MgGraph -TenantId {setting.tenant} -Environment {_GRAPH[cloud]} -Scopes $env:SCOPE -NoWelcome | Out-Null
    $body = if ($env:BODY) {{ @{{ Body = $env:BODY; ContentType = "application/json" }} }} else {{ @{{ }} }}
    Invoke-MgGraphRequest -Method $env:METHOD -Uri $env:URL -OutputType Json @body'
}}
# does what comes in say this? PATH JSON
said() {{
  python3 -c 'import functools, json, sys
found = functools.reduce(lambda whole, part: whole[part], sys.argv[1].split("."), json.load(sys.stdin))
sys.exit(found != json.loads(sys.argv[2]))' "$@"
}}
# the management group that a subscription stands in; the one that it was taken out of, if it was
stands_in() {{
  az account management-group entities list --query "[?name=='$1'].parent.id | [0]" --output tsv | sed 's|.*/||'
}}
moved_from() {{
  az tag list --resource-id "/subscriptions/$1" --query 'properties.tags."{MOVED_FROM}"' --output tsv
}}
# a call that has to be refused, and by a policy
refused_by_policy() {{
  local said
  if said=$("$@" 2>&1); then echo "not refused: $*" >&2; return 1; fi
  grep -q RequestDisallowedByPolicy <<<"$said" || {{ echo "$said" >&2; return 1; }}
}}"""


def _on_aws(setting: Setting) -> str:
    return f"""\
export AWS_PAGER="" AWS_DEFAULT_REGION={setting.home} AWS_REGION={setting.home}
# take on a role of another account, by default its administrator's: only in a subshell, which ends it
into() {{
  local session
  session=$(aws sts assume-role --role-arn "arn:{setting.partition}:iam::$1:role/${{2:-{setting.account_role}}}" \\
    --role-session-name {SESSION} --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text)
  read -r AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN <<<"$session"
  export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
  unset AWS_PROFILE
}}
# is what comes in the same document as this file?
same() {{
  python3 -c 'import json, sys; sys.exit(json.load(sys.stdin) != json.load(open(sys.argv[1])))' "$1"
}}
# the path of an account, from the organization down
path_of() {{
  local at=$1 kind path=""
  while :; do
    read -r at kind <<<"$(aws organizations list-parents --child-id "$at" --query 'Parents[0].[Id,Type]' --output text)"
    path="$at/$path"
    [ "$kind" != ROOT ] || break
  done
  echo "{setting.organization}/$path"
}}
# a call that has to be refused, and by an SCP
refused() {{
  local said
  if said=$("$@" 2>&1); then echo "not refused: $*" >&2; return 1; fi
  grep -q 'explicit deny in a service control policy' <<<"$said" || {{ echo "$said" >&2; return 1; }}
}}"""
