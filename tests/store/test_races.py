"""Of many who want a thing that can be had once, exactly one has it."""

import asyncio
import subprocess
import sys
import threading
from collections import Counter

import pytest
import sqlalchemy as sa

from consentry.core.changes import Add, Take
from consentry.core.model import PermissionTicket, UsedOnce
from consentry.core.ports import Page
from consentry.store.commit import WRITES
from consentry.store.database import StoreDatabase, open_database
from consentry.store.statement import Guarded, number, text
from consentry.store.tables import PERMISSION_TICKET
from tests.store.world import event, settle_everything, ticket, version_of

TAKERS = 32

# Takes every ticket t0, t1, ... that it can, and prints which.
PROCESS = """
import asyncio, sys
from consentry.core.changes import Add, Take
from consentry.core.model import Event
from consentry.store.database import open_database
from tests.store.world import ticket

async def one(database, version, name, number):
    event = Event(event_id=f"{name}-{number}", at=1, kind="ticket.taken", owner_id="alice")
    work = database.work("main", version)
    if await work.commit([Take(record=ticket(f"t{number}")), Add(record=event)], now=1):
        print(number, flush=True)

async def main(url, name, version, count):
    database = await open_database(url)
    print("ready", flush=True)
    sys.stdin.readline()
    await asyncio.gather(*(one(database, version, name, number) for number in range(count)))
    await database.close()

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
"""


async def test_of_many_tasks_exactly_one_takes(database: StoreDatabase) -> None:
    version = await settle_everything(database)
    works = [database.work("main", version) for _ in range(TAKERS)]
    changes = [(Take(record=ticket()), Add(record=event(f"taken by {n}", at=2))) for n in range(TAKERS)]
    won = await asyncio.gather(*(work.commit(c, now=2) for work, c in zip(works, changes, strict=True)))
    assert won.count(True) == 1
    assert len(await database.work("main", version).events("alice", Page())) == 2


async def test_of_many_tasks_exactly_one_uses_what_can_be_used_once(database: StoreDatabase) -> None:
    once = Add(record=UsedOnce(purpose="jti", digest="x", expires_at=9))
    won = await asyncio.gather(*(database.work("main", 1).commit([once], now=1) for _ in range(TAKERS)))
    assert won.count(True) == 1


async def test_of_many_threads_exactly_one_takes(database: StoreDatabase, url: str) -> None:
    version = await settle_everything(database)
    won: list[bool] = []
    start = threading.Barrier(8)

    async def take() -> None:
        mine = await open_database(url)
        start.wait()
        won.append(await mine.work("main", version).commit([Take(record=ticket())], now=2))
        await mine.close()

    threads = [threading.Thread(target=lambda: asyncio.run(take())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)
    assert sorted(won) == [False] * 7 + [True]


@pytest.mark.slow
async def test_of_two_processes_exactly_one_takes_each_ticket(database: StoreDatabase, url: str) -> None:
    count = 100
    version = await settle_everything(database)
    tickets = [Add(record=ticket(f"t{number}")) for number in range(count)]
    assert await database.work("main", version).commit(tickets, now=1)
    processes = [
        subprocess.Popen(  # noqa: ASYNC220 - started at once, spoken to in threads
            [sys.executable, "-c", PROCESS, url, name, str(version), str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    for process in processes:
        assert process.stdout is not None
        assert await asyncio.to_thread(process.stdout.readline) == "ready\n"
    said = await asyncio.gather(*(asyncio.to_thread(process.communicate, "go\n") for process in processes))
    assert [process.returncode for process in processes] == [0, 0]
    taken = Counter(line for output, _ in said for line in output.split())
    assert taken == Counter(str(number) for number in range(count))
    found = await database.work("main", version).events("alice", Page(limit=2 * count))
    assert sum(each.kind == "ticket.taken" for each in found) == count


async def test_a_take_that_reads_first_and_updates_then_would_fail_this_test(
    database: StoreDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race above is a test: with the guard taken out of the statement, more than one wins."""
    table = PERMISSION_TICKET.table
    realm, digest, now = text("in_realm"), text("new_digest"), number("now")
    blind = sa.update(table).where(table.c.realm == realm, table.c.digest == digest).values(taken_at=now)
    monkeypatch.setattr(WRITES[PermissionTicket], "take", Guarded("planted take", blind, realm, digest, now))
    version = await settle_everything(database)

    async def read_then_take() -> bool:
        work = database.work("main", version)
        read = await work.permission_ticket("ticket")
        assert read is not None
        await asyncio.sleep(0)
        return read.taken_at is None and await work.commit([Take(record=read)], now=2)

    won = await asyncio.gather(*(read_then_take() for _ in range(TAKERS)))
    assert won.count(True) > 1


async def test_an_answer_that_fails_takes_none_of_the_batch_with_it(database: StoreDatabase) -> None:
    version = await settle_everything(database)
    good = [[Add(record=event(f"good{n}", at=2))] for n in range(20)]
    bad = [[Add(record=event(f"bad{n}", at=2)), Add(record=ticket())] for n in range(5)]
    answers = [*good[:10], *bad, *good[10:]]
    won = await asyncio.gather(*(database.work("main", version).commit(a, now=2) for a in answers))
    assert won == [True] * 10 + [False] * 5 + [True] * 10
    kinds = Counter(each.event_id[:3] for each in await database.work("main", version).events("alice", Page()))
    assert kinds == {"goo": 20, "hap": 1}


async def test_who_leaves_before_the_end_leaves_everything_or_nothing(database: StoreDatabase) -> None:
    version = await settle_everything(database)
    leaving = asyncio.ensure_future(
        database.work("main", version).commit([Take(record=ticket()), Add(record=event("left", at=2))], now=2)
    )
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    assert await database.work("main", version).commit([Add(record=event("after", at=3))], now=3)
    work = database.work("main", version)
    found = await work.permission_ticket("ticket")
    assert found is not None
    assert (found.taken_at is not None) == any(each.event_id == "left" for each in await work.events("alice", Page()))


async def test_what_was_accepted_before_closing_is_kept(url: str, database: StoreDatabase) -> None:
    version = await version_of(database)
    other = await open_database(url)
    pending = [
        asyncio.ensure_future(other.work("main", version).commit([Add(record=event(f"e{n}"))], now=1)) for n in range(9)
    ]
    await asyncio.sleep(0)
    await other.close()
    assert await asyncio.gather(*pending) == [True] * 9
    assert len(await database.work("main", version).events("alice", Page())) == 9
