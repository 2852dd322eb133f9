"""The UMA grant, section by section, on the real road."""

from dataclasses import replace

import pytest

from consentry.core.claims import BadClaimToken, ClaimToken
from consentry.core.errors import InvalidClient, InvalidGrant, InvalidScope, UnauthorizedClient
from consentry.core.grants.uma_ticket import RequestDenied
from consentry.core.issued import TokenIssued
from consentry.core.me import BySession
from consentry.core.model import Claim, Client, Grant, Grantee, Realm
from consentry.core.owner_requests import Approve, Refuse, approve, refuse
from consentry.core.realm import Lifetimes, RealmSettings
from consentry.core.revocation import RevocationRequest, revoke
from consentry.core.token import TokenRequest, token
from consentry.core.tokens import digest
from consentry.uma.codes import CLAIM_TOKEN_FORMAT_ID_TOKEN
from consentry.uma.wire import NeedInfo, RequestSubmitted
from tests.sharing import Cast, new_cast
from tests.worlds import ISSUER, NOON, World, credentials_of


@pytest.fixture
async def cast(world: World) -> Cast:
    return await new_cast(world)


def session_of(cast: Cast) -> BySession:
    """Return Alice's session; `only_request` has signed her in."""
    return BySession(digest=digest(f"cookie-of-{cast.alice.username}"))


async def settle(cast: Cast, settings: RealmSettings) -> None:
    """Give the realm other settings."""
    await cast.world.replace(Realm(name=cast.world.realm.name, settings=settings, version=cast.world.realm.version))


# -- success --


async def test_grant_3_3_5_a_shared_resource_gives_an_rpt_for_what_was_asked(cast: Cast) -> None:
    await cast.world.grant(cast.record, cast.bob)
    issued = await cast.rpt()
    assert issued.scope is None
    assert not issued.upgraded
    assert await cast.shown(issued.access_token) == {cast.record.resource_id: {"read"}}


async def test_grant_3_3_4_client_scopes_are_added_where_registered_and_available(cast: Cast) -> None:
    await cast.world.grant(cast.record, cast.bob)
    await cast.world.grant(cast.diary, cast.bob, scopes="read")
    ticket = await cast.ticket((cast.record, ["read"]), (cast.diary, ["read"]))
    answer = await cast.world.said(token, cast.request(ticket, by=cast.bob, scope="write"), TokenIssued)
    shown = await cast.shown(answer.access_token)
    assert shown == {cast.record.resource_id: {"read", "write"}, cast.diary.resource_id: {"read"}}


async def test_g_3_3_4_10_an_extra_client_scope_that_fails_is_dropped(cast: Cast) -> None:
    await cast.world.grant(cast.record, cast.bob, scopes="read")
    answer = await cast.world.said(token, cast.request(await cast.ticket(), by=cast.bob, scope="write"), TokenIssued)
    assert await cast.shown(answer.access_token) == {cast.record.resource_id: {"read"}}


async def test_g_3_3_4_10_partial_any_grants_the_subset_and_all_refuses_it(cast: Cast) -> None:
    await cast.world.grant(cast.record, cast.bob, scopes="read")
    await settle(cast, RealmSettings(partial="any", pending_requests=False))
    ticket = await cast.ticket((cast.record, ["read", "write"]), (cast.diary, ["read"]))
    issued = await cast.world.said(token, cast.request(ticket, by=cast.bob), TokenIssued)
    assert await cast.shown(issued.access_token) == {cast.record.resource_id: {"read"}}
    await settle(cast, RealmSettings(partial="all", pending_requests=False))
    asked = cast.request(await cast.ticket(), by=cast.bob, scope="write")
    await cast.world.said(token, asked, RequestDenied)


async def test_grant_3_3_a_public_client_may_use_the_grant(cast: Cast) -> None:
    await cast.world.grant(cast.record, cast.bob)
    issued = await cast.rpt(client=cast.kiosk)
    assert issued.refresh_token is None


