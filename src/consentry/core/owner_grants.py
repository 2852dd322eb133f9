"""What the owner shares: seeing it, sharing, changing, stopping.  A grant is the only kind of policy there is.

Spec: Grant 1.3 (the owner's policy), 6.1 (withdrawal).
"""

from dataclasses import replace

from consentry.core.changes import Add, Remove, Replace
from consentry.core.context import Answer, Context
from consentry.core.errors import Conflict, NotFound
from consentry.core.events import event
from consentry.core.grantee import NamedGrantee, NoSuchGrantee, resolve
from consentry.core.me import Who, me
from consentry.core.model import Event, Grant, GrantStatus, TargetKind
from consentry.core.ports import GrantFilter, Page
from consentry.core.sharing import Listed, Names, listed, names, status_of
from consentry.core.terms import Terms, check_target, check_terms
from consentry.uma.value import value


@value
class MyGrant:
    """One grant with the names that people know; ``person`` and ``app`` are those of the grantee.

    ``person`` is the name of a circle or an organisation where it is shared with one.
    ``passed_on_by``: who made it of what I shared with them.
    """

    grant: Grant
    status: GrantStatus
    person: str | None = None
    username: str | None = None
    app: str | None = None
    thing: str | None = None
    apps: tuple[str, ...] = ()
    passed_on_by: str | None = None


@value
class ListMyGrants:
    who: Who
    resource_id: str | None = None
    grantee: NamedGrantee | None = None
    status: GrantStatus | None = None
    page: Page = Page()


@value
class ReadMyGrant:
    who: Who
    grant_id: str


@value
class Share:
    """Share one thing, everything with a label, or everything of a type."""

    who: Who
    target_kind: TargetKind
    target_id: str
    grantee: NamedGrantee
    terms: Terms


@value
class ChangeShare:
    """New terms for a grant, or a pause.  ``version``: only if it is still this one."""

    who: Who
    grant_id: str
    terms: Terms | None = None
    paused: bool | None = None
    version: int | None = None


@value
class StopSharing:
    who: Who
    grant_id: str
    version: int | None = None


@value
class Stopped:
    """What ended; enough to offer to share it again."""

    grant: MyGrant


async def list_my_grants(ctx: Context, request: ListMyGrants) -> Answer[Listed[MyGrant]]:
    """List what I share, newest first."""
    owner_id = await me(ctx, request.who)
    grantee = await resolve(ctx, request.grantee, owner_id) if request.grantee else None
    wanted = GrantFilter(
        resource_id=request.resource_id,
        grantee_id=grantee.id if grantee else None,
        status=request.status,
        now=ctx.now,
    )
    grants = await ctx.store.grants(owner_id, wanted, request.page)
    rows = await shown(ctx, owner_id, *grants)
    return Answer(listed(rows, grants, request.page))


async def read_my_grant(ctx: Context, request: ReadMyGrant) -> Answer[MyGrant]:
    """Return one grant of mine."""
    owner_id = await me(ctx, request.who)
    rows = await shown(ctx, owner_id, await _mine(ctx, owner_id, request.grant_id, None))
    return Answer(rows[0])


async def share(ctx: Context, request: Share) -> Answer[MyGrant]:
    """Let somebody use something of mine."""
    owner_id = await me(ctx, request.who)
    grantee = await resolve(ctx, request.grantee, owner_id)
    if grantee.kind == "account" and grantee.id == owner_id:
        raise NoSuchGrantee("it is yours already")
    await check_target(ctx, owner_id, request.target_kind, request.target_id, request.terms)
    await check_terms(ctx, request.terms)
    terms = request.terms
    grant = Grant(
        grant_id=ctx.new_id(),
        owner_id=owner_id,
        target_kind=request.target_kind,
        target_id=request.target_id,
        grantee=grantee,
        scopes=tuple(dict.fromkeys(terms.scopes)),
        not_before=terms.not_before,
        expires_at=terms.expires_at,
        purpose=terms.purpose,
        client_ids=terms.client_ids,
        note=terms.note,
        max_uses=terms.max_uses,
        ask_me=terms.ask_me,
        reshare=terms.reshare,
        created_at=ctx.now,
        created_by=owner_id,
    )
    rows = await shown(ctx, owner_id, grant)
    return Answer(rows[0], Add(record=grant), Add(record=grant_event(ctx, "grant.added", grant)))


