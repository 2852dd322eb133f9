"""The introspection endpoint: what a token is worth now, to whoever asks.

An RPT shows what is granted at this moment, to its resource server and owner only.  Whatever cannot be told, for any
reason, is answered with ``active`` false and nothing else.

Spec: RFC 7662 2.1, 2.2, 4; RFC 9449 6.2; FedAuthz 5.1, 5.1.1.
"""

from consentry.core.asking import still_held
from consentry.core.bearer import protected_rpt
from consentry.core.client_authentication import FAILED, Credentials, authenticate, is_public
from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidClient, InvalidRequest, MissingToken
from consentry.core.live import last_end
from consentry.core.memberships import may_act
from consentry.core.model import AccessToken, Client, GrantedPermission, RefreshToken, Rpt
from consentry.core.ports import LiveRpt
from consentry.core.tokens import digest
from consentry.uma.codes import SCOPE_UMA_PROTECTION, TOKEN_TYPE_BEARER, TOKEN_TYPE_DPOP
from consentry.uma.value import value


@value
class IntrospectionRequest:
    """A token and who asks about it: a resource server with its PAT, or a client.  Spec: RFC 7662 2.1."""

    token: str | None
    pat: str | None = None
    credentials: Credentials | None = None


@value
class Introspection:
    """What a token is worth; of an inactive one nothing else is known.  Times are epoch seconds.

    Spec: RFC 7662 2.2, FedAuthz 5.1.1.
    """

    active: bool
    permissions: tuple[GrantedPermission, ...] | None = None
    scope: tuple[str, ...] | None = None
    client_id: str | None = None
    sub: str | None = None
    aud: str | None = None
    iss: str | None = None
    exp: int | None = None
    iat: int | None = None
    token_type: str | None = None
    jkt: str | None = None


INACTIVE = Introspection(active=False)


async def introspect(ctx: Context, request: IntrospectionRequest) -> Answer[Introspection]:
    """Tell what a token is worth to its resource server or its client."""
    if request.pat is not None:
        return Answer(await _for_pat(ctx, request.pat, request.token))
    if request.credentials is None:
        raise MissingToken("a protection API access token or client authentication is required")
    client = await authenticate(ctx, request.credentials)
    if is_public(client):
        raise InvalidClient(FAILED, reason="a public client cannot introspect")
    digested = _digest(request.token)
    found = await ctx.store.access_token(digested) or await ctx.store.refresh_token(digested)
    return Answer(await _ordinary(ctx, client, found))


async def _for_pat(ctx: Context, pat: str, token: str | None) -> Introspection:
    caller = await protected_rpt(ctx, pat, token or "")
    digested = _digest(token)
    if caller.live is not None:
        return await _rpt(ctx, caller.live)
    client = await ctx.store.client(caller.token.client_id)
    return INACTIVE if client is None else await _ordinary(ctx, client, await ctx.store.access_token(digested))


def _digest(token: str | None) -> str:
    # Only now: who does not authenticate learns nothing, not even what is missing.
    if not token:
        raise InvalidRequest("the parameter token is required")
    return digest(token)


async def _rpt(ctx: Context, found: LiveRpt) -> Introspection:
    """Tell what an RPT is still good for; it never shows ``scope``.  Spec: FedAuthz 5.1.1."""
    rpt = found.rpt
    permissions = await still_held(ctx, found)
    if not permissions or rpt.expires_at <= ctx.now or not await _enabled(ctx, rpt.client_id):
        return INACTIVE
    end = last_end(permissions)
    return Introspection(
        active=True,
        permissions=permissions,
        client_id=rpt.client_id,
        sub=rpt.requester.subject or None,
        aud=rpt.resource_server,
        iss=ctx.issuer,
        exp=rpt.expires_at if end is None else min(end, rpt.expires_at),
        iat=rpt.issued_at,
        token_type=_type_of(rpt),
        jkt=rpt.jkt,
    )


async def _ordinary(ctx: Context, caller: Client, found: AccessToken | RefreshToken | None) -> Introspection:
    """Tell about an access or refresh token of OAuth, if it is the caller's business."""
    if found is None or not _may_know(caller, found) or not await _usable(ctx, found):
        return INACTIVE
    return Introspection(
        active=True,
        scope=found.scope or None,
        client_id=found.client_id,
        sub=found.account_id or found.client_id,
        iss=ctx.issuer,
        exp=found.expires_at,
        iat=found.issued_at,
        token_type=_type_of(found) if isinstance(found, AccessToken) else None,
        jkt=found.jkt,
    )


def _type_of(token: AccessToken | Rpt) -> str:
    return TOKEN_TYPE_BEARER if token.jkt is None else TOKEN_TYPE_DPOP


def _may_know(caller: Client, found: AccessToken | RefreshToken) -> bool:
    """Say whether a caller may hear about a token: its own, or one that may be shown to it as a resource server.

    A PAT is shown to this server only, so that no other resource server ever has a reason to ask about one.
    """
    if found.client_id == caller.client_id:
        return True
    return caller.resource_server and isinstance(found, AccessToken) and SCOPE_UMA_PROTECTION not in found.scope


async def _usable(ctx: Context, found: AccessToken | RefreshToken) -> bool:
    taken = isinstance(found, RefreshToken) and found.taken_at is not None
    if taken or found.expires_at <= ctx.now or not await _enabled(ctx, found.client_id):
        return False
    return found.actor_id is None or await may_act(ctx, found.account_id or "", found.actor_id)


async def _enabled(ctx: Context, client_id: str) -> bool:
    client = await ctx.store.client(client_id)
    return client is not None and client.disabled_at is None
