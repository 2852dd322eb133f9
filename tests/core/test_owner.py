"""What owners and requesters do: share, change, pause, stop, decide, withdraw, look."""

from dataclasses import replace

import pytest

from consentry.core.activity import ListActivity, list_activity
from consentry.core.errors import Conflict, InvalidRequest, LoginRequired, NotFound
from consentry.core.grantee import NamedGrantee
from consentry.core.me import BySession, ByToken
from consentry.core.owner_grants import (
    ChangeShare,
    ListMyGrants,
    MyGrant,
    ReadMyGrant,
    Share,
    Stopped,
    StopSharing,
    change_share,
    list_my_grants,
    read_my_grant,
    share,
    stop_sharing,
)
from consentry.core.owner_requests import Approve, Asking, Refuse, approve, refuse
from consentry.core.owner_resources import (
    ChangeMyResource,
    ListMyResources,
    MyResource,
    ReadMyResource,
    change_my_resource,
    list_my_resources,
    read_my_resource,
)
from consentry.core.ports import Page, ResourceFilter
from consentry.core.requester import ListAsked, ListSharedWithMe, Withdraw, list_asked, list_shared_with_me, withdraw
from consentry.core.sharing import Listed
from consentry.core.terms import Terms
from consentry.core.token import token
from consentry.uma.wire import RequestSubmitted
from tests.sharing import Cast, new_cast
from tests.worlds import NOON, World


@pytest.fixture
async def cast(world: World) -> Cast:
    made = await new_cast(world)
    for account in (made.alice, made.dave, made.bob):
        await world.session(account)
    return made


async def who(cast: Cast, username: str) -> BySession:
    account = {"alice": cast.alice, "dave": cast.dave, "bob": cast.bob}[username]
    return BySession(digest=await cast.world.session(account))


async def sharing(cast: Cast, *, scopes: tuple[str, ...] = ("read",), expires_at: int | None = None) -> Share:
    return Share(
        who=await who(cast, "alice"),
        target_kind="resource",
        target_id=cast.record.resource_id,
        grantee=NamedGrantee(account="bob"),
        terms=Terms(scopes=scopes, expires_at=expires_at),
    )


async def test_sharing_gives_access_and_stopping_takes_it_at_once(cast: Cast) -> None:
    shared = await cast.world.said(share, await sharing(cast), MyGrant)
    assert (shared.person, shared.username, shared.thing, shared.status) == ("Bob", "bob", "record", "active")
    issued = await cast.rpt()
    stop = StopSharing(who=await who(cast, "alice"), grant_id=shared.grant.grant_id)
    await cast.world.said(stop_sharing, stop, Stopped)
    assert not (await cast.introspected(issued.access_token)).active
    await cast.world.refused(stop_sharing, stop, NotFound)


async def test_pausing_stops_and_resuming_gives_back(cast: Cast) -> None:
    shared = await cast.world.said(share, await sharing(cast), MyGrant)
    issued = await cast.rpt()
    pause = ChangeShare(who=await who(cast, "alice"), grant_id=shared.grant.grant_id, paused=True)
    assert (await cast.world.said(change_share, pause, MyGrant)).status == "paused"
    assert not (await cast.introspected(issued.access_token)).active
    await cast.world.said(change_share, replace(pause, paused=False), MyGrant)
    assert (await cast.introspected(issued.access_token)).active


async def test_changing_the_end_counts_for_what_was_issued(cast: Cast) -> None:
    shared = await cast.world.said(share, await sharing(cast), MyGrant)
    issued = await cast.rpt()
    terms = Terms(scopes=("read",), expires_at=NOON + 30)
    change = ChangeShare(who=await who(cast, "alice"), grant_id=shared.grant.grant_id, terms=terms)
    await cast.world.said(change_share, change, MyGrant)
    assert (await cast.introspected(issued.access_token)).exp == NOON + 30
    cast.world.clock.forward(30)
    assert not (await cast.introspected(issued.access_token)).active


