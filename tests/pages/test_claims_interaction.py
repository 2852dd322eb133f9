"""The claims interaction endpoint, as browsers see it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidGrant
from consentry.core.issued import TokenIssued
from consentry.core.model import Claim, Event, Grant, Grantee, Realm, TrustedIssuer
from consentry.core.pkce import challenge_of
from consentry.core.ports import Page
from consentry.core.realm import Lifetimes, RealmSettings
from consentry.core.token import token
from consentry.uma.wire import NeedInfo, RequestSubmitted
from tests.pages.browsing import PATH, Browser, Shown, Site
from tests.pages.claims import RETURN, Surgery, surgery_of
from tests.worlds import ISSUER, NOON, VERIFIER

HOSPITAL = "https://hospital.example"


@pytest.fixture
async def surgery(site: Site) -> Surgery:
    return await surgery_of(site)


async def settle(surgery: Surgery, settings: RealmSettings) -> None:
    realm = surgery.world.realm
    await surgery.world.replace(Realm(name=realm.name, settings=settings, version=realm.version))


async def kinds_of(surgery: Surgery, account_id: str) -> list[str]:
    async def read(ctx: Context, owner_id: str) -> Answer[list[Event]]:
        return Answer(list(await ctx.store.events(owner_id, Page())))

    found = await surgery.world.ask(read, account_id)
    assert not isinstance(found, Exception)
    return [event.kind for event in found]


def is_page(shown: Shown) -> bool:
    """Say whether somebody was shown an error, and sent nowhere."""
    html = shown.headers["content-type"].startswith("text/html")
    return 400 <= shown.status < 500 and shown.location == "" and html


# -- the way there and back --


async def test_g_3_3_2_1_g_3_3_2_12_g_3_3_3_1_bob_signs_in_says_who_he_is_and_the_surgery_gets_its_rpt(
    surgery: Surgery, browser: Browser
) -> None:
    asked = await surgery.needs_info(await surgery.ticket())
    assert asked.redirect_user == f"{ISSUER}/uma/claims"
    page = await surgery.at_question(browser, ticket=asked.ticket)
    assert "Surgery will know that Bob is asking" in page.text
    back = await surgery.answer(browser, page)
    issued = await surgery.rpt(back.answer["ticket"])
    assert issued.pct is None
    assert "claims.gathered" in await kinds_of(surgery, surgery.bob.account_id)


async def test_g_3_3_2_1_a_ticket_straight_from_the_resource_server_will_do(surgery: Surgery, browser: Browser) -> None:
    assert (await surgery.rpt(await surgery.brought_back(browser))).access_token


async def test_g_3_3_2_1_unknown_parameters_are_passed_over(surgery: Surgery, browser: Browser) -> None:
    assert (await surgery.open(browser, foo="1", scope="read")).location.startswith(f"{PATH}/continue")


async def test_g_3_3_3_2_the_ticket_that_comes_back_is_another_one(surgery: Surgery, browser: Browser) -> None:
    ticket = await surgery.ticket()
    assert await surgery.brought_back(browser, ticket=ticket) != ticket


@pytest.mark.parametrize("state", ["x" * 500, "a b+c%&=?#/ü€", "<script>"])
async def test_g_3_3_2_11_g_3_3_3_3_state_comes_back_as_it_was(surgery: Surgery, browser: Browser, state: str) -> None:
    back = await surgery.answer(browser, await surgery.at_question(browser, state=state))
    assert back.answer["state"] == state


async def test_g_3_3_3_3_without_state_there_is_none(surgery: Surgery, browser: Browser) -> None:
    back = await surgery.answer(browser, await surgery.at_question(browser, state=None))
    assert "state" not in back.answer


async def test_g_3_3_3_4_g_3_3_2_6_a_12_the_way_back_carries_ticket_state_and_issuer_and_nothing_else(
    surgery: Surgery, browser: Browser
) -> None:
    back = await surgery.answer(browser, await surgery.at_question(browser))
    # G-3.3.2-6: the query that the registered address has stays as it is.
    assert back.location.startswith(f"{RETURN}&")
    names = [name for name, _ in parse_qsl(urlsplit(back.location).query)]
    assert names == ["x", "ticket", "state", "iss"]
    assert back.answer["iss"] == ISSUER
    assert back.text == ""


async def test_g_3_3_2_5_without_the_parameter_the_only_registered_address_is_taken(
    surgery: Surgery, browser: Browser
) -> None:
    back = await surgery.answer(browser, await surgery.at_question(browser, claims_redirect_uri=None))
    assert back.location.startswith(f"{RETURN}&ticket=")


async def test_rfc6749_10_5_the_ticket_that_comes_back_works_for_two_minutes(
    surgery: Surgery, browser: Browser
) -> None:
    ticket = await surgery.brought_back(browser)
    surgery.world.clock.forward(120)
    await surgery.world.refused(token, surgery.request(ticket), InvalidGrant)


async def test_g_3_3_2_1_the_ticket_that_comes_back_is_this_clients_only(surgery: Surgery, browser: Browser) -> None:
    ticket = await surgery.brought_back(browser)
    rival = await surgery.registered("rival")
    await surgery.world.refused(token, surgery.request(ticket, client=rival), InvalidGrant)
    assert (await surgery.rpt(ticket)).access_token


# -- gathered and pushed, in one process --


async def only_for(surgery: Surgery, *claims: Claim) -> None:
    """Share Alice's diary with whoever has these claims; it is what the surgery asks for."""
    shared = Grant(
        grant_id="for-claims",
        owner_id=surgery.record.owner_id,
        target_kind="resource",
        target_id=surgery.record.resource_id,
        grantee=Grantee(kind="claims", claims=claims),
        scopes=("read",),
        created_at=NOON,
    )
    await surgery.world.add(shared, TrustedIssuer(issuer=HOSPITAL, jwks="{}", client_ids=("surgery",)))


