"""The owner's things as pages show them: who can see each, one from near, and the form that shares it."""

from consentry.core.assessment import concerns
from consentry.core.circles import MOST_CIRCLES
from consentry.core.context import Answer, Context
from consentry.core.errors import NotFound
from consentry.core.me import Who, me
from consentry.core.model import Circle, Client
from consentry.core.owner_grants import MyGrant, shown
from consentry.core.owner_resources import (
    ListMyResources,
    MyResource,
    ReadMyResource,
    list_my_resources,
    my_resource,
    read_my_resource,
)
from consentry.core.ports import GrantFilter, Page, ResourceFilter
from consentry.core.sharing import Listed, listed
from consentry.uma.codes import GRANT_UMA_TICKET
from consentry.uma.value import value

MOST_APPS = 50
MOST_GRANTS = 200
"""How many of the newest grants are looked at to say who can see what, in a list."""


@value
class Thing:
    """A thing and every grant that reaches it, by itself, its type or a label; newest first."""

    mine: MyResource
    grants: Listed[MyGrant]


@value
class SeenThing:
    """A thing in a list, and the grants on it that count now; not ``complete`` where there may be older ones."""

    mine: MyResource
    grants: tuple[MyGrant, ...]
    complete: bool


@value
class App:
    """A client that a grant may be bound to."""

    client_id: str
    name: str


@value
class ShareForm:
    """What the form offers.  ``grant`` is the one to change; None: a new one."""

    mine: MyResource
    apps: tuple[App, ...]
    circles: tuple[Circle, ...] = ()
    grant: MyGrant | None = None


@value
class ListThings:
    who: Who
    wanted: ResourceFilter = ResourceFilter()
    page: Page = Page()


@value
class ReadThing:
    who: Who
    resource_id: str
    page: Page = Page()


@value
class ReadShareForm:
    """The form for a new grant on a resource, or (``grant_id``) for changing one; exactly one of both."""

    who: Who
    resource_id: str | None = None
    grant_id: str | None = None


async def list_things(ctx: Context, request: ListThings) -> Answer[Listed[SeenThing]]:
    """List what is mine and who can see it, newest first."""
    owner_id = await me(ctx, request.who)
    mine = ListMyResources(who=request.who, wanted=request.wanted, page=request.page)
    found = (await list_my_resources(ctx, mine)).said
    newest = Page(limit=MOST_GRANTS)
    grants = await ctx.store.grants(owner_id, GrantFilter(status="active", now=ctx.now), newest)
    rows = listed(await shown(ctx, owner_id, *grants), grants, newest)
    things = [
        SeenThing(
            mine=each,
            grants=tuple(row for row in rows.items if concerns(row.grant, each.resource)),
            complete=rows.next is None,
        )
        for each in found.items
    ]
    return Answer(Listed(items=tuple(things), next=found.next))


async def read_thing(ctx: Context, request: ReadThing) -> Answer[Thing]:
    """Return one of my things with everybody who has access."""
    owner_id = await me(ctx, request.who)
    resource = await my_resource(ctx, owner_id, request.resource_id)
    mine = await read_my_resource(ctx, ReadMyResource(who=request.who, resource_id=request.resource_id))
    grants = await ctx.store.grants_reaching(owner_id, resource, request.page)
    rows = await shown(ctx, owner_id, *grants)
    return Answer(Thing(mine=mine.said, grants=listed(rows, grants, request.page)))


async def read_share_form(ctx: Context, request: ReadShareForm) -> Answer[ShareForm]:
    """Return what can be shared, and how."""
    owner_id = await me(ctx, request.who)
    resource_id, row = request.resource_id, None
    if request.grant_id is not None:
        grant = await ctx.store.grant(owner_id, request.grant_id)
        if grant is None or grant.target_kind != "resource":
            raise NotFound("no such grant")
        resource_id, row = grant.target_id, (await shown(ctx, owner_id, grant))[0]
    mine = await read_my_resource(ctx, ReadMyResource(who=request.who, resource_id=resource_id or ""))
    circles = tuple(await ctx.store.circles(owner_id, Page(limit=MOST_CIRCLES)))
    return Answer(ShareForm(mine=mine.said, apps=await _apps(ctx), circles=circles, grant=row))


async def _apps(ctx: Context) -> tuple[App, ...]:
    """Return the apps that people read shared things with."""
    clients = await ctx.store.clients(Page(limit=MOST_APPS))
    return tuple(
        App(client_id=each.client_id, name=each.client_name or each.client_id) for each in clients if _reads(each)
    )


def _reads(client: Client) -> bool:
    return client.disabled_at is None and GRANT_UMA_TICKET in client.grant_types
