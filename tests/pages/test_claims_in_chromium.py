"""The question who is asking, in a real browser: with and without scripts, and what axe finds."""

from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from tests.pages.browsing import PATH, Site
from tests.pages.claims import Surgery, surgery_of
from tests.pages.sockets import Place
from tests.pages.test_in_chromium import findings, live_site, tab

pytestmark = pytest.mark.browser


async def there(site: Site, place: Place) -> Surgery:
    return await surgery_of(site, f"http://localhost:{place.port}/static/VENDORED.txt")


async def link(surgery: Surgery, place: Place) -> str:
    query = urlencode({"client_id": "surgery", "ticket": await surgery.ticket(), "state": "s 1"}, quote_via=quote)
    return f"{place.origin}{PATH}/uma/claims?{query}"


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}, {"color_scheme": "dark"}])
async def test_g_3_3_2_12_g_5_1_2_bob_signs_in_is_asked_and_goes_back(
    chromium: str, tmp_path: Path, options: dict[str, object]
) -> None:
    async with live_site(tmp_path) as (site, place), tab(chromium, **options) as page:
        surgery = await there(site, place)
        await page.goto(await link(surgery, place))
        await page.fill("[name=username]", "bob")
        await page.fill("[name=password]", "bob-password")
        await page.keyboard.press("Enter")
        await page.get_by_text("Surgery will know that Bob is asking").wait_for()
        box = page.get_by_role("checkbox", name="Remember this for next time")
        assert not await box.is_checked()
        await box.check()
        await page.reload()
        await page.get_by_role("checkbox").check()
        await page.get_by_role("button", name="Continue").click()
        await page.wait_for_url("**/VENDORED.txt?*")
        found = parse_qs(urlsplit(page.url).query)
        assert found["state"] == ["s 1"]
        assert (await surgery.rpt(found["ticket"][0])).pct is not None
        # A second time there is no sign-in, but the question is asked all the same.
        await page.goto(await link(surgery, place))
        await page.get_by_text("is allowed to remember this").wait_for()
        await page.get_by_role("button", name="Cancel").click()
        await page.wait_for_url("**/VENDORED.txt?error=access_denied*")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
async def test_axe_finds_nothing_where_bob_is_asked_and_remembered(
    chromium: str, tmp_path: Path, color_scheme: str
) -> None:
    async with live_site(tmp_path) as (site, place), tab(chromium, color_scheme=color_scheme) as page:
        surgery = await there(site, place)
        await page.goto(await link(surgery, place))
        await page.fill("[name=username]", "bob")
        await page.fill("[name=password]", "bob-password")
        await page.keyboard.press("Enter")
        await page.get_by_role("checkbox").check()
        assert await findings(page) == []
        for width in (320, 390, 1280):
            await page.set_viewport_size({"width": width, "height": 800})
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
        await page.goto(f"{place.origin}{PATH}/console/remembered")
        assert await findings(page) == []
        ticket = await surgery.ticket()
        await page.goto(f"{place.origin}{PATH}/uma/claims?client_id=surgery&ticket={ticket}")
        await page.get_by_role("checkbox").check()
        await page.get_by_role("button", name="Continue").click()
        await page.wait_for_url("**/VENDORED.txt?*")
        await surgery.rpt(parse_qs(urlsplit(page.url).query)["ticket"][0])
        await page.goto(f"{place.origin}{PATH}/console/remembered")
        await page.get_by_text("What it stands for").click()
        assert await findings(page) == []
        await page.get_by_role("button", name="Forget").click()
        await page.get_by_text("No app remembers you").wait_for()
