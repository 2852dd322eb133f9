import asyncio
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from consentry.core.context import Answer, Context
from consentry.core.model import Consent, Record
from consentry.core.tokens import digest
from tests.pages.browsing import PATH, Browser, Shown, Site
from tests.worlds import ISSUER


async def stored_code(site: Site, code: str) -> Record | None:
    async def read(ctx: Context, secret: str) -> Answer[Record | None]:
        return Answer(await ctx.store.authorization_code(digest(secret)))

    found = await site.world.ask(read, code)
    assert not isinstance(found, Exception)
    return found


async def consent_of(site: Site) -> Consent | None:
    async def read(ctx: Context, account_id: str) -> Answer[Consent | None]:
        return Answer(await ctx.store.consent(account_id, "records"))

    found = await site.world.ask(read, site.alice.account_id)
    assert not isinstance(found, Exception)
    return found


def sent_back(site: Site, shown: Shown, **expected: str) -> None:
    """Check that the browser goes to the client, with these parameters and those that every response has."""
    assert shown.status == 303
    assert shown.location.startswith(f"{site.records.redirect_uris[0]}?")
    assert shown.answer == {**shown.answer, "iss": ISSUER, "state": "the state & more", **expected}


async def test_az_1_the_same_request_works_as_link_and_as_form(site: Site, browser: Browser) -> None:
    by_link = await browser.follow(await browser.get(f"{PATH}/authorize", **site.request()))
    by_form = await browser.follow(await browser.post(f"{PATH}/authorize", site.request()))
    assert 'name="password"' in by_link.text
    assert 'name="password"' in by_form.text


async def test_rfc6749_4_1_2_alice_signs_in_allows_and_comes_back_with_a_code(site: Site, browser: Browser) -> None:
    page = await site.at_consent(browser)
    assert "Let Records do this?" in page.text
    back = await site.allow(browser, page)
    sent_back(site, back)
    code = await stored_code(site, back.answer["code"])
    assert code is not None
    # 256 random bits, as every secret of ours.  Spec: AZ-28.
    assert len(back.answer["code"]) >= 43


async def test_az_2_unknown_parameters_are_ignored_and_repeated_ones_refused(site: Site, browser: Browser) -> None:
    shown = await site.authorize(browser, foo="1")
    assert shown.status == 200
    pairs = [*site.request().items(), ("scope", "openid")]
    sent_back(site, await browser.post(f"{PATH}/authorize", pairs), error="invalid_request")


async def test_az_2_a_parameter_without_a_value_counts_as_absent(site: Site, browser: Browser) -> None:
    shown = await site.authorize(browser, response_mode="", prompt="")
    assert shown.status == 200


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
async def test_az_2_a_repeated_address_or_client_is_never_redirected(site: Site, browser: Browser, name: str) -> None:
    pairs = [*site.request().items(), (name, site.request()[name])]
    shown = await browser.post(f"{PATH}/authorize", pairs)
    assert (shown.status, shown.location) == (400, "")


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "nobody"},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example/callback"},
        {"response_mode": "fragment"},
        {"response_mode": "form_post"},
    ],
)
async def test_az_3_5_30_such_a_fault_is_a_page_and_never_a_redirect(
    site: Site, browser: Browser, changes: dict[str, str | None]
) -> None:
    shown = await browser.get(f"{PATH}/authorize", **site.request(None, **changes))
    assert (shown.status, shown.location) == (400, "")
    assert shown.headers["content-type"].startswith("text/html")
    assert shown.headers["x-request-id"] in shown.text


