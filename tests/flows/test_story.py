"""What people do, as their browsers and the example applications do it: over HTTP, on either store."""

import time
from types import SimpleNamespace

import httpx2
import pytest

from consentry.cli.demo_browser import Browser
from consentry.cli.demo_place import Place
from examples.surgery import app as surgery
from examples.surgery.settings import Settings
from tests.flows.conftest import browser

pytestmark = pytest.mark.slow

SECRET = "Penicillin"


async def opened(bob: Browser, place: Place) -> httpx2.Response:
    return await bob.http.get(f"{place.surgery}/patients/alice")


async def written(bob: Browser, place: Place, *, origin: str) -> httpx2.Response:
    address = f"{place.surgery}/patients/alice/entries"
    return await bob.http.post(address, data={"text": "Operation on Monday"}, headers={"origin": origin})


async def a_stranger_learns_nothing(place: Place, status: int) -> None:
    """Ask the API without a token, and with one that nobody issued."""
    async with httpx2.AsyncClient(trust_env=False) as http:
        for headers in ({}, {"authorization": "Bearer made-up"}):
            refused = await http.get(f"{place.records}/records/alice", headers=headers)
            assert refused.status_code == status
            assert SECRET not in refused.text
            challenge = f'UMA realm="health record", as_uri="{place.issuer}", ticket="'
            assert refused.headers.get("www-authenticate", challenge).startswith(challenge)


async def signed_in_at_the_surgery(bob: Browser, place: Place) -> None:
    shown = await bob.visit(f"{place.surgery}/sign-in")
    assert "Today’s patients" in shown.text


def share_link(record: httpx2.Response, place: Place) -> str:
    """Return where the health record sends its owner to share it."""
    links = [part.partition('"')[0] for part in record.text.split('href="')[1:]]
    return next(link for link in links if link.startswith(f"{place.issuer}/console/resources/"))


async def answered(alice: Browser, place: Place, word: str) -> httpx2.Response:
    """Answer the one request that waits."""
    inbox = await alice.http.get(f"{place.issuer}/console/requests")
    assert "Dr. Bob" in inbox.text
    return await alice.press(inbox, f"/{word}")


async def test_alice_shares_bob_reads_alice_stops_and_bob_is_refused(town: Place) -> None:
    place = town
    async with browser("alice") as alice, browser("bob") as bob:
        await a_stranger_learns_nothing(place, 404)
        record = await alice.visit(f"{place.records}/sign-in")
        assert SECRET in record.text
        await a_stranger_learns_nothing(place, 401)
        thing = await alice.http.get(share_link(record, place))
        form = await alice.http.get(f"{thing.url}/share")
        shared = await alice.press(form, "/share", person="bob", scope="read")
        assert "Dr. Bob" in shared.text

        await signed_in_at_the_surgery(bob, place)
        assert SECRET in (await opened(bob, place)).text

        stopped = await alice.press(shared, "/stop")
        assert stopped.status_code == 200
        refused = await opened(bob, place)
        assert refused.status_code == 202
        assert SECRET not in refused.text
        assert "Waiting for Alice" in refused.text


async def test_bob_asks_alice_allows_and_bob_reads_and_a_no_is_a_no(
    town: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = town
    async with browser("alice") as alice, browser("bob") as bob:
        await alice.visit(f"{place.records}/sign-in")
        await signed_in_at_the_surgery(bob, place)
        assert "Waiting for Alice" in (await opened(bob, place)).text
        assert "Waiting for Alice" in (await opened(bob, place)).text

        await answered(alice, place, "allow")
        record = await opened(bob, place)
        assert SECRET in record.text

        # To write is another wish than to read; and a form from elsewhere is nobody's wish.
        await written(bob, place, origin="http://127.0.0.1:9")
        assert "Dr. Bob asks" not in (await alice.http.get(f"{place.issuer}/console/requests")).text
        assert "asked whether you may write" in (await written(bob, place, origin=place.surgery)).text
        await answered(alice, place, "deny")
        assert "does not share this" in (await written(bob, place, origin=place.surgery)).text
        assert SECRET in (await opened(bob, place)).text
    await an_id_token_that_is_over_is_renewed_unseen(place, monkeypatch)


async def an_id_token_that_is_over_is_renewed_unseen(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Bob's ID token run out at the surgery, which runs in this process for that."""
    settings = Settings(address=place.surgery, issuer=place.issuer, records=place.records)
    app = surgery.create_app(settings)
    mounts = {place.surgery: httpx2.ASGITransport(app=app)}
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(follow_redirects=True, mounts=mounts, trust_env=False) as http,
    ):
        await signed_in_at_the_surgery(Browser(http, username="bob", password="bob-password"), place)
        with monkeypatch.context() as later:
            later.setattr(surgery, "time", SimpleNamespace(time=lambda: time.time() + 3600))
            sent = await http.get(f"{place.surgery}/patients/alice", follow_redirects=False)
            assert sent.headers["location"] == "/sign-in?patient=alice"
        shown = await http.get(f"{place.surgery}{sent.headers['location']}")
        assert SECRET in shown.text
