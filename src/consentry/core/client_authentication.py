"""Which client is asking, and whether it proved so.

Spec: RFC 6749 2.3, 3.2.1; RFC 7521 4.2; RFC 7523 2.2, 3; OpenID Connect Core 9.
"""

from typing import Literal, assert_never

from consentry.core.client_assertion import accept_assertion, claimed_client_id
from consentry.core.context import Context
from consentry.core.errors import InvalidClient
from consentry.core.model import Client
from consentry.core.tokens import equal
from consentry.uma.codes import NO_AUTHENTICATION
from consentry.uma.value import value

AuthenticationMethod = Literal["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]
AUTHENTICATION_METHODS: tuple[AuthenticationMethod, ...] = (
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
    "none",
)

ANY_SECRET = "client_secret"
"""What a client has as its method that has a secret and may send it in the header or in the body."""

SECRET_PURPOSE = "client-secret:"
"""With the client id behind it, the purpose under which a `Sealer` digests the client's secrets."""

FAILED = "client authentication failed"
"""One text for an unknown client, a wrong secret and a method that is not the client's."""


@value
class Credentials:
    """How a request says which client sends it; the edge has digested the secret already.

    ``in_header`` tells that the Authorization header was used, so that a failure needs a challenge.
    """

    method: AuthenticationMethod
    client_id: str | None = None
    secret_digest: str | None = None
    assertion: str | None = None
    in_header: bool = False

    def __repr__(self) -> str:
        return f"Credentials(method={self.method!r}, client_id={self.client_id!r})"


async def authenticate(ctx: Context, credentials: Credentials) -> Client:
    """Return the client that proved to be asking, or, if it is public, named itself."""
    client = await _named(ctx, credentials)
    if client is None or client.disabled_at is not None:
        raise InvalidClient(FAILED, reason="unknown or disabled client")
    if not _registered_for(client, credentials.method):
        raise InvalidClient(FAILED, reason="another method than the registered one")
    match credentials.method:
        case "client_secret_basic" | "client_secret_post":
            _check_secret(client, credentials.secret_digest)
        case "private_key_jwt":
            await accept_assertion(ctx, client, credentials.assertion)
        case "none":
            pass
        case _:
            assert_never(credentials.method)
    return client


def is_public(client: Client) -> bool:
    """Say whether a client has nothing to prove itself with."""
    return client.token_endpoint_auth_method == NO_AUTHENTICATION


def _registered_for(client: Client, method: AuthenticationMethod) -> bool:
    """Say whether this is the client's method; one that was given a secret and no method may send it either way."""
    registered = client.token_endpoint_auth_method
    return method == registered or (
        registered == ANY_SECRET and method in {"client_secret_basic", "client_secret_post"}
    )


async def _named(ctx: Context, credentials: Credentials) -> Client | None:
    claimed = claimed_client_id(credentials.assertion) if credentials.assertion is not None else None
    client_id = credentials.client_id or claimed
    if client_id is None or (claimed is not None and claimed != client_id):
        return None
    return await ctx.store.client(client_id)


def _check_secret(client: Client, secret_digest: str | None) -> None:
    # Every digest is compared, so that time does not tell which of two overlapping secrets was meant.
    matches = [equal(known, secret_digest or "") for known in client.secret_digests]
    if not secret_digest or not any(matches):
        raise InvalidClient(FAILED, reason="wrong client secret")
