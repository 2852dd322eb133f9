"""What an owner wants to be asked about each time, of what somebody asks for now.

Spec: Grant 3.3.4, 3.3.6 (request_submitted).
"""

from consentry.core.asking import question
from consentry.core.assessment import assess
from consentry.core.context import Context
from consentry.core.model import AccessRequest
from consentry.core.requested_scopes import Wanted, lineage_of


async def asks_each_time(ctx: Context, asked: AccessRequest) -> frozenset[tuple[str, str | None]]:
    """Return resource and scope of what a yes allows once only (scope None: a permission without scopes)."""
    around = await ctx.store.surroundings(
        asked.owner_id,
        asked.resource_server,
        [permission.resource_id for permission in asked.permissions],
        requester=asked.requester,
        client_id=asked.client_id,
    )
    by_id = {resource.resource_id: resource for resource in around.resources}
    wanted = [
        Wanted(
            resource=by_id[permission.resource_id],
            ticket_scopes=permission.scopes,
            client_scopes=(),
            lineage=lineage_of(by_id[permission.resource_id], by_id),
        )
        for permission in asked.permissions
        if permission.resource_id in by_id
    ]
    asking = question(
        ctx,
        owner_id=asked.owner_id,
        requester=asked.requester,
        client_id=asked.client_id,
        circles=around.circles,
        memberships=around.memberships,
    )
    trace = assess(asking, wanted, around.grants).trace
    return frozenset((step.resource_id, step.scope) for step in trace if step.verdict == "asks-owner")
