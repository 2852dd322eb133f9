"""What using a grant does to it: each RPT counts as a use, and an invitation becomes its guest's.

The changes belong to the commit that issues the RPT; their guard is the grant's version, so however many clients ask at
once, no more RPTs are issued than a grant allows.  An RPT that counts is not refreshed: the next one counts again.

Spec: Grant 3.3.4 (operative policy conditions), 3.3.5.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from consentry.core.changes import Add, Change, Replace
from consentry.core.context import Context
from consentry.core.events import event
from consentry.core.model import Event, Grant, GrantedPermission, Grantee, Requester


def use(
    ctx: Context, grants: Sequence[Grant], granted: Sequence[GrantedPermission], requester: Requester
) -> tuple[Change, ...]:
    """Return what becomes of the grants that an RPT came from; ``grants`` holds their chains as well."""
    by_id = {grant.grant_id: grant for grant in grants}
    direct = {permission.grant_id for permission in granted}
    concerned = {each.grant_id: each for grant_id in direct for each in _chain(grant_id, by_id)}
    changes: list[Change] = []
    for grant in concerned.values():
        used = grant if grant.max_uses is None else replace(grant, uses=grant.uses + 1)
        if grant.grant_id in direct and grant.grantee.kind == "email" and requester.account_id is not None:
            used = replace(used, grantee=Grantee(kind="account", id=requester.account_id))
            changes.append(Add(record=_accepted(ctx, used)))
        if used != grant:
            changes.append(Replace(record=used))
    return tuple(changes)


def uncounted(permissions: Iterable[GrantedPermission], grants: Sequence[Grant]) -> tuple[GrantedPermission, ...]:
    """Return those permissions whose use nobody counts; ``grants`` holds their grants with their chains."""
    by_id = {grant.grant_id: grant for grant in grants}
    return tuple(
        permission
        for permission in permissions
        if all(grant.max_uses is None for grant in _chain(permission.grant_id, by_id))
    )


def _chain(grant_id: str | None, by_id: Mapping[str, Grant]) -> Iterable[Grant]:
    """Yield a grant and every grant that it was passed on from."""
    seen: set[str] = set()
    while (grant := by_id.get(grant_id or "")) is not None and grant.grant_id not in seen:
        seen.add(grant.grant_id)
        yield grant
        grant_id = grant.parent


def _accepted(ctx: Context, grant: Grant) -> Event:
    return event(
        ctx,
        "grant.accepted",
        owner_id=grant.owner_id,
        actor=grant.grantee.id,
        resource_id=grant.target_id if grant.target_kind == "resource" else None,
        about=grant.grant_id,
    )
