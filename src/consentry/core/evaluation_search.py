"""Searches over decisions: who may do this, to what somebody may do it, what they may do.

Whatever is found has been decided as an evaluation would decide it.  A page holds what is permitted among so many
candidates, so it may be shorter than its limit, or empty, with more to come.

Spec: AuthZEN 8.
"""

from collections import defaultdict

from consentry.core.context import Answer, Context
from consentry.core.decision_point import (
    USER,
    Named,
    Use,
    accounts_named,
    asking,
    is_of_type,
    permitted_scopes,
    resources_named,
    surroundings_of,
)
from consentry.core.evaluation_candidates import candidates
from consentry.core.model import Resource
from consentry.core.ports import Page, ResourceFilter, cursor
from consentry.core.sharing import Listed
from consentry.uma.value import value

LARGEST_PAGE = 200


@value
class SearchSubjects:
    """Who may do ``action`` to a resource."""

    token: str
    subject_type: str
    action: str
    resource: Named
    client_id: str = ""
    page: Page = Page()


@value
class SearchResources:
    """To which resources of a type somebody may do ``action``."""

    token: str
    subject: Named
    action: str
    resource_type: str
    client_id: str = ""
    page: Page = Page()


@value
class SearchActions:
    """What somebody may do to a resource."""

    token: str
    subject: Named
    resource: Named
    client_id: str = ""


async def search_subjects(ctx: Context, request: SearchSubjects) -> Answer[Listed[Named]]:
    """List the people who may, by account id.  Whoever only a foreign claim could let in is not known here."""
    who = await asking(ctx, request.token)
    resource = (await resources_named(ctx, who, (request.resource,))).get(request.resource)
    if resource is None or request.subject_type != USER:
        return Answer(Listed(items=()))
    everybody = await candidates(ctx, resource)
    waiting = [each for each in everybody if request.page.after is None or each > request.page.after]
    page = waiting[: request.page.limit]
    accounts = await accounts_named(ctx, [Named(type=USER, id=each) for each in page])
    found = []
    for named, account in sorted(accounts.items(), key=lambda item: item[0].id):
        use = Use(account=account, client_id=request.client_id)
        around = await surroundings_of(ctx, use, (resource,))
        if permitted_scopes(ctx, use, resource, (request.action,), around):
            found.append(named)
    return Answer(Listed(items=tuple(found), next=page[-1] if len(waiting) > len(page) else None))


async def search_resources(ctx: Context, request: SearchResources) -> Answer[Listed[Named]]:
    """List the resources that somebody may use so, newest first."""
    who = await asking(ctx, request.token)
    account = (await accounts_named(ctx, (request.subject,))).get(request.subject)
    if account is None:
        return Answer(Listed(items=()))
    wanted = ResourceFilter(resource_server=who.resource_server)
    rows = await ctx.store.owner_resources(who.owner_id, wanted, request.page)
    page = rows[: request.page.limit]
    by_server: dict[str, list[Resource]] = defaultdict(list)
    for resource in page:
        if is_of_type(resource, request.resource_type):
            by_server[resource.resource_server].append(resource)
    use = Use(account=account, client_id=request.client_id)
    permitted: set[str] = set()
    for things in by_server.values():
        around = await surroundings_of(ctx, use, things)
        permitted.update(
            thing.resource_id for thing in things if permitted_scopes(ctx, use, thing, (request.action,), around)
        )
    items = tuple(
        Named(type=thing.type or request.resource_type, id=thing.resource_id)
        for thing in page
        if thing.resource_id in permitted
    )
    return Answer(Listed(items=items, next=cursor(page[-1]) if len(rows) > len(page) else None))


async def search_actions(ctx: Context, request: SearchActions) -> Answer[Listed[str]]:
    """List what somebody may do to a resource, in the order in which its scopes are registered."""
    who = await asking(ctx, request.token)
    account = (await accounts_named(ctx, (request.subject,))).get(request.subject)
    resource = (await resources_named(ctx, who, (request.resource,))).get(request.resource)
    if account is None or resource is None:
        return Answer(Listed(items=()))
    use = Use(account=account, client_id=request.client_id)
    around = await surroundings_of(ctx, use, (resource,))
    scopes = permitted_scopes(ctx, use, resource, resource.resource_scopes, around)
    return Answer(Listed(items=tuple(scope for scope in resource.resource_scopes if scope in scopes)))
