"""The permission endpoint: what a resource server wants becomes a ticket for its caller.

Spec: FedAuthz 4, 4.1, 4.2, 4.3.
"""

from collections.abc import Mapping, Sequence

from consentry.core.bearer import protection
from consentry.core.changes import Add
from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidRequest, InvalidResourceId, InvalidScope
from consentry.core.model import AccessToken, PermissionTicket, Resource, TicketPermission
from consentry.core.tokens import digest
from consentry.uma.value import value

MAX_PERMISSIONS = 500


@value
class PermissionRequest:
    """Spec: FedAuthz 4.1."""

    pat: str | None
    permissions: tuple[TicketPermission, ...]


@value
class TicketIssued:
    """Spec: FedAuthz 4.2."""

    ticket: str


async def permission(ctx: Context, request: PermissionRequest) -> Answer[TicketIssued]:
    """Return one ticket for all wanted permissions, which belong to one owner.  Spec: FedAuthz 4.1."""
    permissions = merged(request.permissions)
    found = await protection(ctx, request.pat, tuple(wanted.resource_id for wanted in permissions))
    if not permissions:
        raise InvalidRequest("at least one permission has to be asked for")
    if len(permissions) > MAX_PERMISSIONS:
        raise InvalidRequest(f"at most {MAX_PERMISSIONS} permissions can be asked for at once")
    registered = {resource.resource_id: resource for resource in found.resources}
    for wanted in permissions:
        _require_registered(registered, wanted)
    secret = ctx.new_secret()
    return Answer(TicketIssued(ticket=secret), Add(record=_ticket(ctx, found.token, permissions, secret)))


def merged(permissions: Sequence[TicketPermission]) -> tuple[TicketPermission, ...]:
    """Put permissions on the same resource together, in the order of their first mention."""
    scopes: dict[str, dict[str, None]] = {}
    for wanted in permissions:
        scopes.setdefault(wanted.resource_id, {}).update(dict.fromkeys(wanted.scopes))
    return tuple(TicketPermission(resource_id=each, scopes=tuple(found)) for each, found in scopes.items())


def _require_registered(registered: Mapping[str, Resource], wanted: TicketPermission) -> None:
    resource = registered.get(wanted.resource_id)
    if resource is None:
        raise InvalidResourceId("no such resource under this protection token")
    if not set(wanted.scopes) <= set(resource.resource_scopes):
        raise InvalidScope("a scope was asked for that is not registered for the resource")


def _ticket(ctx: Context, pat: AccessToken, permissions: tuple[TicketPermission, ...], secret: str) -> PermissionTicket:
    return PermissionTicket(
        digest=digest(secret),
        family=ctx.new_id(),
        owner_id=pat.account_id or "",
        resource_server=pat.client_id,
        permissions=permissions,
        issued_at=ctx.now,
        expires_at=ctx.now + ctx.realm.settings.lifetimes.ticket,
    )
