"""AWS CloudFormation Guard over standard input: `[[item, rules], …]` as JSON; writes the status of each, as JSON.

Statuses: PASS, FAIL, SKIP. In the environment of policy_lint, which has Guard's Python binding.
"""

import json
import sys

from cfn_guard_rs import run_checks  # pyright: ignore[reportMissingImports]

cases = json.load(sys.stdin)
json.dump([run_checks(item, rules).status for item, rules in cases], sys.stdout)