async def test_g_1_2_1_the_owner_may_ask_for_what_is_hers(cast: Cast) -> None:
    issued = await cast.rpt(by=cast.alice)
    assert await cast.shown(issued.access_token) == {cast.record.resource_id: {"read"}}


async def test_grant_1_3_an_rpt_never_outlives_its_grant(cast: Cast) -> None:
    await cast.world.grant(cast.record, cast.bob, expires_at=NOON + 60)
    issued = await cast.rpt()
    assert issued.expires_in == 60
    cast.world.clock.forward(60)
    assert not (await cast.introspected(issued.access_token)).active


async def test_grant_a_client_needs_no_person_behind_it(cast: Cast) -> None:
    shared = Grant(
        grant_id="to-the-surgery",
        owner_id=cast.alice.account_id,
        target_kind="resource",
        target_id=cast.record.resource_id,
        grantee=Grantee(kind="client", id="surgery"),
        scopes=("read",),
        created_at=NOON,
    )
    await cast.world.add(shared)
    issued = await cast.world.said(token, cast.request(await cast.ticket()), TokenIssued)
    assert (await cast.introspected(issued.access_token)).sub is None


# -- withdrawal is live --


async def test_grant_6_1_stopping_ends_the_permission_at_once_and_refresh_with_it(cast: Cast) -> None:
    grant = await cast.world.grant(cast.record, cast.bob)
    issued = await cast.rpt()
    await cast.world.remove(grant)
    assert not (await cast.introspected(issued.access_token)).active
    await cast.world.refused(token, cast.refresh(issued), InvalidGrant)


async def test_grant_6_1_a_narrower_grant_narrows_what_was_issued(cast: Cast) -> None:
    grant = await cast.world.grant(cast.record, cast.bob)
    issued = await cast.rpt(await cast.ticket((cast.record, ["read", "write"])))
    await cast.world.replace(replace(grant, scopes=("read",)))
    assert await cast.shown(issued.access_token) == {cast.record.resource_id: {"read"}}


async def test_a_grant_that_is_limited_to_another_app_later_ends_what_this_app_has(cast: Cast) -> None:
    grant = await cast.world.grant(cast.record, cast.bob)
    issued = await cast.rpt()
    await cast.world.replace(replace(grant, client_ids=("rival",)))
    assert not (await cast.introspected(issued.access_token)).active


async def test_g_3_6_2_a_refreshed_rpt_has_the_same_permissions(cast: Cast) -> None:
    await cast.world.grant(cast.record, cast.bob)
    issued = await cast.rpt()
    refreshed = await cast.world.said(token, cast.refresh(issued), TokenIssued)
    assert await cast.shown(refreshed.access_token) == {cast.record.resource_id: {"read"}}


async def test_g_3_7_1_a_client_revokes_its_rpt(cast: Cast) -> None:
    await cast.world.grant(cast.record, cast.bob)
    issued = await cast.rpt()
    request = RevocationRequest(credentials=credentials_of(cast.surgery), token=issued.access_token)
    await cast.world.ask(revoke, request)
    assert not (await cast.introspected(issued.access_token)).active


# -- tickets --


async def test_grant_5_5_a_ticket_works_once_and_showing_it_again_ends_what_it_gave(cast: Cast) -> None:
    await cast.world.grant(cast.record, cast.bob)
    ticket = await cast.ticket()
    issued = await cast.rpt(ticket)
    await cast.world.refused(token, cast.request(ticket, by=cast.bob, client=cast.rival), InvalidGrant)
    assert not (await cast.introspected(issued.access_token)).active
    await cast.world.refused(token, cast.refresh(issued), InvalidGrant)


async def test_g_5_5_3_a_ticket_is_spent_by_a_refusal(cast: Cast) -> None:
    ticket = await cast.ticket()
    await cast.world.refused(token, cast.request(ticket, by=cast.bob, scope="fly"), InvalidScope)
    await cast.world.refused(token, cast.request(ticket, by=cast.bob), InvalidGrant)


