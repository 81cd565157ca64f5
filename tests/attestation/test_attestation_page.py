"""docs/attestation.md says what the code does: its program runs, and its table names every check."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from tokens import ISSUER, VM_ID, body, changed, document, private_key, signed

from sovereignty.attestation import Aspect, AttestationError
from sovereignty.attestation.__main__ import main
from sovereignty.attestation.check import LONGEST

PAGE = (Path(__file__).parents[2] / "docs" / "attestation.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """The names of the page's program, after it ran."""
    [program] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(program, "docs/attestation.md", "exec"), names)  # noqa: S102 (our own page)
    assert (names["ISSUER"], names["MACHINE"]) == (ISSUER, VM_ID)
    return names


def token(nonce: str, **others: Any) -> str:
    seconds = int(datetime.now(UTC).timestamp())
    return signed(body(nonce=nonce) | {"iat": seconds, "nbf": seconds, "exp": seconds + 600} | others)


def test_the_pages_program_gives_a_key_to_the_machine_that_proved_itself(page: dict[str, Any]):
    nonce = page["nonces"].new()
    sealed = page["data_key_for"](token(nonce), nonce, document(), b"a data key")
    oaep = padding.OAEP(padding.MGF1(SHA256()), SHA256(), None)
    assert private_key("machine").decrypt(sealed, oaep) == b"a data key"


def test_the_pages_program_gives_none_to_a_token_that_is_shown_again(page: dict[str, Any]):
    nonce = page["nonces"].new()
    shown = token(nonce)
    assert page["data_key_for"](shown, nonce, document(), b"a data key")
    for again in (nonce, page["nonces"].new()):
        with pytest.raises(AttestationError) as told:
            page["data_key_for"](shown, again, document(), b"a data key")
        assert told.value.aspect == "nonce"


def test_the_pages_program_gives_none_to_a_machine_without_a_key_of_its_own(page: dict[str, Any]):
    nonce = page["nonces"].new()
    without = changed("x-ms-runtime/keys", [], body(nonce=nonce))["x-ms-runtime"]
    with pytest.raises(AttestationError):
        page["data_key_for"](token(nonce, **{"x-ms-runtime": without}), nonce, document(), b"a data key")


def test_the_page_names_every_check_in_order():
    _, *named = re.findall(r"^\| `([a-z-]+)` \| ", PAGE, re.MULTILINE)
    assert named == list(get_args(Aspect))
    assert f"{LONGEST:,} characters" in PAGE


def test_the_pages_command_has_the_options_that_there_are(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["--help"])
    known = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    [command] = re.findall(r"python -m sovereignty\.attestation (.*?)```", PAGE, re.DOTALL)
    assert set(re.findall(r"--[a-z-]+", command)) <= known
