"""The ID Token: who signed in, when and how, said to one client.  In UMA it is the usual claim token.

Spec: OpenID Connect Core 2, 3.1.3.3, 3.1.3.6, 5.4, 12.2.
"""

import base64
import hashlib

from consentry.core.context import Context
from consentry.core.errors import Unavailable
from consentry.core.keys import UnknownKey
from consentry.core.model import Account, AuthorizationCode, Client, RefreshToken
from consentry.core.standard_claims import standard_claims


def id_token(
    ctx: Context,
    client: Client,
    account: Account,
    *,
    authorized: AuthorizationCode | RefreshToken,
    scope: tuple[str, ...],
    access_token: str,
) -> str:
    """Return a signed ID Token for what was authorized, with the claims that ``scope`` stands for.

    With a refresh token ``auth_time`` stays that of the sign-in and there is no ``nonce``.
    """
    claims: dict[str, object] = {
        "iss": ctx.issuer,
        "aud": client.client_id,
        "iat": ctx.now,
        "exp": ctx.now + ctx.realm.settings.lifetimes.id_token,
        "auth_time": authorized.auth_time,
        "amr": list(authorized.amr) or None,
        "sid": authorized.sid,
        "nonce": authorized.nonce if isinstance(authorized, AuthorizationCode) else None,
        "at_hash": at_hash(access_token),
        **standard_claims(account, scope),
    }
    alg = client.id_token_signed_response_alg or ctx.realm.settings.id_token_signed_response_alg
    try:
        return ctx.keys.sign({name: each for name, each in claims.items() if each is not None}, alg=alg, typ="JWT")
    except UnknownKey as problem:
        raise Unavailable("this server cannot sign with the algorithm that the client is registered for") from problem


def at_hash(access_token: str) -> str:
    """Return the left half of the token's SHA-256 digest, the hash of both signing algorithms, as base64url."""
    left = hashlib.sha256(access_token.encode("ascii")).digest()[:16]
    return base64.urlsafe_b64encode(left).rstrip(b"=").decode("ascii")
