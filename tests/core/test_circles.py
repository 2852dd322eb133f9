"""Circles: whoever is in one has what is shared with it, and nobody else."""

import pytest

from consentry.core.circles import (
    MOST_CIRCLES,
    AddMember,
    CircleNameTaken,
    ListCircles,
    MakeCircle,
    MyCircle,
    ReadCircle,
    RemoveCircle,
    RemoveMember,
    RenameCircle,
    SeenCircle,
    add_member,
    list_circles,
    make_circle,
    read_circle,
    remove_circle,
    remove_member,
    rename_circle,
    see_circle,
)
from consentry.core.errors import Conflict, InvalidRequest, NotFound
from consentry.core.grantee import NamedGrantee, NoSuchGrantee
from consentry.core.me import BySession
from consentry.core.model import Account, Circle
from consentry.core.nothing import Nothing
from consentry.core.owner_grants import ListMyGrants, MyGrant, Share, list_my_grants, share
from consentry.core.ports import Page
from consentry.core.sharing import Listed
from consentry.core.terms import Terms
from consentry.core.token import token
from consentry.uma.wire import RequestSubmitted
from tests.sharing import Cast, new_cast
from tests.worlds import NOON, World


@pytest.fixture
async def cast(world: World) -> Cast:
    return await new_cast(world)


async def who(cast: Cast, account: Account | None = None) -> BySession:
    return BySession(digest=await cast.world.session(account or cast.alice))


async def circle_with(cast: Cast, *people: str, name: str = "Doctors") -> Circle:
    me = await who(cast)
    made = await cast.world.said(make_circle, MakeCircle(who=me, name=name), MyCircle)
    for each in people:
        named = NamedGrantee(email=each) if "@" in each else NamedGrantee(account=each)
        made = await cast.world.said(
            add_member, AddMember(who=me, circle_id=made.circle.circle_id, somebody=named), MyCircle
        )
    return made.circle


async def shared_with(cast: Cast, circle: Circle, *, resource_id: str | None = None) -> MyGrant:
    sharing = Share(
        who=await who(cast),
        target_kind="resource",
        target_id=resource_id or cast.record.resource_id,
        grantee=NamedGrantee(circle=circle.circle_id),
        terms=Terms(scopes=("read",)),
    )
    return await cast.world.said(share, sharing, MyGrant)


async def test_g_3_3_4_1_who_is_in_a_circle_has_what_is_shared_with_it(cast: Cast) -> None:
    circle = await circle_with(cast, "bob", "CAROL@example.test")
    shared = await shared_with(cast, circle)
    assert (shared.person, shared.grant.grantee.kind) == ("Doctors", "circle")
    for member in (cast.bob, cast.carol):
        issued = await cast.rpt(by=member)
        assert await cast.shown(issued.access_token) == {cast.record.resource_id: {"read"}}
    await cast.world.said(token, cast.request(await cast.ticket(), by=cast.dave), RequestSubmitted)


async def test_fa_5_1_1_leaving_a_circle_ends_access_at_the_next_introspection(cast: Cast) -> None:
    circle = await circle_with(cast, "bob", "carol@example.test")
    await shared_with(cast, circle)
    bobs, carols = await cast.rpt(by=cast.bob), await cast.rpt(by=cast.carol)
    me = await who(cast)
    for member_id in (cast.bob.account_id, "carol@example.test"):
        leaving = RemoveMember(who=me, circle_id=circle.circle_id, member_id=member_id)
        await cast.world.said(remove_member, leaving, MyCircle)
        await cast.world.refused(remove_member, leaving, NotFound)
    assert await cast.shown(bobs.access_token) == await cast.shown(carols.access_token) == {}
    joining = AddMember(who=me, circle_id=circle.circle_id, somebody=NamedGrantee(account="bob"))
    await cast.world.said(add_member, joining, MyCircle)
    assert await cast.shown(bobs.access_token) != {}


