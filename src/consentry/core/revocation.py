"""The revocation endpoint: a client gives back what was issued to it.

Spec: RFC 7009 2.1, 2.2; Grant 3.7.
"""

from typing import assert_never

from consentry.core.changes import Add, Change, Remove
from consentry.core.client_authentication import Credentials, authenticate
from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidGrant, InvalidRequest
from consentry.core.events import event
from consentry.core.family import removals
from consentry.core.model import AccessToken, Client, PersistedClaims, RefreshToken, Rpt
from consentry.core.nothing import Nothing
from consentry.core.tokens import digest
from consentry.uma.codes import HINT_PCT, HINT_REFRESH_TOKEN
from consentry.uma.value import value


@value
class RevocationRequest:
    """Spec: RFC 7009 2.1.  A hint only says where to look first."""

    credentials: Credentials
    token: str | None
    token_type_hint: str | None = None


Revocable = AccessToken | RefreshToken | Rpt | PersistedClaims


async def revoke(ctx: Context, request: RevocationRequest) -> Answer[Nothing]:
    """End a token of the client that asks; a token that nobody knows has ended already."""
    client = await authenticate(ctx, request.credentials)
    if not request.token:
        raise InvalidRequest("the parameter token is required")
    found = await _find(ctx, client, digest(request.token), hint=request.token_type_hint)
    if found is None:
        return Answer(Nothing())
    if found.client_id != client.client_id:
        raise InvalidGrant("the token was not issued to this client")
    changes = await _ends(ctx, found)
    if not changes:
        return Answer(Nothing())
    seen = event(
        ctx,
        _kind(found),
        owner_id=found.owner_id if isinstance(found, Rpt) else found.account_id,
        client_id=client.client_id,
        reason="the client gave it back",
    )
    return Answer(Nothing(), *changes, Add(record=seen))


def _kind(found: Revocable) -> str:
    match found:
        case Rpt():
            return "rpt.revoked"
        case PersistedClaims():
            return "claims.forgotten"
        case AccessToken() | RefreshToken():
            return "token.revoked"
        case _:
            assert_never(found)


async def _find(ctx: Context, client: Client, digested: str, *, hint: str | None) -> Revocable | None:
    """Look everywhere, whatever the hint says.  RPTs are looked up for this client only."""
    if hint == HINT_PCT:
        found = await ctx.store.persisted_claims(digested)
        return found or await _find(ctx, client, digested, hint=None)
    if hint == HINT_REFRESH_TOKEN:
        return (
            await ctx.store.refresh_token(digested)
            or await ctx.store.access_token(digested)
            or await ctx.store.rpt_of_client(client.client_id, digested)
            or await ctx.store.persisted_claims(digested)
        )
    return (
        await ctx.store.access_token(digested)
        or await ctx.store.rpt_of_client(client.client_id, digested)
        or await ctx.store.refresh_token(digested)
        or await ctx.store.persisted_claims(digested)
    )


async def _ends(ctx: Context, found: Revocable) -> tuple[Change, ...]:
    """End the token; with a refresh token everything that came from the same authorization."""
    match found:
        case AccessToken() | Rpt() | PersistedClaims():
            return (Remove(record=found),)
        case RefreshToken():
            return await removals(ctx, found.family)
        case _:
            assert_never(found)
