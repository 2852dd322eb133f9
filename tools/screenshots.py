"""Take the pictures of the README and the documentation: the real server, a real browser, an example week.

`make screenshots` writes docs/images/*.png; `ARGS="home share"` takes only pictures whose names begin so.
"""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode

from playwright.async_api import Browser, Page, async_playwright

from consentry.core.pkce import challenge_of
from consentry.plugins.sealing import SecretSealer
from consentry.store.database import open_database
from consentry.store.migrate import upgrade
from tests.conftest import find_chromium
from tools.screenshots_world import PASSWORD, REALM, Story

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
SIZES = {"desk": (1280, 860), "phone": (390, 844)}
SCHEMES = ("light", "dark")
SECRET = "a secret key that only pictures are made with"

Shot = Callable[[Page, str], Awaitable[None]]


def main() -> None:
    wanted = tuple(sys.argv[1:])
    asyncio.run(take(wanted))


async def take(wanted: tuple[str, ...]) -> None:
    """Take every picture whose name begins with one of the wanted words, or all."""
    chromium = find_chromium()
    if chromium is None:
        sys.exit("Chromium is needed: apt-get install -y chromium, or set CONSENTRY_CHROMIUM.")
    IMAGES.mkdir(parents=True, exist_ok=True)
    async with running() as issuer, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for size in SIZES:
            for scheme in SCHEMES:
                await take_size(browser, issuer, size, scheme, wanted)
        await browser.close()


async def take_size(browser: Browser, issuer: str, size: str, scheme: str, wanted: tuple[str, ...]) -> None:
    width, height = SIZES[size]
    dark = scheme == "dark"
    context = await browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", reduced_motion="reduce"
    )
    page = await context.new_page()
    for name, shot in SHOTS.items():
        await shot(page, issuer)
        if not wanted or name.startswith(wanted):
            await page.screenshot(path=IMAGES / f"{name}-{size}-{scheme}.png")
    await context.close()


async def sign_in(page: Page, issuer: str) -> None:
    query = {
        "response_type": "code",
        "client_id": "records",
        "redirect_uri": "http://127.0.0.1:8081/records",
        "scope": "openid profile offline_access uma_protection",
        "state": "s",
        "code_challenge": challenge_of("v" * 43),
        "code_challenge_method": "S256",
    }
    await page.goto(f"{issuer}/authorize?{urlencode(query)}")


async def consent(page: Page, _: str) -> None:
    await page.fill("[name=username]", "alice")
    await page.fill("[name=password]", PASSWORD)
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Allow", exact=True).wait_for()


async def home(page: Page, issuer: str) -> None:
    await page.goto(f"{issuer}/console")


async def thing(page: Page, issuer: str) -> None:
    await page.goto(f"{issuer}/console/resources/health-record")


async def share(page: Page, issuer: str) -> None:
    await thing(page, issuer)
    await page.get_by_role("link", name="Share", exact=True).click()
    await page.locator("dialog[open]").wait_for()
    await page.fill("#person", "dan@example.test")


async def requests(page: Page, issuer: str) -> None:
    await page.goto(f"{issuer}/console/requests")


async def activity(page: Page, issuer: str) -> None:
    await page.goto(f"{issuer}/console/activity")


SHOTS: dict[str, Shot] = {
    "sign-in": sign_in,
    "consent": consent,
    "home": home,
    "thing": thing,
    "share": share,
    "requests": requests,
    "activity": activity,
}


@asynccontextmanager
async def running() -> AsyncIterator[str]:
    """Run a server on a database of its own; give the issuer."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        base_url = f"http://127.0.0.1:{port}"
        url = f"sqlite:///{folder}/pictures.db"
        await asyncio.to_thread(upgrade, url)
        database = await open_database(url)
        await Story(database, SecretSealer(SECRET), base_url, time.time).tell()
        await database.close()
        settings = {
            "CONSENTRY_BASE_URL": base_url,
            "CONSENTRY_BIND": f"127.0.0.1:{port}",
            "CONSENTRY_DATABASE_URL": url,
            "CONSENTRY_SECRET_KEY": SECRET,
            "CONSENTRY_MANAGEMENT_BIND": f"127.0.0.1:{free_port()}",
        }
        server = subprocess.Popen(  # noqa: ASYNC220 - it starts at once
            [sys.executable, "-m", "consentry", "serve"],
            env={**os.environ, **settings},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            await asyncio.to_thread(wait_until_ready, server)
            yield f"{base_url}/realms/{REALM}"
        finally:
            server.terminate()
            await asyncio.to_thread(server.wait, 20)


def wait_until_ready(server: subprocess.Popen[str]) -> None:
    for line in server.stdout or ():
        if line.startswith("ready "):
            return
    sys.exit("the server did not start")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


if __name__ == "__main__":
    main()