async def test_a_change_of_what_has_changed_meanwhile_is_a_conflict(cast: Cast) -> None:
    shared = await cast.world.said(share, await sharing(cast), MyGrant)
    change = ChangeShare(who=await who(cast, "alice"), grant_id=shared.grant.grant_id, paused=True, version=1)
    await cast.world.said(change_share, change, MyGrant)
    await cast.world.refused(change_share, change, Conflict)
    stop = StopSharing(who=await who(cast, "alice"), grant_id=shared.grant.grant_id, version=1)
    await cast.world.refused(stop_sharing, stop, Conflict)


async def test_what_makes_no_sense_is_not_shared(cast: Cast) -> None:
    good = await sharing(cast)
    for bad in (
        replace(good, grantee=NamedGrantee(account="nobody")),
        replace(good, grantee=NamedGrantee(account="alice")),
        replace(good, grantee=NamedGrantee(account="bob", client="surgery")),
        replace(good, grantee=NamedGrantee(email="no address")),
        replace(good, grantee=NamedGrantee()),
        replace(good, terms=Terms(scopes=())),
        replace(good, terms=Terms(scopes=("fly",))),
        replace(good, terms=Terms(scopes=("read",), expires_at=NOON)),
        replace(good, terms=Terms(scopes=("read",), client_ids=("nothing",))),
        replace(good, target_kind="label", target_id=" "),
    ):
        await cast.world.said(share, bad, InvalidRequest)
    await cast.world.refused(share, replace(good, target_id=cast.daves.resource_id), NotFound)


async def test_i_12_what_is_somebody_elses_looks_unknown(cast: Cast) -> None:
    shared = await cast.world.said(share, await sharing(cast), MyGrant)
    dave = await who(cast, "dave")
    grant_id, resource_id = shared.grant.grant_id, cast.record.resource_id
    await cast.world.refused(read_my_grant, ReadMyGrant(who=dave, grant_id=grant_id), NotFound)
    await cast.world.refused(stop_sharing, StopSharing(who=dave, grant_id=grant_id), NotFound)
    await cast.world.refused(change_share, ChangeShare(who=dave, grant_id=grant_id, paused=True), NotFound)
    await cast.world.refused(read_my_resource, ReadMyResource(who=dave, resource_id=resource_id), NotFound)
    change = ChangeMyResource(who=dave, resource_id=resource_id, favourite=True)
    await cast.world.refused(change_my_resource, change, NotFound)


async def test_nobody_without_a_session_is_somebody(cast: Cast) -> None:
    for nobody in (BySession(digest=None), BySession(digest="unknown")):
        await cast.world.refused(list_my_resources, ListMyResources(who=nobody), LoginRequired)
    cast.world.clock.forward(366 * 86_400)
    await cast.world.refused(list_my_resources, ListMyResources(who=await who(cast, "alice")), LoginRequired)


async def test_lists_are_paged_and_filtered(cast: Cast) -> None:
    await cast.world.said(share, await sharing(cast), MyGrant)
    await cast.world.said(share, await sharing(cast, scopes=("write",)), MyGrant)
    alice = await who(cast, "alice")
    seen: list[str] = []
    after: str | None = None
    while True:
        listed = await cast.world.ask(list_my_grants, ListMyGrants(who=alice, page=Page(limit=1, after=after)))
        assert isinstance(listed, Listed)
        seen += [row.grant.grant_id for row in listed.items]
        after = listed.next
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 2
    found = await cast.world.ask(list_my_resources, ListMyResources(who=alice, wanted=ResourceFilter(name="DIA")))
    assert isinstance(found, Listed)
    assert [row.name for row in found.items] == ["diary"]


async def test_labels_and_favourites_are_the_owners(cast: Cast) -> None:
    alice = await who(cast, "alice")
    change = ChangeMyResource(who=alice, resource_id=cast.record.resource_id, labels=(" Family ",), favourite=True)
    changed = await cast.world.said(change_my_resource, change, MyResource)
    assert changed.resource.labels == ("Family",)
    assert changed.kept_by == "Records"
    await cast.world.refused(change_my_resource, replace(change, labels=("",)), InvalidRequest)
    await cast.world.refused(change_my_resource, replace(change, version=1), Conflict)


