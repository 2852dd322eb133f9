"""What of a token's permissions still holds now.  Pure; read by introspection, refresh and upgrade.

A permission points to the grant it came from.  It holds as far as that grant still exists, still has the scope and is
neither ended nor paused, and as far as the resource still has the scope.

Spec: FedAuthz 5.1.1; Grant 6.1.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from consentry.core.findings import LiveGrant, LiveResource
from consentry.core.model import Grant, GrantedPermission, Resource


def live_permissions(
    permissions: Sequence[GrantedPermission],
    grants: Iterable[Grant | LiveGrant],
    resources: Iterable[Resource | LiveResource],
    *,
    client_id: str,
    now: int,
) -> tuple[GrantedPermission, ...]:
    """Return what is left of an RPT's permissions for the client that holds it; those with nothing left are gone."""
    by_grant = {grant.grant_id: grant for grant in grants if not grant.client_ids or client_id in grant.client_ids}
    by_resource = {resource.resource_id: resource for resource in resources}
    live = (
        _live(permission, by_grant.get(permission.grant_id or ""), by_resource.get(permission.resource_id), now)
        for permission in permissions
    )
    return tuple(permission for permission in live if permission is not None)


def last_end(permissions: Iterable[GrantedPermission]) -> int | None:
    """Return when the last of the permissions ends (epoch seconds); None if one of them has no end."""
    ends = [permission.expires_at for permission in permissions]
    return None if None in ends else max((end for end in ends if end is not None), default=None)


def _live(
    permission: GrantedPermission, grant: Grant | LiveGrant | None, resource: Resource | LiveResource | None, now: int
) -> GrantedPermission | None:
    if resource is None or (permission.grant_id is not None and grant is None):
        return None
    scopes = tuple(scope for scope in permission.scopes if scope in resource.resource_scopes)
    expires_at, not_before = permission.expires_at, permission.not_before
    if grant is not None:
        if grant.paused_at is not None or not grant.allow:
            return None
        scopes = tuple(scope for scope in scopes if scope in grant.scopes)
        # The owner may have changed the dates since: what she says now counts.
        expires_at, not_before = grant.expires_at, _later(grant.not_before, now)
    if expires_at is not None and expires_at <= now:
        return None
    if permission.scopes and not scopes:
        return None
    return replace(permission, scopes=scopes, expires_at=expires_at, not_before=not_before)


def _later(moment: int | None, now: int) -> int | None:
    return moment if moment is not None and moment > now else None
