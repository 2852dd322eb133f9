"""What the protocol's requests cost, in round trips (Section 5 of the plan allows 3, 2 and 2)."""

from dataclasses import replace

import pytest

from consentry.core.changes import Add, Take
from consentry.store.database import StoreDatabase
from tests.store.world import BOB, event, rpt, settle_everything, ticket


@pytest.fixture
async def version(database: StoreDatabase) -> int:
    version = await settle_everything(database)
    work = database.work("main", version)
    assert await work.client("app") is not None
    assert await work.client("rs") is not None
    return version


async def test_a_permission_ticket_takes_two_round_trips(database: StoreDatabase, version: int) -> None:
    before = database.counters.round_trips
    work = database.work("main", version)
    assert await work.client("rs") is not None
    assert await work.protection("pat", ["photo"]) is not None
    assert await work.commit([Add(record=ticket("new")), Add(record=event("new"))], now=1)
    assert database.counters.round_trips - before == 2


async def test_a_uma_grant_takes_three_round_trips(database: StoreDatabase, version: int) -> None:
    before = database.counters.round_trips
    work = database.work("main", version)
    assert await work.client("app") is not None
    assert await work.permission_ticket("ticket") is not None
    await work.surroundings("alice", "rs", ["photo"], requester=BOB, client_id="app")
    changes = (Take(record=ticket()), Add(record=rpt("new")), Add(record=event("new")))
    assert await work.commit(changes, now=1)
    assert database.counters.round_trips - before == 3


async def test_introspection_takes_two_round_trips_and_writes_nothing(database: StoreDatabase, version: int) -> None:
    before = replace(database.counters)
    work = database.work("main", version)
    assert await work.access_token("pat") is not None
    assert await work.rpt("alice", "rs", "rpt") is not None
    await work.settle()
    assert database.counters.round_trips - before.round_trips == 2
    assert database.counters.commits == before.commits


@pytest.mark.parametrize("count", [1, 500])
async def test_the_number_of_permissions_does_not_change_the_number_of_statements(
    database: StoreDatabase, version: int, count: int
) -> None:
    ids = ["photo", *(f"other{number}" for number in range(count - 1))]
    work = database.work("main", version)
    await work.settle()
    before = replace(database.counters)
    await work.protection("pat", ids)
    await work.surroundings("alice", "rs", ids, requester=BOB, client_id="app")
    assert database.counters.statements - before.statements == 8
    assert database.counters.round_trips - before.round_trips == 2
