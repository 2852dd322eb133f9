"""The persisted claims token, from the tick on the page to being forgotten."""

import asyncio
from dataclasses import replace

import pytest

from consentry.core.claims import BadClaimToken
from consentry.core.consent import WithdrawConsent, withdraw_consent
from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidGrant
from consentry.core.grants.uma_ticket import RequestDenied
from consentry.core.introspection import Introspection, IntrospectionRequest, introspect
from consentry.core.issued import TokenIssued
from consentry.core.me import BySession
from consentry.core.model import Claim, Consent, Event, Grant, Grantee, PersistedClaims, Realm, TrustedIssuer
from consentry.core.nothing import Nothing
from consentry.core.ports import Page
from consentry.core.realm import Lifetimes, RealmSettings
from consentry.core.remembered import Forget, ListRemembered, Remembered, forget, list_remembered
from consentry.core.revocation import RevocationRequest, revoke
from consentry.core.sharing import Listed
from consentry.core.token import token
from consentry.core.tokens import digest
from consentry.uma.wire import NeedInfo, RequestSubmitted
from tests.pages.browsing import PATH, Browser, Site
from tests.pages.claims import Surgery, found_account, surgery_of
from tests.worlds import ISSUER, NOON, credentials_of

DAY = 86_400
FOREIGN = "https://hospital.example"


@pytest.fixture
async def surgery(site: Site) -> Surgery:
    return await surgery_of(site)


async def pct_of(surgery: Surgery, browser: Browser) -> str:
    """Let Bob tick the box, and the surgery get its token."""
    issued = await surgery.rpt(await surgery.brought_back_and_remembered(browser))
    assert issued.pct is not None
    return issued.pct


async def kept_for(surgery: Surgery, account_id: str = "account-of-bob") -> list[PersistedClaims]:
    async def read(ctx: Context, wanted: str) -> Answer[list[PersistedClaims]]:
        return Answer(list(await ctx.store.persisted_claims_of(wanted)))

    found = await surgery.world.ask(read, account_id)
    assert not isinstance(found, Exception)
    return found


async def ignored(surgery: Surgery) -> list[str]:
    """Return why persisted claims tokens were left out, the newest first."""

    async def read(ctx: Context, _: Nothing) -> Answer[list[Event]]:
        return Answer(list(await ctx.store.events("", Page())))

    found = await surgery.world.ask(read, Nothing())
    assert not isinstance(found, Exception)
    return [event.reason or "" for event in found if event.kind == "persisted_claims.ignored"]


def bob(surgery: Surgery, browser: Browser) -> BySession:
    return BySession(digest=digest(browser.cookies["__Host-consentry-session-demo"]))


async def trust(surgery: Surgery) -> None:
    await surgery.world.add(TrustedIssuer(issuer=FOREIGN, jwks="{}", client_ids=("surgery",)))


async def share(surgery: Surgery, *claims: Claim) -> None:
    """Share Alice's record with whoever has these claims, and with nobody else."""
    grant = Grant(
        grant_id="to-whoever-has-these-claims",
        owner_id=surgery.record.owner_id,
        target_kind="resource",
        target_id=surgery.record.resource_id,
        grantee=Grantee(kind="claims", claims=claims),
        scopes=("read",),
        created_at=NOON,
    )
    await surgery.world.remove(
        replace(
            await _bobs_grant(surgery),
        )
    )
    await surgery.world.add(grant)


async def _bobs_grant(surgery: Surgery) -> Grant:
    async def read(ctx: Context, _: Nothing) -> Answer[Grant | None]:
        grant_id = f"grant-of-{surgery.record.resource_id}-to-bob"
        return Answer(await ctx.store.grant(surgery.record.owner_id, grant_id))

    found = await surgery.world.ask(read, Nothing())
    assert isinstance(found, Grant)
    return found


# -- when there is one --


async def test_g_3_3_3_5_g_3_3_5_3_a_16_only_who_ticks_the_box_is_remembered(
    surgery: Surgery, browser: Browser
) -> None:
    assert (await surgery.rpt(await surgery.brought_back(browser))).pct is None
    assert await kept_for(surgery) == []
    assert await pct_of(surgery, browser)
    assert [each.client_id for each in await kept_for(surgery)] == ["surgery"]


async def test_g_3_3_5_3_without_success_there_is_no_pct(surgery: Surgery, browser: Browser) -> None:
    await share(surgery, Claim(issuer=ISSUER, name="roles", value="surgeon"))
    ticket = await surgery.brought_back_and_remembered(browser)
    await surgery.world.said(token, surgery.request(ticket), RequestSubmitted)
    assert await kept_for(surgery) == []


async def test_g_6_2_2_a_pushed_claim_token_alone_is_never_kept(surgery: Surgery) -> None:
    asked = surgery.request(await surgery.ticket(), claim_token=surgery.id_token("account-of-bob"))
    assert (await surgery.world.said(token, asked, TokenIssued)).pct is None


