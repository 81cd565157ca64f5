"""What every step's commands stand on: the region, a folder for documents, and the way into an account."""

from __future__ import annotations

from sovereignty.bootstrap.setting import Setting

SESSION = "sovereign-bootstrap"


def prelude(setting: Setting) -> str:
    """Lines of bash that have to be run first, in each shell."""
    return f"""\
set -euo pipefail
# `sovereignty`, from the environment that `make setup` makes
export PATH="$PWD/.venv/bin:$PATH"
export AWS_PAGER="" AWS_DEFAULT_REGION={setting.home} AWS_REGION={setting.home}
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
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