async def test_a_label_covers_what_gets_it_later(cast: Cast) -> None:
    by_label = replace(await sharing(cast), target_kind="label", target_id="family")
    await cast.world.said(share, by_label, MyGrant)
    alice = await who(cast, "alice")
    change = ChangeMyResource(who=alice, resource_id=cast.record.resource_id, labels=("family",))
    await cast.world.said(change_my_resource, change, MyResource)
    issued = await cast.rpt()
    assert await cast.shown(issued.access_token) == {cast.record.resource_id: {"read"}}


async def test_a_decided_request_cannot_be_decided_again(cast: Cast) -> None:
    await cast.world.said(token, cast.request(await cast.ticket(), by=cast.bob), RequestSubmitted)
    request = await cast.only_request(cast.alice)
    alice = await who(cast, "alice")
    await cast.world.said(approve, Approve(who=alice, request_id=request.request_id), Asking)
    await cast.world.refused(approve, Approve(who=alice, request_id=request.request_id), Conflict)
    await cast.world.refused(refuse, Refuse(who=alice, request_id=request.request_id), Conflict)
    dave = await who(cast, "dave")
    await cast.world.refused(approve, Approve(who=dave, request_id=request.request_id), NotFound)


async def test_more_than_was_asked_for_cannot_be_allowed(cast: Cast) -> None:
    await cast.world.said(token, cast.request(await cast.ticket(), by=cast.bob), RequestSubmitted)
    request = await cast.only_request(cast.alice)
    more = Approve(who=await who(cast, "alice"), request_id=request.request_id, scopes=("read", "write"))
    await cast.world.refused(approve, more, InvalidRequest)


async def test_a_requester_sees_what_was_shared_and_asked_and_withdraws(cast: Cast) -> None:
    await cast.world.said(share, await sharing(cast), MyGrant)
    bob = await who(cast, "bob")
    shared = await cast.world.ask(list_shared_with_me, ListSharedWithMe(who=bob))
    assert isinstance(shared, Listed)
    assert [(row.owner, row.thing) for row in shared.items] == [("Alice", "record")]
    ticket = await cast.ticket((cast.diary, ["read"]))
    await cast.world.said(token, cast.request(ticket, by=cast.bob), RequestSubmitted)
    asked = await cast.world.ask(list_asked, ListAsked(who=bob))
    assert isinstance(asked, Listed)
    (row,) = asked.items
    assert (row.owner, row.app) == ("Alice", "Surgery")
    dave = await who(cast, "dave")
    await cast.world.refused(withdraw, Withdraw(who=dave, request_id=row.request.request_id), NotFound)
    await cast.world.ask(withdraw, Withdraw(who=bob, request_id=row.request.request_id))
    await cast.world.refused(withdraw, Withdraw(who=bob, request_id=row.request.request_id), Conflict)


async def test_everything_that_happened_is_on_the_owners_page(cast: Cast) -> None:
    shared = await cast.world.said(share, await sharing(cast), MyGrant)
    await cast.rpt()
    alice = await who(cast, "alice")
    await cast.world.said(stop_sharing, StopSharing(who=alice, grant_id=shared.grant.grant_id), Stopped)
    activity = await cast.world.ask(list_activity, ListActivity(who=alice))
    assert isinstance(activity, Listed)
    assert {row.event.kind for row in activity.items} == {"grant.added", "rpt.issued", "grant.removed"}
    assert {row.person for row in activity.items} == {"Bob"}


async def test_the_api_token_needs_its_scope(cast: Cast) -> None:
    good = await cast.world.access_token(
        cast.surgery, cast.alice, secret="api", scope="uma_policy_manager", family="api"
    )
    found = await cast.world.ask(list_my_resources, ListMyResources(who=ByToken(token=good)))
    assert isinstance(found, Listed)
    assert len(found.items) == 3
