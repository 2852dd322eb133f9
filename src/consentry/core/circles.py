"""Circles: people whom an owner shares with as one.

Whoever is in a circle has what is shared with it, from the moment they are in it to the moment they are not: nothing
is copied, so nothing can be forgotten.  Whatever happens to its members raises a circle's version.

Spec: Grant 1.3 (the owner's policy), 6.1 (withdrawal).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from consentry.core.changes import Add, Remove, Replace
from consentry.core.context import Answer, Context
from consentry.core.errors import Conflict, InvalidRequest, NotFound
from consentry.core.events import event
from consentry.core.grantee import NamedGrantee, NoSuchGrantee, resolve
from consentry.core.me import Who, me
from consentry.core.model import Circle, CircleMember, Event, Grant
from consentry.core.nothing import Nothing
from consentry.core.owner_grants import MyGrant, grant_event, shown
from consentry.core.ports import GrantFilter, Page, cursor
from consentry.core.sharing import Listed, Names, names
from consentry.uma.value import value

MOST_CIRCLES = 100
MOST_MEMBERS = 500
LONGEST_NAME = 100
GRANTS_AT_ONCE = 500


class CircleNameTaken(InvalidRequest):
    """Two circles with one name could not be told apart."""


@value
class MyMember:
    """Somebody in a circle; ``person`` and ``username`` for an account of this realm that is still there."""

    member: CircleMember
    person: str | None = None
    username: str | None = None


@value
class MyCircle:
    """A circle with everybody who is in it."""

    circle: Circle
    members: tuple[MyMember, ...]


@value
class SeenCircle:
    """A circle, and what everybody in it has."""

    mine: MyCircle
    grants: tuple[MyGrant, ...]


@value
class ListCircles:
    who: Who
    page: Page = Page()


@value
class ReadCircle:
    who: Who
    circle_id: str


@value
class MakeCircle:
    who: Who
    name: str


@value
class RenameCircle:
    """``version``: only if it is still this one; so everywhere here."""

    who: Who
    circle_id: str
    name: str
    version: int | None = None


@value
class RemoveCircle:
    who: Who
    circle_id: str
    version: int | None = None


@value
class AddMember:
    """``somebody`` is a user name or an e-mail address."""

    who: Who
    circle_id: str
    somebody: NamedGrantee
    version: int | None = None


@value
class RemoveMember:
    """``member_id`` is an account id or an e-mail address."""

    who: Who
    circle_id: str
    member_id: str
    version: int | None = None


async def list_circles(ctx: Context, request: ListCircles) -> Answer[Listed[MyCircle]]:
    """List my circles with their members."""
    owner_id = await me(ctx, request.who)
    circles = await ctx.store.circles(owner_id, request.page)
    page = circles[: request.page.limit]
    rows = await _with_members(ctx, owner_id, page)
    return Answer(Listed(items=tuple(rows), next=page[-1].circle_id if len(circles) > len(page) else None))


async def read_circle(ctx: Context, request: ReadCircle) -> Answer[MyCircle]:
    """Return one circle of mine."""
    owner_id = await me(ctx, request.who)
    return Answer(await _shown(ctx, await _mine(ctx, owner_id, request.circle_id, None)))


async def see_circle(ctx: Context, request: ReadCircle) -> Answer[SeenCircle]:
    """Return one circle of mine, and what everybody in it has."""
    owner_id = await me(ctx, request.who)
    circle = await _mine(ctx, owner_id, request.circle_id, None)
    grants = await grants_to(ctx, circle)
    return Answer(SeenCircle(mine=await _shown(ctx, circle), grants=tuple(await shown(ctx, owner_id, *grants))))


async def make_circle(ctx: Context, request: MakeCircle) -> Answer[MyCircle]:
    """Make a circle with nobody in it."""
    owner_id = await me(ctx, request.who)
    name = await _free_name(ctx, owner_id, request.name, None)
    circle = Circle(circle_id=ctx.new_id(), owner_id=owner_id, name=name, created_at=ctx.now)
    seen = _event(ctx, "circle.made", circle)
    return Answer(MyCircle(circle=circle, members=()), Add(record=circle), Add(record=seen))


async def rename_circle(ctx: Context, request: RenameCircle) -> Answer[MyCircle]:
    """Call a circle something else."""
    owner_id = await me(ctx, request.who)
    circle = await _mine(ctx, owner_id, request.circle_id, request.version)
    name = await _free_name(ctx, owner_id, request.name, circle)
    renamed = replace(circle, name=name)
    rows = await _with_members(ctx, owner_id, [_next(renamed)])
    return Answer(rows[0], Replace(record=renamed), Add(record=_event(ctx, "circle.renamed", renamed)))


async def remove_circle(ctx: Context, request: RemoveCircle) -> Answer[Nothing]:
    """Remove a circle, and with it everything that was shared with it, in one commit.  Spec: Grant 6.1."""
    owner_id = await me(ctx, request.who)
    circle = await _mine(ctx, owner_id, request.circle_id, request.version)
    members = await ctx.store.circle_members(owner_id, [circle.circle_id])
    grants = await grants_to(ctx, circle)
    return Answer(
        Nothing(),
        Remove(record=circle),
        *(Remove(record=member) for member in members),
        *(Remove(record=grant) for grant in grants),
        *(Add(record=grant_event(ctx, "grant.removed", grant)) for grant in grants),
        Add(record=_event(ctx, "circle.removed", circle)),
    )


async def add_member(ctx: Context, request: AddMember) -> Answer[MyCircle]:
    """Take somebody into a circle: from now on they have what is shared with it.  Twice is as good as once."""
    owner_id = await me(ctx, request.who)
    circle = await _mine(ctx, owner_id, request.circle_id, request.version)
    member = await _member(ctx, circle, request.somebody)
    members = await ctx.store.circle_members(owner_id, [circle.circle_id])
    if any(_key(each) == _key(member) for each in members):
        return Answer(await _shown(ctx, circle))
    if len(members) >= MOST_MEMBERS:
        raise InvalidRequest(f"a circle has at most {MOST_MEMBERS} members")
    rows = await _named(ctx, [_next(circle)], [*members, member])
    added = _event(ctx, "circle.member_added", circle, member)
    return Answer(rows[0], Replace(record=circle), Add(record=member), Add(record=added))


async def remove_member(ctx: Context, request: RemoveMember) -> Answer[MyCircle]:
    """Take somebody out of a circle: what they had through it ends with this commit.  Spec: Grant 6.1."""
    owner_id = await me(ctx, request.who)
    circle = await _mine(ctx, owner_id, request.circle_id, request.version)
    members = await ctx.store.circle_members(owner_id, [circle.circle_id])
    leaving = next((each for each in members if each.id == request.member_id), None)
    if leaving is None:
        raise NotFound("nobody of that name is in this circle")
    rows = await _named(ctx, [_next(circle)], [each for each in members if each is not leaving])
    removed = _event(ctx, "circle.member_removed", circle, leaving)
    return Answer(rows[0], Replace(record=circle), Remove(record=leaving), Add(record=removed))


async def grants_to(ctx: Context, circle: Circle) -> list[Grant]:
    """Return everything that is shared with a circle, newest first."""
    wanted = GrantFilter(grantee_id=circle.circle_id, now=ctx.now)
    found: list[Grant] = []
    page = Page(limit=GRANTS_AT_ONCE)
    while True:
        rows = await ctx.store.grants(circle.owner_id, wanted, page)
        found += [grant for grant in rows[: page.limit] if grant.grantee.kind == "circle"]
        if len(rows) <= page.limit:
            return found
        page = Page(limit=page.limit, after=cursor(rows[page.limit - 1]))


async def _mine(ctx: Context, owner_id: str, circle_id: str, version: int | None) -> Circle:
    circle = await ctx.store.circle(owner_id, circle_id)
    if circle is None:
        raise NotFound("no such circle")
    if version not in (None, circle.version):
        raise Conflict("it has changed since it was read")
    return circle


async def _free_name(ctx: Context, owner_id: str, text: str, of: Circle | None) -> str:
    name = " ".join(text.split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise InvalidRequest(f"a circle's name has 1 to {LONGEST_NAME} printable characters")
    circles = await ctx.store.circles(owner_id, Page(limit=MOST_CIRCLES))
    others = [each for each in circles if of is None or each.circle_id != of.circle_id]
    if any(each.name.casefold() == name.casefold() for each in others):
        raise CircleNameTaken("there is a circle with this name")
    if of is None and len(others) >= MOST_CIRCLES:
        raise InvalidRequest(f"at most {MOST_CIRCLES} circles")
    return name


async def _member(ctx: Context, circle: Circle, somebody: NamedGrantee) -> CircleMember:
    grantee = await resolve(ctx, somebody)
    match grantee.kind:
        case "account" if grantee.id == circle.owner_id:
            raise NoSuchGrantee("you have it already, without any circle")
        case "account" | "email":
            return CircleMember(
                owner_id=circle.owner_id,
                circle_id=circle.circle_id,
                kind=grantee.kind,
                id=grantee.id,
                added_at=ctx.now,
            )
        case _:
            raise InvalidRequest("in a circle there are people: name an account or an e-mail address")


async def _shown(ctx: Context, circle: Circle) -> MyCircle:
    return (await _with_members(ctx, circle.owner_id, [circle]))[0]


async def _with_members(ctx: Context, owner_id: str, circles: Sequence[Circle]) -> list[MyCircle]:
    members = await ctx.store.circle_members(owner_id, [each.circle_id for each in circles])
    return await _named(ctx, circles, members)


async def _named(ctx: Context, circles: Sequence[Circle], members: Iterable[CircleMember]) -> list[MyCircle]:
    found = sorted(members, key=lambda each: (each.added_at, each.id))
    known = await names(ctx, "", accounts=[each.id for each in found if each.kind == "account"])
    return [
        MyCircle(
            circle=circle, members=tuple(_row(each, known) for each in found if each.circle_id == circle.circle_id)
        )
        for circle in circles
    ]


def _row(member: CircleMember, known: Names) -> MyMember:
    if member.kind == "email":
        return MyMember(member=member)
    return MyMember(member=member, person=known.person(member.id), username=known.username(member.id))


def _next(circle: Circle) -> Circle:
    """Return a circle as it will be once it has been replaced."""
    return replace(circle, version=circle.version + 1)


def _key(member: CircleMember) -> tuple[str, str]:
    return member.kind, member.id


def _event(ctx: Context, kind: str, circle: Circle, member: CircleMember | None = None) -> Event:
    detail: dict[str, object] = {"name": circle.name}
    if member is not None:
        detail["member"] = {"kind": member.kind, "id": member.id}
    return event(ctx, kind, owner_id=circle.owner_id, actor=circle.owner_id, about=circle.circle_id, detail=detail)
