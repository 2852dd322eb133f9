"""What a token's permissions are still worth, looked at closely: the assessment judges each anew.  Pure.

Needed where more than the grant itself decides: circles, organisations, claims, shares that were passed on, labels and
types, and where an owner has said an explicit no.

Spec: FedAuthz 5.1.1; Grant 6.1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from consentry.core.assessment import Question, assess
from consentry.core.model import Grant, GrantedPermission, Resource
from consentry.core.requested_scopes import Wanted, lineage_of


def held_permissions(
    question: Question,
    permissions: Sequence[GrantedPermission],
    grants: Sequence[Grant],
    resources: Sequence[Resource],
) -> tuple[GrantedPermission, ...]:
    """Return what is left of permissions, with the times that count today; those with nothing left are gone.

    Each holds as far as the grant it came from would still be given, and no explicit no stands against it.
    """
    held = replace(question, held=True)
    by_id = {resource.resource_id: resource for resource in resources}
    left = (_left(held, permission, grants, by_id) for permission in permissions)
    return tuple(permission for permission in left if permission is not None)


def _left(
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
