"""Whom the grants on a resource could be meant for: the people that a search for subjects looks at.

Spec: AuthZEN 8.4.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator

from consentry.core.context import Context
from consentry.core.model import CircleMember, Grant, Resource
from consentry.core.ports import Page, cursor

ROWS = 200
MOST_GRANTS = 2_000
"""So many grants of one resource are looked at, the newest first."""

CLAIMS_OF_ONE_PERSON = {"sub": "account", "email": "email"}


async def candidates(ctx: Context, resource: Resource) -> list[str]:
    """Return the ids of everybody of this realm whom a grant could let in, in order."""
    named: dict[str, set[str]] = defaultdict(set)
    if ctx.realm.settings.owner_may_request:
        named["account"].add(resource.owner_id)
    async for grant in _grants(ctx, resource):
        for kind, each in _grantees(ctx, grant):
            named[kind].add(each)
    for member in await _members(ctx, resource, named["circle"]):
        named[member.kind].add(member.id)
    for organisation_id in named["organisation"]:
        named["account"].update(each.account_id for each in await ctx.store.members_of(organisation_id))
    found = [await ctx.store.account_by_email(email) for email in named["email"]]
    return sorted(named["account"] | {account.account_id for account in found if account is not None})


def _grantees(ctx: Context, grant: Grant) -> Iterator[tuple[str, str]]:
    """Give whom a grant names; of conditions only what we ourselves say of one person.

    A client is nobody in particular: whoever uses it.
    """
    if grant.grantee.kind != "claims":
        yield grant.grantee.kind, grant.grantee.id
        return
    for claim in grant.grantee.claims:
        if claim.issuer == ctx.issuer and claim.name in CLAIMS_OF_ONE_PERSON:
            yield CLAIMS_OF_ONE_PERSON[claim.name], claim.value


async def _grants(ctx: Context, resource: Resource) -> AsyncIterator[Grant]:
    """Give every grant on a resource or on what it is part of that says yes."""
    lineage = await ctx.store.resource_lineage(resource.owner_id, resource.resource_server, (resource.resource_id,))
    left = MOST_GRANTS
    for each in lineage:
        after: str | None = None
        while left > 0:
            page = Page(limit=min(ROWS, left), after=after)
            rows = await ctx.store.grants_reaching(resource.owner_id, each, page)
            for grant in rows[: page.limit]:
                if grant.allow:
                    yield grant
            left -= min(len(rows), page.limit)
            if len(rows) <= page.limit:
                break
            after = cursor(rows[page.limit - 1])


async def _members(ctx: Context, resource: Resource, circles: set[str]) -> list[CircleMember]:
    return list(await ctx.store.circle_members(resource.owner_id, sorted(circles))) if circles else []
