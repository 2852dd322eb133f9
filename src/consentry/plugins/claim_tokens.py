"""Claim tokens that are signed: ID Tokens of this realm, and of the issuers it trusts.

A signature is checked once for each token and remembered until the token expires; times are judged anew each time.
Spec: Grant 3.3.1, 5.7; RFC 7515, RFC 7519 4.1, RFC 8725 3; OpenID Connect Core 2, 3.1.3.7.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from functools import lru_cache

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from consentry.core.claims import BadClaimToken, ClaimToken
from consentry.core.model import TrustedIssuer
from consentry.server import OpenRealm, Server
from consentry.uma.codes import CLAIM_TOKEN_FORMAT_ID_TOKEN

ALGORITHMS = ("ES256", "RS256", "PS256", "Ed25519", "EdDSA")
"""What a trusted issuer may sign with: nothing symmetric, nothing unsigned."""

LONGEST_TOKEN = 16_384
TOKEN_TYPES = (None, "JWT")
"""What the header of an ID Token may say it is: a logout or access token is signed with the same keys.

Spec: RFC 8725 3.11."""

UNREADABLE = (JoseError, ValueError, TypeError, KeyError, RecursionError)
LEEWAY_SECONDS = 10
MOST_REMEMBERED = 10_000


class JwsClaimTokens:
    """Verifies pushed claim tokens."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._remembered: OrderedDict[tuple[str, int, str], ClaimToken] = OrderedDict()

    async def verify(self, realm: str, *, text: str, format: str) -> ClaimToken | BadClaimToken:
        """Return what was verified, or why nothing was."""
        opened = await self._server.open(realm)
        if opened is None:
            return BadClaimToken(reason="no such realm")
        try:
            return self._known(opened, text=text, format=format)
        except BadTokenError as problem:
            return BadClaimToken(reason=str(problem), realm_version=opened.reference.realm.version)

    def _known(self, opened: OpenRealm, *, text: str, format: str) -> ClaimToken:
        if format != CLAIM_TOKEN_FORMAT_ID_TOKEN:
            raise BadTokenError("unknown claim token format")
        if len(text) > LONGEST_TOKEN:
            raise BadTokenError("too long")
        realm = opened.reference.realm
        key = (realm.name, realm.version, hashlib.sha256(text.encode()).hexdigest())
        token = self._remembered.get(key)
        if token is None:
            token = read_claims(verified(opened, text), realm_version=realm.version)
            self._remembered[key] = token
            if len(self._remembered) > MOST_REMEMBERED:
                self._remembered.popitem(last=False)
        judge_times(token, now=int(self._server.clock()))
        return token


class BadTokenError(ValueError):
    """A claim token that proves nothing; the text says why."""


def verified(opened: OpenRealm, text: str) -> Mapping[str, object]:
    """Return the claims of a token signed by this realm or by an issuer that it trusts."""
    issuer = unverified_issuer(text)
    if issuer == opened.issuer:
        try:
            return opened.keys.verify(text, typ="JWT")
        except ValueError as problem:
            raise BadTokenError("the signature is not this realm's") from problem
    trusted = next((one for one in opened.reference.trusted_issuers if one.issuer == issuer), None)
    if trusted is None:
        raise BadTokenError("the issuer is not trusted")
    return verified_foreign(trusted, text)


def verified_foreign(trusted: TrustedIssuer, text: str) -> Mapping[str, object]:
    """Return the claims of a token that is signed with one of a trusted issuer's own keys."""
    if trusted.jwks is None:
        raise BadTokenError("the issuer's keys are not known here")
    try:
        found = jws.deserialize_compact(text, _key_set(trusted.jwks), algorithms=list(ALGORITHMS))
        members = _members(found.payload)
    except UNREADABLE as problem:
        raise BadTokenError("the signature is not the issuer's") from problem
    if found.headers().get("typ") not in TOKEN_TYPES:
        raise BadTokenError("another type of token")
    return members


def unverified_issuer(text: str) -> str:
    """Read who a token says it is from, so that the right keys can be tried.  It proves nothing."""
    try:
        issuer = _members(jws.extract_compact(text.encode()).payload).get("iss")
    except UNREADABLE as problem:
        raise BadTokenError("not a compact JWS") from problem
    if not isinstance(issuer, str):
        raise BadTokenError("no issuer")
    return issuer


def read_claims(claims: Mapping[str, object], *, realm_version: int) -> ClaimToken:
    """Read the members that every ID Token has.  Spec: OpenID Connect Core 2."""
    issuer, subject, azp, auth_time = claims.get("iss"), claims.get("sub"), claims.get("azp"), claims.get("auth_time")
    if not isinstance(issuer, str) or not isinstance(subject, str) or not subject:
        raise BadTokenError("iss or sub is missing")
    if azp is not None and not isinstance(azp, str):
        raise BadTokenError("azp is not a string")
    return ClaimToken(
        issuer=issuer,
        subject=subject,
        audience=_audience(claims.get("aud")),
        issued_at=_seconds(claims, "iat"),
        expires_at=_seconds(claims, "exp"),
        not_before=_seconds(claims, "nbf") if "nbf" in claims else None,
        azp=azp,
        auth_time=_seconds(claims, "auth_time") if auth_time is not None else None,
        realm_version=realm_version,
        claims=claims,
    )


def judge_times(token: ClaimToken, *, now: int) -> None:
    """Refuse a token that is over, or not yet begun, or from the future.  Spec: RFC 7519 4.1.4 to 4.1.6."""
    if token.expires_at <= now - LEEWAY_SECONDS:
        raise BadTokenError("expired")
    if token.issued_at > now + LEEWAY_SECONDS:
        raise BadTokenError("issued in the future")
    if token.not_before is not None and token.not_before > now + LEEWAY_SECONDS:
        raise BadTokenError("not valid yet")


def _members(payload: bytes) -> Mapping[str, object]:
    found: object = json.loads(payload)
    if not isinstance(found, dict):
        raise BadTokenError("the claims are not an object")
    return found


@lru_cache(maxsize=256)
def _key_set(jwks: str) -> KeySet:
    return KeySet.import_key_set(json.loads(jwks))


def _audience(found: object) -> tuple[str, ...]:
    names = [found] if isinstance(found, str) else found
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise BadTokenError("aud is missing or malformed")
    return tuple(names)


def _seconds(claims: Mapping[str, object], name: str) -> int:
    found = claims.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found < 2**53:
        raise BadTokenError(f"{name} is missing or no time")
    return int(found)
