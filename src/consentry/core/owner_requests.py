"""Who is asking: the owner's inbox, and the owner's word.

Allowing adds grants and marks the request in one commit; the client's next poll finds them.

Spec: Grant 3.3.6 (request_submitted).
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Literal

from consentry.core.ask_me import asks_each_time
from consentry.core.changes import Add, Change, Replace
from consentry.core.context import Answer, Context
from consentry.core.errors import Conflict, InvalidRequest, NotFound
from consentry.core.events import event
from consentry.core.me import Who, me
from consentry.core.model import (
    AccessRequest,
    Claim,
    Event,
    Grant,
    Grantee,
    RequestStatus,
    Resource,
    TicketPermission,
)
from consentry.core.owner_grants import grant_event
from consentry.core.ports import Page
from consentry.core.sharing import Listed, listed, names, resource_name
from consentry.core.terms import WrongEnd
from consentry.uma.value import value


@value
class AskedFor:
    """One thing that somebody asks for."""

    resource: Resource
    name: str
    scopes: tuple[str, ...]


@value
class Asking:
    """A request with the names that people know.  ``verified_by`` is the issuer that vouches for the requester."""

    request: AccessRequest
    person: str
    username: str | None
    verified_by: str
    app: str
    things: tuple[AskedFor, ...]


@value
class ListRequests:
    who: Who
    status: RequestStatus | None = "open"
    page: Page = Page()


@value
class ReadRequest:
    who: Who
    request_id: str


@value
class Approve:
    """Allow it, or less of it: ``scopes`` None means all that was asked for.  ``expires_at`` is in epoch seconds."""

    who: Who
    request_id: str
    scopes: tuple[str, ...] | None = None
    expires_at: int | None = None


@value
class Refuse:
    """Say no, now or (``block``) to everything this requester may ask through this client."""

    who: Who
    request_id: str
    block: bool = False


async def list_requests(ctx: Context, request: ListRequests) -> Answer[Listed[Asking]]:
    """List who asks me, newest first."""
    owner_id = await me(ctx, request.who)
    found = await ctx.store.access_requests(owner_id, request.status, request.page)
    page = listed(found, found, request.page)
    current = [each for each in page.items if each.status != "open" or each.expires_at > ctx.now]
    return Answer(Listed(items=tuple(await _shown(ctx, owner_id, current)), next=page.next))


async def read_request(ctx: Context, request: ReadRequest) -> Answer[Asking]:
    """Return one request to me."""
    owner_id = await me(ctx, request.who)
    rows = await _shown(ctx, owner_id, [await _mine(ctx, owner_id, request.request_id)])
    return Answer(rows[0])


async def approve(ctx: Context, request: Approve) -> Answer[Asking]:
    """Allow what is asked, or part of it."""
    owner_id = await me(ctx, request.who)
    asked = _undecided(ctx, await _mine(ctx, owner_id, request.request_id))
    if request.expires_at is not None and request.expires_at <= ctx.now:
        raise WrongEnd("the end has to lie in the future")
    allowed = await _allowed(ctx, asked, request.scopes)
    once = await asks_each_time(ctx, asked)
    grants = [grant for permission in allowed for grant in _grants(ctx, asked, permission, once, request.expires_at)]
    status: RequestStatus = "approved" if allowed == asked.permissions else "narrowed"
    decided = replace(asked, status=status, decided_at=ctx.now)
    changes: list[Change] = [Replace(record=decided)]
    for grant in grants:
        changes += [Add(record=grant), Add(record=grant_event(ctx, "grant.added", grant))]
    changes.append(Add(record=_event(ctx, f"request.{status}", decided)))
    rows = await _shown(ctx, owner_id, [replace(decided, version=asked.version + 1)])
    return Answer(rows[0], *changes)


async def refuse(ctx: Context, request: Refuse) -> Answer[Asking]:
    """Say no; the requester hears ``request_denied``."""
    owner_id = await me(ctx, request.who)
    asked = _undecided(ctx, await _mine(ctx, owner_id, request.request_id))
    status: Literal["blocked", "denied"] = "blocked" if request.block else "denied"
    end = ctx.now + ctx.realm.settings.lifetimes.request
    decided = replace(asked, status=status, decided_at=ctx.now, expires_at=end)
    rows = await _shown(ctx, owner_id, [replace(decided, version=asked.version + 1)])
    return Answer(rows[0], Replace(record=decided), Add(record=_event(ctx, f"request.{status}", decided)))


async def _mine(ctx: Context, owner_id: str, request_id: str) -> AccessRequest:
    found = await ctx.store.access_request(owner_id, request_id)
    if found is None:
        raise NotFound("no such request")
    return found


def _undecided(ctx: Context, asked: AccessRequest) -> AccessRequest:
    if asked.status != "open":
        raise Conflict("it has been decided or withdrawn already")
    if asked.expires_at <= ctx.now:
        raise NotFound("no such request")
    return asked


async def _allowed(ctx: Context, asked: AccessRequest, scopes: Sequence[str] | None) -> tuple[TicketPermission, ...]:
    """Return what of the request is allowed: chosen by the owner, still existing."""
    if scopes is not None and not set(scopes) <= {each for wanted in asked.permissions for each in wanted.scopes}:
        raise InvalidRequest("only what was asked for can be allowed")
    existing = await ctx.store.owner_resources_by_id(
        asked.owner_id, [permission.resource_id for permission in asked.permissions]
    )
    available = {resource.resource_id: set(resource.resource_scopes) for resource in existing}
    allowed = []
    for permission in asked.permissions:
        here = available.get(permission.resource_id, set())
        kept = tuple(each for each in permission.scopes if each in here and (scopes is None or each in scopes))
        if kept or (not permission.scopes and permission.resource_id in available):
            allowed.append(TicketPermission(resource_id=permission.resource_id, scopes=kept))
    if not allowed:
        raise InvalidRequest("nothing of what was asked for is left to allow")
    return tuple(allowed)


def _grants(
    ctx: Context,
    asked: AccessRequest,
    permission: TicketPermission,
    once: Collection[tuple[str, str | None]],
    expires_at: int | None,
) -> list[Grant]:
    """Return the grants for one thing: what the owner is asked about each time is allowed once."""
    wanted: tuple[str | None, ...] = permission.scopes or (None,)
    counted = [scope for scope in wanted if (permission.resource_id, scope) in once]
    free = [scope for scope in wanted if scope not in counted]
    parts = ((counted, 1), (free, None))
    return [
        _grant(ctx, asked, permission.resource_id, tuple(filter(None, scopes)), expires_at, max_uses=max_uses)
        for scopes, max_uses in parts
        if scopes
    ]


def _grant(
    ctx: Context,
    asked: AccessRequest,
    resource_id: str,
    scopes: tuple[str, ...],
    expires_at: int | None,
    *,
    max_uses: int | None,
) -> Grant:
    """Return a grant to exactly the requester, through exactly the client that asked."""
    requester = asked.requester
    if requester.account_id is not None:
        grantee = Grantee(kind="account", id=requester.account_id)
    else:
        subject = Claim(issuer=requester.issuer, name="sub", value=requester.subject)
        grantee = Grantee(kind="claims", claims=(subject,))
    return Grant(
        grant_id=ctx.new_id(),
        owner_id=asked.owner_id,
        target_kind="resource",
        target_id=resource_id,
        grantee=grantee,
        scopes=scopes,
        expires_at=expires_at,
        max_uses=max_uses,
        client_ids=(asked.client_id,),
        created_at=ctx.now,
        created_by=asked.owner_id,
    )


async def _shown(ctx: Context, owner_id: str, found: Sequence[AccessRequest]) -> list[Asking]:
    known = await names(
        ctx,
        owner_id,
        accounts=[each.requester.account_id for each in found],
        clients=[each.client_id for each in found],
        resources=[permission.resource_id for each in found for permission in each.permissions],
    )
    return [
        Asking(
            request=each,
            person=known.person(each.requester.account_id) or _said_name(each),
            username=known.username(each.requester.account_id),
            verified_by=each.requester.issuer,
            app=known.app(each.client_id) or each.client_id,
            things=tuple(
                AskedFor(resource=resource, name=resource_name(resource), scopes=permission.scopes)
                for permission in each.permissions
                if (resource := known.resources.get(permission.resource_id))
            ),
        )
        for each in found
    ]


def _said_name(asked: AccessRequest) -> str:
    """Return a name for somebody of another issuer: what that issuer calls them."""
    said = {claim.name: claim.value for claim in asked.requester.claims}
    return said.get("name") or asked.requester.email or asked.requester.subject


def _event(ctx: Context, kind: str, asked: AccessRequest) -> Event:
    return event(
        ctx,
        kind,
        owner_id=asked.owner_id,
        actor=asked.owner_id,
        client_id=asked.client_id,
        resource_server=asked.resource_server,
        resource_id=asked.permissions[0].resource_id if len(asked.permissions) == 1 else None,
        about=asked.request_id,
        detail={"requester": asked.requester.account_id or asked.requester.subject},
    )
