"""Whoever types a bare address arrives at the console."""

import pytest

from tests.pages.browsing import Browser


@pytest.mark.parametrize("path", ["/realms/demo", "/realms/demo/"])
async def test_the_bare_address_of_a_realm_leads_to_the_console(browser: Browser, path: str) -> None:
    shown = await browser.get(path)
    assert shown.status == 303
    assert shown.location == "/realms/demo/console"


async def test_the_bare_address_of_the_host_leads_to_the_only_realm(browser: Browser) -> None:
    assert (await browser.get("/")).location == "/realms/demo/console"