async def test_g_5_5_5_a_ticket_expires(cast: Cast) -> None:
    ticket = await cast.ticket()
    cast.world.clock.forward(RealmSettings().lifetimes.ticket)
    await cast.world.refused(token, cast.request(ticket, by=cast.bob), InvalidGrant)


async def test_a_client_error_never_burns_somebody_elses_ticket(cast: Cast) -> None:
    await cast.world.grant(cast.record, cast.bob)
    ticket = await cast.ticket()
    wrong = replace(credentials_of(cast.surgery), secret_digest="wrong")
    grant = cast.request(ticket, by=cast.bob).grant
    await cast.world.refused(token, TokenRequest(credentials=wrong, grant=grant), InvalidClient)
    without_uma = await cast.world.client("plain", grant_types=("client_credentials",))
    refused = cast.request(ticket, by=cast.bob, client=without_uma)
    await cast.world.refused(token, refused, UnauthorizedClient)
    await cast.rpt(ticket)


async def test_g_3_3_6_4_a_rotated_ticket_belongs_to_its_client_and_survives_anothers_try(cast: Cast) -> None:
    await cast.world.grant(cast.record, cast.bob)
    asked = await cast.world.said(token, cast.request(await cast.ticket()), NeedInfo)
    await cast.world.refused(token, cast.request(asked.ticket, by=cast.bob, client=cast.rival), InvalidGrant)
    await cast.rpt(asked.ticket)


async def test_a_52_a_ticket_for_a_deleted_resource_is_worth_nothing(cast: Cast) -> None:
    ticket = await cast.ticket()
    await cast.world.remove(cast.record)
    await cast.world.refused(token, cast.request(ticket, by=cast.bob), InvalidGrant)


async def test_a_24_a_ticket_that_needs_a_removed_scope_is_worth_nothing(cast: Cast) -> None:
    ticket = await cast.ticket()
    await cast.world.replace(replace(cast.record, resource_scopes=("write",)))
    await cast.world.refused(token, cast.request(ticket, by=cast.bob), InvalidGrant)


# -- need_info --


async def test_grant_3_3_6_need_info_carries_a_fresh_ticket_and_says_what_to_push(cast: Cast) -> None:
    ticket = await cast.ticket()
    answer = await cast.world.said(token, cast.request(ticket), NeedInfo)
    assert answer.ticket != ticket
    (wanted,) = answer.required_claims
    assert wanted.claim_token_format == (CLAIM_TOKEN_FORMAT_ID_TOKEN,)
    assert wanted.issuer == (ISSUER,)


async def test_g_3_3_1_6_claims_may_be_pushed_on_a_later_call(cast: Cast) -> None:
    await cast.world.grant(cast.record, cast.bob)
    asked = await cast.world.said(token, cast.request(await cast.ticket()), NeedInfo)
    issued = await cast.rpt(asked.ticket)
    assert await cast.shown(issued.access_token) == {cast.record.resource_id: {"read"}}


async def test_g_3_3_1_3_only_the_latest_ticket_counts(cast: Cast) -> None:
    ticket = await cast.ticket()
    asked = await cast.world.said(token, cast.request(ticket), NeedInfo)
    await cast.world.refused(token, cast.request(ticket, by=cast.bob), InvalidGrant)
    # Showing the old one again is a sign of theft: the process is over (Grant 5.5).
    await cast.world.refused(token, cast.request(asked.ticket, by=cast.bob), InvalidGrant)


@pytest.mark.parametrize("reason", ["expired", "audience", "azp", "subject", "stale", "disabled"])
async def test_grant_3_3_6_a_bad_claim_token_is_answered_with_need_info(cast: Cast, reason: str) -> None:
    await cast.world.grant(cast.record, cast.bob)
    good = cast.id_token(cast.bob, cast.surgery)
    if reason == "disabled":
        await cast.world.replace(replace(cast.bob, disabled_at=NOON))
    pushes: dict[str, ClaimToken | BadClaimToken] = {
        "expired": BadClaimToken(reason="expired"),
        "audience": replace(good, audience=("rival",)),
        "azp": replace(good, audience=("surgery", "rival"), azp="rival"),
        "subject": replace(good, subject="nobody"),
        "stale": replace(good, realm_version=0),
        "disabled": good,
    }
    await cast.world.said(token, cast.request(await cast.ticket(), claim_token=pushes[reason]), NeedInfo)


