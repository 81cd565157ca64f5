"""What an application expects, the nonces that it gives out, and the command."""

from __future__ import annotations

import ast
import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tokens import ISSUER, NONCE, NOW, VM_ID, body, document, expected, provider_keys, signed

from sovereignty.attestation import AttestationError, NonceStore, check
from sovereignty.attestation.__main__ import main
from sovereignty.errors import InputError

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("issuer", ISSUER.replace("https", "http")),
        ("issuer", "euattest0a1b2c3d.weu.attest.azure.net"),
        ("issuer", "https://"),
        ("issuer", ISSUER + "/"),
        ("issuer", ISSUER + "/certs"),
        ("issuer", ISSUER + "?a=b"),
        ("issuer", ISSUER + "#a"),
        ("issuer", ISSUER.replace("//", "//user@")),
        ("issuer", ""),
        ("nonce", ""),
        ("nonce", "1234"),
        ("tees", frozenset()),
        ("tees", frozenset({"sgx"})),
        ("max_age", timedelta(0)),
        ("max_age", timedelta(seconds=-1)),
    ],
)
def test_an_expectation_that_lets_anything_through_is_refused(argument: str, value: Any):
    with pytest.raises(InputError) as told:
        expected(**{argument: value})
    [problem] = told.value.problems
    assert problem.where == f"Expected.{argument}"


def test_clocks_do_not_differ_by_less_than_nothing():
    with pytest.raises(InputError):
        expected(skew=timedelta(seconds=-1))


def test_a_nonce_is_good_for_one_token_once():
    store = NonceStore()
    nonce = store.new()
    token = signed(body(nonce=nonce))
    assert check(token, provider_keys(), expected(nonce=store.spend(nonce)), NOW)
    with pytest.raises(AttestationError) as told:
        store.spend(nonce)  # the same token once more
    assert told.value.aspect == "nonce"


def test_a_token_of_an_earlier_nonce_is_refused_for_the_next():
    store = NonceStore()
    earlier, later = store.new(), store.new()
    assert earlier != later
    with pytest.raises(AttestationError):
        check(signed(body(nonce=earlier)), provider_keys(), expected(nonce=store.spend(later)), NOW)
    assert store.spend(earlier) == earlier


@pytest.mark.parametrize("unknown", ["", NONCE, "x" * 43])
def test_a_nonce_that_was_not_given_out_is_refused(unknown: str):
    store = NonceStore()
    store.new()
    with pytest.raises(AttestationError):
        store.spend(unknown)


def test_a_nonce_lapses():
    seconds = [0.0]
    store = NonceStore(timedelta(seconds=60), clock=lambda: seconds[0])
    early, late = store.new(), store.new()
    seconds[0] = 59.9
    assert store.spend(early) == early
    seconds[0] = 60.0
    with pytest.raises(AttestationError):
        store.spend(late)


def test_so_many_nonces_wait_and_no_more_until_some_lapse():
    seconds = [0.0]
    store = NonceStore(timedelta(seconds=60), most=3, clock=lambda: seconds[0])
    first = [store.new() for _ in range(3)]
    with pytest.raises(AttestationError):
        store.new()
    store.spend(first[0])
    assert store.new()
    seconds[0] = 60.0
    assert [store.new() for _ in range(3)]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "certs.json"
    file.write_text(json.dumps(document()))

    def command(token: str, **options: str) -> tuple[int, str, str]:
        given = {"issuer": ISSUER, "keys": str(file), "nonce": NONCE, **options}
        monkeypatch.setattr("sys.stdin", io.StringIO(token))
        code = main([part for name, value in given.items() for part in (f"--{name.replace('_', '-')}", value)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def today() -> dict[str, Any]:
    seconds = int(datetime.now(UTC).timestamp())
    return body() | {"iat": seconds, "nbf": seconds, "exp": seconds + 60}


def test_the_command_tells_what_a_token_proves(run):
    code, out, err = run(signed(today()) + "\n", vm_id=VM_ID)
    assert (code, err) == (0, "")
    shown = json.loads(out)
    assert (shown["tee"], shown["vmId"], shown["secureBoot"]) == ("sevsnpvm", VM_ID, True)


def test_the_command_refuses_and_says_why(run):
    code, out, err = run(signed(today(), owner="forger"))
    assert (code, out) == (1, "")
    assert err == "refused (signature): The signature is not the provider's.\n"
    assert run("")[0] == 1
    assert run(signed())[0] == 1


@pytest.mark.parametrize(
    "options",
    [{"issuer": "http://a"}, {"nonce": "1"}, {"keys": "/nowhere"}, {"keys": __file__}, {"max_age": "0"}],
)
def test_the_command_says_what_is_wrong_with_its_arguments(run, options: dict[str, str]):
    code, out, err = run(signed(today()), **options)
    assert (code, out) == (2, "")
    assert err


def test_the_rest_of_the_law_imports_neither_the_check_nor_its_libraries():
    files = [file for file in (ROOT / "sovereignty").rglob("*.py") if "attestation" not in file.parts]
    assert files
    wanted = ("jwt", "cryptography", "sovereignty.attestation")
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name == each or name.startswith(f"{each}.") for name in names for each in wanted), file


def test_without_the_extra_the_import_says_what_to_install():
    program = "import sys; sys.modules['jwt'] = None; import sovereignty.attestation"
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert "sovereign-zones[attestation]" in ran.stderr.splitlines()[-1]
