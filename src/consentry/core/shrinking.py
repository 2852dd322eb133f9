"""A resource that loses scopes, and what was shared of them: the grants lose them in the same commit.

Tokens need nothing: introspection shows what grants and resources have now.

Spec: FedAuthz 3.2.3, 5.1.1.
"""

from collections.abc import AsyncIterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from consentry.core.changes import Add, Change, Remove, Replace
from consentry.core.context import Context
from consentry.core.events import event
from consentry.core.model import Event, Grant, Resource
from consentry.core.ports import GrantFilter, Page, cursor

AT_ONCE = 1_000


async def shrunk_grants(ctx: Context, before: Resource, after: Resource) -> list[Change]:
    """Return what becomes of the grants on a resource.

    One that is left without any scope is removed, and with it what was passed on from it.
    """
    gone = set(before.resource_scopes) - set(after.resource_scopes)
    changes: list[Change] = []
    if not gone:
        return changes
    grants = [grant async for grant in grants_on(ctx, before)]
    ended = _ended(grants, gone)
    for grant in grants:
        left = () if grant.grant_id in ended else tuple(scope for scope in grant.scopes if scope not in gone)
        if left == grant.scopes:
            continue
        changes.append(Replace(record=replace(grant, scopes=left)) if left else Remove(record=grant))
        changes.append(Add(record=_event(ctx, "grant.changed" if left else "grant.removed", grant, after)))
    return changes


def _ended(grants: Sequence[Grant], gone: AbstractSet[str]) -> set[str]:
    """Return which grants end: those with no other scope, and whatever stands below one of them."""
    ended = {grant.grant_id for grant in grants if grant.scopes and gone >= set(grant.scopes)}
    while below := {grant.grant_id for grant in grants if grant.parent in ended} - ended:
        ended |= below
    return ended


async def grants_on(ctx: Context, resource: Resource) -> AsyncIterator[Grant]:
    """Yield every grant on a resource itself, those that were passed on included."""
    page = Page(limit=AT_ONCE)
    wanted = GrantFilter(resource_id=resource.resource_id)
    while grants := await ctx.store.grants(resource.owner_id, wanted, page):
        for grant in grants[: page.limit]:
            yield grant
        if len(grants) <= page.limit:
            break
        page = Page(limit=AT_ONCE, after=cursor(grants[page.limit - 1]))


def _event(ctx: Context, kind: str, grant: Grant, resource: Resource) -> Event:
    return event(
        ctx,
        kind,
        owner_id=grant.owner_id,
        client_id=resource.resource_server,
        resource_server=resource.resource_server,
        resource_id=resource.resource_id,
        about=grant.grant_id,
        reason="the resource lost a scope",
    )
