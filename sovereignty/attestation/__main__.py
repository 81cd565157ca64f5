"""`python -m sovereignty.attestation --issuer URI --keys FILE --nonce NONCE < token`: one token, checked.

Exit codes: 0 it proves what is asked for, 1 it does not, 2 bad input. A nonce is good for one token: whoever runs this
makes a new one for each.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sovereignty.attestation import AttestationError, Claims, Expected, check, keys_from
from sovereignty.attestation.check import LONGEST
from sovereignty.errors import InputError

REFUSED = 1
BAD_INPUT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    try:
        document = json.loads(given.keys.read_text(encoding="utf-8"))
        expected = Expected(
            issuer=given.issuer,
            nonce=given.nonce,
            vm_id=given.vm_id,
            max_age=timedelta(seconds=given.max_age),
        )
    except (OSError, ValueError, OverflowError, RecursionError):
        return _say(BAD_INPUT, "The arguments can't be used: --keys is a JSON file, --max-age seconds.")
    except InputError as mistake:
        return _say(BAD_INPUT, str(mistake))
    try:
        # one character more than the longest, so that a longer one is seen to be longer
        claims = check(sys.stdin.read(LONGEST + 1).strip(), keys_from(document), expected)
    except AttestationError as refusal:
        return _say(REFUSED, f"refused ({refusal.aspect}): {refusal}")
    sys.stdout.write(json.dumps(_shown(claims), indent=2) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sovereignty.attestation", description=__doc__)
    parser.add_argument("--issuer", required=True, help="the attestation provider's URI")
    parser.add_argument("--keys", required=True, type=Path, help="the JSON that the provider serves at <issuer>/certs")
    parser.add_argument("--nonce", required=True, help="what was made for this token")
    parser.add_argument("--vm-id", help="the one machine that may show it")
    parser.add_argument("--max-age", type=int, default=300, help="seconds since the token was issued (300)")
    return parser


def _shown(claims: Claims) -> dict[str, object]:
    return {
        "issuer": claims.issuer,
        "tee": claims.tee,
        "vmId": claims.vm_id,
        "secureBoot": claims.secure_boot,
        "policyHash": claims.policy_hash,
        "issuedAt": claims.issued_at.isoformat(),
        "expiresAt": claims.expires_at.isoformat(),
    }


def _say(code: int, text: str) -> int:
    sys.stderr.write(text + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
