"""A refreshed RPT: what is left of the permissions that were granted, without assessing anything anew.

Spec: Grant 3.6, 6.1.
"""

from dataclasses import replace

from consentry.core.asking import question
from consentry.core.changes import Add
from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidGrant, InvalidScope
from consentry.core.held import held_permissions
from consentry.core.issued import TokenIssued
from consentry.core.live import last_end
from consentry.core.model import GrantedPermission, RefreshToken, Requester, Rpt
from consentry.core.tokens import digest
from consentry.core.uses import uncounted

NOTHING_LEFT = "what was granted has ended"


async def refreshed_rpt(
    ctx: Context, old: RefreshToken, scope: tuple[str, ...] | None, *, successor: RefreshToken, refresh_secret: str
) -> Answer[TokenIssued]:
    """Return an RPT for what is left; ``scope`` narrows it, while the next refresh token keeps all that was granted."""
    owner_id, resource_server, requester = old.owner_id, old.resource_server, old.requester
    if owner_id is None or resource_server is None or requester is None:
        raise InvalidGrant(NOTHING_LEFT, reason="not the refresh token of an RPT")
    live = await _live(ctx, old, owner_id, resource_server, requester)
    permissions = narrowed(live, scope)
    if not permissions:
        raise InvalidGrant(NOTHING_LEFT)
    secret = ctx.new_secret()
    end = last_end(permissions)
    expires_at = ctx.now + ctx.realm.settings.lifetimes.rpt
    rpt = Rpt(
        digest=digest(secret),
        family=old.family,
        client_id=old.client_id,
        resource_server=resource_server,
        owner_id=owner_id,
        requester=requester,
        permissions=permissions,
        issued_at=ctx.now,
        expires_at=expires_at if end is None else min(expires_at, end),
    )
    said = TokenIssued(access_token=secret, expires_in=rpt.expires_at - ctx.now, refresh_token=refresh_secret)
    return Answer(said, Add(record=rpt), Add(record=successor))


def narrowed(
    permissions: tuple[GrantedPermission, ...], scope: tuple[str, ...] | None
) -> tuple[GrantedPermission, ...]:
    """Keep of each permission the given scopes.  A permission without any scope from the start stays."""
    if scope is None:
        return permissions
    known = {name for permission in permissions for name in permission.scopes}
    if not known.issuperset(scope):
        raise InvalidScope("a scope was asked for that was not granted")
    kept = (
        replace(permission, scopes=tuple(name for name in permission.scopes if name in scope))
        for permission in permissions
    )
    return tuple(after for before, after in zip(permissions, kept, strict=True) if after.scopes or not before.scopes)


async def _live(
    ctx: Context, old: RefreshToken, owner_id: str, resource_server: str, requester: Requester
) -> tuple[GrantedPermission, ...]:
    around = await ctx.store.surroundings(
        owner_id,
        resource_server,
        tuple(dict.fromkeys(permission.resource_id for permission in old.permissions)),
        requester=requester,
        client_id=old.client_id,
    )
    asked = question(
        ctx,
        owner_id=owner_id,
        requester=requester,
        client_id=old.client_id,
        circles=around.circles,
        memberships=around.memberships,
    )
    held = held_permissions(asked, old.permissions, around.grants, around.resources)
    return uncounted(held, around.grants)
