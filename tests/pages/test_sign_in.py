import time
from dataclasses import replace

import pytest

from consentry.core.context import Answer, Context
from consentry.core.model import Event, Session
from consentry.core.ports import Page
from consentry.core.tokens import digest
from tests.pages.browsing import PATH, Browser, Shown, Site

SIGN_IN = f"{PATH}/account/sign-in"


def session_cookie(browser: Browser) -> str | None:
    return browser.cookies.get("__Host-consentry-session-demo")


async def session_of(site: Site, secret: str | None) -> Session | None:
    async def read(ctx: Context, text: str) -> Answer[Session | None]:
        found = await ctx.store.session(digest(text))
        return Answer(found.session if found else None)

    found = await site.world.ask(read, secret or "")
    assert not isinstance(found, Exception)
    return found


async def kinds_of_events(site: Site) -> list[str]:
    async def read(ctx: Context, owner_id: str) -> Answer[list[Event]]:
        return Answer(list(await ctx.store.events(owner_id, Page())))

    found = await site.world.ask(read, site.alice.account_id)
    assert not isinstance(found, Exception)
    return [event.kind for event in found]


async def in_console(browser: Browser, username: str = "alice") -> Shown:
    page = await browser.get(SIGN_IN, to="/account")
    return await browser.follow(await browser.sign_in(page, username))


async def test_rfc9700_4_7_signing_in_starts_a_session_with_a_cookie_for_this_host_only(
    site: Site, browser: Browser
) -> None:
    page = await browser.get(SIGN_IN)
    before = dict(browser.cookies)
    shown = await browser.sign_in(page)
    assert (shown.status, shown.location) == (303, f"{PATH}/console")
    made = next(line for line in shown.cookies if "session" in line)
    assert made.startswith("__Host-consentry-session-demo=")
    assert {"Path=/", "HttpOnly", "Secure", "SameSite=Lax"} <= set(made.split("; "))
    assert session_cookie(browser) not in before.values()
    session = await session_of(site, session_cookie(browser))
    assert session is not None
    assert session.amr == ("pwd",)


async def test_az_15_a_session_that_was_planted_before_is_not_the_one_after(site: Site, browser: Browser) -> None:
    await in_console(browser)
    planted = session_cookie(browser)
    await in_console(browser, "bob")
    assert session_cookie(browser) != planted
    assert await session_of(site, planted) is None


async def test_a_made_up_session_cookie_is_nobody(site: Site, browser: Browser) -> None:
    browser.cookies["__Host-consentry-session-demo"] = "made-up"
    shown = await browser.get(f"{PATH}/account")
    assert shown.status == 303
    assert shown.location == f"{SIGN_IN}?to=/account"


async def test_people_sign_in_with_their_address_too(site: Site, browser: Browser) -> None:
    page = await browser.get(SIGN_IN)
    form = page.form("/account/sign-in")
    shown = await browser.submit(form, username=" Alice@example.test ", password="alice-password")
    assert shown.status == 303


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("alice", "wrong"),
        ("alice", ""),
        ("nobody", "alice-password"),
        ("", ""),
        ("a" * 5000, "x"),
        ("alice", "x" * 5000),
        ("alice@example.test'--", "x"),
    ],
)
async def test_rfc6749_10_10_wrong_and_unknown_get_the_same_answer(
    site: Site, browser: Browser, username: str, password: str
) -> None:
    page = await browser.get(SIGN_IN)
    shown = await browser.submit(page.form("/account/sign-in"), username=username, password=password)
    assert shown.status == 403
    assert "do not go together" in shown.text
    assert session_cookie(browser) is None


async def test_an_unknown_name_takes_as_long_as_a_wrong_password(site: Site, browser: Browser) -> None:
    page = await browser.get(SIGN_IN)

    async def seconds(username: str) -> float:
        started = time.perf_counter()
        await browser.submit(page.form("/account/sign-in"), username=username, password="wrong")
        return time.perf_counter() - started

    await seconds("nobody")
    known = min([await seconds("alice") for _ in range(5)])
    unknown = min([await seconds("nobody") for _ in range(5)])
    assert unknown > known / 3


async def test_a_disabled_account_cannot_sign_in_and_its_session_is_worth_nothing(site: Site, browser: Browser) -> None:
    await in_console(browser)
    await site.world.replace(replace(site.alice, disabled_at=1))
    assert (await browser.get(f"{PATH}/account")).status == 303
    page = await browser.get(SIGN_IN)
    assert (await browser.sign_in(page)).status == 403