async def test_g_3_3_5_4_g_3_3_5_5_g_3_3_5_6_g_5_2_2_g_6_2_1_random_and_stored_as_digest_and_sealed_claims(
    surgery: Surgery, browser: Browser
) -> None:
    pct = await pct_of(surgery, browser)
    assert len(pct) >= 43
    assert "bob" not in pct.casefold()
    (kept,) = await kept_for(surgery)
    assert kept.digest == digest(pct)
    assert pct not in repr(kept)
    assert "bob@example.test" not in kept.claims
    assert "Bob" not in kept.claims
    assert kept.expires_at == NOON + 30 * DAY


# -- what it is good for --


async def test_g_3_3_1_8_with_it_nothing_has_to_be_gathered(surgery: Surgery, browser: Browser) -> None:
    pct = await pct_of(surgery, browser)
    issued = await surgery.rpt(await surgery.ticket(), pct=pct)
    assert issued.pct not in (None, pct)


async def test_g_3_3_1_9_it_serves_for_other_things_at_other_resource_servers(
    surgery: Surgery, browser: Browser
) -> None:
    pct = await pct_of(surgery, browser)
    world = surgery.world
    dave = await world.account("dave")
    albums = await world.client("albums", scope="openid uma_protection", resource_server=True)
    photo = await world.resource(dave, albums, name="photo", scopes="read")
    await world.grant(photo, surgery.bob, scopes="read")
    elsewhere = replace(surgery, record=photo, pat=await world.pat(albums, dave))
    assert (await surgery.rpt(await elsewhere.ticket(), pct=pct)).access_token


async def test_a_16_using_it_replaces_it_in_the_same_commit(surgery: Surgery, browser: Browser) -> None:
    pct = await pct_of(surgery, browser)
    issued = await surgery.rpt(await surgery.ticket(), pct=pct)
    (kept,) = await kept_for(surgery)
    assert kept.digest == digest(issued.pct or "")
    await surgery.needs_info(await surgery.ticket(), pct=pct)
    assert (await surgery.rpt(await surgery.ticket(), pct=issued.pct)).access_token


async def test_a_16_used_many_times_at_once_it_is_replaced_once(surgery: Surgery, browser: Browser) -> None:
    pct = await pct_of(surgery, browser)
    tickets = [await surgery.ticket() for _ in range(6)]
    answers = await asyncio.gather(*(surgery.world.ask(token, surgery.request(each, pct=pct)) for each in tickets))
    assert [type(each) for each in answers].count(TokenIssued) == 1
    assert [type(each) for each in answers].count(NeedInfo) == 5
    assert len(await kept_for(surgery)) == 1


async def test_using_it_does_not_make_what_was_verified_any_younger(surgery: Surgery, browser: Browser) -> None:
    pct = await pct_of(surgery, browser)
    (before,) = await kept_for(surgery)
    surgery.world.clock.forward(10 * DAY)
    await surgery.rpt(await surgery.ticket(), pct=pct)
    (after,) = await kept_for(surgery)
    assert (after.created_at, after.expires_at) == (before.created_at, before.expires_at)


async def test_a_16_claims_that_come_later_are_kept_with_the_earlier_ones(surgery: Surgery, browser: Browser) -> None:
    pct = await pct_of(surgery, browser)
    await trust(surgery)
    surgeon = Claim(issuer=FOREIGN, name="roles", value="surgeon")
    await share(surgery, surgeon, Claim(issuer=ISSUER, name="sub", value="account-of-bob"))
    asked = await surgery.needs_info(await surgery.ticket(), pct=pct)
    assert [(each.name, each.issuer) for each in asked.required_claims] == [("roles", (FOREIGN,))]
    assert asked.redirect_user is None
    pushed = surgery.id_token("b-17", FOREIGN, roles=["surgeon"])
    issued = await surgery.world.said(token, surgery.request(asked.ticket, pct=pct, claim_token=pushed), TokenIssued)
    assert (await surgery.rpt(await surgery.ticket(), pct=issued.pct)).access_token
    assert len(await kept_for(surgery)) == 1


async def test_who_is_remembered_already_need_not_tick_again(surgery: Surgery, browser: Browser) -> None:
    await pct_of(surgery, browser)
    page = await surgery.at_question(browser)
    assert 'name="remember"' not in page.text
    assert "allowed to remember" in page.text
    back = await surgery.answer(browser, page)
    assert (await surgery.rpt(back.answer["ticket"])).pct is not None


async def test_a_client_holds_five_for_one_person_at_most(surgery: Surgery, browser: Browser) -> None:
    first = await pct_of(surgery, browser)
    for _ in range(5):
        surgery.world.clock.forward(1)
        await surgery.rpt(await surgery.brought_back(browser))
    assert len(await kept_for(surgery)) == 5
    await surgery.needs_info(await surgery.ticket(), pct=first)


