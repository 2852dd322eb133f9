"""The question that an assessment answers, put together from what was read.

Spec: Grant 3.3.4.
"""

from collections.abc import Iterable

from consentry.core.assessment import Question, memberships_of
from consentry.core.context import Context
from consentry.core.held import held_permissions
from consentry.core.live import live_permissions
from consentry.core.model import GrantedPermission, Membership, Requester
from consentry.core.ports import LiveRpt


def question(
    ctx: Context,
    *,
    owner_id: str,
    requester: Requester | None,
    client_id: str,
    circles: frozenset[str],
    memberships: Iterable[Membership],
) -> Question:
    """Return the question whether a requester may use what an owner has, through a client, now."""
    return Question(
        owner_id=owner_id,
        owner_may_request=ctx.realm.settings.owner_may_request,
        requester=requester,
        client_id=client_id,
        now=ctx.now,
        until=ctx.now + ctx.realm.settings.lifetimes.rpt,
        circles=circles,
        memberships=memberships_of(memberships, ctx.now),
    )


async def still_held(ctx: Context, found: LiveRpt) -> tuple[GrantedPermission, ...]:
    """Return what of an RPT's permissions holds now.  Spec: FedAuthz 5.1.1.

    A grant to a person on a thing speaks for itself; anything else is assessed again, for one more read.
    """
    rpt = found.rpt
    if _plain(found, owner_may_request=ctx.realm.settings.owner_may_request):
        return live_permissions(rpt.permissions, found.grants, found.resources, client_id=rpt.client_id, now=ctx.now)
    around = await ctx.store.surroundings(
        rpt.owner_id,
        rpt.resource_server,
        tuple(dict.fromkeys(permission.resource_id for permission in rpt.permissions)),
        requester=rpt.requester,
        client_id=rpt.client_id,
    )
    asked = question(
        ctx,
        owner_id=rpt.owner_id,
        requester=rpt.requester,
        client_id=rpt.client_id,
        circles=around.circles,
        memberships=around.memberships,
    )
    return held_permissions(asked, rpt.permissions, around.grants, around.resources)


def _plain(found: LiveRpt, *, owner_may_request: bool) -> bool:
    if not owner_may_request and any(permission.grant_id is None for permission in found.rpt.permissions):
        return False
    targets = {permission.grant_id: permission.resource_id for permission in found.rpt.permissions}
    return not found.refusals and all(
        grant.parent is None
        and grant.grantee_kind in ("account", "email", "client")
        and grant.target_id == targets.get(grant.grant_id)
        for grant in found.grants
    )