async def test_i_03_one_process_serves_one_person(cast: Cast) -> None:
    await cast.world.grant(cast.diary, cast.carol, scopes="read")
    submitted = await cast.world.said(token, cast.request(await cast.ticket(), by=cast.bob), RequestSubmitted)
    await cast.world.said(token, cast.request(submitted.ticket, by=cast.carol), NeedInfo)


async def test_grant_3_3_6_named_claims_are_asked_for_by_name_only(cast: Cast) -> None:
    role = Claim(issuer="https://id.example", name="role", value="surgeon")
    shared = Grant(
        grant_id="to-surgeons",
        owner_id=cast.alice.account_id,
        target_kind="resource",
        target_id=cast.record.resource_id,
        grantee=Grantee(kind="claims", claims=(role,)),
        scopes=("read",),
        created_at=NOON,
    )
    await cast.world.add(shared)
    answer = await cast.world.said(token, cast.request(await cast.ticket(), by=cast.bob), NeedInfo)
    assert [(each.name, each.issuer) for each in answer.required_claims] == [("role", ("https://id.example",))]
    assert "surgeon" not in repr(answer)


# -- the owner's word --


async def test_grant_3_3_6_request_submitted_then_approved_gives_an_rpt(cast: Cast) -> None:
    ticket = await cast.ticket()
    submitted = await cast.world.said(token, cast.request(ticket, by=cast.bob), RequestSubmitted)
    assert submitted.ticket != ticket
    assert submitted.interval == RealmSettings().poll_interval
    cast.world.clock.forward(10)
    again = await cast.world.said(token, cast.request(submitted.ticket), RequestSubmitted)
    request = await cast.only_request(cast.alice)
    await cast.world.ask(approve, Approve(who=session_of(cast), request_id=request.request_id))
    cast.world.clock.forward(10)
    issued = await cast.world.said(token, cast.request(again.ticket), TokenIssued)
    assert await cast.shown(issued.access_token) == {cast.record.resource_id: {"read"}}


async def test_grant_3_3_6_a_denied_request_is_request_denied_without_a_ticket(cast: Cast) -> None:
    submitted = await cast.world.said(token, cast.request(await cast.ticket(), by=cast.bob), RequestSubmitted)
    request = await cast.only_request(cast.alice)
    await cast.world.ask(refuse, Refuse(who=session_of(cast), request_id=request.request_id))
    await cast.world.said(token, cast.request(submitted.ticket), RequestDenied)
    await cast.world.said(token, cast.request(await cast.ticket(), by=cast.bob), RequestDenied)


async def test_allowing_less_grants_the_subset(cast: Cast) -> None:
    ticket = await cast.ticket((cast.record, ["read", "write"]))
    submitted = await cast.world.said(token, cast.request(ticket, by=cast.bob), RequestSubmitted)
    request = await cast.only_request(cast.alice)
    less = Approve(who=session_of(cast), request_id=request.request_id, scopes=("read",), expires_at=NOON + 90)
    await cast.world.ask(approve, less)
    issued = await cast.world.said(token, cast.request(submitted.ticket), TokenIssued)
    assert await cast.shown(issued.access_token) == {cast.record.resource_id: {"read"}}
    assert issued.expires_in == 90


async def test_a_37_polling_too_early_makes_the_interval_longer(cast: Cast) -> None:
    first = await cast.world.said(token, cast.request(await cast.ticket(), by=cast.bob), RequestSubmitted)
    second = await cast.world.said(token, cast.request(first.ticket), RequestSubmitted)
    assert (second.interval or 0) > (first.interval or 0)


