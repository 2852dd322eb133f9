"""Proof of possession: whoever asks shows, for this one request, that it holds a key; tokens can be bound to it.

There are no nonces: a proof made here within the last minute, that was not seen before, is enough.

Spec: RFC 9449 4.2, 4.3, 5, 6, 7.1, 11.1; RFC 7638.
"""

import base64
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from consentry.core.changes import Add
from consentry.core.context import Caller, Context
from consentry.core.errors import InvalidDpopProof, KeyNotProven, ProofNotAccepted
from consentry.core.model import AccessToken, Client, UsedOnce
from consentry.core.tokens import digest, equal
from consentry.uma.codes import SCHEME_DPOP
from consentry.uma.value import value

DPOP_ALGORITHMS = ("ES256", "ES384", "Ed25519", "PS256", "RS256")
PROOF_TYPE = "dpop+jwt"
WINDOW = 60
"""Seconds a proof's ``iat`` may lie before or after our time."""

LONGEST_PROOF = 8_192
LONGEST_HEADER = 4_096
"""The key stands in the header; the library allows 512 characters, which no RSA key fits into."""

LONGEST_JTI = 255
SHORTEST_RSA = 2_048
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
DEFAULT_PORTS = {"https": 443, "http": 80}

Key = ECKey | OKPKey | RSAKey


@value
class Proof:
    """A proof that is good for one request: whose key, and what makes it the only one."""

    thumbprint: str
    jti: str
    issued_at: int


async def proven_key(ctx: Context, client: Client) -> str | None:
    """Return the thumbprint of the key that a token request proves, None if it proves none.  Spec: RFC 9449 5.

    Raises `InvalidDpopProof`, also if this client has to prove a key and does not (RFC 9449 5.2).
    """
    if ctx.caller.dpop is None:
        if client.dpop_bound_access_tokens:
            raise InvalidDpopProof("this client is registered to prove its key with every token request")
        return None
    return await _accepted(ctx, check_proof(ctx.caller, now=ctx.now))


async def require_binding(ctx: Context, token: AccessToken) -> None:
    """Hold a presented access token against the key it is bound to, if it is.  Spec: RFC 9449 7.1, 7.2."""
    shown_with_proof = ctx.caller.scheme == SCHEME_DPOP
    if token.jkt is None:
        if shown_with_proof:
            raise KeyNotProven("the access token is not bound to a key", reason="a bearer token with scheme DPoP")
        return
    if not shown_with_proof:
        raise KeyNotProven("the access token is bound to a key", reason="a bound token as a bearer token")
    if ctx.caller.dpop is None:
        raise ProofNotAccepted("a DPoP proof is required with this access token")
    try:
        proof = check_proof(ctx.caller, now=ctx.now, token=token)
        if not equal(proof.thumbprint, token.jkt):
            raise KeyNotProven("the DPoP proof is by another key than the access token is bound to")
        await _accepted(ctx, proof)
    except InvalidDpopProof as problem:
        raise ProofNotAccepted(problem.description, reason=problem.reason) from problem


def check_proof(caller: Caller, *, now: int, token: AccessToken | None = None) -> Proof:
    """Check everything about a proof but whether it was used before.  Pure.  Spec: RFC 9449 4.3.

    With a ``token`` the proof has to name its hash.  Raises `InvalidDpopProof`.
    """
    text = caller.dpop or ""
    if "," in text:
        raise InvalidDpopProof("there may be one DPoP header only")
    key, claims = _verified(text)
    if claims.get("htm") != caller.method:
        raise InvalidDpopProof("the DPoP proof is for another method")
    htu = claims.get("htu")
    if not isinstance(htu, str) or normalised(htu) != normalised(caller.uri):
        raise InvalidDpopProof("the DPoP proof is for another address")
    issued_at = claims.get("iat")
    if isinstance(issued_at, bool) or not isinstance(issued_at, int | float) or not abs(issued_at - now) <= WINDOW:
        raise InvalidDpopProof("the DPoP proof was not made just now")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI:
        raise InvalidDpopProof("the DPoP proof has no usable jti")
    if token is not None and claims.get("ath") != _hash(token):
        raise InvalidDpopProof("the DPoP proof is for another access token")
    return Proof(thumbprint=key.thumbprint(), jti=jti, issued_at=int(issued_at))


def normalised(address: str) -> tuple[str, str, int | None, str] | None:
    """Return what has to be the same of two addresses; query and fragment do not count.  Spec: RFC 9449 4.3."""
    try:
        split = urlsplit(address)
        port = split.port
    except ValueError:
        return None
    scheme = split.scheme.lower()
    host = (split.hostname or "").lower()
    if not host or split.username is not None:
        return None
    return (scheme, host, port or DEFAULT_PORTS.get(scheme), unquote(split.path) or "/")


async def _accepted(ctx: Context, proof: Proof) -> str:
    """Return the proven key; the proof is spent, whatever the answer will be.  Spec: RFC 9449 11.1."""
    purpose = f"dpop:{proof.thumbprint}"
    if await ctx.store.used_once(purpose, digest(proof.jti)):
        raise InvalidDpopProof("the DPoP proof was used before")
    expires_at = proof.issued_at + WINDOW + 1
    ctx.keep(Add(record=UsedOnce(purpose=purpose, digest=digest(proof.jti), expires_at=expires_at)))
    return proof.thumbprint


def _verified(text: str) -> tuple[Key, Mapping[str, object]]:
    if not text or len(text) > LONGEST_PROOF:
        raise InvalidDpopProof("the DPoP header holds no proof")
    registry = jws.JWSRegistry(algorithms=DPOP_ALGORITHMS, strict_check_header=False)
    registry.max_header_length = LONGEST_HEADER
    try:
        header: Mapping[str, object] = jws.extract_compact(text.encode(), registry=registry).headers()
        if header.get("typ") != PROOF_TYPE:
            raise InvalidDpopProof("the DPoP proof is a JWT of another type")
        if header.get("alg") not in DPOP_ALGORITHMS:
            raise InvalidDpopProof("the DPoP proof is signed with an algorithm that is not accepted")
        key = _key(header.get("jwk"))
        return key, jwt.decode(text, key, algorithms=DPOP_ALGORITHMS, registry=registry).claims
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise InvalidDpopProof("the DPoP proof cannot be read, or its signature is wrong") from problem


def _key(jwk: object) -> Key:
    if not isinstance(jwk, dict):
        raise InvalidDpopProof("the DPoP proof shows no key")
    if PRIVATE_MEMBERS & jwk.keys():
        raise InvalidDpopProof("the DPoP proof shows a key that is not public")
    match jwk.get("kty"):
        case "EC":
            return ECKey.import_key(jwk)
        case "OKP":
            return OKPKey.import_key(jwk)
        case "RSA":
            # The library only warns, and by then it has the key.
            if len(str(jwk.get("n"))) * 6 < SHORTEST_RSA:
                raise InvalidDpopProof("the key of the DPoP proof is too short")
            key = RSAKey.import_key(jwk)
            if key.public_key.key_size < SHORTEST_RSA:
                raise InvalidDpopProof("the key of the DPoP proof is too short")
            return key
        case _:
            raise InvalidDpopProof("the DPoP proof shows a key of a kind that is not accepted")


def _hash(token: AccessToken) -> str:
    """Return what ``ath`` has to be: the digest under which the token is stored, as base64url."""
    return base64.urlsafe_b64encode(bytes.fromhex(token.digest)).rstrip(b"=").decode("ascii")
