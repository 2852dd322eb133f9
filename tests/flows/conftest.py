"""The demo's server, health record and surgery in processes of their own, on either store."""

import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx2
import pytest

from consentry.cli.demo import CHECKOUT
from consentry.cli.demo_browser import Browser
from consentry.cli.demo_place import Place, free_port, place_at
from consentry.cli.demo_programs import Program, Running, programs_of
from consentry.cli.demo_world import apply_realm
from tests.harness.stores import BOTH_STORES, store_url
from tests.worlds import SECRET_KEY


@pytest.fixture(params=BOTH_STORES)
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Give the demo's server with the realm of the demo on an empty store."""
    monkeypatch.setenv("CONSENTRY_SECRET_KEY", SECRET_KEY)
    for name, number in (("MEMORY_KIB", "8"), ("ITERATIONS", "1"), ("PARALLELISM", "1")):
        monkeypatch.setenv(f"CONSENTRY_PASSWORDS__{name}", number)
    port = free_port(20_000 + secrets.randbelow(4_000) * 10)
    assert port is not None
    place = place_at(port, folder=tmp_path, database_url=store_url(request.param, tmp_path, request))
    apply_realm(place)
    with started(programs_of(place, CHECKOUT)[:1]):
        yield place


@pytest.fixture
def town(place: Place) -> Iterator[Place]:
    """Give the server with both applications beside it; Alice has done nothing yet."""
    with started(programs_of(place, CHECKOUT)[1:]):
        yield place


@contextmanager
def started(programs: Sequence[Program]) -> Iterator[None]:
    running = Running()
    try:
        for program in programs:
            running.start(program)
        running.wait_until_ready()
        yield
        running.require_alive()
    finally:
        running.stop()


@asynccontextmanager
async def browser(username: str) -> AsyncIterator[Browser]:
    """Give a person's browser with nothing in it."""
    async with httpx2.AsyncClient(follow_redirects=True, timeout=30, trust_env=False) as http:
        yield Browser(http, username=username, password=f"{username}-password")
