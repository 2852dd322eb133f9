"""The pages in a real browser: the flow, without scripts too, and what axe finds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib import resources
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.async_api import Page, async_playwright

from consentry.server import Server
from consentry.web.http import Response
from tests.pages.browsing import PATH, Site, site_of
from tests.pages.sockets import Place, listening
from tests.pages.test_the_look import HERE, view
from tests.worlds import SEALER, World, new_world

from consentry.web.http import Message, Receive, Scope, Send  # isort: skip
from consentry.web.pages import render
from consentry.web.pages.visit import HTML, page_policy

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
TAGS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


@asynccontextmanager
async def live_site(folder: Path) -> AsyncIterator[tuple[Site, Place]]:
    """Give a site on a port, with a client whose address is the server's own port under another name."""
    async with listening() as place, new_world(folder) as world:
        server = Server(database=world.server.database, sealer=SEALER, base_url=place.origin, clock=world.clock)
        site = await site_of(World(server, world.clock))
        records = replace(site.records, redirect_uris=(f"http://localhost:{place.port}/static/VENDORED.txt",))
        await site.world.replace(records)
        place.app = AppWithComponents(site)
        yield replace(site, records=replace(records, version=2)), place
        assert site.crashes == []


class AppWithComponents:
    """The site, and one page more that shows every component."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != "/components":
            await self._site.app(scope, receive, send)
            return
        body = render.render_text((HERE / "components.html").read_text(), view()).encode()
        answer = Response(status=200, headers=(HTML, page_policy("bm9uY2U")), body=body)
        start: Message = {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
        await send(start)
        await send({"type": "http.response.body", "body": answer.body})


@asynccontextmanager
async def tab(chromium: str, **options: object) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = await browser.new_context(viewport=PHONE, **options)  # type: ignore[arg-type]
        page = await context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        yield page
        # A wrong password is answered with 403, which browsers note.
        assert [text for text in said if "403" not in text] == []
        await browser.close()


async def findings(page: Page) -> list[str]:
    await page.evaluate((resources.files("axe_playwright_python") / "axe.min.js").read_text())
    results = await page.evaluate("(options) => axe.run(options)", TAGS)
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in results["violations"]]


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}, {"color_scheme": "dark"}])
async def test_alice_signs_in_allows_and_is_sent_back(
    chromium: str, tmp_path: Path, options: dict[str, object]
) -> None:
    async with live_site(tmp_path) as (site, place), tab(chromium, **options) as page:
        await page.goto(f"{place.origin}{PATH}/authorize?{urlencode(site.request())}")
        await page.fill("[name=username]", "alice")
        await page.fill("[name=password]", "wrong")
        await page.keyboard.press("Enter")
        await page.get_by_text("do not go together").wait_for()
        await page.fill("[name=password]", "alice-password")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Allow", exact=True).click()
        await page.wait_for_url(f"http://localhost:{place.port}/static/VENDORED.txt?code=*")
        assert "state=the%20state" in page.url


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_any_page(chromium: str, tmp_path: Path, color_scheme: str) -> None:
    async with live_site(tmp_path) as (site, place), tab(chromium, color_scheme=color_scheme) as page:
        await page.goto(f"{place.origin}{PATH}/authorize?{urlencode(site.request())}")
        assert await findings(page) == []
        await page.fill("[name=username]", "alice")
        await page.fill("[name=password]", "alice-password")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Allow", exact=True).wait_for()
        assert await findings(page) == []
        await page.get_by_role("button", name="Allow", exact=True).click()
        await page.goto(f"{place.origin}{PATH}/account")
        assert await findings(page) == []
        await page.goto(f"{place.origin}/components")
        assert await findings(page) == []


async def test_a_page_fits_a_small_phone_and_text_twice_as_large(chromium: str, tmp_path: Path) -> None:
    async with live_site(tmp_path) as (_, place), tab(chromium) as page:
        for width in (320, 390, 768, 1280):
            await page.set_viewport_size({"width": width, "height": 700})
            await page.goto(f"{place.origin}/components")
            assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_what_can_be_pressed_is_44_pixels_high(chromium: str, tmp_path: Path) -> None:
    async with live_site(tmp_path) as (_, place), tab(chromium) as page:
        await page.goto(f"{place.origin}/components")
        heights: list[float] = await page.evaluate(
            "[...document.querySelectorAll('.button, .input, .select, .choice, .nav a')]"
            ".filter(each => each.checkVisibility()).map(each => each.getBoundingClientRect().height)"
        )
        assert len(heights) > 20
        assert min(heights) >= 44
