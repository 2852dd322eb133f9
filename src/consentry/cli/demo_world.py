"""What is there when a demo begins: the realm from its file, and what Alice did before you came."""

from pathlib import Path

import click
import httpx2

from consentry.cli.applying import apply_file
from consentry.cli.demo_browser import Browser, NoWayInError
from consentry.cli.demo_place import Place
from consentry.cli.demo_token import DemoToken, issue_demo_token
from consentry.cli.opened import opened, run
from consentry.cli.realm_file import parse_realm_file
from consentry.plugins.passwords import Argon2Passwords
from consentry.uma.codes import SCOPE_UMA_POLICY_MANAGER

REALM_FILE = Path(__file__).with_name("demo_realm.json")
RECORDS_IN_FILE, SURGERY_IN_FILE = "http://127.0.0.1:8081", "http://127.0.0.1:8082"


def apply_realm(place: Place) -> None:
    """Make the realm what its file says, with the addresses of this demo."""
    text = REALM_FILE.read_text(encoding="utf-8")
    text = text.replace(RECORDS_IN_FILE, place.records).replace(SURGERY_IN_FILE, place.surgery)
    file = parse_realm_file(text, name=REALM_FILE.name, directory=REALM_FILE.parent)

    async def work() -> None:
        settings = place.settings()
        passwords = Argon2Passwords(settings.passwords)
        try:
            async with opened(settings) as server:
                await apply_file(server, passwords, REALM_FILE.name, file, dry_run=False, prune=False)
        finally:
            passwords.close()

    run(work)


def play_alice(place: Place) -> None:
    """Sign Alice in at her health record, which registers it, and share it with Dr. Carol.

    All of it by HTTP, as her browser would do it.
    """
    try:
        run(lambda: _play_alice(place))
    except (httpx2.HTTPError, NoWayInError) as problem:
        raise click.ClickException(
            f"Alice could not share her record: {problem}; see the logs in {place.folder}"
        ) from problem


async def _play_alice(place: Place) -> None:
    async with httpx2.AsyncClient(follow_redirects=True, timeout=30, trust_env=False) as http:
        browser = Browser(http, username="alice", password="alice-password")
        (await browser.visit(f"{place.records}/sign-in")).raise_for_status()
    wanted = DemoToken(account="alice", client_id="surgery", scope=(SCOPE_UMA_POLICY_MANAGER,))
    issued = await issue_demo_token(place, wanted)
    headers = {"authorization": f"Bearer {issued.access_token}"}
    async with httpx2.AsyncClient(headers=headers, trust_env=False) as http:
        things = (await http.get(f"{place.issuer}/me/resources")).raise_for_status().json()["items"]
        grant = {"resource_id": things[0]["id"], "grantee": {"account": "carol"}, "scopes": ["read"]}
        (await http.post(f"{place.issuer}/me/grants", json=grant)).raise_for_status()
