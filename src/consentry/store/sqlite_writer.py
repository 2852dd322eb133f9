"""SQLite's one writer: the changes of all waiting answers become one transaction.

The statements run where the requests run: they take microseconds, and a thread would hand the interpreter's lock back
and forth for each of them.  Only the commit, which waits for the disk, has a thread; whatever comes meanwhile is the
next batch.  Each answer has a savepoint of its own, so one whose guard fails takes nothing of the others with it.
"""

import asyncio
import queue
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from consentry.core.errors import Unavailable
from consentry.server import StaleRealm
from consentry.store.commit import Write
from consentry.store.counters import Counters
from consentry.store.reads.reference import REALM_VERSION
from consentry.uma.value import value

LARGEST_BATCH = 128

PATIENCE = 5.0
"""Seconds that a write waits for other processes to let go of the file."""

PAUSE = 0.001
"""Seconds between two looks whether they have."""

TAKEN = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}

Outcome = bool | Exception
Heard = Callable[[Exception | None], None]


@value
class Job:
    """One answer's writes, and who waits for them."""

    writes: Sequence[Write]
    expected: tuple[str, int] | None
    future: asyncio.Future[bool]


class Writer:
    """Takes jobs on one event loop.  The connection is the writer's alone and must not wait for locks by itself."""

    def __init__(self, connection: sqlite3.Connection, counters: Counters) -> None:
        self._connection = connection
        self._counters = counters
        self._loop = asyncio.get_running_loop()
        self._disk = Disk(connection)
        self._waiting: deque[Job] = deque()
        self._deadline = 0.0
        self._idle = asyncio.Event()
        self._idle.set()

    def submit(self, job: Job) -> None:
        """Let an answer be written with the next batch: with all others of this turn of the loop."""
        self._waiting.append(job)
        if self._idle.is_set():
            self._idle.clear()
            self._soon()

    async def close(self) -> None:
        """Write what was submitted, then end."""
        await self._idle.wait()
        await self._loop.run_in_executor(None, self._disk.close)
        self._connection.close()

    def _soon(self) -> None:
        self._deadline = self._loop.time() + PATIENCE
        self._loop.call_soon(self._begin)

    def _begin(self) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as problem:
            if _is_busy(problem) and self._loop.time() < self._deadline:
                self._loop.call_later(PAUSE, self._begin)
            else:
                self._fail(self._take(), problem)
            return
        batch = self._take()
        try:
            outcomes = [_apply(self._connection, job) for job in batch]
        except Exception as problem:  # noqa: BLE001 - every one who waits has to hear of it
            self._fail(batch, problem)
        else:
            self._disk.commit(self._loop, partial(self._committed, batch, outcomes))

    def _take(self) -> Sequence[Job]:
        return [self._waiting.popleft() for _ in range(min(len(self._waiting), LARGEST_BATCH))]

    def _committed(self, batch: Sequence[Job], outcomes: Sequence[Outcome], problem: Exception | None) -> None:
        if problem is not None:
            self._fail(batch, problem)
            return
        self._counters.batches += 1
        self._counters.commits += len(batch)
        for job, outcome in zip(batch, outcomes, strict=True):
            _settle(job.future, outcome)
        self._go_on()

    def _fail(self, batch: Sequence[Job], problem: Exception) -> None:
        with suppress(sqlite3.Error):
            self._connection.execute("ROLLBACK")
        refusal = Unavailable("the database cannot be written", reason=str(problem))
        refusal.__cause__ = problem
        for job in batch:
            _settle(job.future, refusal)
        self._go_on()

    def _go_on(self) -> None:
        if self._waiting:
            self._soon()
        else:
            self._idle.set()


class Disk:
    """The thread that waits for the disk."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._asked: queue.SimpleQueue[tuple[asyncio.AbstractEventLoop, Heard] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="consentry-store-disk", daemon=True)
        self._thread.start()

    def commit(self, loop: asyncio.AbstractEventLoop, heard: Heard) -> None:
        """Commit, and tell ``heard`` on the loop what went wrong, if anything."""
        self._asked.put((loop, heard))

    def close(self) -> None:
        """Commit what was asked for, then end.  Blocks for as long as that takes."""
        self._asked.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (asked := self._asked.get()) is not None:
            loop, heard = asked
            problem: Exception | None = None
            try:
                self._connection.execute("COMMIT")
            except Exception as found:  # noqa: BLE001 - whoever waits has to hear of it
                problem = found
            if not loop.is_closed():
                loop.call_soon_threadsafe(heard, problem)


def _apply(connection: sqlite3.Connection, job: Job) -> Outcome:
    connection.execute("SAVEPOINT answer")
    try:
        outcome: Outcome = _make(connection, job)
    except sqlite3.IntegrityError as problem:
        outcome = False if problem.sqlite_errorcode in TAKEN else problem
    except Exception as problem:
        if not connection.in_transaction:
            raise  # a full disk, say: SQLite has let go of the whole batch
        outcome = problem
    if outcome is not True:
        connection.execute("ROLLBACK TO answer")
    connection.execute("RELEASE answer")
    return outcome


def _make(connection: sqlite3.Connection, job: Job) -> bool:
    if job.expected is not None:
        realm, version = job.expected
        if connection.execute(REALM_VERSION.sqlite.text, (realm,)).fetchone() != (version,):
            raise StaleRealm
    for write in job.writes:
        compiled = write.statement.sqlite
        if connection.execute(compiled.text, compiled.arrange(write.arguments)).rowcount < 1:
            return False
    return True


def _is_busy(problem: sqlite3.Error) -> bool:
    # The low byte: the extended codes say why it is busy.
    code: int = getattr(problem, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF == sqlite3.SQLITE_BUSY


def _settle(future: asyncio.Future[bool], outcome: Outcome) -> None:
    if future.done():
        return  # whoever waited has gone; what was committed stays
    if isinstance(outcome, bool):
        future.set_result(outcome)
    else:
        future.set_exception(outcome)
