"""Checks a self-contained RPT offline, and signs client assertions.

A token checked offline stays good until it expires, whatever its owner does meanwhile; keep such tokens short-lived.
Spec: RFC 9068 2, 4, FedAuthz 5, 5.1.1, RFC 7523 3.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Final

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey, import_key

from consentry.uma import codes, wire_json
from consentry.uma.call import Sender
from consentry.uma.client import fetch_jwks
from consentry.uma.discovery import Discovery
from consentry.uma.errors import UmaError
from consentry.uma.members import WrongMember, objects
from consentry.uma.protection import Protection
from consentry.uma.wire import IntrospectionResponse

ALGORITHMS: Final = ("ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512", "Ed25519")
ASSERTION_LIFETIME: Final = 60
SHORTEST_REFETCH: Final = 10


class InvalidRptError(UmaError):
    """The token is no RPT that this resource server may honour."""


class UnknownKeyError(InvalidRptError):
    """The token names a key that is not in the set; the set may have changed."""


def read_keys(jwks: Mapping[str, object]) -> KeySet:
    """Read the public signing keys of a JWK set; keys of other kinds are passed over."""
    keys = []
    for members in objects(jwks, "keys"):
        if members.get("kty") not in ("EC", "RSA", "OKP") or members.get("use", "sig") != "sig":
            continue
        try:
            keys.append(import_key({name: text for name, text in members.items() if isinstance(text, str | list)}))
        except (JoseError, ValueError):
            continue
    return KeySet(keys)


def check_rpt(token: str, *, keys: KeySet, issuer: str, audience: str, now: int) -> IntrospectionResponse:
    """Return what a signed RPT says, in the form of an introspection answer for ``decide``.

    It has to be of type ``at+jwt``, signed with an asymmetric key of the issuer, from this very issuer, meant for
    ``audience``, and not over.
    """
    try:
        decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
    except InvalidKeyIdError as problem:
        raise UnknownKeyError("the token names no key of its issuer") from problem
    except (JoseError, ValueError) as problem:
        raise InvalidRptError("the token is not signed by its issuer") from problem
    kind = str(decoded.header.get("typ", "")).lower().removeprefix("application/")
    if kind != codes.JWT_TYPE_ACCESS_TOKEN:
        raise InvalidRptError("the token is not an access token")
    try:
        answer = wire_json.read_introspection_response({**decoded.claims, "active": True})
    except WrongMember as problem:
        raise InvalidRptError(str(problem)) from problem
    if answer.iss != issuer:
        raise InvalidRptError("the token is from another issuer")
    if audience not in answer.aud:
        raise InvalidRptError("the token is for another resource server")
    if answer.exp is None or answer.exp <= now:
        raise InvalidRptError("the token is over, or does not say when it ends")
    return answer


class OfflineCheck:
    """Checks RPTs for ``UmaMiddleware`` without introspection; keys are fetched again every ``lifetime`` seconds."""

    def __init__(
        self,
        *,
        send: Sender,
        discovery: Discovery,
        audience: str,
        lifetime: int = 300,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._send = send
        self._discovery = discovery
        self._audience = audience
        self._lifetime = lifetime
        self._clock = clock
        self._known: dict[str, tuple[float, KeySet]] = {}

    async def __call__(self, protection: Protection, token: str) -> IntrospectionResponse:
        """Return what the token says; one that does not hold is inactive."""
        try:
            return self._checked(token, protection.issuer, await self._keys(protection.issuer, self._lifetime))
        except UnknownKeyError:
            keys = await self._keys(protection.issuer, SHORTEST_REFETCH)
        except InvalidRptError:
            return IntrospectionResponse(active=False)
        try:
            return self._checked(token, protection.issuer, keys)
        except InvalidRptError:
            return IntrospectionResponse(active=False)

    def _checked(self, token: str, issuer: str, keys: KeySet) -> IntrospectionResponse:
        return check_rpt(token, keys=keys, issuer=issuer, audience=self._audience, now=int(self._clock()))

    async def _keys(self, issuer: str, lifetime: int) -> KeySet:
        fetched_at, keys = self._known.get(issuer, (0.0, None))
        if keys is not None and fetched_at + lifetime > self._clock():
            return keys
        metadata = await self._discovery.metadata(issuer)
        keys = read_keys(await self._send(fetch_jwks(metadata)))
        self._known[issuer] = (self._clock(), keys)
        return keys


def assertion_signer(
    key: ECKey | RSAKey | OKPKey,
    *,
    client_id: str,
    algorithm: str = "ES256",
    clock: Callable[[], float] = time.time,
) -> Callable[[str], str]:
    """Make the ``sign`` of ``PrivateKeyJwt``: each assertion is for one issuer, is used once and lasts a minute."""

    def sign(audience: str) -> str:
        now = int(clock())
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": audience,
            "jti": secrets.token_urlsafe(16),
            "iat": now,
            "exp": now + ASSERTION_LIFETIME,
        }
        header = {"alg": algorithm} if key.kid is None else {"alg": algorithm, "kid": key.kid}
        return jwt.encode(header, claims, key, algorithms=[algorithm])

    return sign
