"""The token endpoint: who asks, may it use this grant, then the grant.

Spec: RFC 6749 3.2, 5.2; RFC 9449 5; Grant 3.3.1.
"""

from typing import assert_never

from consentry.core.binding import bound, token_type
from consentry.core.client_authentication import Credentials, authenticate
from consentry.core.context import Answer, Context
from consentry.core.dpop import proven_key
from consentry.core.errors import UnauthorizedClient, UnsupportedGrantType
from consentry.core.grants import authorization_code, client_credentials, refresh_token, uma_ticket
from consentry.core.grants.authorization_code import CodeRequest
from consentry.core.grants.client_credentials import ClientCredentialsRequest
from consentry.core.grants.refresh_token import RefreshRequest
from consentry.core.grants.uma_ticket import Outcome, TicketRequest
from consentry.core.issued import TokenIssued
from consentry.core.model import Client
from consentry.core.signed_rpt import spelled
from consentry.uma.codes import (
    GRANT_AUTHORIZATION_CODE,
    GRANT_CLIENT_CREDENTIALS,
    GRANT_REFRESH_TOKEN,
    GRANT_UMA_TICKET,
)
from consentry.uma.value import value

GRANT_TYPES_SUPPORTED = (
    GRANT_AUTHORIZATION_CODE,
    GRANT_CLIENT_CREDENTIALS,
    GRANT_REFRESH_TOKEN,
    GRANT_UMA_TICKET,
)


@value
class UnknownGrant:
    """A ``grant_type`` that this server does not have; its own parameters were not read."""

    grant_type: str


Grant = CodeRequest | ClientCredentialsRequest | RefreshRequest | TicketRequest
"""The parameters of a grant that this server has, one message for each grant type."""


@value
class TokenRequest:
    """Who asks, and with what.  Spec: RFC 6749 4.1.3, 4.4.2, 6; Grant 3.3.1."""

    credentials: Credentials
    grant: Grant | UnknownGrant


async def token(ctx: Context, request: TokenRequest) -> Answer[Outcome]:
    """Answer a token request.  No grant is looked at before the client has authenticated."""
    client = await authenticate(ctx, request.credentials)
    if isinstance(request.grant, UnknownGrant):
        raise UnsupportedGrantType("this server has no such grant type")
    ctx.jkt = await proven_key(ctx, client)
    answer = await _redeem(ctx, client, request.grant)
    changes = bound(ctx, answer)
    if isinstance(answer.said, TokenIssued):
        return await spelled(ctx, token_type(ctx, answer.said), changes)
    return Answer(answer.said, *changes)


async def _redeem(ctx: Context, client: Client, grant: Grant) -> Answer[Outcome]:
    match grant:
        case CodeRequest():
            _require(client, GRANT_AUTHORIZATION_CODE)
            return await authorization_code.redeem(ctx, client, grant)
        case ClientCredentialsRequest():
            _require(client, GRANT_CLIENT_CREDENTIALS)
            return await client_credentials.redeem(ctx, client, grant)
        case RefreshRequest():
            _require(client, GRANT_REFRESH_TOKEN)
            return await refresh_token.redeem(ctx, client, grant)
        case TicketRequest():
            _require(client, GRANT_UMA_TICKET)
            return await uma_ticket.redeem(ctx, client, grant)
        case _:
            assert_never(grant)


def _require(client: Client, grant_type: str) -> None:
    if grant_type not in client.grant_types:
        raise UnauthorizedClient("this client is not registered for this grant type")
