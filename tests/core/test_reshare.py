"""Passing on what was shared: within what one has, never beyond the chain, and gone with what is above."""

from dataclasses import replace

import pytest

from consentry.core.errors import InvalidRequest, NotFound
from consentry.core.grantee import NamedGrantee, NoSuchGrantee
from consentry.core.issued import TokenIssued
from consentry.core.me import BySession
from consentry.core.model import Account, Grant
from consentry.core.owner_grants import (
    ChangeShare,
    ListMyGrants,
    MyGrant,
    Stopped,
    StopSharing,
    change_share,
    list_my_grants,
    stop_sharing,
)
from consentry.core.reshare_pass_on import (
    ListPassedOn,
    PassOn,
    StopPassedOn,
    list_passed_on,
    pass_on,
    stop_passed_on,
)
from consentry.core.share_again import ShareAgain, share_again
from consentry.core.sharing import Listed
from consentry.core.terms import Terms, WrongEnd
from consentry.core.token import token
from consentry.uma.wire import RequestSubmitted
from tests.sharing import Cast, new_cast
from tests.worlds import NOON, World

READ = Terms(scopes=("read",))


@pytest.fixture
async def cast(world: World) -> Cast:
    return await new_cast(world)


async def who(cast: Cast, account: Account) -> BySession:
    return BySession(digest=await cast.world.session(account))


async def given(cast: Cast, *, reshare: int = 2, expires_at: int | None = None, scopes: str = "read") -> Grant:
    """Let Bob read Alice's record, and pass it on."""
    grant = await cast.world.grant(cast.record, cast.bob, scopes=scopes, expires_at=expires_at)
    await cast.world.replace(replace(grant, reshare=reshare))
    return replace(grant, reshare=reshare, version=2)


async def passing(cast: Cast, grant: Grant, by: Account, to: str, terms: Terms = READ) -> PassOn:
    named = NamedGrantee(email=to) if "@" in to else NamedGrantee(account=to)
    return PassOn(who=await who(cast, by), grant_id=grant.grant_id, grantee=named, terms=terms)


async def passed(cast: Cast, grant: Grant, by: Account, to: str, terms: Terms = READ) -> Grant:
    return (await cast.world.said(pass_on, await passing(cast, grant, by, to, terms), MyGrant)).grant


async def shared_by_alice(cast: Cast) -> list[MyGrant]:
    listed = await cast.world.ask(list_my_grants, ListMyGrants(who=await who(cast, cast.alice)))
    assert isinstance(listed, Listed)
    return list(listed.items)


async def test_g_3_3_4_what_is_passed_on_works_and_its_owner_sees_by_whom(cast: Cast) -> None:
    top = await given(cast)
    below = await passed(cast, top, cast.bob, "carol")
    assert (below.owner_id, below.parent, below.created_by) == (top.owner_id, top.grant_id, cast.bob.account_id)
    issued = await cast.rpt(by=cast.carol)
    assert await cast.shown(issued.access_token) == {cast.record.resource_id: {"read"}}
    assert {each.passed_on_by for each in await shared_by_alice(cast)} == {None, "Bob"}


async def test_g_3_3_4_nobody_passes_on_more_than_they_have(cast: Cast) -> None:
    top = await given(cast, reshare=1, expires_at=NOON + 600)
    for terms, refusal in (
        (Terms(scopes=("write",)), InvalidRequest),
        (Terms(scopes=("read",), expires_at=NOON + 601), WrongEnd),
        (Terms(scopes=("read",), reshare=1), InvalidRequest),
    ):
        await cast.world.refused(pass_on, await passing(cast, top, cast.bob, "carol", terms), refusal)
    for theirs in ("alice", "bob", "alice@example.test", "bob@example.test"):
        await cast.world.refused(pass_on, await passing(cast, top, cast.bob, theirs), NoSuchGrantee)
    await cast.world.refused(pass_on, await passing(cast, top, cast.carol, "dave"), NotFound)
    below = await passed(cast, top, cast.bob, "carol")
    assert below.expires_at == NOON + 600
    await cast.world.refused(pass_on, await passing(cast, below, cast.carol, "dave"), InvalidRequest)


