"""The refresh grant: every refresh token works once and is followed by another.

A refresh token that is shown again was stolen, or its thief was faster: everything that came from it ends.

Spec: RFC 6749 6, RFC 9700 4.14, OpenID Connect Core 12, Grant 3.6.
"""

from dataclasses import replace

from consentry.core.binding import require_same_key
from consentry.core.changes import Add, Take
from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidGrant
from consentry.core.events import event
from consentry.core.family import removals
from consentry.core.issued import TokenIssued
from consentry.core.issuing import issue
from consentry.core.memberships import require_actor
from consentry.core.model import Client, RefreshToken
from consentry.core.refreshed_rpt import refreshed_rpt
from consentry.core.scopes import narrow
from consentry.core.tokens import digest
from consentry.uma.value import value

UNUSABLE = "the refresh token is unknown, used, expired, revoked or was issued to another client"
"""One text for every reason, so that nothing can be learned from it."""


@value
class RefreshRequest:
    """Spec: RFC 6749 6."""

    refresh_token: str
    scope: tuple[str, ...] | None = None


async def redeem(ctx: Context, client: Client, request: RefreshRequest) -> Answer[TokenIssued]:
    """Turn a refresh token into an access token, or an RPT, and its own successor."""
    old = await ctx.store.refresh_token(digest(request.refresh_token))
    if old is None or old.client_id != client.client_id:
        raise InvalidGrant(UNUSABLE, reason="unknown refresh token, or another client's")
    require_same_key(ctx, old, UNUSABLE)
    if old.taken_at is not None:
        await _end_what_came_from(ctx, old)
        raise InvalidGrant(UNUSABLE, reason="the refresh token was used before")
    if old.expires_at <= ctx.now:
        raise InvalidGrant(UNUSABLE, reason="the refresh token has expired")
    await require_actor(ctx, old, UNUSABLE)
    # Spent by the answer only: a request for a scope that is not to be had leaves the client its token.
    secret = ctx.new_secret()
    successor = _successor(ctx, old, digest(secret))
    if old.owner_id is not None:
        answer = await refreshed_rpt(ctx, old, request.scope, successor=successor, refresh_secret=secret)
    else:
        scope = narrow(request.scope, old.scope)
        answer = await issue(ctx, client, old, scope=scope, refresh=successor, refresh_secret=secret)
    seen = event(ctx, "token.refreshed", actor=old.account_id, client_id=client.client_id)
    return Answer(answer.said, Take(record=old), *answer.changes, Add(record=seen))


def _successor(ctx: Context, old: RefreshToken, digested: str) -> RefreshToken:
    """Return the next refresh token: all that was granted, and not a second longer than the first one."""
    return replace(old, digest=digested, issued_at=ctx.now)


async def _end_what_came_from(ctx: Context, old: RefreshToken) -> None:
    ended = await removals(ctx, old.family)
    if ended:
        seen = event(
            ctx,
            "refresh_token.reused",
            outcome="refused",
            owner_id=old.owner_id or old.account_id,
            client_id=old.client_id,
            reason="a refresh token was shown again; everything that came from it has ended",
        )
        ctx.keep(*ended, Add(record=seen))