async def diary_of(surgery: Surgery) -> Surgery:
    diary = await surgery.world.resource(surgery.site.alice, surgery.site.records, name="diary")
    asking = replace(surgery, record=diary)
    surgeon = Claim(issuer=HOSPITAL, name="roles", value="surgeon")
    await only_for(asking, surgeon, Claim(issuer=ISSUER, name="preferred_username", value="bob"))
    return asking


async def test_a_31_claims_are_pushed_after_they_were_gathered(surgery: Surgery, browser: Browser) -> None:
    asking = await diary_of(surgery)
    first = await asking.needs_info(await asking.ticket())
    second = await asking.needs_info(await asking.brought_back(browser, ticket=first.ticket))
    assert [(each.name, each.issuer) for each in second.required_claims] == [("roles", (HOSPITAL,))]
    # Who is known already is not sent to the page again.
    assert second.redirect_user is None
    pushed = asking.id_token("b-17", HOSPITAL, roles=["surgeon"])
    await asking.world.said(token, asking.request(second.ticket, claim_token=pushed), TokenIssued)


async def test_a_31_claims_are_gathered_after_they_were_pushed(surgery: Surgery, browser: Browser) -> None:
    asking = await diary_of(surgery)
    pushed = asking.id_token("b-17", HOSPITAL, roles=["surgeon"])
    first = await asking.world.said(token, asking.request(await asking.ticket(), claim_token=pushed), NeedInfo)
    assert [(each.name, each.issuer) for each in first.required_claims] == [("preferred_username", (ISSUER,))]
    assert first.redirect_user == f"{ISSUER}/uma/claims"
    assert (await asking.rpt(await asking.brought_back(browser, ticket=first.ticket))).access_token


async def test_a_31_claims_are_gathered_twice_in_one_process(surgery: Surgery, browser: Browser) -> None:
    again = await surgery.brought_back(browser, ticket=await surgery.brought_back(browser))
    assert (await surgery.rpt(again)).access_token


