"""Tokens that the check takes, and all that it must not take."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tokens import (
    GONE,
    ISSUER,
    KID,
    NONCE,
    NOW,
    POLICY,
    TEE,
    VM_ID,
    body,
    certificate,
    changed,
    document,
    entry,
    expected,
    private_key,
    provider_keys,
    raw,
    signed,
)

from sovereignty.attestation import AttestationError, Claims, check, keys_from
from sovereignty.attestation.check import LONGEST

SECONDS = int(NOW.timestamp())
HEADER = {"alg": "RS256", "kid": KID, "typ": "JWT"}
CONFIGURATION = f"{TEE}/x-ms-runtime/vm-configuration"
PAYLOAD = "x-ms-runtime/client-payload"
SHORT = rsa.generate_private_key(65537, 1024)  # noqa: S505 (the check must leave it out)


def judged(token: Any, now: Any = NOW, keys: Any = None, **others: Any) -> Claims:
    return check(token, keys or provider_keys(), expected(**others), now)


def refused(token: Any, **others: Any) -> str:
    with pytest.raises(AttestationError) as told:
        judged(token, **others)
    assert str(told.value)
    return told.value.aspect


@pytest.mark.parametrize("tee", ["sevsnpvm", "tdxvm"])
def test_a_confidential_machines_token_is_taken(tee: str):
    claims = judged(signed(body(tee)), vm_id=VM_ID.lower(), policy_hash=POLICY)
    assert (claims.tee, claims.vm_id, claims.policy_hash) == (tee, VM_ID, POLICY)
    assert (claims.issuer, claims.secure_boot) == (ISSUER, True)
    assert (claims.issued_at, claims.expires_at) == (NOW, NOW + timedelta(hours=8))
    assert claims.all["x-ms-ver"] == "1.0"


def test_what_is_encrypted_to_the_machine_only_the_machine_reads():
    key = judged(signed()).encryption_key
    assert key is not None
    oaep = padding.OAEP(padding.MGF1(SHA256()), SHA256(), None)
    assert private_key("machine").decrypt(key.encrypt(b"the data key", oaep), oaep) == b"the data key"


def test_a_token_without_a_key_of_the_machines_has_none_to_offer():
    assert judged(signed(changed("x-ms-runtime/keys", []))).encryption_key is None
    signing = {"kid": "HCLAkPub", "kty": "RSA", "key_ops": ["sign"], "e": "AQAB", "n": "tXkRLA"}
    assert judged(signed(changed("x-ms-runtime/keys", [signing, 7]))).encryption_key is None


@pytest.mark.parametrize("broken", [{"n": "tXkRLA"}, {"n": None}, {"n": "ä"}, {"e": "AA"}, {"n": 7}])
def test_a_key_of_the_machines_that_nothing_should_be_encrypted_to_is_refused(broken: dict[str, Any]):
    key = {"kty": "RSA", "key_use": "enc", "e": "AQAB", "n": "tXkRLA", **broken}
    assert refused(signed(changed("x-ms-runtime/keys", [key]))) == "form"


# who signed it


def test_a_key_that_is_not_the_providers_is_refused():
    assert refused(signed(owner="forger")) == "signature"


def test_an_altered_body_is_refused():
    header, _, signature = signed().split(".")
    altered = raw({}, changed("x-ms-azurevm-vmid", "another")).split(".")[1]
    assert refused(f"{header}.{altered}.{signature}") == "signature"


def test_a_signature_that_is_cut_or_left_out_is_refused():
    token = signed()
    assert refused(token.rsplit(".", 1)[0] + ".") == "signature"
    assert refused(token[:-8]) in ("signature", "form")


@pytest.mark.parametrize("none", ["none", "None", "NONE", None, "", 7])
def test_a_token_that_asks_for_no_signature_is_refused(none: object):
    assert refused(raw({"alg": none, "kid": KID, "typ": "JWT"}, body())) in ("algorithm", "form")


@pytest.mark.parametrize("secret", ["certificate", "pem", "der"])
def test_the_providers_public_key_is_no_shared_secret(secret: str):
    public = private_key().public_key()
    secrets = {
        "certificate": certificate(),
        "pem": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "der": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    }
    unsigned = raw({"alg": "HS256", "kid": KID, "typ": "JWT"}, body())[:-1]
    mac = hmac.digest(secrets[secret], unsigned.encode(), hashlib.sha256)
    token = f"{unsigned}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    assert jwt.get_unverified_header(token)["alg"] == "HS256"
    assert refused(token) == "algorithm"


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
def test_another_algorithm_of_the_right_key_is_refused(algorithm: str):
    token = jwt.encode(body(), private_key(), algorithm=algorithm, headers={"kid": KID})
    assert refused(token) == "algorithm"


def test_the_key_must_be_the_one_that_the_token_names():
    assert refused(signed(kid="unknown")) == "key"
    assert refused(signed(owner="other"), keys=keys_from(document(**{KID: "provider", "b": "other"}))) == "signature"
    assert judged(signed(owner="other", kid="b"), keys=keys_from(document(**{KID: "provider", "b": "other"})))


def test_a_token_that_names_no_key_is_refused_although_one_key_would_fit():
    assert refused(jwt.encode(body(), private_key(), algorithm="RS256")) == "key"


def test_keys_that_the_token_brings_along_are_not_used():
    brought = {"jku": "https://forger.example/certs", "x5c": entry(KID, "forger")["x5c"], "jwk": {"kty": "RSA"}}
    assert refused(signed(owner="forger", **brought)) == "signature"


def test_a_header_that_makes_something_critical_is_refused():
    assert refused(signed(crit=["b64"], b64=False)) == "form"


# the provider's document


@pytest.mark.parametrize("junk", [None, [], "keys", {}, {"keys": {}}, {"keys": []}, {"keys": [None, 7, "a"]}])
def test_a_document_without_keys_is_refused(junk: object):
    with pytest.raises(AttestationError) as told:
        keys_from(junk)
    assert told.value.aspect == "key"


@pytest.mark.parametrize(
    "useless",
    [{"kid": None}, {"x5c": []}, {"x5c": None}, {"x5c": ["junk"]}, {"x5c": [7]}, {"x5c": [""]}, {"x5c": ["ä"]}],
)
def test_an_entry_that_holds_no_certificate_is_left_out(useless: dict[str, Any]):
    assert list(keys_from({"keys": [entry() | {"kid": "broken"} | useless, entry()]})) == [KID]


@pytest.mark.parametrize("key", [SHORT, ec.generate_private_key(ec.SECP256R1())])
def test_a_key_of_another_kind_and_a_short_one_are_left_out(key: Any):
    other = {"kid": "other", "x5c": [base64.b64encode(certificate(key=key)).decode()]}
    assert list(keys_from({"keys": [other, entry()]})) == [KID]


def test_two_keys_of_one_id_are_refused():
    with pytest.raises(AttestationError):
        keys_from({"keys": [entry(), entry(KID, "forger")]})


# for whom


@pytest.mark.parametrize(
    "issuer",
    [
        "https://forger.weu.attest.azure.net",
        ISSUER.replace("https", "http"),
        ISSUER + "/",
        ISSUER.upper(),
        ISSUER + ".forger.example",
        [ISSUER],
        None,
        7,
    ],
)
def test_another_issuer_is_refused(issuer: object):
    assert refused(signed(changed("iss", issuer))) in ("issuer", "form")


def test_a_token_without_issuer_is_refused():
    assert refused(signed(changed("iss"))) == "issuer"


# when


def test_an_expired_token_is_refused():
    token = signed(changed("exp", SECONDS + 30))
    assert judged(token, now=NOW + timedelta(seconds=89))
    assert refused(token, now=NOW + timedelta(seconds=90)) == "time"
    assert refused(token, now=NOW + timedelta(seconds=30), skew=timedelta(0)) == "time"


@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_a_token_of_the_future_is_refused(claim: str):
    token = signed(changed(claim, SECONDS + 60))
    assert judged(token)
    assert refused(token, now=NOW - timedelta(seconds=1)) == "time"


def test_a_token_that_is_too_old_is_refused_although_it_has_not_expired():
    token = signed()
    assert judged(token, now=NOW + timedelta(minutes=6))
    assert refused(token, now=NOW + timedelta(minutes=6, seconds=1)) == "time"
    assert judged(token, now=NOW + timedelta(hours=1), max_age=timedelta(hours=2))


@pytest.mark.parametrize("claim", ["iat", "nbf", "exp"])
@pytest.mark.parametrize("value", [GONE, None, "", "1", True, [], float("inf"), float("nan"), 1e300])
def test_a_token_that_says_no_time_is_refused(claim: str, value: object):
    assert refused(signed(changed(claim, value))) in ("time", "form")


def test_without_a_clock_of_the_callers_todays_is_taken():
    assert refused(signed(), now=None) == "time"


# the nonce


@pytest.mark.parametrize(
    "claims",
    [
        body(nonce="another-nonce-of-the-right-length"),
        body(nonce=NONCE + "x"),
        body(nonce=NONCE[:-1]),
        body(nonce=NONCE.upper()),
        body(nonce=""),
        changed(f"{PAYLOAD}/nonce"),
        changed(PAYLOAD),
        changed("x-ms-runtime"),
        changed(f"{PAYLOAD}/nonce", NONCE),
        changed(f"{PAYLOAD}/nonce", "!" + base64.b64encode(NONCE.encode()).decode()),
        changed(f"{PAYLOAD}/nonce", "ä"),
        changed(f"{PAYLOAD}/nonce", [base64.b64encode(NONCE.encode()).decode()]),
        changed(PAYLOAD, "nonce"),
        changed("x-ms-runtime", [1]),
        changed(PAYLOAD, {}) | {"nonce": base64.b64encode(NONCE.encode()).decode()},
        changed(f"{TEE}/x-ms-runtime/client-payload", body()["x-ms-runtime"]["client-payload"], changed(PAYLOAD, {})),
    ],
)
def test_any_other_nonce_and_one_anywhere_else_is_refused(claims: dict[str, Any]):
    assert refused(signed(claims)) == "nonce"


# what it says of the machine


@pytest.mark.parametrize("outer", ["sevsnpvm", "tdxvm", "sgx", "tpm", "AzureVM", None, GONE])
def test_a_token_that_is_no_guests_is_refused(outer: object):
    assert refused(signed(changed("x-ms-attestation-type", outer))) == "type"


@pytest.mark.parametrize("inner", ["sgx", "azurevm", "SEVSNPVM", "", None, GONE, True, "tpm"])
def test_another_kind_of_isolation_is_refused(inner: object):
    assert refused(signed(changed(f"{TEE}/x-ms-attestation-type", inner))) == "type"


def test_an_isolation_that_this_application_does_not_take_is_refused():
    assert refused(signed(body("tdxvm")), tees=frozenset({"sevsnpvm"})) == "type"


@pytest.mark.parametrize("nothing", [GONE, None, {}, [], "sevsnpvm"])
def test_a_machine_with_trusted_launch_only_is_refused(nothing: object):
    assert refused(signed(changed(TEE, nothing))) == "type"


def test_a_platforms_own_token_that_says_all_at_its_top_level_is_refused():
    nested = body()
    flat = {**nested.pop(TEE), **nested, "x-ms-attestation-type": "sevsnpvm"}
    assert refused(signed(flat)) == "type"
    assert refused(signed({**flat, "x-ms-attestation-type": "azurevm"})) == "type"


def test_an_enclaves_token_is_refused():
    sgx = {key: value for key, value in body().items() if not key.startswith("x-ms-azurevm") and key != TEE}
    sgx |= {"x-ms-attestation-type": "sgx", "x-ms-sgx-is-debuggable": False, "tee": "sgx"}
    assert refused(signed(sgx)) == "type"


@pytest.mark.parametrize("status", ["azure-compliant-uvm", "none", "Azure-Compliant-CVM", "", True, None, GONE])
def test_a_machine_that_the_provider_does_not_call_compliant_is_refused(status: object):
    assert refused(signed(changed(f"{TEE}/x-ms-compliance-status", status))) == "compliance"


def test_compliance_at_the_top_level_counts_for_nothing():
    claims = changed(f"{TEE}/x-ms-compliance-status") | {"x-ms-compliance-status": "azure-compliant-cvm"}
    assert refused(signed(claims)) == "compliance"


@pytest.mark.parametrize("debuggable", [True, "false", "true", 0, None, GONE])
@pytest.mark.parametrize(
    ("tee", "claim"), [("sevsnpvm", "x-ms-sevsnpvm-is-debuggable"), ("tdxvm", "tdx_td_attributes_debug")]
)
def test_a_machine_that_the_host_can_debug_is_refused(tee: str, claim: str, debuggable: object):
    assert refused(signed(changed(f"{TEE}/{claim}", debuggable, body(tee)))) == "debug"


def test_not_debuggable_at_the_top_level_counts_for_nothing():
    claims = changed(f"{TEE}/x-ms-sevsnpvm-is-debuggable") | {"x-ms-sevsnpvm-is-debuggable": False}
    assert refused(signed(claims)) == "debug"


def test_each_kind_of_isolation_must_say_it_in_its_own_words():
    claims = changed(f"{TEE}/tdx_td_attributes_debug", of=body("tdxvm"))
    claims[TEE]["x-ms-sevsnpvm-is-debuggable"] = False
    assert refused(signed(claims)) == "debug"


def test_debug_facilities_that_are_not_disabled_are_refused():
    assert refused(signed(changed(f"{TEE}/dbgstat", "enabled", body("tdxvm")))) == "debug"
    assert judged(signed(changed(f"{TEE}/dbgstat", of=body("tdxvm"))))


@pytest.mark.parametrize("of", ["boot", "hypervisor", "kernel"])
@pytest.mark.parametrize("value", [True, "false", 1, None])
def test_a_machine_that_started_with_a_debugger_is_refused(of: str, value: object):
    assert refused(signed(changed(f"x-ms-azurevm-{of}debug-enabled", value))) == "debug"
    assert judged(signed(changed(f"x-ms-azurevm-{of}debug-enabled")))


@pytest.mark.parametrize("claim", ["secureboot", f"{CONFIGURATION}/secure-boot"])
@pytest.mark.parametrize("value", [False, "true", 1, GONE])
def test_a_machine_without_secure_boot_is_refused_unless_it_is_not_asked_for(claim: str, value: object):
    token = signed(changed(claim, value))
    assert refused(token) == "secure-boot"
    assert judged(token, secure_boot=False).secure_boot is False


@pytest.mark.parametrize("claim", ["x-ms-azurevm-vmid", f"{CONFIGURATION}/vmUniqueId"])
@pytest.mark.parametrize("value", ["2DEDC52A-6832-46CE-9910-E8C9980BF5A7", None, 7, GONE])
def test_another_machine_is_refused_where_one_is_named(claim: str, value: object):
    token = signed(changed(claim, value))
    assert refused(token, vm_id=VM_ID) == "machine"
    assert judged(token)


@pytest.mark.parametrize("value", ["another", None, GONE])
def test_another_attestation_policy_is_refused_where_one_is_named(value: object):
    token = signed(changed("x-ms-policy-hash", value))
    assert refused(token, policy_hash=POLICY) == "policy"
    assert judged(token)


# what is no token at all


@pytest.mark.parametrize(
    "junk",
    [
        "",
        "a",
        "a.b",
        "...",
        "a.b.c",
        "ä.ö.ü",
        ".".join(["e30"] * 3),
        ".".join(["W10"] * 3),
        ".".join(["eyJ"] * 5),
        "\x00",
        None,
        7,
        b"",
        signed().encode(),
        [signed()],
    ],
)
def test_junk_is_refused(junk: object):
    assert refused(junk) in ("form", "algorithm")


@pytest.mark.parametrize("content", [b"[]", b'"text"', b"7", b"null", b"not json", b"\xff"])
def test_a_signed_body_that_is_no_object_is_refused(content: bytes):
    token = jwt.api_jws.encode(content, private_key(), algorithm="RS256", headers={"kid": KID})
    assert refused(token) == "form"


def test_deep_nesting_is_refused_and_ends_nothing():
    nested = base64.urlsafe_b64encode(b"[" * 20_000).rstrip(b"=").decode()
    assert refused(f"{nested}.e30.e30") == "form"
    token = jwt.api_jws.encode(b'{"a":' + b"[" * 20_000, private_key(), algorithm="RS256", headers={"kid": KID})
    assert refused(token) == "form"


def test_a_huge_token_is_refused_unread():
    assert refused(signed(body() | {"padding": "x" * LONGEST})) == "form"
    assert judged(signed(body() | {"padding": "x" * 30_000}))


def test_a_token_for_an_audience_is_refused():
    assert refused(signed(body() | {"aud": "another application"})) == "form"


def test_what_is_told_holds_neither_the_nonce_nor_an_id():
    for claims in (body(nonce="another-nonce-of-the-right-length"), changed("x-ms-azurevm-vmid", "of-another")):
        with pytest.raises(AttestationError) as told:
            judged(signed(claims), vm_id=VM_ID)
        assert not any(each in str(told.value) for each in (NONCE, "another-nonce", "of-another", VM_ID))
