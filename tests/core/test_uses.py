"""How often a grant may be used, and what its owner is asked about each time: on the real road."""

import asyncio
from dataclasses import replace

import pytest

from consentry.core.activity import ListActivity, list_activity
from consentry.core.errors import InvalidRequest
from consentry.core.grantee import NamedGrantee
from consentry.core.grants.uma_ticket import RequestDenied
from consentry.core.issued import TokenIssued
from consentry.core.me import BySession
from consentry.core.model import Grant, Grantee
from consentry.core.owner_grants import Share, share
from consentry.core.owner_requests import Approve, approve
from consentry.core.realm import RealmSettings
from consentry.core.sharing import Listed
from consentry.core.terms import Terms
from consentry.core.token import token
from consentry.core.tokens import digest
from consentry.uma.wire import RequestSubmitted
from tests.sharing import Cast, new_cast
from tests.worlds import NOON, World


@pytest.fixture
async def cast(world: World) -> Cast:
    return await new_cast(world)


async def shared(cast: Cast, **members: object) -> Grant:
    """Let Bob read Alice's record, on such terms."""
    grant = Grant(
        grant_id="shared",
        owner_id=cast.alice.account_id,
        target_kind="resource",
        target_id=cast.record.resource_id,
        grantee=Grantee(kind="account", id=cast.bob.account_id),
        scopes=("read",),
        created_at=NOON,
        created_by=cast.alice.account_id,
    )
    grant = replace(grant, **members)  # type: ignore[arg-type] # members of a grant
    await cast.world.add(grant)
    return grant


async def stored(cast: Cast, grant_id: str = "shared") -> Grant:
    work = cast.world.server.database.work(cast.world.realm.name, cast.world.realm.version)
    grant = await work.grant(cast.alice.account_id, grant_id)
    assert grant is not None
    return grant


async def settle(cast: Cast, settings: RealmSettings) -> None:
    await cast.world.replace(replace(cast.world.realm, settings=settings))


async def approved(cast: Cast) -> None:
    asked = await cast.only_request(cast.alice)
    who = BySession(digest=digest("cookie-of-alice"))
    await cast.world.ask(approve, Approve(who=who, request_id=asked.request_id))


async def test_g_3_3_4_each_rpt_counts_as_a_use_and_none_is_issued_beyond(cast: Cast) -> None:
    await settle(cast, RealmSettings(pending_requests=False))
    await shared(cast, max_uses=2)
    first = await cast.rpt()
    await cast.rpt()
    assert (await stored(cast)).uses == 2
    await cast.world.said(token, cast.request(await cast.ticket(), by=cast.bob), RequestDenied)
    assert await cast.shown(first.access_token) == {cast.record.resource_id: {"read"}}


async def test_g_3_3_4_parallel_redemptions_never_exceed_the_uses(cast: Cast) -> None:
    await settle(cast, RealmSettings(pending_requests=False))
    await shared(cast, max_uses=3)
    tickets = [await cast.ticket() for _ in range(32)]
    answers = await asyncio.gather(*(cast.world.ask(token, cast.request(ticket, by=cast.bob)) for ticket in tickets))
    assert sum(isinstance(answer, TokenIssued) for answer in answers) == 3
    assert sum(isinstance(answer, RequestDenied) for answer in answers) == 29
    assert (await stored(cast)).uses == 3


async def test_g_3_6_an_rpt_that_counts_as_a_use_is_not_refreshed(cast: Cast) -> None:
    await shared(cast, max_uses=2)
    assert (await cast.rpt()).refresh_token is None


async def test_g_3_3_4_a_grant_without_limit_is_used_before_one_with(cast: Cast) -> None:
    await shared(cast, max_uses=2)
    await cast.world.grant(cast.record, cast.bob, expires_at=NOON + 600)
    assert (await cast.rpt()).refresh_token is not None
    assert (await stored(cast)).uses == 0


async def test_g_3_3_6_what_asks_the_owner_each_time_is_submitted_and_a_yes_is_good_for_one_rpt(cast: Cast) -> None:
    await shared(cast, ask_me=True)
    asked = await cast.world.said(token, cast.request(await cast.ticket(), by=cast.bob), RequestSubmitted)
    await approved(cast)
    issued = await cast.world.said(token, cast.request(asked.ticket), TokenIssued)
    assert issued.refresh_token is None
    assert await cast.shown(issued.access_token) == {cast.record.resource_id: {"read"}}
    again = await cast.world.said(token, cast.request(await cast.ticket(), by=cast.bob), RequestSubmitted)
    await cast.world.said(token, cast.request(again.ticket), RequestSubmitted)