async def test_a_32_what_somebody_does_not_have_is_not_asked_for_again(surgery: Surgery, browser: Browser) -> None:
    diary = await surgery.world.resource(surgery.site.alice, surgery.site.records, name="diary")
    asking = replace(surgery, record=diary)
    await only_for(asking, Claim(issuer=ISSUER, name="roles", value="surgeon"))
    asked = await asking.needs_info(await asking.ticket())
    back = await asking.brought_back(browser, ticket=asked.ticket)
    # Bob is no surgeon, and saying who he is once more would not make him one: now it is for Alice to say.
    await asking.world.said(token, asking.request(back), RequestSubmitted)


# -- what is never redirected --


@pytest.mark.parametrize("client_id", [None, "nobody", "surgery\0"])
async def test_g_3_3_2_2_g_3_3_3_6_a_missing_or_unknown_client_gets_a_page(
    surgery: Surgery, browser: Browser, client_id: str | None
) -> None:
    assert is_page(await surgery.open(browser, client_id=client_id))


async def test_g_3_3_2_2_a_disabled_client_is_unknown(surgery: Surgery, browser: Browser) -> None:
    await surgery.world.replace(replace(surgery.app, version=2, disabled_at=1))
    assert is_page(await surgery.open(browser))


async def test_g_3_3_2_4_with_two_registered_addresses_the_parameter_is_required(
    surgery: Surgery, browser: Browser
) -> None:
    two = await surgery.registered("two", "https://two.example/a", "https://two.example/b")
    assert is_page(await surgery.open(browser, client_id=two.client_id, claims_redirect_uri=None))
    begun = await surgery.open(browser, client_id=two.client_id, claims_redirect_uri="https://two.example/b")
    assert begun.location.startswith(f"{PATH}/continue")


@pytest.mark.parametrize("method", ["client_secret_basic", "none"])
@pytest.mark.parametrize("uri", [None, "https://bare.example/callback", "https://bare.example/claims", ""])
async def test_g_3_3_2_7_g_3_3_2_8_g_3_3_2_9_without_registration_there_is_no_address_at_all(
    surgery: Surgery, browser: Browser, method: str, uri: str | None
) -> None:
    bare = await surgery.registered("bare", method=method)
    assert is_page(await surgery.open(browser, client_id=bare.client_id, claims_redirect_uri=uri))


async def test_g_3_3_2_9_an_ordinary_redirect_uri_does_not_count(surgery: Surgery, browser: Browser) -> None:
    ordinary = surgery.app.redirect_uris[0]
    assert is_page(await surgery.open(browser, claims_redirect_uri=ordinary))
    both = await surgery.registered("both", "https://both.example/callback")
    begun = await surgery.open(browser, client_id=both.client_id, claims_redirect_uri="https://both.example/callback")
    assert begun.location.startswith(f"{PATH}/continue")


HOST = "https://surgery.example"
WRONG = (
    f"{HOST}/claims",
    f"{HOST}/claims?x=2",
    f"{HOST}/claims?x=1&y=2",
    f"{HOST}/claims?x=1&",
    f"{HOST}/claims?x=1#",
    f"{HOST}/claims?x=1#fragment",
    f"{HOST}/claims/?x=1",
    f"{HOST}/claims?X=1",
    f"{HOST}/Claims?x=1",
    f"{HOST}/claims?x=%31",
    f"{HOST}/%63laims?x=1",
    f"{HOST}/./claims?x=1",
    f"{HOST}/a/../claims?x=1",
    f"{HOST}//claims?x=1",
    f"{HOST}/claims;a?x=1",
    f"{HOST}:443/claims?x=1",
    f"{HOST}:8443/claims?x=1",
    f"{HOST}./claims?x=1",
    "https://SURGERY.example/claims?x=1",
    "HTTPS://surgery.example/claims?x=1",
    "http://surgery.example/claims?x=1",
    "//surgery.example/claims?x=1",
    "/claims?x=1",
    "claims?x=1",
    "surgery.example/claims?x=1",
    "https://surgery.example.evil.example/claims?x=1",
    "https://evil.example/claims?x=1",
    "https://evil.example/https://surgery.example/claims?x=1",
    "https://surgery.example@evil.example/claims?x=1",
    "https://user@surgery.example/claims?x=1",
    "https://evil.example\\@surgery.example/claims?x=1",
    "https://surgery.example\\claims?x=1",
    "https:/surgery.example/claims?x=1",
    "https:surgery.example/claims?x=1",
    " https://surgery.example/claims?x=1",
    "https://surgery.example/claims?x=1 ",
    "https://surgery.example/claims?x=1\r\nset-cookie: a=b",
    "https://surgery.еxample/claims?x=1",
    "javascript:alert(1)",
    "data:text/html,hello",
    "*",
)


