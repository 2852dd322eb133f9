"""What of a token's permissions still holds now.  Pure; read by introspection, refresh and upgrade.

A permission points to the grant it came from.  It holds as far as that grant would still be given: the same assessment
judges it, over that one grant and every explicit no.

Spec: FedAuthz 5.1.1; Grant 6.1.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from consentry.core.assessment import Question, assess
from consentry.core.model import Grant, GrantedPermission, Resource
from consentry.core.requested_scopes import Wanted, lineage_of


def live_permissions(
    question: Question,
    permissions: Sequence[GrantedPermission],
    grants: Sequence[Grant],
    resources: Sequence[Resource],
) -> tuple[GrantedPermission, ...]:
    """Return what is left of permissions, with the times that count today; those with nothing left are gone.

    ``grants`` holds those the permissions point to, those these were passed on from, and every explicit no.
    """
    held = replace(question, held=True)
    by_id = {resource.resource_id: resource for resource in resources}
    live = (_live(held, permission, grants, by_id) for permission in permissions)
    return tuple(permission for permission in live if permission is not None)


def last_end(permissions: Iterable[GrantedPermission]) -> int | None:
    """Return when the last of the permissions ends (epoch seconds); None if one of them has no end."""
    ends = [permission.expires_at for permission in permissions]
    return None if None in ends else max((end for end in ends if end is not None), default=None)


def _live(
    held: Question, permission: GrantedPermission, grants: Sequence[Grant], by_id: Mapping[str, Resource]
) -> GrantedPermission | None:
    resource = by_id.get(permission.resource_id)
    if resource is None:
        return None
    scopes = tuple(scope for scope in permission.scopes if scope in resource.resource_scopes)
    if permission.scopes and not scopes:
        return None
    wanted = Wanted(resource=resource, ticket_scopes=scopes, client_scopes=(), lineage=lineage_of(resource, by_id))
    judged = [grant for grant in grants if grant.grant_id == permission.grant_id or not grant.allow]
    granted = assess(held, (wanted,), judged, passed_on=grants).granted
    left = next((found for found in granted if found.grant_id == permission.grant_id), None)
    return None if left is None else replace(left, issued_at=permission.issued_at)
