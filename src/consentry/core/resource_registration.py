"""The resource registration endpoint: what a resource server protects for an owner.

Every look-up goes by (owner, resource server, id), so that foreign looks like unknown.

Spec: FedAuthz 3, 3.1, 3.2.
"""

import json
from collections.abc import Sequence
from dataclasses import replace

from consentry.core.bearer import owner_of, protection
from consentry.core.changes import Add, Change, Remove, Replace
from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidRequest, NotFound
from consentry.core.events import event
from consentry.core.model import Event, Resource
from consentry.core.ports import GrantFilter, Page, cursor
from consentry.uma.value import value
from consentry.uma.wire import Registered, RegisteredResource, ResourceDescription

MAX_SCOPES = 100
MAX_TEXT = 2_000
MAX_EXTRA = 16_384
IDS_AT_ONCE = 1_000


@value
class RegisterResource:
    """Spec: FedAuthz 3.2.1."""

    pat: str | None
    description: ResourceDescription


@value
class ReadResource:
    """Spec: FedAuthz 3.2.2."""

    pat: str | None
    resource_id: str


@value
class UpdateResource:
    """Spec: FedAuthz 3.2.3."""

    pat: str | None
    resource_id: str
    description: ResourceDescription


@value
class DeleteResource:
    """Spec: FedAuthz 3.2.4."""

    pat: str | None
    resource_id: str


@value
class ListResources:
    """Spec: FedAuthz 3.2.5."""

    pat: str | None


@value
class Deleted:
    """Nothing is left to say."""


async def register(ctx: Context, request: RegisterResource) -> Answer[Registered]:
    """Begin to protect a resource; its id is ours.  Spec: FedAuthz 3.2.1."""
    pat = (await protection(ctx, request.pat, ())).token
    _check(request.description)
    resource = _described(
        Resource(
            resource_id=ctx.new_id(),
            owner_id=owner_of(pat),
            resource_server=pat.client_id,
            resource_scopes=(),
            created_at=ctx.now,
        ),
        request.description,
    )
    return Answer(
        _registered(ctx, resource),
        Add(record=resource),
        Add(record=_event(ctx, "resource.registered", resource)),
    )


async def read_resource(ctx: Context, request: ReadResource) -> Answer[RegisteredResource]:
    """Return the description of one resource.  Spec: FedAuthz 3.2.2."""
    resource = await _one(ctx, request.pat, request.resource_id)
    return Answer(
        RegisteredResource(
            resource_id=resource.resource_id,
            description=describe(resource),
            user_access_policy_uri=policy_uri(ctx, resource),
        )
    )


async def update_resource(ctx: Context, request: UpdateResource) -> Answer[Registered]:
    """Replace the whole description.  Spec: FedAuthz 3.2.3."""
    resource = await _one(ctx, request.pat, request.resource_id)
    _check(request.description)
    changed = _described(resource, request.description)
    return Answer(
        _registered(ctx, resource),
        Replace(record=changed),
        Add(record=_event(ctx, "resource.updated", resource)),
    )


async def delete_resource(ctx: Context, request: DeleteResource) -> Answer[Deleted]:
    """End the protection; what was shared of it ends in the same commit.  Spec: FedAuthz 3.2.4."""
    resource = await _one(ctx, request.pat, request.resource_id)
    grants = await _grants_on(ctx, resource)
    return Answer(
        Deleted(),
        Remove(record=resource),
        *grants,
        Add(record=_event(ctx, "resource.deleted", resource)),
    )


async def list_resources(ctx: Context, request: ListResources) -> Answer[Sequence[str]]:
    """Return the ids of everything this owner has at this resource server.  Spec: FedAuthz 3.2.5."""
    pat = (await protection(ctx, request.pat, ())).token
    found: list[str] = []
    page = Page(limit=IDS_AT_ONCE)
    while ids := await ctx.store.resource_ids(owner_of(pat), pat.client_id, page):
        found.extend(ids[: page.limit])
        if len(ids) <= page.limit:
            break
        page = Page(limit=IDS_AT_ONCE, after=found[-1])
    return Answer(tuple(found))


def describe(resource: Resource) -> ResourceDescription:
    """Return a resource as its resource server described it."""
    extras: dict[str, object] = json.loads(resource.extra)
    return ResourceDescription(
        resource_scopes=resource.resource_scopes,
        name=resource.name,
        description=resource.description,
        icon_uri=resource.icon_uri,
        type=resource.type,
        extras=extras,
    )


def policy_uri(ctx: Context, resource: Resource) -> str:
    """Return the page where the owner shares this resource.  Spec: FedAuthz 3.2."""
    return f"{ctx.issuer}/console/resources/{resource.resource_id}"


async def _one(ctx: Context, pat: str | None, resource_id: str) -> Resource:
    found = await protection(ctx, pat, (resource_id,))
    if not found.resources:
        raise NotFound("no such resource under this protection token")
    return found.resources[0]


async def _grants_on(ctx: Context, resource: Resource) -> list[Change]:
    removed: list[Change] = []
    page = Page(limit=IDS_AT_ONCE)
    wanted = GrantFilter(resource_id=resource.resource_id)
    while grants := await ctx.store.grants(resource.owner_id, wanted, page):
        removed.extend(Remove(record=grant) for grant in grants[: page.limit])
        if len(grants) <= page.limit:
            break
        page = Page(limit=IDS_AT_ONCE, after=cursor(grants[page.limit - 1]))
    return removed


def _check(described: ResourceDescription) -> None:
    """Refuse what cannot be stored or shown.  Spec: FedAuthz 3.1."""
    if len(described.resource_scopes) > MAX_SCOPES:
        raise InvalidRequest(f"resource_scopes has more than {MAX_SCOPES} entries")
    if not all(0 < len(scope) <= 256 and scope.isprintable() for scope in described.resource_scopes):
        raise InvalidRequest("a scope has to be printable text of at most 256 characters")
    texts = (described.name, described.description, described.type, described.icon_uri)
    if any(text is not None and len(text) > MAX_TEXT for text in texts):
        raise InvalidRequest(f"a text of the description is longer than {MAX_TEXT} characters")
    if described.icon_uri is not None and not described.icon_uri.lower().startswith(("https://", "http://")):
        raise InvalidRequest("icon_uri has to be an http or https address")
    if len(json.dumps(dict(described.extras))) > MAX_EXTRA:
        raise InvalidRequest("the further members of the description are too large")


def _described(resource: Resource, described: ResourceDescription) -> Resource:
    return replace(
        resource,
        resource_scopes=tuple(dict.fromkeys(described.resource_scopes)),
        name=described.name,
        description=described.description,
        type=described.type,
        icon_uri=described.icon_uri,
        extra=json.dumps(dict(described.extras), sort_keys=True),
    )


def _registered(ctx: Context, resource: Resource) -> Registered:
    return Registered(resource_id=resource.resource_id, user_access_policy_uri=policy_uri(ctx, resource))


def _event(ctx: Context, kind: str, resource: Resource) -> Event:
    return event(
        ctx,
        kind,
        owner_id=resource.owner_id,
        client_id=resource.resource_server,
        resource_server=resource.resource_server,
        resource_id=resource.resource_id,
    )
