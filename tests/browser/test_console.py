"""Alice at her console in Chromium: by keyboard, in place, without scripts, in every light and size."""

from pathlib import Path

import pytest

from tests.browser.chromium import DESK, PHONE, Desk, desk, findings

pytestmark = pytest.mark.browser

WITHOUT_SCRIPTS = {"java_script_enabled": False}


async def test_sharing_needs_nothing_but_a_keyboard(chromium: str, tmp_path: Path) -> None:
    async with desk(chromium, tmp_path, viewport=DESK) as alice:
        await alice.open(alice.clinic.thing)
        await alice.tab_to("Share")
        await alice.page.keyboard.press("Enter")
        await alice.page.locator("dialog[open]").wait_for()
        assert await alice.focused() == "person"
        await alice.page.keyboard.type("nobody")
        await alice.page.keyboard.press("Enter")
        await alice.page.get_by_text("Nobody here has this user name.").wait_for()
        assert await alice.page.locator("dialog[open]").count() == 1
        await alice.tab_to("person")
        await alice.page.keyboard.press("Control+a")
        await alice.page.keyboard.type("bob")
        await alice.page.keyboard.press("Tab")
        await alice.page.keyboard.press("Tab")
        await alice.page.keyboard.press("Space")
        await alice.page.keyboard.press("Tab")
        await alice.page.keyboard.press("ArrowLeft")
        await alice.page.keyboard.press("Enter")
        assert "Bob can read the record and add entries, until 22 January 2027." in await alice.said()
        (grant,) = await alice.clinic.grants()
        assert grant.scopes == ("read", "write")


async def test_the_dialog_keeps_the_focus_and_gives_it_back(chromium: str, tmp_path: Path) -> None:
    async with desk(chromium, tmp_path) as alice:
        await alice.open(alice.clinic.thing)
        await alice.page.get_by_role("link", name="Share", exact=True).click()
        await alice.page.locator("dialog[open]").wait_for()
        for _ in range(14):
            await alice.page.keyboard.press("Tab")
            assert await alice.page.evaluate(
                "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
            )
        await alice.page.keyboard.press("Escape")
        await alice.page.locator("dialog[open]").wait_for(state="detached")
        assert await alice.focused() == "Share"


async def test_stop_is_one_press_in_place_and_can_be_taken_back(chromium: str, tmp_path: Path) -> None:
    async with desk(chromium, tmp_path) as alice:
        await alice.clinic.world.grant(alice.clinic.record, alice.clinic.bob)
        await alice.open(alice.clinic.thing)
        address = alice.page.url
        await alice.tab_to("Stop sharing")
        await alice.page.keyboard.press("Enter")
        assert "Bob has no more access" in await alice.said()
        assert await alice.clinic.grants() == []
        assert alice.page.url == address
        assert await alice.focused() == "main"
        await alice.page.get_by_role("button", name="Undo").click()
        await alice.page.get_by_text("Bob can read the record and add entries, without an end date.").wait_for()
        assert len(await alice.clinic.grants()) == 1


async def test_allow_happens_in_place_and_the_count_goes_down(chromium: str, tmp_path: Path) -> None:
    async with desk(chromium, tmp_path, viewport=DESK) as alice:
        await alice.clinic.asks()
        await alice.open("/console")
        assert await alice.page.locator("nav .count").inner_text() == "1\nwaiting"
        await alice.page.get_by_role("button", name="Allow what Bob asks for").click()
        assert "You allowed it" in await alice.said()
        await alice.page.locator("nav .count").wait_for(state="detached")
        assert await alice.page.get_by_role("button", name="Allow what Bob asks for").count() == 0
        assert len(await alice.clinic.grants()) == 1


async def test_allow_less_in_a_dialog(chromium: str, tmp_path: Path) -> None:
    async with desk(chromium, tmp_path) as alice:
        await alice.clinic.asks()
        await alice.open("/console/requests")
        await alice.page.get_by_role("link", name="Allow less").click()
        await alice.page.get_by_role("checkbox", name="Add entries").uncheck()
        await alice.page.get_by_text("7 days").click()
        await alice.page.get_by_role("button", name="Allow what is ticked").click()
        assert "You allowed a part of what Bob asked for" in await alice.said()
        (grant,) = await alice.clinic.grants()
        assert grant.scopes == ("read",)