async def test_failed_and_good_sign_ins_are_in_the_owners_activity(site: Site, browser: Browser) -> None:
    page = await browser.get(SIGN_IN)
    await browser.sign_in(page, password="wrong")
    site.world.clock.forward(1)
    await browser.sign_in(page)
    assert await kinds_of_events(site) == ["session.started", "sign_in.failed"]


async def test_a_failed_sign_in_on_the_way_to_a_client_stays_on_the_way(site: Site, browser: Browser) -> None:
    page = await site.authorize(browser)
    failed = await browser.sign_in(page, password="wrong")
    assert failed.status == 403
    assert "Records" in failed.text
    assert "https://records.example" in failed.headers["content-security-policy"]
    consent = await browser.follow(await browser.sign_in(failed))
    assert "Let Records do this?" in consent.text


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/consoleevil",
        "/authorize?client_id=x",
        "javascript:alert(1)",
        "/console\r\nSet-Cookie: a=b",
        "/console/<script>",
        "console",
        "",
    ],
)
async def test_rfc9700_4_11_after_sign_in_the_browser_goes_to_a_page_of_ours_only(
    site: Site, browser: Browser, to: str
) -> None:
    page = await browser.get(SIGN_IN, to=to)
    form = page.form("/account/sign-in")
    assert form.fields["to"] == "/console"
    shown = await browser.submit(form, username="alice", password="alice-password", to=to)
    assert shown.location == f"{PATH}/console"


async def test_after_sign_in_the_browser_is_where_it_wanted_to_be(site: Site, browser: Browser) -> None:
    first = await browser.get(f"{PATH}/account?a=1&b=%2F")
    page = await browser.follow(first)
    shown = await browser.sign_in(page)
    assert shown.location == f"{PATH}/account?a=1&b=%2F"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "", "origin": "https://evil.example"},
    ],
)
async def test_rfc9700_4_7_a_form_from_another_site_is_refused(
    site: Site, browser: Browser, headers: dict[str, str]
) -> None:
    page = await browser.get(SIGN_IN)
    form = page.form("/account/sign-in")
    fields = {**form.fields, "username": "alice", "password": "alice-password"}
    shown = await browser.post(form.action, fields, headers=headers)
    assert shown.status == 403
    assert session_cookie(browser) is None


@pytest.mark.parametrize("csrf", ["", "x", "ü"])
async def test_az_15_a_form_without_its_mark_is_refused(site: Site, browser: Browser, csrf: str) -> None:
    page = await site.at_consent(browser)
    form = page.form("/consent")
    shown = await browser.submit(form, csrf=csrf, decision="allow")
    assert shown.status == 403
    assert "Nothing was changed" in shown.text
    # Nothing was spent either.
    assert "code" in (await site.allow(browser, page)).answer


async def test_az_15_the_mark_of_another_browser_or_session_does_not_do(site: Site, browser: Browser) -> None:
    page = await site.at_consent(browser)
    mallory = site.browser()
    theirs = (await site.at_consent(mallory)).form("/consent").fields["csrf"]
    assert (await browser.submit(page.form("/consent"), csrf=theirs, decision="allow")).status == 403


async def test_a48_switching_the_account_meanwhile_makes_the_consent_form_void(site: Site, browser: Browser) -> None:
    page = await site.at_consent(browser)
    await in_console(browser, "bob")
    assert (await site.allow(browser, page)).status == 403


async def test_signing_out_ends_the_session_and_says_so(site: Site, browser: Browser) -> None:
    page = await in_console(browser)
    secret = session_cookie(browser)
    shown = await browser.follow(await browser.submit(page.form("/sign-out")))
    assert "You are signed out" in shown.text
    assert await session_of(site, secret) is None
    assert session_cookie(browser) is None


async def test_a_get_signs_nobody_out(site: Site, browser: Browser) -> None:
    await in_console(browser)
    shown = await browser.get(f"{PATH}/account/sign-out")
    assert (shown.status, shown.headers["allow"]) == (405, "POST")
    assert (await browser.get(f"{PATH}/account")).status == 200


async def test_a_session_ends_after_its_lifetime(site: Site, browser: Browser) -> None:
    await in_console(browser)
    site.world.clock.forward(12 * 3600)
    assert (await browser.get(f"{PATH}/account")).status == 303