# -- what it is not good for --


async def test_g_5_2_4_security_a17_another_client_cannot_use_it(surgery: Surgery, browser: Browser) -> None:
    pct = await pct_of(surgery, browser)
    rival = await surgery.registered("rival")
    await surgery.needs_info(await surgery.ticket(), pct=pct, client=rival)
    assert await ignored(surgery) == ["the persisted claims token is another client's"]
    assert (await surgery.rpt(await surgery.ticket(), pct=pct)).access_token


async def test_a_16_an_unknown_or_expired_one_is_passed_over_and_recorded(surgery: Surgery, browser: Browser) -> None:
    await surgery.needs_info(await surgery.ticket(), pct="nonsense")
    pct = await pct_of(surgery, browser)
    surgery.world.clock.forward(30 * DAY)
    await surgery.needs_info(await surgery.ticket(), pct=pct)
    assert len(await ignored(surgery)) == 2


async def test_a_16_an_unusable_one_does_not_spoil_what_is_pushed(surgery: Surgery) -> None:
    pushed = surgery.id_token("account-of-bob")
    asked = surgery.request(await surgery.ticket(), pct="nonsense", claim_token=pushed)
    assert (await surgery.world.said(token, asked, TokenIssued)).pct is None


async def test_a_16_security_a17_with_a_claim_token_of_somebody_else_neither_counts(
    surgery: Surgery, browser: Browser
) -> None:
    pct = await pct_of(surgery, browser)
    await surgery.world.account("carol")
    carol = surgery.id_token("account-of-carol")
    said = await surgery.world.said(
        token, surgery.request(await surgery.ticket(), pct=pct, claim_token=carol), NeedInfo
    )
    # Neither is merged: what the process knows is still nothing.
    assert [each.name for each in said.required_claims] == ["sub"]
    assert (await surgery.rpt(await surgery.ticket(), pct=pct)).access_token


async def test_security_a17_in_somebody_elses_process_it_is_passed_over(surgery: Surgery, browser: Browser) -> None:
    pct = await pct_of(surgery, browser)
    await surgery.world.account("carol")
    carol = surgery.request(await surgery.ticket(), claim_token=surgery.id_token("account-of-carol"))
    waiting = await surgery.world.said(token, carol, RequestSubmitted)
    again = await surgery.world.said(token, surgery.request(waiting.ticket, pct=pct), RequestSubmitted)
    assert again.ticket
    assert await ignored(surgery) == ["the persisted claims speak of somebody else than before"]


async def test_a_16_with_a_bad_claim_token_more_is_needed_and_it_lives_on(surgery: Surgery, browser: Browser) -> None:
    pct = await pct_of(surgery, browser)
    bad = surgery.request(await surgery.ticket(), pct=pct, claim_token=BadClaimToken(reason="expired"))
    await surgery.world.said(token, bad, NeedInfo)
    assert (await surgery.rpt(await surgery.ticket(), pct=pct)).access_token


async def test_g_5_2_5_a_disabled_person_is_not_remembered(surgery: Surgery, browser: Browser) -> None:
    pct = await pct_of(surgery, browser)
    account = await found_account(surgery.world, "account-of-bob")
    await surgery.world.replace(replace(account, disabled_at=NOON))
    await surgery.needs_info(await surgery.ticket(), pct=pct)


async def test_what_we_say_of_somebody_is_what_is_true_today(surgery: Surgery, browser: Browser) -> None:
    account = await found_account(surgery.world, "account-of-bob")
    await surgery.world.replace(replace(account, roles=("surgeon",)))
    await share(surgery, Claim(issuer=ISSUER, name="roles", value="surgeon"))
    pct = (await surgery.rpt(await surgery.brought_back_and_remembered(browser))).pct
    pct = (await surgery.rpt(await surgery.ticket(), pct=pct)).pct
    account = await found_account(surgery.world, "account-of-bob")
    await surgery.world.replace(replace(account, roles=("porter",)))
    settings = RealmSettings(pending_requests=False)
    realm = surgery.world.realm
    await surgery.world.replace(Realm(name=realm.name, settings=settings, version=realm.version))
    await surgery.world.said(token, surgery.request(await surgery.ticket(), pct=pct), RequestDenied)


async def test_the_lifetime_is_the_realms(surgery: Surgery, browser: Browser) -> None:
    realm = surgery.world.realm
    settings = RealmSettings(lifetimes=Lifetimes(pct=60))
    await surgery.world.replace(Realm(name=realm.name, settings=settings, version=realm.version))
    pct = await pct_of(surgery, browser)
    surgery.world.clock.forward(60)
    await surgery.needs_info(await surgery.ticket(), pct=pct)


