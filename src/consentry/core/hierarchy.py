"""Resources that are parts of others: what is shared of the whole is shared of its parts.

A change of place is guarded by the versions of everything above, so that two of them at once cannot close a circle.

Spec: FedAuthz 3.1 (an extension: the member ``parent``).
"""

from collections.abc import Sequence
from dataclasses import replace

from consentry.core.changes import Change, Replace
from consentry.core.context import Context
from consentry.core.errors import InvalidRequest
from consentry.core.model import Resource
from consentry.core.requested_scopes import lineage_of

MOST_LEVELS = 8
"""How many resources there can be on the way from a whole to its smallest part, both included."""


async def placed(ctx: Context, resource: Resource, *, new: bool) -> list[Change]:
    """Check that a resource may be part of its parent; return the changes that keep this true.

    Raises `InvalidRequest` if the parent is not another resource of the same owner at the same resource server, is part
    of this one, or has too much above it.
    """
    if resource.parent is None:
        return []
    found = await ctx.store.resource_lineage(resource.owner_id, resource.resource_server, (resource.parent,))
    by_id = {each.resource_id: each for each in found}
    if resource.parent not in by_id:
        raise InvalidRequest("parent has to be the _id of another resource of this owner here")
    above = (by_id[resource.parent], *lineage_of(by_id[resource.parent], by_id))
    if resource.resource_id in {each.resource_id for each in above}:
        raise InvalidRequest("a resource cannot be part of itself")
    parts = () if new else await ctx.store.resource_parts(resource.owner_id, resource.resource_id)
    if len(above) + levels(resource, parts) > MOST_LEVELS:
        raise InvalidRequest(f"there are at most {MOST_LEVELS} levels of parts")
    return [] if new else [Replace(record=each) for each in above]


def levels(whole: Resource, parts: Sequence[Resource]) -> int:
    """Return how many levels there are from a resource down to its smallest part."""
    below = {whole.resource_id}
    seen = set(below)
    count = 0
    while below:
        count += 1
        below = {each.resource_id for each in parts if each.parent in below} - seen
        seen |= below
    return count


async def parts_left(ctx: Context, whole: Resource) -> list[Change]:
    """Return what becomes of the parts of a resource that goes: they stay, as parts of nothing."""
    parts = await ctx.store.resource_parts(whole.owner_id, whole.resource_id)
    return [Replace(record=replace(each, parent=None)) for each in parts if each.parent == whole.resource_id]
