"""The tokens that an authorization is worth: an access token, and what goes with it.

Spec: RFC 6749 5.1, 6; OpenID Connect Core 3.1.3.3, 11; FedAuthz 1.3.
"""

from consentry.core.changes import Add
from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidGrant
from consentry.core.id_token import id_token
from consentry.core.issued import TokenIssued
from consentry.core.model import AccessToken, AuthorizationCode, Client, RefreshToken
from consentry.core.tokens import digest
from consentry.uma.codes import (
    GRANT_REFRESH_TOKEN,
    SCOPE_OFFLINE_ACCESS,
    SCOPE_OPENID,
    SCOPE_UMA_PROTECTION,
)


def lifetime_of(ctx: Context, scope: tuple[str, ...]) -> int:
    """Return how long an access token with these scopes lives, in seconds."""
    lifetimes = ctx.realm.settings.lifetimes
    return lifetimes.pat if SCOPE_UMA_PROTECTION in scope else lifetimes.access_token


async def issue(
    ctx: Context,
    client: Client,
    authorized: AuthorizationCode | RefreshToken,
    *,
    scope: tuple[str, ...],
    refresh: RefreshToken | None,
    refresh_secret: str | None,
) -> Answer[TokenIssued]:
    """Return the tokens for what an account authorized, and the records to add for them.

    ``scope`` is what the access token gets; ``refresh`` the record behind ``refresh_secret``, if there is to be one.
    """
    secret = ctx.new_secret()
    seconds = lifetime_of(ctx, scope)
    record = AccessToken(
        digest=digest(secret),
        family=authorized.family,
        client_id=client.client_id,
        account_id=authorized.account_id,
        scope=scope,
        issued_at=ctx.now,
        expires_at=ctx.now + seconds,
        auth_time=authorized.auth_time,
        sid=authorized.sid,
        actor_id=authorized.actor_id,
    )
    said = TokenIssued(
        access_token=secret,
        expires_in=seconds,
        refresh_token=refresh_secret,
        scope=scope,
        id_token=await _id_token(ctx, client, authorized, scope=scope, access_token=secret),
    )
    added = (Add(record=record),) if refresh is None else (Add(record=record), Add(record=refresh))
    return Answer(said, *added)


def may_refresh(client: Client, scope: tuple[str, ...]) -> bool:
    """Say whether an authorization comes with a refresh token.

    An OpenID Connect client asks for one with ``offline_access``; a PAT has to outlast the owner's session anyway.
    """
    wanted = SCOPE_OPENID not in scope or SCOPE_OFFLINE_ACCESS in scope or SCOPE_UMA_PROTECTION in scope
    return wanted and GRANT_REFRESH_TOKEN in client.grant_types


async def _id_token(
    ctx: Context,
    client: Client,
    authorized: AuthorizationCode | RefreshToken,
    *,
    scope: tuple[str, ...],
    access_token: str,
) -> str | None:
    if SCOPE_OPENID not in scope or authorized.account_id is None:
        return None
    account = await ctx.store.account(authorized.account_id)
    if account is None or account.disabled_at is not None:
        raise InvalidGrant("what was authorized has ended", reason="the account is gone or disabled")
    return id_token(ctx, client, account, authorized=authorized, scope=scope, access_token=access_token)
