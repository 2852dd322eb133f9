"""Which scopes a request for an RPT is about: the set arithmetic.  Pure.

Spec: Grant 3.3.4.
"""

from collections.abc import Collection, Mapping, Sequence

from consentry.core.errors import InvalidScope
from consentry.core.model import Resource, TicketPermission
from consentry.uma.value import value


@value
class Wanted:
    """One resource of the ticket: the scopes the resource server asked for, and those the client adds.

    ``lineage``: what the resource is part of, nearest first; what is granted there is granted here.
    """

    resource: Resource
    ticket_scopes: tuple[str, ...]
    client_scopes: tuple[str, ...]
    lineage: tuple[Resource, ...] = ()

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
    resource of the ticket.  ``resources`` holds every resource that ``permissions`` name,
    and what these are part of.
    """
    by_id = {resource.resource_id: resource for resource in resources}
    available = {scope for permission in permissions for scope in by_id[permission.resource_id].resource_scopes}
    if not set(requested) <= available:
        raise InvalidScope("a requested scope is available on none of the resources that the ticket stands for")
    usable = [scope for scope in dict.fromkeys(requested) if scope in registered]
    return tuple(_wanted(permission, usable, by_id) for permission in permissions)


def lineage_of(resource: Resource, by_id: Mapping[str, Resource]) -> tuple[Resource, ...]:
    """Return what a resource is part of, nearest first, as far as it is known."""
    lineage: list[Resource] = []
    above = by_id.get(resource.parent or "")
    while above is not None and above is not resource and above not in lineage:
        lineage.append(above)
        above = by_id.get(above.parent or "")
    return tuple(lineage)


def _wanted(permission: TicketPermission, usable: Sequence[str], by_id: Mapping[str, Resource]) -> Wanted:
    resource = by_id[permission.resource_id]
    extra = [scope for scope in usable if scope in resource.resource_scopes and scope not in permission.scopes]
    return Wanted(
        resource=resource,
        ticket_scopes=permission.scopes,
        client_scopes=tuple(extra),
        lineage=lineage_of(resource, by_id),
    )