async def test_removing_a_circle_ends_what_was_shared_with_it_in_the_same_commit(cast: Cast) -> None:
    circle = await circle_with(cast, "bob")
    await shared_with(cast, circle)
    await shared_with(cast, circle, resource_id=cast.diary.resource_id)
    me = await who(cast)
    seen = await cast.world.said(see_circle, ReadCircle(who=me, circle_id=circle.circle_id), SeenCircle)
    assert {each.thing for each in seen.grants} == {"record", "diary"}
    issued = await cast.rpt()
    await cast.world.refused(remove_circle, RemoveCircle(who=me, circle_id=circle.circle_id, version=1), Conflict)
    await cast.world.said(remove_circle, RemoveCircle(who=me, circle_id=circle.circle_id), Nothing)
    assert await cast.shown(issued.access_token) == {}
    listed = await cast.world.said(list_my_grants, ListMyGrants(who=me), Listed)
    assert listed.items == ()
    await cast.world.refused(read_circle, ReadCircle(who=me, circle_id=circle.circle_id), NotFound)


async def test_a_circle_is_its_owners_alone(cast: Cast) -> None:
    circle = await circle_with(cast, "bob")
    dave = await who(cast, cast.dave)
    circle_id = circle.circle_id
    named = NamedGrantee(account="dave")
    await cast.world.refused(read_circle, ReadCircle(who=dave, circle_id=circle_id), NotFound)
    await cast.world.refused(rename_circle, RenameCircle(who=dave, circle_id=circle_id, name="Mine"), NotFound)
    await cast.world.refused(add_member, AddMember(who=dave, circle_id=circle_id, somebody=named), NotFound)
    await cast.world.refused(remove_circle, RemoveCircle(who=dave, circle_id=circle_id), NotFound)
    foreign = Share(
        who=dave,
        target_kind="resource",
        target_id=cast.daves.resource_id,
        grantee=NamedGrantee(circle=circle_id),
        terms=Terms(scopes=("read",)),
    )
    await cast.world.refused(share, foreign, NoSuchGrantee)


async def test_every_change_of_a_circle_raises_its_version(cast: Cast) -> None:
    circle = await circle_with(cast, "bob")
    me = await who(cast)
    assert circle.version == 2
    rename = RenameCircle(who=me, circle_id=circle.circle_id, name="  My   doctors ", version=2)
    renamed = await cast.world.said(rename_circle, rename, MyCircle)
    assert (renamed.circle.name, renamed.circle.version) == ("My doctors", 3)
    assert [each.person for each in renamed.members] == ["Bob"]
    await cast.world.refused(rename_circle, rename, Conflict)
    read = await cast.world.said(read_circle, ReadCircle(who=me, circle_id=circle.circle_id), MyCircle)
    assert read == renamed
    again = AddMember(who=me, circle_id=circle.circle_id, somebody=NamedGrantee(account="bob"))
    assert await cast.world.said(add_member, again, MyCircle) == renamed


async def test_a_circle_holds_people_and_has_a_name_of_its_own(cast: Cast) -> None:
    circle = await circle_with(cast, name="Family")
    me = await who(cast)
    for text in ("", "  ", "x" * 101, "a\u202eb"):
        await cast.world.refused(make_circle, MakeCircle(who=me, name=text), InvalidRequest)
    await cast.world.refused(make_circle, MakeCircle(who=me, name="FAMILY"), CircleNameTaken)
    for named in (NamedGrantee(client="surgery"), NamedGrantee(circle=circle.circle_id)):
        joining = AddMember(who=me, circle_id=circle.circle_id, somebody=named)
        assert isinstance(await cast.world.ask(add_member, joining), InvalidRequest)
    for nobody in ("alice", "nobody"):
        joining = AddMember(who=me, circle_id=circle.circle_id, somebody=NamedGrantee(account=nobody))
        await cast.world.refused(add_member, joining, NoSuchGrantee)


async def test_circles_are_listed_page_by_page_and_are_not_too_many(cast: Cast) -> None:
    await cast.world.add(
        *(
            Circle(circle_id=f"c{number:03}", owner_id=cast.alice.account_id, name=f"C{number}", created_at=NOON)
            for number in range(MOST_CIRCLES)
        )
    )
    me = await who(cast)
    await cast.world.refused(make_circle, MakeCircle(who=me, name="One more"), InvalidRequest)
    first = await cast.world.said(list_circles, ListCircles(who=me, page=Page(limit=60)), Listed)
    rest = await cast.world.said(list_circles, ListCircles(who=me, page=Page(limit=60, after=first.next)), Listed)
    assert (len(first.items), len(rest.items), rest.next) == (60, MOST_CIRCLES - 60, None)
