"""The authorization code grant.

A code works once.  Showing it again ends what came from it, but only if everything else about the request is right:
otherwise whoever got hold of a code could lock its client out.

Spec: RFC 6749 4.1.2, 4.1.3, 4.1.4, 10.5; RFC 7636 4.5, 4.6; RFC 9700 2.1.1; OpenID Connect Core 3.1.3.
"""

from consentry.core.binding import require_same_key
from consentry.core.changes import Add, Take
from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidGrant, InvalidRequest
from consentry.core.events import event
from consentry.core.family import removals
from consentry.core.issued import TokenIssued
from consentry.core.issuing import issue, may_refresh
from consentry.core.memberships import require_actor
from consentry.core.model import AuthorizationCode, Client, RefreshToken
from consentry.core.pkce import proves
from consentry.core.tokens import digest
from consentry.uma.value import value

UNUSABLE = "the authorization code is unknown, used, expired or was issued for another client or redirect URI"
"""One text for every reason, so that nothing can be learned from it."""


@value
class CodeRequest:
    """Spec: RFC 6749 4.1.3."""

    code: str
    redirect_uri: str | None = None
    code_verifier: str | None = None


async def redeem(ctx: Context, client: Client, request: CodeRequest) -> Answer[TokenIssued]:
    """Turn a code into tokens.  Spec: RFC 6749 4.1.4."""
    code = await ctx.store.authorization_code(digest(request.code))
    if code is None or code.client_id != client.client_id:
        raise InvalidGrant(UNUSABLE, reason="unknown code, or another client's")
    if code.taken_at is None:
        ctx.keep(Take(record=code))
    require_same_key(ctx, code, UNUSABLE)
    _check(code, request)
    if code.taken_at is not None:
        await _end_what_came_from(ctx, code)
        raise InvalidGrant(UNUSABLE, reason="the code was used before")
    if code.expires_at <= ctx.now:
        raise InvalidGrant(UNUSABLE, reason="the code has expired")
    await require_actor(ctx, code, UNUSABLE)
    return await _tokens(ctx, client, code)


def _check(code: AuthorizationCode, request: CodeRequest) -> None:
    if request.redirect_uri is not None and request.redirect_uri != code.redirect_uri:
        raise InvalidGrant(UNUSABLE, reason="another redirect URI")
    if code.code_challenge is None:
        if request.code_verifier is not None:
            raise InvalidRequest("code_verifier was sent, but the authorization request had no code_challenge")
    elif not proves(request.code_verifier, code.code_challenge):
        raise InvalidGrant(UNUSABLE, reason="code_verifier is missing or wrong")


async def _end_what_came_from(ctx: Context, code: AuthorizationCode) -> None:
    ended = await removals(ctx, code.family)
    if ended:
        seen = event(
            ctx,
            "authorization_code.reused",
            outcome="refused",
            owner_id=code.account_id,
            client_id=code.client_id,
            reason="a code was shown again; everything that came from it has ended",
        )
        ctx.keep(*ended, Add(record=seen))


async def _tokens(ctx: Context, client: Client, code: AuthorizationCode) -> Answer[TokenIssued]:
    secret = ctx.new_secret() if may_refresh(client, code.scope) else None
    answer = await issue(
        ctx,
        client,
        code,
        scope=code.scope,
        refresh=_refresh_token(ctx, code, digest(secret)) if secret is not None else None,
        refresh_secret=secret,
    )
    seen = event(
        ctx,
        "token.issued",
        actor=code.account_id,
        client_id=client.client_id,
        detail={"grant_type": "authorization_code", "scope": list(code.scope)},
    )
    return Answer(answer.said, *answer.changes, Add(record=seen))


def _refresh_token(ctx: Context, code: AuthorizationCode, digested: str) -> RefreshToken:
    return RefreshToken(
        digest=digested,
        family=code.family,
        client_id=code.client_id,
        account_id=code.account_id,
        scope=code.scope,
        issued_at=ctx.now,
        expires_at=ctx.now + ctx.realm.settings.lifetimes.refresh_token,
        auth_time=code.auth_time,
        amr=code.amr,
        sid=code.sid,
        actor_id=code.actor_id,
    )