# -- ending it --


@pytest.mark.parametrize("hint", ["pct", "access_token", "refresh_token", None, "nonsense"])
async def test_g_3_7_1_g_3_7_2_the_client_gives_it_back(surgery: Surgery, browser: Browser, hint: str | None) -> None:
    pct = await pct_of(surgery, browser)
    given = RevocationRequest(credentials=credentials_of(surgery.app), token=pct, token_type_hint=hint)
    assert await surgery.world.ask(revoke, given) == Nothing()
    assert await kept_for(surgery) == []
    await surgery.needs_info(await surgery.ticket(), pct=pct)
    assert await surgery.world.ask(revoke, given) == Nothing()


async def test_g_3_7_1_g_5_2_4_nobody_gives_back_what_is_another_clients(surgery: Surgery, browser: Browser) -> None:
    pct = await pct_of(surgery, browser)
    rival = await surgery.registered("rival")
    given = RevocationRequest(credentials=credentials_of(rival), token=pct, token_type_hint="pct")
    await surgery.world.refused(revoke, given, InvalidGrant)
    assert (await surgery.rpt(await surgery.ticket(), pct=pct)).access_token


async def test_gdpr_15_bob_sees_what_is_remembered_and_ends_it(surgery: Surgery, browser: Browser) -> None:
    pct = await pct_of(surgery, browser)
    who = bob(surgery, browser)
    listed = await surgery.world.ask(list_remembered, ListRemembered(who=who))
    assert isinstance(listed, Listed)
    (row,) = listed.items
    assert isinstance(row, Remembered)
    assert (row.app, row.expires_at) == ("Surgery", NOON + 30 * DAY)
    assert {(each.name, each.value) for each in row.claims} == {
        ("sub", "account-of-bob"),
        ("name", "Bob"),
        ("preferred_username", "bob"),
        ("email", "bob@example.test"),
    }
    assert await surgery.world.ask(forget, Forget(who=who, client_id="surgery")) == Nothing()
    await surgery.needs_info(await surgery.ticket(), pct=pct)
    listed = await surgery.world.ask(list_remembered, ListRemembered(who=who))
    assert listed == Listed(items=())


async def test_g_5_2_3_nobody_but_its_client_is_ever_shown_it(surgery: Surgery, browser: Browser) -> None:
    issued = await surgery.rpt(await surgery.brought_back_and_remembered(browser))
    pct = issued.pct or ""
    for path in ("/console/remembered", "/console/activity", "/account"):
        assert pct not in (await browser.get(f"{PATH}{path}")).text
    worth = await surgery.world.ask(introspect, IntrospectionRequest(token=issued.access_token, pat=surgery.pat))
    assert pct not in repr(worth)
    # Nor is it a token for anybody who holds it.
    asked = IntrospectionRequest(token=pct, pat=surgery.pat)
    assert not (await surgery.world.said(introspect, asked, Introspection)).active
    assert pct not in repr(issued)
    assert pct not in repr(surgery.request("t", pct=pct))


async def test_gdpr_7_3_taking_an_app_back_makes_it_forget_as_well(surgery: Surgery, browser: Browser) -> None:
    pct = await pct_of(surgery, browser)
    allowed = Consent(account_id=surgery.bob.account_id, client_id="surgery", scope=("openid",), created_at=NOON)
    await surgery.world.add(allowed)
    taken = WithdrawConsent(who=bob(surgery, browser), client_id="surgery")
    assert await surgery.world.ask(withdraw_consent, taken) == Nothing()
    assert await kept_for(surgery) == []
    await surgery.needs_info(await surgery.ticket(), pct=pct)


async def test_nobody_ends_what_is_remembered_about_somebody_else(surgery: Surgery, browser: Browser) -> None:
    await pct_of(surgery, browser)
    alice = BySession(digest=await surgery.world.session(surgery.site.alice))
    said = await surgery.world.ask(forget, Forget(who=alice, client_id="surgery"))
    assert getattr(said, "status", 0) == 404
    assert len(await kept_for(surgery)) == 1


async def test_gdpr_17_bob_makes_an_app_forget_him_on_its_page(surgery: Surgery, browser: Browser) -> None:
    await pct_of(surgery, browser)
    account = await browser.get(f"{PATH}/account")
    assert f"{PATH}/console/remembered" in account.text
    page = await browser.get(f"{PATH}/console/remembered")
    assert "Surgery" in page.text
    assert "bob@example.test" in page.text
    assert "Your e-mail address" in page.text
    done = await browser.follow(await browser.submit(page.form("/console/remembered/forget")))
    assert "no longer remembers you" in done.text
    assert "No app remembers you" in done.text
    activity = await browser.get(f"{PATH}/console/activity")
    assert "Surgery may remember who you are" in activity.text
    assert "Surgery no longer remembers who you are" in activity.text