async def test_az_3_a_disabled_client_is_unknown(site: Site, browser: Browser) -> None:
    await site.world.replace(replace(site.records, disabled_at=1))
    assert (await site.authorize(browser)).status == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": "!" * 43}, "invalid_request"),
        ({"code_challenge": "a" * 44}, "invalid_request"),
        ({"scope": "nonsense"}, "invalid_scope"),
        ({"scope": "a\\b"}, "invalid_scope"),
        ({"scope": " ".join(f"s{number}" for number in range(200))}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "shout"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "²"}, "invalid_request"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "https://records.example/r"}, "request_uri_not_supported"),
        ({"id_token_hint": "nonsense"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
async def test_az_6_7_10_17_18_25_other_faults_go_back_to_the_client(
    site: Site, browser: Browser, changes: dict[str, str | None], error: str
) -> None:
    shown = await browser.get(f"{PATH}/authorize", **site.request(None, **changes))
    sent_back(site, shown, error=error)


async def test_az_6_a_client_without_this_grant_is_told_so(site: Site, browser: Browser) -> None:
    machine = await site.world.client("machine", grant_types=("client_credentials",))
    shown = await site.authorize(browser, machine)
    assert shown.answer["error"] == "unauthorized_client"


@pytest.mark.parametrize("state", ["x" * 600, "a b+c%&=?#/ü€", "<script>"])
async def test_az_9_state_comes_back_as_it_was(site: Site, browser: Browser, state: str) -> None:
    shown = await site.authorize(browser, state=state, response_type="token")
    assert shown.answer["state"] == state


async def test_az_9_without_state_there_is_none(site: Site, browser: Browser) -> None:
    shown = await site.authorize(browser, state=None, response_type="token")
    assert "state" not in shown.answer


async def test_az_11_every_redirect_after_a_form_is_303(site: Site, browser: Browser) -> None:
    page = await site.authorize(browser)
    signed_in = await browser.sign_in(page)
    assert signed_in.status == 303
    consent = await browser.follow(signed_in)
    assert (await site.allow(browser, consent)).status == 303


async def test_az_13_14_pages_are_not_framed_kept_or_told_on(site: Site, browser: Browser) -> None:
    page = await site.authorize(browser)
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["cross-origin-opener-policy"] == "same-origin"


async def test_html_4_10_21_3_a_form_on_the_way_may_be_redirected_to_the_client_and_nobody_else(
    site: Site, browser: Browser
) -> None:
    page = await site.at_consent(browser)
    assert "form-action 'self' https://records.example;" in page.headers["content-security-policy"]
    alone = await browser.get(f"{PATH}/account/sign-in")
    assert "form-action 'self';" in alone.headers["content-security-policy"]


async def test_az_16_17_the_code_is_for_the_scopes_that_the_client_may_have(site: Site, browser: Browser) -> None:
    back = await site.allow(browser, await site.at_consent(browser, scope="openid nonsense email"))
    code = await stored_code(site, back.answer["code"])
    assert getattr(code, "scope", None) == ("openid", "email")


async def test_fedauthz_1_3_only_a_resource_server_gets_uma_protection(site: Site, browser: Browser) -> None:
    app = await site.world.client("app", scope="openid uma_protection")
    shown = await site.authorize(browser, app, scope="uma_protection")
    assert shown.answer["error"] == "invalid_scope"


async def test_az_18_prompt_none_answers_without_a_page_once_everything_is_there(site: Site, browser: Browser) -> None:
    page = await site.at_consent(browser)
    shown = await browser.get(f"{PATH}/authorize", **site.request(prompt="none"))
    sent_back(site, shown, error="consent_required")
    await site.allow(browser, page)
    sent_back(site, again := await browser.get(f"{PATH}/authorize", **site.request(prompt="none")))
    assert "code" in again.answer


async def test_az_19_prompt_login_asks_for_the_password_again(site: Site, browser: Browser) -> None:
    await site.allow(browser, await site.at_consent(browser))
    site.world.clock.forward(100)
    page = await site.authorize(browser, prompt="login")
    assert 'name="password"' in page.text
    back = await browser.follow(await browser.sign_in(page))
    code = await stored_code(site, back.answer["code"])
    assert getattr(code, "auth_time", 0) == site.world.clock.now


async def test_az_20_prompt_consent_asks_again(site: Site, browser: Browser) -> None:
    await site.allow(browser, await site.at_consent(browser))
    page = await site.authorize(browser, prompt="consent")
    assert "Let Records do this?" in page.text


@pytest.mark.parametrize(("max_age", "forms"), [("0", 1), ("99", 1), ("100", 0), ("10000", 0)])
async def test_az_21_an_older_sign_in_than_max_age_does_not_do(
    site: Site, browser: Browser, max_age: str, forms: int
) -> None:
    await site.allow(browser, await site.at_consent(browser))
    site.world.clock.forward(100)
    shown = await site.authorize(browser, max_age=max_age)
    assert shown.text.count('name="password"') == forms


async def test_az_22_33_what_is_not_supported_does_no_harm(site: Site, browser: Browser) -> None:
    shown = await site.authorize(
        browser,
        display="popup",
        ui_locales="se",
        claims_locales="se",
        acr_values="1 2",
        claims='{"id_token":{"acr":{"essential":true}}}',
        login_hint="alice",
    )
    assert 'value="alice"' in shown.text


async def test_az_24_a_nonce_of_64_characters_is_kept(site: Site, browser: Browser) -> None:
    back = await site.allow(browser, await site.at_consent(browser, nonce="n" * 64))
    assert getattr(await stored_code(site, back.answer["code"]), "nonce", None) == "n" * 64


async def test_az_26_consent_is_remembered_for_these_scopes_and_asked_again_for_more(
    site: Site, browser: Browser
) -> None:
    await site.allow(browser, await site.at_consent(browser))
    assert "code" in (await site.authorize(browser)).answer
    page = await site.authorize(browser, scope="openid profile email")
    assert "Let Records do more?" in page.text
    assert "See your e-mail address" in page.text
    await site.allow(browser, page)
    consent = await consent_of(site)
    assert consent is not None
    assert consent.scope == ("openid", "profile", "email")


async def test_az_29_a_no_goes_back_as_access_denied_and_nothing_is_remembered(site: Site, browser: Browser) -> None:
    page = await site.at_consent(browser)
    back = await browser.submit(page.form("/consent"), decision="deny")
    sent_back(site, back, error="access_denied")
    assert await consent_of(site) is None


async def test_az_32_a_client_that_cannot_prove_itself_is_always_shown(site: Site, browser: Browser) -> None:
    native = await site.world.client("native", method="none")
    native = replace(native, redirect_uris=("http://127.0.0.1/cb",))
    await site.world.replace(native)
    address = "http://127.0.0.1:49152/cb"
    page = await site.at_consent(browser, native, redirect_uri=address)
    back = await site.allow(browser, page)
    assert back.location.startswith(f"{address}?")
    again = await site.authorize(browser, replace(native, version=2), redirect_uri=address)
    assert "Let Native do this?" in again.text


async def test_az_35_the_page_names_client_host_person_and_every_scope_in_words(site: Site, browser: Browser) -> None:
    page = await site.at_consent(browser, scope="openid profile email offline_access uma_protection")
    for words in (
        "Records",
        "records.example",
        "Alice",
        "Know you again",
        "See your name",
        "See your e-mail address",
        "Stay connected when you are away",
        "Ask us whether people may see what you keep there",
        "take this back at any time",
    ):
        assert words in page.text
    assert [form.method for form in page.forms] == ["post"]


async def test_an_interaction_survives_reload_and_is_spent_once(site: Site, browser: Browser) -> None:
    page = await site.authorize(browser)
    interaction = page.form("/account/sign-in").fields["interaction"]
    again = await browser.get(f"{PATH}/continue", interaction=interaction)
    assert again.status == 200
    consent = await browser.follow(await browser.sign_in(again))
    assert "code" in (await site.allow(browser, consent)).answer
    assert (await site.allow(browser, consent)).status == 400
    gone = await browser.get(f"{PATH}/continue", interaction=interaction)
    assert (gone.status, gone.location) == (400, "")


async def test_az_28_of_many_clicks_at_once_one_gets_a_code(site: Site, browser: Browser) -> None:
    page = await site.at_consent(browser)
    answers = await asyncio.gather(*(site.allow(browser, page) for _ in range(8)))
    assert sorted(answer.status for answer in answers) == [303] + [400] * 7


async def test_az_23_a_hint_at_somebody_else_asks_for_sign_in(site: Site, browser: Browser) -> None:
    await site.allow(browser, await site.at_consent(browser))
    opened = await site.world.server.open("demo")
    assert opened is not None

    def hint(issuer: str, subject: str) -> str:
        return opened.keys.sign({"iss": issuer, "sub": subject, "exp": 1}, alg="ES256", typ="JWT")

    alice, bob = site.alice.account_id, "account-of-bob"
    assert "code" in (await site.authorize(browser, id_token_hint=hint(ISSUER, alice), prompt="none")).answer
    other = await site.authorize(browser, id_token_hint=hint(ISSUER, bob), prompt="none")
    assert other.answer["error"] == "login_required"
    foreign = await site.authorize(browser, id_token_hint=hint("https://other.example", alice))
    assert foreign.answer["error"] == "invalid_request"
    page = await site.authorize(browser, id_token_hint=hint(ISSUER, bob))
    assert 'name="password"' in page.text


async def test_an_interaction_belongs_to_one_browser_and_ends(site: Site, browser: Browser) -> None:
    page = await site.authorize(browser)
    interaction = page.form("/account/sign-in").fields["interaction"]
    elsewhere = await site.browser().get(f"{PATH}/continue", interaction=interaction)
    assert elsewhere.status == 400
    site.world.clock.forward(3600)
    assert (await browser.get(f"{PATH}/continue", interaction=interaction)).status == 400


async def test_a_session_that_ended_meanwhile_leads_back_to_sign_in(site: Site, browser: Browser) -> None:
    page = await site.at_consent(browser)
    site.world.clock.forward(800)
    form = page.form("/consent")
    session = next(name for name in browser.cookies if "session" in name)
    other = site.browser()
    other.cookies = dict(browser.cookies)
    account = await other.get(f"{PATH}/account")
    await other.submit(account.form("/sign-out"))
    assert session not in other.cookies
    shown = await browser.follow(await browser.submit(form, decision="allow"))
    assert 'name="password"' in shown.text


async def test_az_12_the_location_is_never_outside_what_was_registered(site: Site, browser: Browser) -> None:
    registered = urlsplit(site.records.redirect_uris[0])
    for uri in tricks(site.records.redirect_uris[0]):
        shown = await browser.get(f"{PATH}/authorize", **site.request(redirect_uri=uri, response_type="token"))
        assert (shown.status, shown.location) == (400, ""), uri
    assert registered.netloc == "records.example"


def tricks(right: str) -> list[str]:
    """Return sixty addresses that look like a registered one, or hope to be read as one."""
    host, evil = "records.example", "evil.example"
    return [
        right + "/",
        right + "/more",
        right + "/..",
        right + "/../admin",
        right + "?",
        right + "?a=b",
        right + "#",
        right + "#frag",
        right + "%20",
        right + " ",
        " " + right,
        right + "\t",
        right + "\r\nSet-Cookie: a=b",
        right + "%0d%0aSet-Cookie:a=b",
        right + ";jsessionid=1",
        right + ".evil.example",
        right + "@evil.example",
        right + "\\",
        right.upper(),
        right.replace("callback", "Callback"),
        right.replace("callback", "%63allback"),
        right.replace("callback", "callbac"),
        right.replace("callback", ""),
        right.replace("/callback", ""),
        right.replace("/callback", "//callback"),
        right.replace("/callback", "/./callback"),
        right.replace("/callback", "/x/../callback"),
        right.replace("/callback", "/%2e%2e/callback"),
        right.replace("/callback", "\\callback"),
        right.replace("https", "http"),
        right.replace("https", "HTTPS"),
        right.replace("https:", ""),
        right.replace("https://", "https:/"),
        right.replace("https://", "https:///"),
        right.replace("https://", "https:\\\\"),
        right.replace("https://", "javascript://"),
        right.replace("https://", "data:text/html,//"),
        right.replace("https://", "file://"),
        right.replace("https://", "myapp://"),
        right.replace(host, host + ":443"),
        right.replace(host, host + ":8443"),
        right.replace(host, host + "."),
        right.replace(host, host.upper()),
        right.replace(host, "sub." + host),
        right.replace(host, "*." + host),
        right.replace(host, host + "." + evil),
        right.replace(host, host + "@" + evil),
        right.replace(host, evil + "#@" + host),
        right.replace(host, evil + "?@" + host),
        right.replace(host, evil + "\\@" + host),
        right.replace(host, evil + "%23@" + host),
        right.replace(host, "user@" + host),
        right.replace(host, "user:pass@" + host),
        right.replace(host, evil + "%2f" + host),
        right.replace(host, "records。example"),
        right.replace(host, "rеcords.example"),
        right.replace(host, "xn--rcords-bve.example"),
        right.replace(host, "127.0.0.1"),
        right.replace(host, "localhost"),
        right.replace(host, "[::1]"),
        "//evil.example/callback",
        "/callback",
        "callback",
        "https://evil.example/?u=" + right,
    ]


def test_the_collection_of_tricks_has_sixty() -> None:
    collection = tricks("https://records.example/callback")
    assert len(set(collection)) >= 60
