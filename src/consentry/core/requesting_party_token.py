"""Issuing an RPT, and adding an earlier one's permissions to it.

An RPT belongs to one requesting party, client, resource server and owner, and never outlives its grants.

Spec: Grant 1.3, 3.3.5, 3.3.5.1; FedAuthz 5.1.1.
"""

from collections.abc import Sequence

from consentry.core.asking import still_held
from consentry.core.binding import require_same_key
from consentry.core.changes import Add, Change, Remove
from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidGrant
from consentry.core.issued import TokenIssued
from consentry.core.live import last_end
from consentry.core.model import Client, Grant, GrantedPermission, PermissionTicket, RefreshToken, Requester, Rpt
from consentry.core.permission_ticket import ticket_event
from consentry.core.tokens import digest
from consentry.core.uses import uncounted, use
from consentry.uma.codes import GRANT_REFRESH_TOKEN
from consentry.uma.value import value

NOBODY = Requester(issuer="", subject="")
"""Stands for a requesting party about whom nothing is known: a grant to a client needs no more."""

NO_SUCH_RPT = "the earlier RPT is unknown, revoked or not this client's"


@value
class Earlier:
    """An RPT that the client handed in, and what of it still holds.  Spec: Grant 3.3.5.1."""

    rpt: Rpt
    permissions: tuple[GrantedPermission, ...]


async def earlier_rpt(ctx: Context, client: Client, ticket: PermissionTicket, secret: str) -> Earlier | None:
    """Return the RPT to be upgraded; None if it belongs to another owner or resource server.

    Raises `InvalidGrant` if this client has no such RPT.  An expired one is accepted as long as it is known.
    """
    rpt = await ctx.store.rpt_of_client(client.client_id, digest(secret))
    if rpt is None:
        raise InvalidGrant(NO_SUCH_RPT)
    require_same_key(ctx, rpt, NO_SUCH_RPT)
    if (rpt.owner_id, rpt.resource_server) != (ticket.owner_id, ticket.resource_server):
        return None
    found = await ctx.store.rpt(rpt.owner_id, rpt.resource_server, rpt.digest)
    if found is None:
        return None
    return Earlier(rpt=rpt, permissions=await still_held(ctx, found))


def issue(
    ctx: Context,
    client: Client,
    ticket: PermissionTicket,
    granted: tuple[GrantedPermission, ...],
    earlier: Earlier | None,
    *,
    grants: Sequence[Grant] = (),
) -> Answer[TokenIssued]:
    """Return an RPT with what was granted, and with what the earlier one still holds.  Spec: Grant 3.3.5.

    ``grants``: those that it was granted by, with their chains; what is counted counts with this commit.
    """
    requester = ticket.requester or NOBODY
    upgraded = earlier is not None and _same_person(earlier.rpt.requester, requester)
    permissions = combined(granted, earlier.permissions) if earlier and upgraded else granted
    secret = ctx.new_secret()
    expires_at = _clipped(ctx.now + ctx.realm.settings.lifetimes.rpt, permissions)
    rpt = Rpt(
        digest=digest(secret),
        family=ticket.family,
        client_id=client.client_id,
        resource_server=ticket.resource_server,
        owner_id=ticket.owner_id,
        requester=requester,
        permissions=permissions,
        issued_at=ctx.now,
        expires_at=expires_at,
    )
    refresh_token, kept = _refresh_token(ctx, client, rpt, uncounted(permissions, grants))
    return Answer(
        TokenIssued(
            access_token=secret, expires_in=expires_at - ctx.now, refresh_token=refresh_token, upgraded=upgraded
        ),
        Add(record=rpt),
        *([Remove(record=earlier.rpt)] if earlier and upgraded else []),
        *kept,
        *use(ctx, grants, granted, requester),
        Add(record=ticket_event(ctx, "rpt.issued", ticket)),
    )


def combined(
    granted: Sequence[GrantedPermission], earlier: Sequence[GrantedPermission]
) -> tuple[GrantedPermission, ...]:
    """Add earlier permissions, with their own times, to new ones; the newer wins where both say the same.

    Spec: Grant 3.3.5.1.
    """
    new = {(permission.resource_id, permission.grant_id): permission for permission in granted}
    added = []
    for old in earlier:
        same = new.get((old.resource_id, old.grant_id))
        scopes = tuple(scope for scope in old.scopes if same is None or scope not in same.scopes)
        if scopes or same is None:
            added.append(
                GrantedPermission(
                    resource_id=old.resource_id,
                    grant_id=old.grant_id,
                    scopes=scopes,
                    expires_at=old.expires_at,
                    not_before=old.not_before,
                    issued_at=old.issued_at,
                )
            )
    return (*granted, *added)


def _refresh_token(
    ctx: Context, client: Client, rpt: Rpt, permissions: tuple[GrantedPermission, ...]
) -> tuple[str | None, list[Change]]:
    if GRANT_REFRESH_TOKEN not in client.grant_types or not permissions:
        return None, []
    secret = ctx.new_secret()
    record = RefreshToken(
        digest=digest(secret),
        family=rpt.family,
        client_id=rpt.client_id,
        account_id=rpt.requester.account_id,
        scope=(),
        issued_at=ctx.now,
        expires_at=_clipped(ctx.now + ctx.realm.settings.lifetimes.refresh_token, permissions),
        owner_id=rpt.owner_id,
        resource_server=rpt.resource_server,
        requester=rpt.requester,
        permissions=permissions,
    )
    return secret, [Add(record=record)]


def _same_person(one: Requester, other: Requester) -> bool:
    return (one.issuer, one.subject) == (other.issuer, other.subject)


def _clipped(wanted: int, permissions: Sequence[GrantedPermission]) -> int:
    """Return the end of a token: as wanted, but not later than its last permission."""
    end = last_end(permissions)
    return wanted if end is None else min(wanted, end)