async def test_g_3_3_6_a_yes_is_good_for_the_client_that_asked_only(cast: Cast) -> None:
    await shared(cast, ask_me=True)
    await cast.world.said(token, cast.request(await cast.ticket(), by=cast.bob), RequestSubmitted)
    await approved(cast)
    elsewhere = cast.request(await cast.ticket(), by=cast.bob, client=cast.rival)
    await cast.world.said(token, elsewhere, RequestSubmitted)


async def test_g_3_3_6_a_yes_to_more_than_that_is_once_for_that_and_stays_for_the_rest(cast: Cast) -> None:
    await shared(cast, ask_me=True)
    ticket = await cast.ticket((cast.record, ["read", "write"]))
    asked = await cast.world.said(token, cast.request(ticket, by=cast.bob), RequestSubmitted)
    await approved(cast)
    issued = await cast.world.said(token, cast.request(asked.ticket), TokenIssued)
    found = await cast.introspected(issued.access_token)
    assert {each.scopes for each in found.permissions or ()} == {("read",), ("write",)}
    refreshed = await cast.world.said(token, cast.refresh(issued), TokenIssued)
    assert await cast.shown(refreshed.access_token) == {cast.record.resource_id: {"write"}}


async def test_g_3_3_4_an_invitation_becomes_its_guests_with_the_first_rpt(cast: Cast) -> None:
    await shared(cast, grantee=Grantee(kind="email", id="bob@example.test"))
    issued = await cast.rpt()
    assert (await stored(cast)).grantee == Grantee(kind="account", id=cast.bob.account_id)
    # Whoever has the address one day does not get what Bob was invited to; Bob keeps it.
    await cast.world.replace(replace(cast.bob, email="robert@example.test"))
    await cast.world.replace(replace(cast.carol, email="bob@example.test"))
    await cast.world.said(token, cast.request(await cast.ticket(), by=cast.carol), RequestSubmitted)
    assert await cast.shown(issued.access_token) == {cast.record.resource_id: {"read"}}
    await cast.rpt()
    happened = await cast.world.ask(
        list_activity, ListActivity(who=BySession(digest=await cast.world.session(cast.alice)))
    )
    assert isinstance(happened, Listed)
    assert sum(each.event.kind == "grant.accepted" for each in happened.items) == 1


async def test_g_3_3_4_a_no_that_is_added_later_ends_an_rpt_that_is_there(cast: Cast) -> None:
    await shared(cast)
    issued = await cast.rpt()
    await shared(cast, grant_id="no", allow=False)
    assert not (await cast.introspected(issued.access_token)).active


async def test_limits_that_make_no_sense_are_refused(cast: Cast) -> None:
    who = BySession(digest=await cast.world.session(cast.alice))
    for terms in (
        Terms(scopes=("read",), max_uses=0),
        Terms(scopes=("read",), max_uses=2, ask_me=True),
        Terms(scopes=("read",), reshare=-1),
        Terms(scopes=("read",), reshare=9),
    ):
        sent = Share(
            who=who,
            target_kind="resource",
            target_id=cast.record.resource_id,
            grantee=NamedGrantee(account="bob"),
            terms=terms,
        )
        await cast.world.refused(share, sent, InvalidRequest)


async def test_g_3_3_4_10_a_resource_server_says_itself_what_becomes_of_half_a_request(cast: Cast) -> None:
    await settle(cast, RealmSettings(partial="ticket", pending_requests=False))
    await cast.world.grant(cast.record, cast.bob, scopes="read")
    wanted = (cast.record, ["read", "write"])
    await cast.world.said(token, cast.request(await cast.ticket(wanted), by=cast.bob), RequestDenied)
    await cast.world.replace(replace(cast.records, partial="any"))
    issued = await cast.world.said(token, cast.request(await cast.ticket(wanted), by=cast.bob), TokenIssued)
    assert await cast.shown(issued.access_token) == {cast.record.resource_id: {"read"}}
