"""The client credentials grant: a client acts for itself, or for the organisation it belongs to.

Spec: RFC 6749 4.4; FedAuthz 1.3.
"""

from consentry.core.changes import Add
from consentry.core.client_authentication import is_public
from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidScope, UnauthorizedClient
from consentry.core.events import event
from consentry.core.issued import TokenIssued
from consentry.core.issuing import lifetime_of
from consentry.core.model import AccessToken, Client
from consentry.core.scopes import narrow, without
from consentry.core.tokens import digest
from consentry.uma.codes import (
    SCOPE_AUTHZEN,
    SCOPE_OFFLINE_ACCESS,
    SCOPE_OPENID,
    SCOPE_UMA_POLICY_MANAGER,
    SCOPE_UMA_PROTECTION,
)
from consentry.uma.value import value

NEED_A_PERSON = (SCOPE_OPENID, SCOPE_OFFLINE_ACCESS)
NEED_AN_ACCOUNT = (SCOPE_UMA_PROTECTION, SCOPE_UMA_POLICY_MANAGER, SCOPE_AUTHZEN)


@value
class ClientCredentialsRequest:
    """Spec: RFC 6749 4.4.2."""

    scope: tuple[str, ...] | None = None


async def redeem(ctx: Context, client: Client, request: ClientCredentialsRequest) -> Answer[TokenIssued]:
    """Issue an access token, and nothing else, to a client that authenticated.  Spec: RFC 6749 4.4.3."""
    if is_public(client):
        raise UnauthorizedClient("a public client cannot act for itself")
    scope = _scope(client, request.scope)
    secret = ctx.new_secret()
    seconds = lifetime_of(ctx, scope)
    record = AccessToken(
        digest=digest(secret),
        family=ctx.new_id(),
        client_id=client.client_id,
        account_id=client.account_id if any(name in scope for name in NEED_AN_ACCOUNT) else None,
        scope=scope,
        issued_at=ctx.now,
        expires_at=ctx.now + seconds,
    )
    seen = event(ctx, "token.issued", client_id=client.client_id, detail={"grant_type": "client_credentials"})
    said = TokenIssued(access_token=secret, expires_in=seconds, scope=scope)
    return Answer(said, Add(record=record), Add(record=seen))


def _scope(client: Client, asked: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return what the token gets.  Scopes that need a person are dropped, whoever asks for them."""
    registered = without(client.scope, NEED_A_PERSON)
    if not client.resource_server:
        registered = without(registered, (SCOPE_UMA_PROTECTION,))
    if client.account_id is None:
        registered = without(registered, NEED_AN_ACCOUNT)
        if asked is not None and any(name in asked for name in NEED_AN_ACCOUNT):
            raise InvalidScope("this client belongs to no organisation that could be the resource owner")
    return narrow(None if asked is None else without(asked, NEED_A_PERSON), registered)
