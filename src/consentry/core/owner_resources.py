"""The owner's things: seeing them, labelling them."""

from dataclasses import replace

from consentry.core.changes import Replace
from consentry.core.context import Answer, Context
from consentry.core.errors import Conflict, InvalidRequest, NotFound
from consentry.core.me import Who, me
from consentry.core.model import Resource
from consentry.core.ports import Page, ResourceFilter
from consentry.core.sharing import Listed, listed, names, resource_name
from consentry.uma.value import value

MOST_LABELS = 20
LONGEST_LABEL = 80


@value
class MyResource:
    """One of the owner's things; ``kept_by`` is the resource server's name."""

    resource: Resource
    name: str
    kept_by: str


@value
class ListMyResources:
    who: Who
    wanted: ResourceFilter = ResourceFilter()
    page: Page = Page()


@value
class ReadMyResource:
    who: Who
    resource_id: str


@value
class ChangeMyResource:
    """New labels or favourite mark; None leaves it.  ``version``: only if it is still this one."""

    who: Who
    resource_id: str
    labels: tuple[str, ...] | None = None
    favourite: bool | None = None
    version: int | None = None


async def list_my_resources(ctx: Context, request: ListMyResources) -> Answer[Listed[MyResource]]:
    """List what is mine, everywhere, newest first."""
    owner_id = await me(ctx, request.who)
    resources = await ctx.store.owner_resources(owner_id, request.wanted, request.page)
    known = await names(ctx, owner_id, clients=[resource.resource_server for resource in resources])
    rows = [
        MyResource(
            resource=resource,
            name=resource_name(resource),
            kept_by=known.app(resource.resource_server) or resource.resource_server,
        )
        for resource in resources
    ]
    return Answer(listed(rows, resources, request.page))


async def read_my_resource(ctx: Context, request: ReadMyResource) -> Answer[MyResource]:
    """Return one of my things."""
    owner_id = await me(ctx, request.who)
    return Answer(await _shown(ctx, await my_resource(ctx, owner_id, request.resource_id)))


async def change_my_resource(ctx: Context, request: ChangeMyResource) -> Answer[MyResource]:
    """Change how I have put one of my things in order."""
    owner_id = await me(ctx, request.who)
    resource = await my_resource(ctx, owner_id, request.resource_id)
    if request.version not in (None, resource.version):
        raise Conflict("it has changed since it was read")
    labels = _clean(request.labels) if request.labels is not None else resource.labels
    favourite = resource.favourite if request.favourite is None else request.favourite
    changed = replace(resource, labels=labels, favourite=favourite)
    return Answer(
        await _shown(ctx, replace(changed, version=resource.version + 1)),
        Replace(record=changed),
    )


async def my_resource(ctx: Context, owner_id: str, resource_id: str) -> Resource:
    """Return one of an owner's things.  Raises `NotFound` for what is unknown or somebody else's."""
    resource = await ctx.store.owner_resource(owner_id, resource_id)
    if resource is None:
        raise NotFound("no such resource")
    return resource


def _clean(labels: tuple[str, ...]) -> tuple[str, ...]:
    cleaned = tuple(dict.fromkeys(label.strip() for label in labels))
    if len(cleaned) > MOST_LABELS or not all(0 < len(label) <= LONGEST_LABEL for label in cleaned):
        raise InvalidRequest(f"at most {MOST_LABELS} labels of 1 to {LONGEST_LABEL} characters each")
    return cleaned


async def _shown(ctx: Context, resource: Resource) -> MyResource:
    known = await names(ctx, resource.owner_id, clients=[resource.resource_server])
    kept_by = known.app(resource.resource_server) or resource.resource_server
    return MyResource(resource=resource, name=resource_name(resource), kept_by=kept_by)