async def test_deny_by_keyboard(chromium: str, tmp_path: Path) -> None:
    async with desk(chromium, tmp_path) as alice:
        asked = await alice.clinic.asks()
        await alice.open("/console/requests")
        await alice.tab_to("Deny")
        await alice.page.keyboard.press("Enter")
        assert "You said no to Bob" in await alice.said()
        assert (await alice.clinic.request(asked)).status == "denied"


async def test_share_allow_deny_and_stop_without_scripts(chromium: str, tmp_path: Path) -> None:
    async with desk(chromium, tmp_path, **WITHOUT_SCRIPTS) as alice:
        page = alice.page
        await alice.open(alice.clinic.thing)
        await page.get_by_role("link", name="Share", exact=True).click()
        await page.fill("[name=person]", "bob")
        await page.get_by_text("A date").click()
        await page.fill("[name=date]", "2027-01-20")
        await page.get_by_role("button", name="Share").click()
        await page.get_by_text("Bob can read the record, until 20 January 2027.").wait_for()
        await page.get_by_role("button", name="Stop sharing").click()
        await page.get_by_text("Bob has no more access").wait_for()
        await page.get_by_role("button", name="Undo").click()
        await page.get_by_text("Bob can read the record, until 20 January 2027.").wait_for()
        await alice.clinic.asks()
        await alice.clinic.asks(alice.clinic.carol, name="two")
        await alice.open("/console")
        await page.get_by_role("button", name="Allow what Bob asks for").click()
        await page.get_by_text("You allowed it").wait_for()
        await page.get_by_role("button", name="Deny what Carol asks for").click()
        await page.get_by_text("You said no to Carol (Health record).").wait_for()
        assert len(await alice.clinic.grants()) == 2


async def everything(alice: Desk) -> list[str]:
    """Give Alice one of everything, and return the pages that show it."""
    clinic = alice.clinic
    grant = await clinic.world.grant(clinic.record, clinic.bob, expires_at=clinic.world.clock.now + 86_400)
    asked = await clinic.asks(clinic.carol)
    photos = await clinic.world.resource(clinic.bob, clinic.site.records, name="Photos")
    await clinic.world.grant(photos, clinic.alice)
    return [
        "/console",
        "/console/people",
        "/console/resources",
        "/console/resources?search=nothing",
        clinic.thing,
        f"{clinic.thing}/share",
        f"/console/grants/{grant.grant_id}",
        "/console/requests",
        f"/console/requests/{asked.request_id}",
        "/console/activity",
        "/console/shared",
        "/console/asked",
    ]


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
async def test_axe_finds_nothing(chromium: str, tmp_path: Path, color_scheme: str, viewport: dict[str, int]) -> None:
    async with desk(chromium, tmp_path, color_scheme=color_scheme, viewport=viewport) as alice:
        for path in await everything(alice):
            await alice.open(path)
            assert (path, await findings(alice.page)) == (path, [])
        await alice.open(alice.clinic.thing)
        await alice.page.get_by_role("link", name="Share", exact=True).click()
        await alice.page.locator("dialog[open]").wait_for()
        assert await findings(alice.page) == []


async def test_pages_fit_a_small_phone_and_what_is_pressed_is_44_pixels_high(chromium: str, tmp_path: Path) -> None:
    async with desk(chromium, tmp_path, viewport={"width": 320, "height": 640}) as alice:
        for path in await everything(alice):
            await alice.open(path)
            assert (path, await alice.page.evaluate("document.documentElement.scrollWidth")) <= (path, 320)
            heights: list[float] = await alice.page.evaluate(
                "[...document.querySelectorAll('.button, .input, .choice, .chip, .nav a, summary')]"
                ".filter(each => each.checkVisibility()).map(each => each.getBoundingClientRect().height)"
            )
            assert min(heights) >= 44, path