@pytest.mark.parametrize("uri", WRONG)
async def test_g_3_3_2_6_g_3_3_2_10_security_a15_anything_but_the_very_same_address_gets_a_page(
    surgery: Surgery, browser: Browser, uri: str
) -> None:
    shown = await surgery.open(browser, claims_redirect_uri=uri)
    assert is_page(shown)
    assert "set-cookie: a=b" not in str(shown.headers)


@pytest.mark.parametrize("port", [":1234", ":80", ""])
async def test_a_36_a_loopback_address_is_compared_with_its_port(surgery: Surgery, browser: Browser, port: str) -> None:
    await surgery.registered("desktop", "http://127.0.0.1:8400/claims", method="none")
    assert is_page(
        await surgery.open(browser, client_id="desktop", claims_redirect_uri=f"http://127.0.0.1{port}/claims")
    )


@pytest.mark.parametrize("name", ["client_id", "claims_redirect_uri"])
async def test_g_3_3_3_6_an_address_or_client_given_twice_gets_a_page(
    surgery: Surgery, browser: Browser, name: str
) -> None:
    given = {"client_id": "surgery", "ticket": await surgery.ticket(), "claims_redirect_uri": RETURN}
    pairs = "&".join(f"{key}={quote(text, safe='')}" for key, text in [*given.items(), (name, given[name])])
    assert is_page(await browser.get(f"{PATH}/uma/claims?{pairs}"))


async def test_a_fault_that_is_not_redirected_does_not_spend_the_ticket(surgery: Surgery, browser: Browser) -> None:
    ticket = await surgery.ticket()
    await surgery.open(browser, ticket=ticket, claims_redirect_uri="https://evil.example/")
    assert (await surgery.needs_info(ticket)).ticket


# -- other faults go back to the client --


def sent_back(shown: Shown, error: str) -> None:
    assert shown.status == 303
    assert shown.location.startswith(f"{RETURN}&error={error}")
    assert (shown.answer["state"], shown.answer["iss"]) == ("the state & more", ISSUER)
    # an error return carries no ticket.
    assert "ticket" not in shown.answer


@pytest.mark.parametrize(
    "changes",
    [
        {"ticket": "nonsense"},
        {"code_challenge": "short", "code_challenge_method": "S256"},
        {"code_challenge": challenge_of(VERIFIER), "code_challenge_method": "plain"},
        {"code_challenge": challenge_of(VERIFIER)},
        {"code_challenge_method": "S256"},
    ],
)
async def test_g_3_3_2_3_g_3_3_3_7_a_wrong_ticket_or_challenge_is_told_to_the_client(
    surgery: Surgery, browser: Browser, changes: dict[str, str]
) -> None:
    sent_back(await surgery.open(browser, **changes), "invalid_request")


async def test_g_3_3_2_3_without_a_ticket_there_is_an_error(surgery: Surgery, browser: Browser) -> None:
    query = f"client_id=surgery&claims_redirect_uri={quote(RETURN, safe='')}&state=the+state+%26+more"
    sent_back(await browser.get(f"{PATH}/uma/claims?{query}"), "invalid_request")
    sent_back(await browser.get(f"{PATH}/uma/claims?{query}&ticket=a&ticket=b"), "invalid_request")


