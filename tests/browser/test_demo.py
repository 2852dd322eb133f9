"""Alice and Bob in Chromium, each with a browser of their own, on a demo that `./run` started."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.demos import Demo, running_demo

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECRET = "Penicillin"
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    with running_demo(tmp_path) as demo:
        yield demo


@asynccontextmanager
async def two_people(chromium: str) -> AsyncIterator[tuple[Page, Page]]:
    """Give the tabs of two people who share nothing: Alice's phone, Bob's desk."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield await tab(browser, PHONE), await tab(browser, DESK)
        await browser.close()


async def tab(browser: Browser, size: dict[str, int]) -> Page:
    context = await browser.new_context(viewport=size)  # type: ignore[arg-type]
    return await context.new_page()


async def sign_in(page: Page, address: str, username: str) -> None:
    """Sign in at one of the two applications, and agree if it is the first time."""
    await page.goto(address)
    await page.get_by_role("link", name="Sign in").click()
    await page.get_by_label("Name or e-mail address").fill(username)
    await page.get_by_label("Password").fill(f"{username}-password")
    await page.get_by_role("button", name="Sign in").click()
    allow = page.get_by_role("button", name="Allow", exact=True)
    await expect(allow.or_(page.get_by_role("button", name="Sign out"))).to_be_visible()
    if await allow.is_visible():
        await allow.click()
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()


async def open_record(bob: Page, demo: Demo) -> None:
    await bob.goto(demo.surgery)
    await bob.get_by_role("link", name="Open the record of Alice").click()


async def test_alice_shares_bob_reads_alice_stops_and_bob_is_refused(chromium: str, demo: Demo) -> None:
    async with two_people(chromium) as (alice, bob):
        await sign_in(alice, demo.records, "alice")
        await expect(alice.get_by_text(SECRET)).to_be_visible()
        await alice.get_by_role("link", name="Share", exact=True).click()
        await expect(alice.get_by_text("Dr. Carol", exact=True)).to_be_visible()

        await alice.get_by_role("link", name="Share", exact=True).click()
        await alice.get_by_label("With whom").fill("bob")
        await alice.get_by_role("button", name="Share", exact=True).click()
        await expect(alice.get_by_role("listitem").filter(has_text="Dr. Bob")).to_be_visible()

        await sign_in(bob, demo.surgery, "bob")
        await open_record(bob, demo)
        await expect(bob.get_by_text(SECRET)).to_be_visible()

        await alice.get_by_role("button", name="Stop sharing with Dr. Bob").click()
        await expect(alice.get_by_role("button", name="Stop sharing with Dr. Bob")).to_have_count(0)
        await bob.reload()
        await expect(bob.get_by_role("heading", name="Waiting for Alice")).to_be_visible()
        await expect(bob.get_by_text(SECRET)).to_have_count(0)


async def test_bob_asks_alice_allows_and_bobs_page_opens_by_itself(chromium: str, demo: Demo) -> None:
    async with two_people(chromium) as (alice, bob):
        await sign_in(bob, demo.surgery, "bob")
        await open_record(bob, demo)
        await expect(bob.get_by_role("heading", name="Waiting for Alice")).to_be_visible()

        await sign_in(alice, demo.records, "alice")
        await alice.goto(f"{demo.issuer}/console")
        await alice.get_by_role("button", name="Allow what Dr. Bob asks for").click()
        await expect(alice.get_by_role("button", name="Allow what Dr. Bob asks for")).to_have_count(0)

        await expect(bob.get_by_text(SECRET)).to_be_visible(timeout=20_000)
        await bob.get_by_label("Add a note").fill("Operation on Monday")
        await bob.get_by_role("button", name="Write it into the record").click()
        await expect(bob.get_by_text("asked whether you may write")).to_be_visible()


async def test_the_applications_fit_a_small_phone_and_axe_finds_nothing(chromium: str, demo: Demo) -> None:
    async with two_people(chromium) as (alice, bob):
        await sign_in(alice, demo.records, "alice")
        await sign_in(bob, demo.surgery, "bob")
        for page, address in (
            (bob, demo.records),
            (alice, demo.records),
            (alice, demo.surgery),
            (bob, demo.surgery),
            (bob, f"{demo.surgery}/patients/alice"),
        ):
            await page.set_viewport_size({"width": 320, "height": 640})
            await page.goto(address)
            assert await page.evaluate("document.documentElement.scrollWidth") <= 320
            await page.emulate_media(color_scheme="light")
            assert await findings(page) == []
            await page.emulate_media(color_scheme="dark")
            assert await findings(page) == []


async def findings(page: Page) -> list[str]:
    await page.evaluate((resources.files("axe_playwright_python") / "axe.min.js").read_text())
    results = await page.evaluate("axe.run()")
    return [f"{page.url} {each['id']}: {each['nodes'][0]['html']}" for each in results["violations"]]
