"""A permission ticket's life: shown once, then replaced by a successor or spent.

Spec: Grant 3.3.6, 5.5.
"""

from dataclasses import replace

from consentry.core.binding import require_same_key
from consentry.core.changes import Add, Remove, Take
from consentry.core.context import Context
from consentry.core.errors import InvalidGrant
from consentry.core.events import event
from consentry.core.model import Client, Event, PermissionTicket
from consentry.core.pkce import proves
from consentry.core.tokens import digest

UNUSABLE = "the permission ticket is unknown, used, expired or not this client's"
"""One text for every reason, so that nothing can be learned from it."""


async def spend(ctx: Context, client: Client, secret: str) -> PermissionTicket:
    """Return a ticket that this client may use, spent whatever follows.  Raises `InvalidGrant`.  Spec: Grant 5.5."""
    ticket = await ctx.store.permission_ticket(digest(secret))
    if ticket is None or ticket.expires_at <= ctx.now:
        raise InvalidGrant(UNUSABLE, reason="unknown or expired ticket")
    if ticket.taken_at is not None:
        # It was shown before: whoever did that, nothing that came from it may live on.
        await _end_family(ctx, ticket)
        raise InvalidGrant(UNUSABLE, reason="ticket shown again")
    if ticket.client_id not in (None, client.client_id):
        raise InvalidGrant(UNUSABLE, reason="another client's ticket")
    require_same_key(ctx, ticket, UNUSABLE)
    ctx.keep(Take(record=ticket))
    return replace(ticket, client_id=client.client_id)


def proven(ticket: PermissionTicket, code_verifier: str | None) -> PermissionTicket:
    """Return a ticket that an interaction brought back, once the client has shown that it began that interaction.

    A verifier that no challenge belongs to means that the client was handed another ticket than its own.
    Spec: RFC 7636 4.6; RFC 9700 4.8.2.
    """
    if ticket.code_challenge is None:
        if code_verifier is not None:
            raise InvalidGrant(UNUSABLE, reason="a code_verifier for a ticket without code_challenge")
        return ticket
    if not proves(code_verifier, ticket.code_challenge):
        raise InvalidGrant(UNUSABLE, reason="no code_verifier, or not the one of the code_challenge")
    return replace(ticket, code_challenge=None)


def rotated(ctx: Context, ticket: PermissionTicket, secret: str, *, lifetime: int) -> PermissionTicket:
    """Return the successor that continues the same process.  Spec: Grant 3.3.6."""
    return replace(ticket, digest=digest(secret), issued_at=ctx.now, expires_at=ctx.now + lifetime, taken_at=None)


def ticket_event(ctx: Context, kind: str, ticket: PermissionTicket, *, reason: str | None = None) -> Event:
    """Return the audit record of what was decided about a ticket."""
    names = [permission.resource_id for permission in ticket.permissions]
    return event(
        ctx,
        kind,
        owner_id=ticket.owner_id,
        actor=ticket.requester.account_id if ticket.requester else None,
        client_id=ticket.client_id,
        resource_server=ticket.resource_server,
        resource_id=names[0] if len(names) == 1 else None,
        about=ticket.family,
        reason=reason,
        detail={
            "permissions": [[wanted.resource_id, list(wanted.scopes)] for wanted in ticket.permissions[:20]],
            **({"subject": ticket.requester.subject} if ticket.requester else {}),
        },
    )


async def _end_family(ctx: Context, ticket: PermissionTicket) -> None:
    """End every ticket and token of one authorization process, even though the answer is no."""
    living = [record for record in await ctx.store.family(ticket.family) if getattr(record, "taken_at", None) is None]
    ctx.keep(*(Remove(record=record) for record in living))
    ctx.keep(Add(record=ticket_event(ctx, "ticket.reused", ticket, reason=f"{len(living)} descendants ended")))
