"""The resource registration endpoint: what a resource server protects for an owner.

Every look-up goes by (owner, resource server, id), so that foreign looks like unknown.

Spec: FedAuthz 3, 3.1, 3.2.
"""

import json
from collections.abc import Sequence
from dataclasses import replace

from consentry.core.bearer import owner_of, protection
from consentry.core.changes import Add, Remove, Replace
from consentry.core.context import Answer, Context
from consentry.core.errors import Conflict, InvalidRequest, NotFound
from consentry.core.events import event
from consentry.core.hierarchy import parts_left, placed
from consentry.core.model import AccessToken, Event, Resource
from consentry.core.ports import Page
from consentry.core.repeating import Repeatable, earlier, keep_answer
from consentry.core.shrinking import grants_on, shrunk_grants
from consentry.uma.value import value
from consentry.uma.wire import Registered, RegisteredResource, ResourceDescription

MAX_SCOPES = 100
MAX_TEXT = 2_000
MAX_EXTRA = 16_384
IDS_AT_ONCE = 1_000


@value
class RegisterResource:
    """Spec: FedAuthz 3.2.1.  ``repeatable`` if the call carries an idempotency key."""

    pat: str | None
    description: ResourceDescription
    repeatable: Repeatable | None = None


@value
class ReadResource:
    """Spec: FedAuthz 3.2.2."""

    pat: str | None
    resource_id: str


@value
class UpdateResource:
    """Spec: FedAuthz 3.2.3.  ``version``: only if it is still this one."""

    pat: str | None
    resource_id: str
    description: ResourceDescription
    version: int | None = None


@value
class DeleteResource:
    """Spec: FedAuthz 3.2.4.  ``version``: only if it is still this one."""

    pat: str | None
    resource_id: str
    version: int | None = None


@value
class ListResources:
    """Spec: FedAuthz 3.2.5."""

    pat: str | None


@value
class StoredResource(Registered):
    """A registration and the version it is in."""

    version: int = 1


@value
class ShownResource(RegisteredResource):
    """A description and the version it is in."""

    version: int = 1


@value
class Deleted:
    """Nothing is left to say."""


async def register(ctx: Context, request: RegisterResource) -> Answer[StoredResource]:
    """Begin to protect a resource; its id is ours.  Spec: FedAuthz 3.2.1."""
    pat = (await protection(ctx, request.pat, ())).token
    check_description(request.description)
    known = await earlier(ctx, owner_of(pat), pat.client_id, request.repeatable)
    if known.ids is not None:
        return Answer(registered(ctx, known.ids[0]))
    resource = new_resource(ctx, pat, request.description)
    return Answer(
        registered(ctx, resource.resource_id),
        *known.lapsed,
        Add(record=resource),
        *await placed(ctx, resource, new=True),
        *keep_answer(ctx, owner_of(pat), pat.client_id, request.repeatable, (resource.resource_id,)),
        Add(record=registration_event(ctx, "resource.registered", resource)),
    )


async def read_resource(ctx: Context, request: ReadResource) -> Answer[ShownResource]:
    """Return the description of one resource.  Spec: FedAuthz 3.2.2."""
    resource = await _one(ctx, request.pat, request.resource_id)
    return Answer(
        ShownResource(
            resource_id=resource.resource_id,
            description=describe(resource),
            user_access_policy_uri=policy_uri(ctx, resource.resource_id),
            version=resource.version,
        )
    )


async def update_resource(ctx: Context, request: UpdateResource) -> Answer[StoredResource]:
    """Replace the whole description; scopes that are gone are gone from what is shared.  Spec: FedAuthz 3.2.3."""
    resource = await _one(ctx, request.pat, request.resource_id, request.version)
    check_description(request.description)
    changed = _described(resource, request.description)
    moved = await placed(ctx, changed, new=False) if changed.parent != resource.parent else ()
    return Answer(
        registered(ctx, resource.resource_id, resource.version + 1),
        Replace(record=changed),
        *moved,
        *await shrunk_grants(ctx, resource, changed),
        Add(record=registration_event(ctx, "resource.updated", resource)),
    )


async def delete_resource(ctx: Context, request: DeleteResource) -> Answer[Deleted]:
    """End the protection; what was shared of it ends in the same commit.  Spec: FedAuthz 3.2.4.

    Its parts stay protected, as parts of nothing, and no longer have what was shared of the whole.
    """
    resource = await _one(ctx, request.pat, request.resource_id, request.version)
    return Answer(
        Deleted(),
        Remove(record=resource),
        *[Remove(record=grant) async for grant in grants_on(ctx, resource)],
        *await parts_left(ctx, resource),
        Add(record=registration_event(ctx, "resource.deleted", resource)),
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
        parent=resource.parent,
        extras=extras,
    )


def policy_uri(ctx: Context, resource_id: str) -> str:
    """Return the page where the owner shares this resource.  Spec: FedAuthz 3.2."""
    return f"{ctx.issuer}/console/resources/{resource_id}"


def new_resource(ctx: Context, pat: AccessToken, described: ResourceDescription) -> Resource:
    """Return what a description registers."""
    resource = Resource(
        resource_id=ctx.new_id(),
        owner_id=owner_of(pat),
        resource_server=pat.client_id,
        resource_scopes=(),
        created_at=ctx.now,
    )
    return _described(resource, described)


async def _one(ctx: Context, pat: str | None, resource_id: str, version: int | None = None) -> Resource:
    found = await protection(ctx, pat, (resource_id,))
    if not found.resources:
        raise NotFound("no such resource under this protection token")
    if version not in (None, found.resources[0].version):
        raise Conflict("it has changed since it was read")
    return found.resources[0]


def check_description(described: ResourceDescription) -> None:
    """Refuse what cannot be stored or shown.  Spec: FedAuthz 3.1."""
    if len(described.resource_scopes) > MAX_SCOPES:
        raise InvalidRequest(f"resource_scopes has more than {MAX_SCOPES} entries")
    if not all(0 < len(scope) <= 256 and scope.isprintable() for scope in described.resource_scopes):
        raise InvalidRequest("a scope has to be printable text of at most 256 characters")
    texts = (described.name, described.description, described.type, described.icon_uri, described.parent)
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
        parent=described.parent,
        extra=json.dumps(dict(described.extras), sort_keys=True),
    )


def registered(ctx: Context, resource_id: str, version: int = 1) -> StoredResource:
    """Return the answer to a registration or an update."""
    return StoredResource(resource_id=resource_id, user_access_policy_uri=policy_uri(ctx, resource_id), version=version)


def registration_event(ctx: Context, kind: str, resource: Resource) -> Event:
    """Return the audit record of what a resource server did with a resource."""
    return event(
        ctx,
        kind,
        owner_id=resource.owner_id,
        client_id=resource.resource_server,
        resource_server=resource.resource_server,
        resource_id=resource.resource_id,
    )
