"""Who stands behind a bearer token, and whether it is good for this.

Spec: RFC 6750 2.1, 3.1; RFC 9449 7.1, 7.2; FedAuthz 1.3.
"""

from collections.abc import Sequence

from consentry.core.context import Context
from consentry.core.dpop import require_binding
from consentry.core.errors import InsufficientScope, InvalidToken, MissingToken
from consentry.core.memberships import may_act
from consentry.core.model import AccessToken
from consentry.core.ports import ProtectedRpt, Protection
from consentry.core.tokens import digest
from consentry.uma.codes import SCOPE_UMA_PROTECTION

UNUSABLE = "the access token is unknown, expired or revoked"
"""One text for every reason: what it was, is nobody's business who only holds the token."""


async def bearer(ctx: Context, token: str | None, *, scope: str) -> AccessToken:
    """Return the access token behind a bearer token that has ``scope``."""
    if not token:
        raise MissingToken("an access token is required")
    found = await ctx.store.access_token(digest(token))
    return await _usable(ctx, found, scope=scope)


async def bearer_with_one_of(ctx: Context, token: str | None, scopes: Sequence[str]) -> AccessToken:
    """Return the access token behind a bearer token that has at least one of ``scopes``."""
    if not token:
        raise MissingToken("an access token is required")
    found = await ctx.store.access_token(digest(token))
    had = next((each for each in scopes if found is not None and each in found.scope), scopes[-1])
    return await _usable(ctx, found, scope=had)


async def protection(ctx: Context, pat: str | None, resource_ids: Sequence[str]) -> Protection:
    """Return a PAT and those of the resources that its owner has at its resource server, in one read."""
    if not pat:
        raise MissingToken("a protection API access token is required")
    found = await ctx.store.protection(digest(pat), resource_ids)
    if found is None:
        raise InvalidToken(UNUSABLE)
    await _usable(ctx, found.token, scope=SCOPE_UMA_PROTECTION)
    owner_of(found.token)
    return found


async def protected_rpt(ctx: Context, pat: str, token: str) -> ProtectedRpt:
    """Return a PAT and the RPT that it asks about, in one read."""
    if not pat:
        raise MissingToken("a protection API access token is required")
    found = await ctx.store.protected_rpt(digest(pat), digest(token))
    if found is None:
        raise InvalidToken(UNUSABLE)
    await _usable(ctx, found.token, scope=SCOPE_UMA_PROTECTION)
    owner_of(found.token)
    return found


def owner_of(token: AccessToken) -> str:
    """Return the account that a token speaks for; with a PAT, the resource owner."""
    if token.account_id is None:
        raise InsufficientScope("this access token speaks for nobody")
    return token.account_id


async def _usable(ctx: Context, token: AccessToken | None, *, scope: str) -> AccessToken:
    if token is None or token.expires_at <= ctx.now:
        raise InvalidToken(UNUSABLE)
    await require_binding(ctx, token)
    await _require_actor(ctx, token)
    client = await ctx.store.client(token.client_id)
    if client is None or client.disabled_at is not None:
        raise InvalidToken(UNUSABLE, reason="the client is gone or disabled")
    if scope not in token.scope:
        raise InsufficientScope(f"the scope {scope} is required")
    return token


async def _require_actor(ctx: Context, token: AccessToken) -> None:
    """Refuse a token of an organisation once the person who got it does not act for that any more."""
    if token.actor_id is None:
        return
    if token.account_id is None or not await may_act(ctx, token.account_id, token.actor_id):
        raise InvalidToken(UNUSABLE, reason="the person does not act for the organisation any more")
    ctx.acting = token.actor_id
