"""A JWT by which a client proves itself: signed with its registered key, for this issuer, once.

Spec: RFC 7523 3, OpenID Connect Core 9, RFC 8725 3.
"""

import json
from collections.abc import Mapping
from functools import lru_cache

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from joserfc.jws import extract_compact

from consentry.core.changes import Add
from consentry.core.context import Context
from consentry.core.errors import InvalidClient
from consentry.core.model import Client, UsedOnce
from consentry.core.tokens import digest

ASSERTION_ALGORITHMS = ("ES256", "Ed25519", "PS256", "RS256")
ASSERTION_TYPES = (None, "jwt", "client-authentication+jwt")
LONGEST_ASSERTION = 8_192
LONGEST_JTI = 255
LONGEST_LIFE = 300
CLOCK_SKEW = 60
"""Seconds a client's clock may be ahead of ours (at least 10 have to be allowed, more than 60 must not be)."""

FAILED = "the client assertion is not acceptable"


def claimed_client_id(assertion: str) -> str | None:
    """Return who an assertion says it is from, unverified: only good for looking up the keys to verify it with."""
    if len(assertion) > LONGEST_ASSERTION:
        return None
    try:
        subject: object = json.loads(extract_compact(assertion.encode()).payload).get("sub")
    except (JoseError, ValueError, AttributeError, RecursionError):
        return None
    return subject if isinstance(subject, str) else None


async def accept_assertion(ctx: Context, client: Client, assertion: str | None) -> None:
    """Check an assertion of this client and keep that it was used."""
    claims = _verified(client, assertion)
    if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
        raise InvalidClient(FAILED, reason="iss and sub have to be the client id")
    # One value that names only us: an audience another server also answers to could be replayed here.
    if claims.get("aud") != ctx.issuer:
        raise InvalidClient(FAILED, reason="aud has to be the issuer, as a string")
    expires_at = _check_times(claims, now=ctx.now)
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI:
        raise InvalidClient(FAILED, reason="jti is missing or too long")
    purpose = f"client-assertion:{client.client_id}"
    if await ctx.store.used_once(purpose, digest(jti)):
        raise InvalidClient(FAILED, reason="the assertion was used before")
    ctx.keep(Add(record=UsedOnce(purpose=purpose, digest=digest(jti), expires_at=expires_at)))


def _verified(client: Client, assertion: str | None) -> Mapping[str, object]:
    if not assertion or len(assertion) > LONGEST_ASSERTION or not client.jwks:
        raise InvalidClient(FAILED, reason="no assertion, a huge one, or no keys to verify it")
    try:
        decoded = jwt.decode(assertion, _key_set(client.jwks), algorithms=ASSERTION_ALGORITHMS)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as problem:
        raise InvalidClient(FAILED, reason="the signature does not verify") from problem
    kind: object = decoded.header.get("typ")
    if (kind.lower() if isinstance(kind, str) else kind) not in ASSERTION_TYPES:
        raise InvalidClient(FAILED, reason="a JWT of another type")
    return decoded.claims


def _check_times(claims: Mapping[str, object], *, now: int) -> int:
    expires_at = _seconds(claims, "exp")
    if expires_at is None or not now < expires_at <= now + LONGEST_LIFE + CLOCK_SKEW:
        raise InvalidClient(FAILED, reason="exp is missing, past or too far ahead")
    for name in ("iat", "nbf"):
        moment = _seconds(claims, name)
        if moment is not None and moment > now + CLOCK_SKEW:
            raise InvalidClient(FAILED, reason=f"{name} lies in the future")
    return expires_at


def _seconds(claims: Mapping[str, object], name: str) -> int | None:
    found = claims.get(name)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or not abs(found) < 2**53:
        raise InvalidClient(FAILED, reason=f"{name} is not a time")
    return int(found)


@lru_cache(maxsize=1024)
def _key_set(jwks: str) -> KeySet:
    """Import a client's public keys.  Symmetric keys are left out: they must never verify anything here."""
    return KeySet([_import(key) for key in json.loads(jwks)["keys"] if key.get("kty") in {"EC", "OKP", "RSA"}])


def _import(key: dict[str, str | list[str]]) -> ECKey | OKPKey | RSAKey:
    match key["kty"]:
        case "EC":
            return ECKey.import_key(key)
        case "OKP":
            return OKPKey.import_key(key)
        case _:
            return RSAKey.import_key(key)
