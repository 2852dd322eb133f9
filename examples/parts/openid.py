"""Signs people in with OpenID Connect, by the calls of the SDK.

Spec: OpenID Connect Core 3.1.2.1, 3.1.3.7; RFC 9700 2.1.1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from consentry.uma import (
    AuthorizationRequest,
    ClientAuthentication,
    Discovery,
    Sender,
    TokenResponse,
    UmaError,
    authorization_request,
    exchange_code,
    fetch_jwks,
    read_authorization_response,
    value,
)
from consentry.uma.jwt import read_keys


class BadIdTokenError(UmaError):
    """The answer holds no ID token, or one that was not made for this client."""


@value
class Person:
    """Who signed in.  The ID token itself is what a client pushes as claim token, until ``until`` (epoch seconds)."""

    subject: str
    username: str
    name: str
    until: int
    id_token: str = field(repr=False)


class SignIn:
    """The way of people into one application: ``begin`` sends the browser away, ``finish`` reads what it brings."""

    def __init__(
        self,
        *,
        issuer: str,
        client: ClientAuthentication,
        redirect_uri: str,
        scope: Sequence[str],
        send: Sender,
        discovery: Discovery,
    ) -> None:
        self._issuer = issuer
        self._client = client
        self._redirect_uri = redirect_uri
        self._scope = tuple(scope)
        self._send = send
        self._discovery = discovery

    async def begin(self) -> AuthorizationRequest:
        """Make the request; keep it in the browser's session until the browser comes back."""
        metadata = await self._discovery.metadata(self._issuer)
        return authorization_request(
            metadata, client_id=self._client.client_id, redirect_uri=self._redirect_uri, scope=self._scope
        )

    async def finish(self, parameters: Mapping[str, str], begun: AuthorizationRequest) -> tuple[Person, TokenResponse]:
        """Return who signed in and the tokens that came with it."""
        code = read_authorization_response(parameters, begun)
        metadata = await self._discovery.metadata(self._issuer)
        tokens = await self._send(
            exchange_code(
                metadata,
                client=self._client,
                code=code,
                redirect_uri=begun.redirect_uri,
                code_verifier=begun.code_verifier,
            )
        )
        keys = read_keys(await self._send(fetch_jwks(metadata)))
        return read_id_token(tokens.id_token, keys=keys, issuer=self._issuer, client_id=self._client.client_id), tokens


def read_id_token(id_token: str | None, *, keys: KeySet, issuer: str, client_id: str) -> Person:
    """Return whom an ID token speaks of, once signature, issuer, audience and time are right."""
    expected = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        sub={"essential": True},
        exp={"essential": True},
    )
    try:
        claims = jwt.decode(id_token or "", keys, algorithms=["ES256", "RS256"]).claims
        expected.validate(claims)
    except (JoseError, ValueError) as problem:
        raise BadIdTokenError("the ID token is not one for this application") from problem
    username = str(claims.get("preferred_username") or claims["sub"])
    return Person(
        subject=str(claims["sub"]),
        username=username,
        name=str(claims.get("name") or username),
        until=int(claims["exp"]),
        id_token=id_token or "",
    )