async def test_g_3_3_2_3_an_expired_ticket_is_an_error(surgery: Surgery, browser: Browser) -> None:
    ticket = await surgery.ticket()
    surgery.world.clock.forward(RealmSettings().lifetimes.ticket)
    sent_back(await surgery.open(browser, ticket=ticket), "invalid_request")


async def test_g_3_3_2_3_another_clients_ticket_is_an_error_and_stays_theirs(
    surgery: Surgery, browser: Browser
) -> None:
    rival = await surgery.registered("rival", "https://rival.example/claims")
    theirs = await surgery.needs_info(await surgery.ticket(), client=rival)
    sent_back(await surgery.open(browser, ticket=theirs.ticket), "invalid_request")
    assert (await surgery.needs_info(theirs.ticket, client=rival)).ticket


async def test_g_3_3_2_3_a_spent_ticket_is_an_error_and_ends_what_came_of_it(
    surgery: Surgery, browser: Browser
) -> None:
    ticket = await surgery.ticket()
    asked = await surgery.needs_info(ticket)
    sent_back(await surgery.open(browser, ticket=ticket), "invalid_request")
    await surgery.world.refused(token, surgery.request(asked.ticket), InvalidGrant)


async def test_g_3_3_3_7_a_client_without_the_grant_is_told_so(surgery: Surgery, browser: Browser) -> None:
    await surgery.world.replace(replace(surgery.app, version=2, grant_types=("authorization_code",)))
    sent_back(await surgery.open(browser), "unauthorized_client")


async def test_g_3_3_3_7_cancel_is_access_denied_and_the_process_is_over(surgery: Surgery, browser: Browser) -> None:
    page = await surgery.at_question(browser)
    sent_back(await surgery.answer(browser, page, "cancel"), "access_denied")
    assert "claims.refused" in await kinds_of(surgery, surgery.bob.account_id)
    assert is_page(await surgery.answer(browser, page))


async def test_where_claims_are_not_gathered_there_is_no_such_page(surgery: Surgery, browser: Browser) -> None:
    await settle(surgery, RealmSettings(interactive_claims=False))
    assert (await surgery.open(browser)).status == 404
    assert (await surgery.needs_info(await surgery.ticket())).redirect_user is None


# -- Grant 5.1: nobody is used without noticing --


async def test_g_5_1_2_security_a16_with_a_live_session_there_is_still_a_question(
    surgery: Surgery, browser: Browser
) -> None:
    await surgery.brought_back(browser)
    again = await browser.follow(await surgery.open(browser))
    assert again.status == 200
    assert "Surgery will know that Bob is asking" in again.text
    assert "Surgery" in again.text
    assert 'name="remember"' in again.text
    assert "checked" not in again.text


async def test_g_5_1_1_security_a16_a_form_without_our_mark_changes_nothing(surgery: Surgery, browser: Browser) -> None:
    page = await surgery.at_question(browser)
    form = page.form("/uma/claims/answer")
    for wrong in ({"csrf": ""}, {"csrf": "x" * 64}):
        refused = await browser.post(form.action, {**form.fields, **wrong, "decision": "continue"})
        assert (refused.status, refused.location) == (403, "")
    right = {**form.fields, "decision": "continue"}
    for site in ("cross-site", "same-site"):
        assert (await browser.post(form.action, right, headers={"sec-fetch-site": site})).status == 403
    other = surgery.site.browser()
    await surgery.at_question(other)
    theirs = (await surgery.at_question(other)).form("/uma/claims/answer").fields["csrf"]
    assert (await browser.post(form.action, {**right, "csrf": theirs})).status == 403
    assert (await surgery.answer(browser, page)).status == 303


async def test_g_5_1_1_the_page_cannot_be_framed_and_cookies_stay_on_this_site(
    surgery: Surgery, browser: Browser
) -> None:
    begun = await surgery.open(browser)
    assert all("SameSite=Lax" in line and "HttpOnly" in line for line in begun.cookies)
    page = await surgery.at_question(browser)
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' https://surgery.example;" in policy
    assert (await browser.get(f"{PATH}/uma/claims/answer")).status == 405


