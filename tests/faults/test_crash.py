"""The server is killed at random moments under load: what it acknowledged is there, and nothing is half done.

This is about processes that die, not about machines that lose power: for these the store asks SQLite for
``synchronous=FULL``, and leaves PostgreSQL its own default.
"""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from consentry.uma.value import value
from tests.faults.ledger import Ledger, Told
from tests.faults.load import Unexpected, under_load
from tests.faults.survivors import lost
from tests.faults.verify import verify
from tests.harness.planted import Bug
from tests.harness.server import ServerProcess, connections
from tests.harness.stage import PUBLIC_URL, Stage, sqlite_url, stage_on
from tests.harness.stores import BOTH_STORES, store_url
from tests.harness.wire import Connection

KILLS = {"sqlite": 30, "postgresql": 5}
CLIENTS = 8
LONGEST = 0.5
"""Seconds of load before the end."""

pytestmark = pytest.mark.slow


@value
class Found:
    """What was found after one kill."""

    acknowledged: int
    lost: tuple[str, ...]
    half_done: tuple[str, ...]
    unexpected: tuple[str, ...]


class Ordeal:
    """A database whose servers are killed one after another."""

    def __init__(self, folder: Path, stage: Stage) -> None:
        self.seed = secrets.randbits(32)
        self._folder = folder
        self._stage = stage
        self._chance = random.Random(self.seed)  # noqa: S311 - repeatable, going by the seed that is printed
        self._ledger = Ledger(folder / "ledger")
        self._known = verify(stage.url)  # the seed has no history

    async def kills(self, count: int, *, bug: Bug | None = None) -> AsyncIterator[Found]:
        """Kill one server after another at some moment under load; each is first asked about what the last one did."""
        half_done: set[str] = set()
        wrong: list[Unexpected] = []
        for kill in range(count + 1):
            server = ServerProcess(self._folder, database_url=self._stage.url, base_url=PUBLIC_URL, bug=bug)
            try:
                await server.ready()
                async with connections([server], CLIENTS) as clients:
                    if kill > 0:
                        yield await self._look(clients, half_done, wrong)
                    if kill < count:
                        wrong = await self._die_under_load(server, clients)
            finally:
                server.kill()
            half_done = await asyncio.to_thread(verify, self._stage.url) - self._known

    async def _die_under_load(self, server: ServerProcess, clients: Sequence[Connection]) -> list[Unexpected]:
        load = asyncio.create_task(under_load(self._stage, self._ledger, clients, self._chance))
        await asyncio.sleep(self._chance.uniform(0, LONGEST))
        await asyncio.to_thread(server.kill)
        return await load

    async def _look(self, clients: Sequence[Connection], half_done: set[str], wrong: list[Unexpected]) -> Found:
        told = Told(self._ledger.new_entries())
        return Found(
            acknowledged=told.acknowledged,
            lost=tuple(await lost(self._stage, told, clients)),
            half_done=tuple(sorted(half_done)),
            unexpected=tuple(map(str, wrong)),
        )

    def close(self) -> None:
        self._ledger.close()


@pytest.mark.parametrize("store", BOTH_STORES)
async def test_what_was_acknowledged_survives_a_kill_and_nothing_is_half_done(
    tmp_path: Path, request: pytest.FixtureRequest, store: str
) -> None:
    async with stage_on(store_url(store, tmp_path, request)) as stage:
        ordeal = Ordeal(tmp_path, stage)
        print(f"seed {ordeal.seed}")
        found = [one async for one in ordeal.kills(KILLS[store])]
        ordeal.close()
    acknowledged = sum(one.acknowledged for one in found)
    print(f"{len(found)} kills on {store}: {acknowledged} acknowledged")
    assert [wrong for one in found for wrong in one.unexpected] == []
    assert [wrong for one in found for wrong in one.lost] == []
    assert [wrong for one in found for wrong in one.half_done] == []
    assert acknowledged > len(found) * 10  # or there was no load


async def test_the_ordeal_finds_a_server_that_acknowledges_before_it_commits(tmp_path: Path) -> None:
    async with stage_on(sqlite_url(tmp_path)) as stage:
        ordeal = Ordeal(tmp_path, stage)
        found = [one async for one in ordeal.kills(4, bug="acknowledge-before-commit")]
        ordeal.close()
    print(f"acknowledged and lost: {[len(one.lost) for one in found]}")
    assert any(one.lost for one in found)


async def test_the_ordeal_finds_a_server_that_commits_an_answer_in_two_halves(tmp_path: Path) -> None:
    async with stage_on(sqlite_url(tmp_path)) as stage:
        ordeal = Ordeal(tmp_path, stage)
        found = [one async for one in ordeal.kills(4, bug="commit-in-two-halves")]
        ordeal.close()
    print(f"half done: {[len(one.half_done) for one in found]}")
    assert any(one.half_done for one in found)
