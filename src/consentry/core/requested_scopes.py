"""Which scopes a request for an RPT is about: the set arithmetic.  Pure.

Spec: Grant 3.3.4.
"""

from collections.abc import Collection, Sequence

from consentry.core.errors import InvalidScope
from consentry.core.model import Resource, TicketPermission
from consentry.uma.value import value


@value
class Wanted:
    """One resource of the ticket: the scopes the resource server asked for, and those the client adds."""

    resource: Resource
    ticket_scopes: tuple[str, ...]
    client_scopes: tuple[str, ...]

    @property
    def scopes(self) -> tuple[str, ...]:
        """RequestedScopes(r): the union of both."""
        return self.ticket_scopes + self.client_scopes


def requested_scopes(
    permissions: Sequence[TicketPermission],
    resources: Sequence[Resource],
    *,
    registered: Collection[str],
    requested: Collection[str],
) -> tuple[Wanted, ...]:
    """Return RequestedScopes(r) for every resource r of the ticket.

    ``registered`` are the client's own scopes, ``requested`` those it asked for.  A scope counts where it is registered
    for the client *and* available on the resource.  Raises `InvalidScope` when a requested scope is available on no
    resource of the ticket.  ``resources`` holds every resource that ``permissions`` name.
    """
    by_id = {resource.resource_id: resource for resource in resources}
    available = {scope for permission in permissions for scope in by_id[permission.resource_id].resource_scopes}
    if not set(requested) <= available:
        raise InvalidScope("a requested scope is available on none of the resources that the ticket stands for")
    usable = [scope for scope in dict.fromkeys(requested) if scope in registered]
    return tuple(_wanted(by_id[permission.resource_id], permission, usable) for permission in permissions)


def _wanted(resource: Resource, permission: TicketPermission, usable: Sequence[str]) -> Wanted:
    extra = [scope for scope in usable if scope in resource.resource_scopes and scope not in permission.scopes]
    return Wanted(resource=resource, ticket_scopes=permission.scopes, client_scopes=tuple(extra))
