"""Asking the owner: what becomes of an RPT request that nobody has decided yet.

Spec: Grant 3.3.6 (request_submitted, interval).
"""

import json
from collections.abc import Sequence
from dataclasses import replace

from consentry.core.changes import Add, Change, Remove
from consentry.core.context import Answer, Context
from consentry.core.model import AccessRequest, PermissionTicket, TicketPermission
from consentry.core.permission_ticket import rotated, ticket_event
from consentry.core.ports import Surroundings
from consentry.core.requested_scopes import Wanted
from consentry.core.requesting_party_token import NOBODY
from consentry.core.tokens import digest
from consentry.uma.wire import RequestSubmitted

MOST_OPEN = 20
"""How many open requests one requester may have with one owner through one client."""

SLOWER = 5
SLOWEST = 300
"""A poll that comes too early makes the interval longer by `SLOWER` seconds, up to `SLOWEST`."""


def blocked(around: Surroundings, ticket: PermissionTicket, now: int) -> bool:
    """Tell whether the owner has already said no, or has been asked too often.  Spec: Grant 3.3.6."""
    asked = fingerprint(ticket.permissions)
    refused = any(
        request.status == "blocked"
        or (request.status == "denied" and request.fingerprint == asked and request.expires_at > now)
        for request in around.requests
    )
    return refused or len(_open(around, now)) >= MOST_OPEN


def narrowed(around: Surroundings, ticket: PermissionTicket) -> bool:
    """Tell whether the owner has answered this very request with less than was asked."""
    answers = {request.fingerprint for request in around.requests if request.status == "narrowed"}
    return bool(answers) and fingerprint(ticket.permissions) in answers


def ask_owner(
    ctx: Context, ticket: PermissionTicket, wanted: Sequence[Wanted], around: Surroundings
) -> Answer[RequestSubmitted]:
    """Put the request before the owner, once, and let the client come back.  Spec: Grant 3.3.6."""
    permissions = tuple(TicketPermission(resource_id=each.resource.resource_id, scopes=each.scopes) for each in wanted)
    asked = fingerprint(ticket.permissions)
    waiting = next((each for each in _open(around, ctx.now) if each.fingerprint == asked), None)
    request = waiting or _request(ctx, ticket, permissions, asked)
    interval = _interval(ctx, ticket)
    secret = ctx.new_secret()
    successor = replace(
        rotated(ctx, ticket, secret, lifetime=ctx.realm.settings.lifetimes.polling_ticket),
        request_id=request.request_id,
        interval=interval,
    )
    changes: list[Change] = [Add(record=successor)]
    if waiting is None:
        # A request that nobody answered in time makes room for the new one.
        lapsed = [each for each in around.requests if each.status == "open" and each.fingerprint == asked]
        changes += [Remove(record=each) for each in lapsed]
        changes += [Add(record=request), Add(record=ticket_event(ctx, "request.submitted", ticket))]
    return Answer(RequestSubmitted(ticket=secret, interval=interval), *changes)


def fingerprint(permissions: Sequence[TicketPermission]) -> str:
    """Return what stands for a set of permissions, whatever their order."""
    return digest(json.dumps(sorted([wanted.resource_id, *sorted(wanted.scopes)] for wanted in permissions)))


def _open(around: Surroundings, now: int) -> list[AccessRequest]:
    return [request for request in around.requests if request.status == "open" and request.expires_at > now]


def _request(
    ctx: Context, ticket: PermissionTicket, permissions: tuple[TicketPermission, ...], asked: str
) -> AccessRequest:
    return AccessRequest(
        request_id=ctx.new_id(),
        owner_id=ticket.owner_id,
        resource_server=ticket.resource_server,
        client_id=ticket.client_id or "",
        requester=ticket.requester or NOBODY,
        permissions=permissions,
        fingerprint=asked,
        created_at=ctx.now,
        expires_at=ctx.now + ctx.realm.settings.lifetimes.request,
    )


def _interval(ctx: Context, ticket: PermissionTicket) -> int:
    if ticket.request_id is None:
        return ctx.realm.settings.poll_interval
    early = ctx.now < ticket.issued_at + ticket.interval
    return min(ticket.interval + SLOWER, SLOWEST) if early else ticket.interval
