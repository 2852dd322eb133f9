"""The question that an assessment answers, put together from what was read.

Spec: Grant 3.3.4.
"""

from collections.abc import Iterable

from consentry.core.assessment import Question, memberships_of
from consentry.core.context import Context
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


def still_held(ctx: Context, found: LiveRpt) -> tuple[GrantedPermission, ...]:
    """Return what of an RPT's permissions holds now.  Spec: FedAuthz 5.1.1."""
    asked = question(
        ctx,
        owner_id=found.rpt.owner_id,
        requester=found.rpt.requester,
        client_id=found.rpt.client_id,
        circles=found.circles,
        memberships=found.memberships,
    )
    return live_permissions(asked, found.rpt.permissions, found.grants, found.resources)