async def test_g_3_3_4_levels_are_counted_from_the_top_when_it_changes(cast: Cast) -> None:
    top = await given(cast, reshare=2)
    middle = await passed(cast, top, cast.bob, "carol", Terms(scopes=("read",), reshare=1))
    await passed(cast, middle, cast.carol, "dave")
    issued = await cast.rpt(by=cast.dave)
    for reshare, shows in ((1, {}), (2, {cast.record.resource_id: {"read"}})):
        change = ChangeShare(
            who=await who(cast, cast.alice), grant_id=top.grant_id, terms=replace(READ, reshare=reshare)
        )
        await cast.world.said(change_share, change, MyGrant)
        assert await cast.shown(issued.access_token) == shows


async def test_g_6_1_stopping_takes_everything_passed_on_with_it_and_nothing_comes_back(cast: Cast) -> None:
    top = await given(cast)
    middle = await passed(cast, top, cast.bob, "carol", Terms(scopes=("read",), reshare=1))
    await passed(cast, middle, cast.carol, "dave")
    issued = await cast.rpt(by=cast.dave)
    alice = await who(cast, cast.alice)
    stopped = await cast.world.said(stop_sharing, StopSharing(who=alice, grant_id=top.grant_id), Stopped)
    assert await shared_by_alice(cast) == []
    await cast.world.said(share_again, ShareAgain(who=alice, stopped=stopped.grant.grant), MyGrant)
    assert len(await shared_by_alice(cast)) == 1
    assert not (await cast.introspected(issued.access_token)).active
    await cast.world.said(token, cast.request(await cast.ticket(), by=cast.dave), RequestSubmitted)


async def test_g_6_1_whoever_passed_it_on_can_stop_it_and_nobody_else_but_the_owner(cast: Cast) -> None:
    top = await given(cast)
    middle = await passed(cast, top, cast.bob, "carol", Terms(scopes=("read",), reshare=1))
    lower = await passed(cast, middle, cast.carol, "dave")
    bob, carol = await who(cast, cast.bob), await who(cast, cast.carol)
    mine = await cast.world.said(list_passed_on, ListPassedOn(who=bob, grant_id=top.grant_id), tuple)
    assert [each.grant.grant_id for each in mine] == [middle.grant_id]
    for wrong in (
        StopPassedOn(who=carol, grant_id=middle.grant_id),
        StopPassedOn(who=bob, grant_id=lower.grant_id),
        StopPassedOn(who=bob, grant_id=top.grant_id),
        StopPassedOn(who=await who(cast, cast.alice), grant_id=top.grant_id),
        StopPassedOn(who=bob, grant_id="unknown"),
    ):
        await cast.world.refused(stop_passed_on, wrong, NotFound)
    ended = StopPassedOn(who=bob, grant_id=middle.grant_id)
    assert await cast.world.ask(stop_passed_on, ended) is None
    assert [each.grant.grant_id for each in await shared_by_alice(cast)] == [top.grant_id]


async def test_g_3_3_4_uses_below_count_above_as_well(cast: Cast) -> None:
    top = await given(cast)
    await cast.world.replace(replace(top, max_uses=2))
    await passed(cast, replace(top, version=3), cast.bob, "carol")
    await cast.world.said(token, cast.request(await cast.ticket(), by=cast.carol), TokenIssued)
    await cast.world.said(token, cast.request(await cast.ticket(), by=cast.bob), TokenIssued)
    await cast.world.said(token, cast.request(await cast.ticket(), by=cast.carol), RequestSubmitted)
    await cast.world.said(token, cast.request(await cast.ticket(), by=cast.bob), RequestSubmitted)