async def change_share(ctx: Context, request: ChangeShare) -> Answer[MyGrant]:
    """Change the terms of a grant, or pause or resume it."""
    owner_id = await me(ctx, request.who)
    grant = await _mine(ctx, owner_id, request.grant_id, request.version)
    changed = grant
    if request.terms is not None:
        await check_target(ctx, owner_id, grant.target_kind, grant.target_id, request.terms)
        await check_terms(ctx, request.terms)
        changed = replace(
            changed,
            scopes=tuple(dict.fromkeys(request.terms.scopes)),
            not_before=request.terms.not_before,
            expires_at=request.terms.expires_at,
            purpose=request.terms.purpose,
            client_ids=request.terms.client_ids,
            note=request.terms.note,
            max_uses=request.terms.max_uses,
            ask_me=request.terms.ask_me,
            reshare=request.terms.reshare,
        )
    if request.paused is not None:
        changed = replace(changed, paused_at=(grant.paused_at or ctx.now) if request.paused else None)
    rows = await shown(ctx, owner_id, replace(changed, version=grant.version + 1))
    return Answer(rows[0], Replace(record=changed), Add(record=grant_event(ctx, "grant.changed", changed)))


async def stop_sharing(ctx: Context, request: StopSharing) -> Answer[Stopped]:
    """End a grant, and whatever was passed on from it; every token that lived on it loses it with this commit.

    Spec: Grant 6.1.
    """
    owner_id = await me(ctx, request.who)
    gone = await ctx.store.grant_and_below(owner_id, request.grant_id)
    grant = _as_read(gone[0] if gone else None, request.version)
    rows = await shown(ctx, owner_id, grant)
    removed = Add(record=grant_event(ctx, "grant.removed", grant))
    return Answer(Stopped(grant=rows[0]), *(Remove(record=each) for each in gone), removed)


async def shown(ctx: Context, owner_id: str, *grants: Grant) -> list[MyGrant]:
    """Return grants with their names."""
    known = await names(
        ctx,
        owner_id,
        accounts=[each for grant in grants for each in (_account_grantee(grant), _passed_on_by(grant))],
        clients=[each for grant in grants for each in (*grant.client_ids, _client_grantee(grant))],
        resources=[grant.target_id for grant in grants if grant.target_kind == "resource"],
        circles=[grant.grantee.id for grant in grants if grant.grantee.kind == "circle"],
    )
    return [_row(grant, known, ctx.now) for grant in grants]


def grant_event(ctx: Context, kind: str, grant: Grant) -> Event:
    """Return the audit record of what became of a grant."""
    return event(
        ctx,
        kind,
        owner_id=grant.owner_id,
        actor=grant.owner_id,
        resource_id=grant.target_id if grant.target_kind == "resource" else None,
        about=grant.grant_id,
        detail={
            "grantee": {"kind": grant.grantee.kind, "id": grant.grantee.id},
            "target": [grant.target_kind, grant.target_id],
            "scopes": list(grant.scopes),
            "expires_at": grant.expires_at,
        },
    )


def _row(grant: Grant, known: Names, now: int) -> MyGrant:
    return MyGrant(
        grant=grant,
        status=status_of(grant, now),
        person=_named(grant, known),
        username=known.username(_account_grantee(grant)),
        app=known.app(_client_grantee(grant)),
        thing=known.thing(grant.target_id) if grant.target_kind == "resource" else None,
        apps=tuple(known.app(client_id) or client_id for client_id in grant.client_ids),
        passed_on_by=known.person(_passed_on_by(grant)),
    )


def _account_grantee(grant: Grant) -> str | None:
    return grant.grantee.id if grant.grantee.kind in ("account", "organisation") else None


def _named(grant: Grant, known: Names) -> str | None:
    return known.circle(grant.grantee.id) if grant.grantee.kind == "circle" else known.person(_account_grantee(grant))


def _passed_on_by(grant: Grant) -> str | None:
    return grant.created_by if grant.parent is not None and grant.created_by != grant.owner_id else None


def _client_grantee(grant: Grant) -> str | None:
    return grant.grantee.id if grant.grantee.kind == "client" else None


async def _mine(ctx: Context, owner_id: str, grant_id: str, version: int | None) -> Grant:
    return _as_read(await ctx.store.grant(owner_id, grant_id), version)


def _as_read(grant: Grant | None, version: int | None) -> Grant:
    if grant is None:
        raise NotFound("no such grant")
    if version not in (None, grant.version):
        raise Conflict("it has changed since it was read")
    return grant