async def test_a_decision_is_continue_or_cancel(surgery: Surgery, browser: Browser) -> None:
    page = await surgery.at_question(browser)
    assert is_page(await surgery.answer(browser, page, "perhaps"))


async def test_on_a_shared_tablet_somebody_else_signs_in_instead(surgery: Surgery, browser: Browser) -> None:
    page = await surgery.at_question(browser, "alice")
    assert "Alice is asking" in page.text
    links = [part.partition('"')[0] for part in page.text.split('href="')]
    (link,) = [each for each in links if "somebody_else" in each]
    again = await browser.follow(await browser.sign_in(await browser.get(link.replace("&amp;", "&")), "bob"))
    assert "Bob is asking" in again.text
    await surgery.rpt((await surgery.answer(browser, again)).answer["ticket"])


# -- one browser, one process --


async def test_a_34_loading_the_page_or_the_link_again_goes_on(surgery: Surgery, browser: Browser) -> None:
    ticket = await surgery.ticket()
    first = await surgery.open(browser, ticket=ticket)
    again = await surgery.open(browser, ticket=ticket)
    assert first.location == again.location
    page = await surgery.at_question(browser, ticket=ticket)
    reloaded = await browser.get(first.location)
    assert reloaded.status == 200
    assert (await surgery.rpt((await surgery.answer(browser, page)).answer["ticket"])).access_token


async def test_a_34_security_a03_another_browser_cannot_go_on(surgery: Surgery, browser: Browser) -> None:
    begun = await surgery.open(browser)
    mallory = surgery.site.browser()
    await surgery.brought_back(mallory)
    assert is_page(await mallory.get(begun.location))
    page = await surgery.at_question(surgery.site.browser())
    assert is_page(await surgery.answer(mallory, replace(page, text=_with_mark(page, await _mark(surgery, mallory)))))


async def _mark(surgery: Surgery, browser: Browser) -> str:
    return (await surgery.at_question(browser)).form("/uma/claims/answer").fields["csrf"]


def _with_mark(page: Shown, mark: str) -> str:
    return page.text.replace(page.form("/uma/claims/answer").fields["csrf"], mark)


async def test_g_5_5_security_a03_a_forwarded_link_ends_the_process_for_both(
    surgery: Surgery, browser: Browser
) -> None:
    ticket = await surgery.ticket()
    page = await surgery.at_question(browser, ticket=ticket)
    sent_back(await surgery.open(surgery.site.browser(), ticket=ticket), "invalid_request")
    sent_back(await surgery.answer(browser, page), "invalid_request")


async def test_g_5_5_a_ticket_opened_in_two_browsers_at_once_brings_back_one_ticket_at_most(surgery: Surgery) -> None:
    ticket = await surgery.ticket()
    browsers = [surgery.site.browser() for _ in range(5)]
    opened: Sequence[Shown] = await asyncio.gather(*(surgery.open(each, ticket=ticket) for each in browsers))
    assert sum(shown.location.startswith(f"{PATH}/continue") for shown in opened) == 1
    held = [each for each, shown in zip(browsers, opened, strict=True) if "/continue" in shown.location]
    (first,) = held
    page = await first.follow(await first.get(opened[browsers.index(first)].location))
    # Somebody else has shown the ticket too, so nothing comes of it.
    assert "ticket" not in page.answer


async def test_a_process_opened_twice_at_once_in_one_browser_is_one_process(surgery: Surgery, browser: Browser) -> None:
    await surgery.at_question(browser)
    ticket = await surgery.ticket()
    shown = await asyncio.gather(*(surgery.open(browser, ticket=ticket) for _ in range(4)))
    assert len({each.location for each in shown}) == 1
    assert (await surgery.rpt(await surgery.brought_back(browser, ticket=ticket))).access_token


async def test_pressing_twice_brings_back_one_ticket(surgery: Surgery, browser: Browser) -> None:
    page = await surgery.at_question(browser)
    answers = await asyncio.gather(*(surgery.answer(browser, page) for _ in range(3)))
    assert sorted(each.status for each in answers) == [303, 400, 400]


