"""Lints IAM policies with parliament: {"path": document, …} on standard input, findings as JSON on standard output.

Runs in an environment of its own (requirements.txt beside it), so it imports nothing of the project.
"""

from __future__ import annotations

import json
import sys
import warnings

# it asks for its own data by pkg_resources, which says that it will go
warnings.filterwarnings("ignore", category=UserWarning)

from parliament import analyze_policy_string, enhance_finding  # noqa: E402  # pyright: ignore[reportMissingImports]


def main() -> None:
    """One finding: path, sid, issue, title, detail. Statement by statement, since it stops at what it can't read."""
    found = [
        {"path": path, "sid": statement["Sid"], **finding}
        for path, document in json.load(sys.stdin).items()
        for statement in document["Statement"]
        for finding in _findings({**document, "Statement": [statement]}, path)
    ]
    json.dump(found, sys.stdout, default=str)


def _findings(document: dict[str, object], path: str) -> list[dict[str, object]]:
    try:
        found = analyze_policy_string(json.dumps(document), path, ignore_private_auditors=True).findings
    except Exception as error:
        return [{"issue": "UNREADABLE", "title": "It can't be read", "detail": str(error)}]
    return [{"issue": each.issue, "title": enhance_finding(each).title, "detail": each.detail} for each in found]


if __name__ == "__main__":
    main()
