from consentry.core.context import Answer, Context
from consentry.core.model import AccessToken, Consent
from consentry.core.tokens import digest
from consentry.web.pages.devices import device_icon, device_name
from tests.pages.browsing import PATH, Browser, Site
from tests.pages.test_sign_in import in_console

LAPTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Mobile Safari/537.36"


async def token(site: Site, secret: str) -> AccessToken | None:
    async def read(ctx: Context, text: str) -> Answer[AccessToken | None]:
        return Answer(await ctx.store.access_token(digest(text)))

    found = await site.world.ask(read, secret)
    assert not isinstance(found, Exception)
    return found


async def consents(site: Site) -> list[Consent]:
    async def read(ctx: Context, account_id: str) -> Answer[list[Consent]]:
        return Answer(list(await ctx.store.consents_of(account_id)))

    found = await site.world.ask(read, site.alice.account_id)
    assert not isinstance(found, Exception)
    return found


async def test_the_account_page_lists_apps_and_sessions(site: Site, browser: Browser) -> None:
    await site.allow(browser, await site.at_consent(browser))
    page = await browser.get(f"{PATH}/account")
    assert "Records" in page.text
    assert "See your name" in page.text
    assert page.text.count("This browser") == 1


async def test_gdpr_7_3_taking_an_app_back_ends_its_tokens_at_once(site: Site, browser: Browser) -> None:
    await site.allow(browser, await site.at_consent(browser))
    await site.world.access_token(site.records, site.alice, secret="the-apps-token")
    await site.world.refresh_token(site.records, site.alice, secret="the-apps-refresh-token")
    page = await browser.get(f"{PATH}/account")
    shown = await browser.follow(await browser.submit(page.form("/apps/withdraw")))
    assert "That app has no access any more." in shown.text
    assert "No apps yet" in shown.text
    assert await token(site, "the-apps-token") is None
    assert await consents(site) == []
    # The note is shown once.
    assert "no access any more" not in (await browser.get(f"{PATH}/account")).text


async def test_another_session_can_be_ended_and_only_ones_own(site: Site, browser: Browser) -> None:
    phone = site.browser()
    await in_console(phone)
    page = await in_console(browser)
    form = page.form("/sessions/end")
    bob = site.browser()
    theirs = (await in_console(bob, "bob")).form("/sign-out").fields["csrf"]
    refused = await bob.post(form.action, {"csrf": theirs, "sid": form.fields["sid"]})
    assert refused.status == 404
    shown = await browser.follow(await browser.submit(form))
    assert "Signed out there." in shown.text
    assert (await phone.get(f"{PATH}/account")).status == 303


async def test_who_is_not_signed_in_changes_nothing(site: Site, browser: Browser) -> None:
    page = await browser.get(f"{PATH}/account/sign-in")
    csrf = page.form("/account/sign-in").fields["csrf"]
    shown = await browser.post(f"{PATH}/account/apps/withdraw", {"csrf": csrf, "client_id": "records"})
    assert shown.status == 303
    assert shown.location.startswith(f"{PATH}/account/sign-in?to=")


async def test_an_error_on_a_page_is_a_page(site: Site, browser: Browser) -> None:
    page = await in_console(browser)
    csrf = page.form("/sign-out").fields["csrf"]
    for fields in ({"csrf": csrf}, {"csrf": csrf, "client_id": "nobody"}):
        shown = await browser.post(f"{PATH}/account/apps/withdraw", fields)
        assert shown.status in {400, 404}
        assert shown.headers["content-type"].startswith("text/html")


def test_a_browser_is_told_in_words() -> None:
    assert (device_name(LAPTOP), device_icon(LAPTOP)) == ("Firefox on Linux", "monitor")
    assert (device_name(PHONE), device_icon(PHONE)) == ("Chrome on Android", "smartphone")
    assert device_name("curl/8") == "Unknown browser"


async def test_static_files_may_be_kept_for_ever_under_their_fingerprint(site: Site, browser: Browser) -> None:
    page = await browser.get(f"{PATH}/account/sign-in")
    address = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    shown = await browser.get(address)
    assert shown.headers["content-type"].startswith("text/css")
    assert "immutable" in shown.headers["cache-control"]
    assert (await browser.get("/static/consentry.css")).headers["cache-control"] == "no-cache"
    assert (await browser.get("/static/vendored.json")).status == 404
    assert (await browser.get("/static/..%2frender.py")).status == 404
