"""PostgreSQL goes and comes back: reads are asked again, and no answer is committed twice or half."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import psycopg
import pytest

from consentry.core.changes import Add, Replace, Take
from consentry.core.errors import Unavailable
from consentry.core.model import Realm
from consentry.core.ports import Page
from consentry.store.database import StoreDatabase, open_database
from consentry.store.postgres_channel import Channel, ConnectionLost, Hear, Query, Result
from tests.store.samples import person
from tests.store.world import event, settle_everything, ticket

pytestmark = pytest.mark.postgres

CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture
async def database(migrated_postgres_url: str) -> AsyncIterator[StoreDatabase]:
    opened = await open_database(migrated_postgres_url)
    assert await opened.add_realm(Realm(name="main"))
    yield opened
    await opened.close()


async def cut_every_connection(url: str) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(CUT)


async def test_reads_and_commits_go_on_after_every_connection_was_cut(
    database: StoreDatabase, migrated_postgres_url: str
) -> None:
    version = await settle_everything(database)
    for number in range(3):
        await cut_every_connection(migrated_postgres_url)
        assert await database.work("main", version).account("alice") is not None
        assert await database.work("main", version).commit([Add(record=event(f"e{number}", at=2))], now=1)
    assert len(await database.work("main", version).events("alice", Page())) == 4


async def test_what_was_under_way_when_the_connection_went_is_done_once(
    database: StoreDatabase, migrated_postgres_url: str
) -> None:
    """Cut at every moment there is: whoever is told yes finds it done, once, and whoever is told no finds nothing."""
    version = await settle_everything(database)
    count = 60

    async def spend(number: int) -> bool:
        work = database.work("main", version)
        await asyncio.sleep(number * 0.004)
        changes = (Take(record=ticket(f"t{number}")), Add(record=event(f"e{number}", at=2)))
        return await work.commit(changes, now=7)

    assert await database.work("main", version).commit([Add(record=ticket(f"t{n}")) for n in range(count)], now=1)
    spending = [asyncio.ensure_future(spend(number)) for number in range(count)]
    for _ in range(6):
        await asyncio.sleep(0.03)
        await cut_every_connection(migrated_postgres_url)
    said = await asyncio.gather(*spending, return_exceptions=True)
    work = database.work("main", version)
    done = {each.event_id for each in await work.events("alice", Page(limit=count))} - {"happened"}
    for number, outcome in enumerate(said):
        taken = await work.permission_ticket(f"t{number}")
        assert taken is not None
        assert (taken.taken_at == 7) == (f"e{number}" in done)
        assert isinstance(outcome, Unavailable) or outcome == (f"e{number}" in done), outcome
    assert True in said


async def test_an_answer_that_was_done_before_its_connection_went_is_recognised(
    database: StoreDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = await settle_everything(database)
    work = database.work("main", version)
    await work.settle()
    lose_after_the_next_batch(monkeypatch)
    assert await work.commit([Take(record=ticket()), Add(record=event("spent", at=2))], now=7)
    assert database.counters.retries >= 1
    assert len(await database.work("main", version).events("alice", Page())) == 2


async def test_what_cannot_be_recognised_is_not_guessed(
    database: StoreDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = await settle_everything(database)
    work = database.work("main", version)
    alice = await work.account("alice")
    assert alice is not None
    lose_after_the_next_batch(monkeypatch)
    with pytest.raises(Unavailable, match="cannot be told"):
        await work.commit([Replace(record=alice)], now=7)


def lose_after_the_next_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server do the next batch, and the connection go before anybody hears of it."""
    submit = Channel.submit

    def once(channel: Channel, queries: Sequence[Query], _: Hear | None = None) -> asyncio.Future[Sequence[Result]]:
        monkeypatch.setattr(Channel, "submit", submit)
        lost: asyncio.Future[Sequence[Result]] = asyncio.get_running_loop().create_future()

        def lose(_: object) -> None:
            lost.set_exception(ConnectionLost("cut by the test"))

        submit(channel, queries).add_done_callback(lose)
        return lost

    monkeypatch.setattr(Channel, "submit", once)


async def test_a_server_that_is_not_there_stops_the_start() -> None:
    with pytest.raises(psycopg.OperationalError):
        await open_database("postgresql://postgres@127.0.0.1:1/none")


async def test_a_statement_that_takes_too_long_is_ended(database: StoreDatabase, migrated_postgres_url: str) -> None:
    version = await settle_everything(database)
    async with await psycopg.AsyncConnection.connect(migrated_postgres_url) as other:
        await other.execute("SELECT 1 FROM account WHERE account_id = 'alice' FOR UPDATE")
        work = database.work("main", version)
        alice = await work.account("alice")
        assert alice is not None
        with pytest.raises(Unavailable):
            await work.commit([Replace(record=alice)], now=1)
        # Whoever did not wait for that row is not held up for ever.
        assert await database.work("main", version).commit([Add(record=person("carol"))], now=1)


async def test_an_error_that_comes_only_with_the_commit_is_heard(
    database: StoreDatabase, migrated_postgres_url: str
) -> None:
    """A constraint that is checked at the very end stands for what distributed databases find out there."""
    version = await settle_everything(database)
    async with await psycopg.AsyncConnection.connect(migrated_postgres_url, autocommit=True) as other:
        await other.execute("ALTER TABLE event ADD CONSTRAINT late UNIQUE (kind) DEFERRABLE INITIALLY DEFERRED")
    assert not await database.work("main", version).commit([Add(record=event("second", at=2))], now=1)
    assert len(await database.work("main", version).events("alice", Page())) == 1
