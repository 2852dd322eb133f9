"""Passing on what somebody shared with me, as far as she allows it; seeing and stopping what I passed on.

What I make is a grant of hers with mine as its parent.  How far it reaches is looked at anew in every decision, so what
ends above ends below; what is checked here is only that nobody is promised more than I have.

Spec: Grant 3.3.4 (operative policy conditions).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from consentry.core.changes import Add, Remove, Replace
from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidRequest, NotFound
from consentry.core.events import event
from consentry.core.grantee import NamedGrantee, NoSuchGrantee, resolve
from consentry.core.me import Who, me
from consentry.core.model import Event, Grant, Grantee
from consentry.core.owner_grants import MyGrant
from consentry.core.reshare import effective
from consentry.core.sharing import names, resource_name, status_of
from consentry.core.terms import Terms, WrongEnd, check_terms
from consentry.uma.value import value

NOT_FURTHER = "this may not be passed on"


@value
class PassOn:
    """Share on what a grant to me gives; ``terms`` within its terms."""

    who: Who
    grant_id: str
    grantee: NamedGrantee
    terms: Terms


@value
class ListPassedOn:
    who: Who
    grant_id: str


@value
class StopPassedOn:
    """``grant_id`` is the grant that I made of one to me."""

    who: Who
    grant_id: str


async def pass_on(ctx: Context, request: PassOn) -> Answer[MyGrant]:
    """Share on what somebody shares with me."""
    account_id = await me(ctx, request.who)
    mine = await _received(ctx, account_id, request.grant_id)
    chain = {each.grant_id: each for each in await ctx.store.grant_chain(mine.owner_id, mine.grant_id)}
    held = _held(ctx, mine, chain)
    grantee = await _somebody_else(ctx, mine, account_id, request.grantee)
    await check_terms(ctx, request.terms)
    terms = within(request.terms, held, levels=mine.reshare)
    passed = Grant(
        grant_id=ctx.new_id(),
        owner_id=mine.owner_id,
        target_kind=mine.target_kind,
        target_id=mine.target_id,
        grantee=grantee,
        scopes=terms.scopes,
        not_before=terms.not_before,
        expires_at=terms.expires_at,
        purpose=terms.purpose,
        client_ids=terms.client_ids,
        max_uses=terms.max_uses,
        ask_me=terms.ask_me,
        reshare=terms.reshare,
        note=terms.note,
        parent=mine.grant_id,
        created_at=ctx.now,
        created_by=account_id,
    )
    if effective(passed, chain) is None:
        raise InvalidRequest(NOT_FURTHER)
    (row,) = await _shown(ctx, [passed])
    # The grant above in its version as read: it cannot be stopped at this moment and leave this one behind.
    return Answer(row, Add(record=passed), Replace(record=mine), Add(record=_event(ctx, "grant.passed_on", passed)))


async def list_passed_on(ctx: Context, request: ListPassedOn) -> Answer[tuple[MyGrant, ...]]:
    """List what I have passed on of one grant to me, newest first."""
    account_id = await me(ctx, request.who)
    mine = await _received(ctx, account_id, request.grant_id)
    found = [
        each for each in await ctx.store.grants_below(mine.owner_id, mine.grant_id) if each.parent == mine.grant_id
    ]
    found.sort(key=lambda each: (each.created_at, each.grant_id), reverse=True)
    return Answer(tuple(await _shown(ctx, found)))


async def stop_passed_on(ctx: Context, request: StopPassedOn) -> Answer[None]:
    """Stop what I have passed on, with whatever was passed on from it."""
    account_id = await me(ctx, request.who)
    passed = await ctx.store.passed_on_grant(account_id, request.grant_id)
    if passed is None or passed.parent is None or passed.owner_id == account_id:
        raise NotFound("no such grant")
    gone = (passed, *await ctx.store.grants_below(passed.owner_id, passed.grant_id))
    taken_back = _event(ctx, "grant.taken_back", passed)
    return Answer(None, *(Remove(record=each) for each in gone), Add(record=taken_back))


def within(terms: Terms, held: Grant, *, levels: int) -> Terms:
    """Return terms as tight as what I hold; refuse those that promise more.  ``levels``: how far I may pass it on."""
    if not set(terms.scopes) <= set(held.scopes):
        raise InvalidRequest("only scopes that are shared with you can be passed on")
    if held.expires_at is not None and terms.expires_at is not None and terms.expires_at > held.expires_at:
        raise WrongEnd("what is passed on cannot last longer than what is shared with you")
    if terms.reshare > levels - 1:
        raise InvalidRequest(NOT_FURTHER)
    if held.client_ids and not set(terms.client_ids) <= set(held.client_ids):
        raise InvalidRequest("only through the apps that are allowed to you")
    return replace(
        terms,
        scopes=tuple(dict.fromkeys(terms.scopes)),
        expires_at=held.expires_at if terms.expires_at is None else terms.expires_at,
        client_ids=terms.client_ids or held.client_ids,
        purpose=terms.purpose or held.purpose,
    )


async def _received(ctx: Context, account_id: str, grant_id: str) -> Grant:
    found = await ctx.store.received_grant(account_id, grant_id)
    if found is None or found.owner_id == account_id:
        raise NotFound("no such grant")
    return found


def _held(ctx: Context, mine: Grant, chain: Mapping[str, Grant]) -> Grant:
    """Return what I hold by a grant to me, now.  Raises `InvalidRequest` if it may not be passed on."""
    held = effective(mine, chain)
    if held is None or not held.allow or mine.reshare < 1:
        raise InvalidRequest(NOT_FURTHER)
    if status_of(held, ctx.now) in ("ended", "paused"):
        raise InvalidRequest("this is not shared with you any more")
    return held


async def _somebody_else(ctx: Context, mine: Grant, account_id: str, named: NamedGrantee) -> Grantee:
    grantee = await resolve(ctx, named)
    if grantee.kind not in ("account", "email"):
        raise NoSuchGrantee("things are passed on to people: by user name or e-mail address")
    if grantee.kind == "email":
        account = await ctx.store.account_by_email(grantee.id)
        known = account.account_id if account else None
    else:
        known = grantee.id
    if known in (mine.owner_id, account_id):
        raise NoSuchGrantee("it is theirs already")
    return grantee


async def _shown(ctx: Context, grants: Sequence[Grant]) -> list[MyGrant]:
    """Return grants as whoever made them may see them: without the owner's labels."""
    known = await names(
        ctx,
        grants[0].owner_id if grants else "",
        accounts=[each.grantee.id for each in grants if each.grantee.kind == "account"],
        clients=[client_id for each in grants for client_id in each.client_ids],
        resources=[each.target_id for each in grants if each.target_kind == "resource"],
    )
    return [
        MyGrant(
            grant=each,
            status=status_of(each, ctx.now),
            person=known.person(each.grantee.id),
            username=known.username(each.grantee.id),
            thing=resource_name(thing) if (thing := known.resources.get(each.target_id)) else None,
            apps=tuple(known.app(client_id) or client_id for client_id in each.client_ids),
        )
        for each in grants
    ]


def _event(ctx: Context, kind: str, grant: Grant) -> Event:
    return event(
        ctx,
        kind,
        owner_id=grant.owner_id,
        actor=grant.created_by,
        resource_id=grant.target_id if grant.target_kind == "resource" else None,
        about=grant.grant_id,
        detail={"grantee": {"kind": grant.grantee.kind, "id": grant.grantee.id}, "scopes": list(grant.scopes)},
    )