async def test_asking_the_same_again_makes_no_second_request(cast: Cast) -> None:
    for _ in range(3):
        await cast.world.said(token, cast.request(await cast.ticket(), by=cast.bob), RequestSubmitted)
    await cast.only_request(cast.alice)


async def test_a_request_that_nobody_answered_makes_room_for_a_new_one(cast: Cast) -> None:
    await cast.world.said(token, cast.request(await cast.ticket(), by=cast.bob), RequestSubmitted)
    first = await cast.only_request(cast.alice)
    cast.world.clock.forward(RealmSettings().lifetimes.request)
    pat = await cast.world.access_token(
        cast.records, cast.alice, secret="a-later-pat", scope="uma_protection", family="later"
    )
    await cast.world.said(token, cast.request(await cast.ticket(pat=pat), by=cast.bob), RequestSubmitted)
    assert (await cast.only_request(cast.alice)).request_id != first.request_id


async def test_grant_5_6_without_pending_requests_the_answer_is_request_denied(cast: Cast) -> None:
    await settle(cast, RealmSettings(pending_requests=False))
    await cast.world.said(token, cast.request(await cast.ticket(), by=cast.bob), RequestDenied)


async def test_an_explicit_no_is_request_denied(cast: Cast) -> None:
    grant = await cast.world.grant(cast.record, cast.bob)
    await cast.world.add(replace(grant, grant_id="no", allow=False))
    await cast.world.said(token, cast.request(await cast.ticket(), by=cast.bob), RequestDenied)


# -- upgrade --


async def test_grant_3_3_5_1_an_upgrade_carries_the_earlier_permissions_over(cast: Cast) -> None:
    await cast.world.grant(cast.record, cast.bob)
    await cast.world.grant(cast.diary, cast.bob, scopes="read")
    first = await cast.rpt()
    ticket = await cast.ticket((cast.diary, ["read"]))
    second = await cast.world.said(token, cast.request(ticket, by=cast.bob, rpt=first.access_token), TokenIssued)
    assert second.upgraded
    assert set(await cast.shown(second.access_token)) == {cast.record.resource_id, cast.diary.resource_id}
    assert not (await cast.introspected(first.access_token)).active


async def test_a_06_an_rpt_of_somebody_else_is_not_upgraded_and_lives_on(cast: Cast) -> None:
    await cast.world.grant(cast.record, cast.bob)
    await cast.world.grant(cast.record, cast.carol)
    bobs = await cast.rpt()
    carols = await cast.world.said(
        token, cast.request(await cast.ticket(), by=cast.carol, rpt=bobs.access_token), TokenIssued
    )
    assert not carols.upgraded
    assert (await cast.introspected(bobs.access_token)).active


async def test_wg_uma_349_an_unknown_or_foreign_rpt_is_invalid_grant(cast: Cast) -> None:
    await cast.world.grant(cast.record, cast.bob)
    mine = await cast.rpt()
    for asking, earlier in ((cast.surgery, "unknown"), (cast.rival, mine.access_token)):
        request = cast.request(await cast.ticket(), by=cast.bob, client=asking, rpt=earlier)
        await cast.world.refused(token, request, InvalidGrant)


# -- lifetimes come from the realm --


async def test_grant_6_1_the_realm_says_how_long_an_rpt_lives(cast: Cast) -> None:
    await settle(cast, RealmSettings(lifetimes=Lifetimes(rpt=120)))
    await cast.world.grant(cast.record, cast.bob)
    assert (await cast.rpt()).expires_in == 120


async def test_a_disabled_client_gets_and_keeps_nothing(cast: Cast) -> None:
    await cast.world.grant(cast.record, cast.bob)
    issued = await cast.rpt()
    disabled: Client = replace(cast.surgery, disabled_at=NOON)
    await cast.world.replace(disabled)
    assert not (await cast.introspected(issued.access_token)).active
    await cast.world.refused(token, cast.request(await cast.ticket(), by=cast.bob), InvalidClient)
