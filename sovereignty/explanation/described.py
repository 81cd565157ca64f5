"""A call's condition keys in the words of the judgement: who asks, how the request comes, what it says besides."""

from __future__ import annotations

from collections.abc import Mapping

from sovereignty.facts import web_identity
from sovereignty.facts.kms_services import kms_services
from sovereignty.iam.principals import account
from sovereignty.judgement.resources import Caller, KeyUse, Token, Upload, Way

Context = Mapping[str, tuple[str, ...]]
"""Condition keys in small letters -> their values; an absent key is absent."""
_ENCRYPTION = "kms:encryptioncontext:"
_SSE = "s3:x-amz-server-side-encryption"


def caller(principal: str, context: Context, service: bool) -> Caller:
    """Who asks: a principal, or a service with those for whom it acts."""
    if service:
        return Caller(
            service=principal,
            for_account=_one(context, "aws:sourceaccount"),
            for_organization=_one(context, "aws:sourceorgid"),
            for_path=_one(context, "aws:sourceorgpaths"),
        )
    kind = principal.split(":", 5)[5]
    return Caller(
        account=account(principal),
        role=kind.removeprefix("role/") if kind.startswith("role/") else "" if kind == "root" else "?",
        organization=_one(context, "aws:principalorgid"),
        path=_one(context, "aws:principalorgpaths"),
        for_account=_one(context, "aws:sourceaccount"),
    )


def way(context: Context) -> Way:
    """How the request comes."""
    return Way(
        tls=_truth(context, "aws:securetransport"),
        tls_version=_number(context, "s3:tlsversion") or 0,
        vpc=_one(context, "aws:sourcevpcarn"),
        by_service=_truth(context, "aws:viaawsservice"),
        through=_one(context, "kms:viaservice"),
    )


def token(context: Context) -> Token:
    """The token of another provider, as far as the issuers are known."""
    known = [(row.issuer, row.key) for row in web_identity.built_in_issuers()]
    known += [(row.issuer, f"{row.issuer}:aud") for row in web_identity.sentinel_connectors()]
    for issuer, key in known:
        if audience := _one(context, key.lower()):
            return Token(issuer, audience, _one(context, "sts:rolesessionname"))
    return Token()


def upload(context: Context) -> Upload:
    """What an upload asks for."""
    days = _number(context, "s3:object-lock-remaining-retention-days")
    return Upload(
        algorithm=_one(context, _SSE),
        key=_arn(context, f"{_SSE}-aws-kms-key-id"),
        customer_key=bool(_one(context, f"{_SSE}-customer-algorithm")),
        days=None if days is None else int(days),
        mode=_one(context, "s3:object-lock-mode"),
        acl=_one(context, "s3:x-amz-acl"),
    )


def key_use(context: Context) -> KeyUse:
    """What a call to KMS says besides; it comes without a grant."""
    wait = _number(context, "kms:schedulekeydeletionpendingwindowindays")
    return KeyUse(
        for_resource=_truth(context, "kms:grantisforawsresource"),
        wait=None if wait is None else int(wait),
        replica=_one(context, "kms:replicaregion"),
        encryption={
            row.context: _arn(context, f"{_ENCRYPTION}{row.context.lower()}")
            for row in kms_services()
            if row.context and f"{_ENCRYPTION}{row.context.lower()}" in context
        },
    )


def _one(context: Context, key: str) -> str:
    values = context.get(key, ())
    return values[0] if values else ""


def _arn(context: Context, key: str) -> str:
    told = _one(context, key)
    # what is no ARN is nobody's: the judgement takes ARNs apart
    return told if not told or told.count(":") > 4 else "no ARN"


def _truth(context: Context, key: str) -> bool | None:
    told = _one(context, key).lower()
    return {"true": True, "false": False}.get(told)


def _number(context: Context, key: str) -> float | None:
    try:
        return float(_one(context, key))
    except ValueError:
        return None
