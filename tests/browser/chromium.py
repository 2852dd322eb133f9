"""The console in a real browser: a clinic on a port, a tab with somebody signed in, what axe finds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path

from playwright.async_api import Page, async_playwright

from consentry.server import Server
from consentry.uma.value import value
from tests.console.visiting import SETTINGS, Clinic, clinic_of
from tests.pages.browsing import PATH
from tests.pages.sockets import listening
from tests.worlds import SEALER, World, new_world

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 860}
TAGS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
EXPECTED = ("422",)
"""Answers that browsers note as errors although they are the right ones."""


@value
class Desk:
    """Alice's tab, and the clinic behind it."""

    page: Page
    clinic: Clinic
    issuer: str

    async def open(self, path: str) -> None:
        await self.page.goto(f"{self.issuer}{path}")

    async def said(self) -> str:
        """Return what the live region says, once it says something."""
        await self.page.locator("#toasts [data-toast] p").wait_for()
        return await self.page.locator("#toasts [data-toast] p").inner_text()

    async def focused(self) -> str:
        """Return what has the focus: its label, its text or its id."""
        text: str = await self.page.evaluate(
            "(({id, innerText, ariaLabel, tagName}) => tagName === 'BODY' ? '' : id || ariaLabel || innerText)"
            "(document.activeElement)"
        )
        return text.strip()

    async def tab_to(self, wanted: str) -> None:
        """Press Tab until something has the focus, as somebody without a mouse does."""
        for _ in range(60):
            if (await self.focused()).startswith(wanted):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to {wanted}")


@asynccontextmanager
async def desk(chromium: str, folder: Path, **options: object) -> AsyncIterator[Desk]:
    """Give a signed-in tab; whatever the browser complains about fails the test."""
    async with listening() as place, new_world(folder, SETTINGS) as world, async_playwright() as playwright:
        server = Server(database=world.server.database, sealer=SEALER, base_url=place.origin, clock=world.clock)
        clinic = await clinic_of(World(server, world.clock))
        place.app = clinic.site.app
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = await browser.new_context(**{"viewport": PHONE, "reduced_motion": "reduce", **options})  # type: ignore[arg-type]
        page = await context.new_page()
        page.set_default_timeout(10_000)
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda problem: complaints.append(str(problem)))
        issuer = f"{place.origin}{PATH}"
        await page.goto(f"{issuer}/console")
        await page.fill("[name=username]", "alice")
        await page.fill("[name=password]", "alice-password")
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", level=1, name="Hello").wait_for()
        yield Desk(page=page, clinic=clinic, issuer=issuer)
        assert [text for text in complaints if not any(code in text for code in EXPECTED)] == []
        await browser.close()
        assert clinic.site.crashes == []


async def findings(page: Page) -> list[str]:
    """Return what axe finds wrong with a page."""
    await page.evaluate((resources.files("axe_playwright_python") / "axe.min.js").read_text())
    results = await page.evaluate("(options) => axe.run(options)", TAGS)
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in results["violations"]]