async def test_security_a03_who_was_known_before_cannot_become_somebody_else(
    surgery: Surgery, browser: Browser
) -> None:
    carol = surgery.id_token("account-of-carol")
    await surgery.world.account("carol")
    said = await surgery.world.ask(token, surgery.request(await surgery.ticket(), claim_token=carol))
    ticket = getattr(said, "ticket", "")
    page = await surgery.at_question(browser, ticket=ticket)
    # Bob has signed in, and is asked to sign in: this process is Carol's.
    assert 'name="password"' in page.text
    assert "carol" not in page.text.casefold()


async def test_g_5_2_1_a_sign_in_that_is_too_old_is_asked_for_again(surgery: Surgery, browser: Browser) -> None:
    await surgery.brought_back(browser)
    await settle(surgery, RealmSettings(claims_max_age=300))
    surgery.world.clock.forward(301)
    shown = await browser.follow(await surgery.open(browser))
    assert 'name="password"' in shown.text
    assert (await surgery.rpt(await surgery.brought_back(browser))).access_token


async def test_an_answer_that_comes_too_late_counts_for_nothing(surgery: Surgery, browser: Browser) -> None:
    page = await surgery.at_question(browser)
    surgery.world.clock.forward(RealmSettings().lifetimes.interaction)
    assert is_page(await surgery.answer(browser, page))


async def test_signed_out_meanwhile_nothing_is_decided(surgery: Surgery, browser: Browser) -> None:
    await settle(surgery, RealmSettings(lifetimes=Lifetimes(session=300)))
    page = await surgery.at_question(browser)
    surgery.world.clock.forward(300)
    asked = await browser.follow(await surgery.answer(browser, page))
    assert 'name="password"' in asked.text
    again = await browser.follow(await browser.sign_in(asked, "bob"))
    assert (await surgery.rpt((await surgery.answer(browser, again)).answer["ticket"])).access_token


@pytest.mark.parametrize("looking", [{"sec-purpose": "prefetch;prerender"}, {}])
async def test_whoever_only_looks_ahead_does_not_spend_the_ticket(
    surgery: Surgery, browser: Browser, looking: dict[str, str]
) -> None:
    ticket = await surgery.ticket()
    path = f"{PATH}/uma/claims?client_id=surgery&ticket={ticket}"
    shown = await browser.look("GET" if looking else "HEAD", path, looking)
    assert (shown.status, shown.location) == (503, "")
    assert (await surgery.needs_info(ticket)).ticket


# -- PKCE for the ticket --


async def test_a_12_a_ticket_with_a_challenge_needs_its_verifier(surgery: Surgery, browser: Browser) -> None:
    challenged = {"code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256"}
    for wrong in (None, "x" * 43):
        ticket = await surgery.brought_back(browser, **challenged)
        await surgery.world.refused(token, surgery.request(ticket, code_verifier=wrong), InvalidGrant)
        # It is spent all the same.
        await surgery.world.refused(token, surgery.request(ticket, code_verifier=VERIFIER), InvalidGrant)
    ticket = await surgery.brought_back(browser, **challenged)
    issued = await surgery.world.ask(token, surgery.request(ticket, code_verifier=VERIFIER))
    assert getattr(issued, "access_token", "")


async def test_a_12_a_verifier_without_a_challenge_means_a_ticket_of_somebody_else(
    surgery: Surgery, browser: Browser
) -> None:
    ticket = await surgery.brought_back(browser)
    await surgery.world.refused(token, surgery.request(ticket, code_verifier=VERIFIER), InvalidGrant)


async def test_a_12_a_challenged_ticket_is_shown_at_the_token_endpoint_first(
    surgery: Surgery, browser: Browser
) -> None:
    challenged = {"code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256"}
    ticket = await surgery.brought_back(browser, **challenged)
    sent_back(await surgery.open(browser, ticket=ticket), "invalid_request")
