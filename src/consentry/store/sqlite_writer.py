"""SQLite's one writer: a thread that puts the changes of all waiting answers into one transaction.

Each answer has a savepoint of its own, so one whose guard fails takes nothing of the others with it.  The one commit
at the end syncs for all of them.
"""

import asyncio
import queue
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence

from consentry.core.errors import Unavailable
from consentry.server import StaleRealm
from consentry.store.commit import Write
from consentry.store.counters import Counters
from consentry.store.reads.reference import REALM_VERSION
from consentry.uma.value import value

LARGEST_BATCH = 256

TAKEN = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}

Outcome = bool | Exception


@value
class Job:
    """One answer's writes, and who waits for them."""

    writes: Sequence[Write]
    expected: tuple[str, int] | None
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[bool]


class Writer:
    """The thread, its queue and its connection."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], counters: Counters) -> None:
        self._connect = connect
        self._counters = counters
        self._waiting: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="consentry-store-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Let an answer be written with the next batch."""
        self._waiting.put(job)

    def close(self) -> None:
        """Write what was submitted, then end.  Blocks for as long as that takes."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        connection = self._connect()
        more = True
        while more:
            batch, more = self._take()
            if batch:
                _report(batch, self._commit(connection, batch))
        connection.close()

    def _take(self) -> tuple[list[Job], bool]:
        """Wait for one answer and take along whatever else is there."""
        batch: list[Job] = []
        job = self._waiting.get()
        while job is not None:
            batch.append(job)
            if len(batch) == LARGEST_BATCH:
                return batch, True
            try:
                job = self._waiting.get_nowait()
            except queue.Empty:
                return batch, True
        return batch, False

    def _commit(self, connection: sqlite3.Connection, batch: Sequence[Job]) -> Sequence[Outcome]:
        try:
            connection.execute("BEGIN IMMEDIATE")
            outcomes = [_apply(connection, job) for job in batch]
            connection.execute("COMMIT")
        except Exception as problem:  # noqa: BLE001 - every one who waits has to hear of it
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            refusal = Unavailable("the database cannot be written", reason=str(problem))
            refusal.__cause__ = problem
            return [refusal] * len(batch)
        self._counters.batches += 1
        self._counters.commits += len(batch)
        return outcomes


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


def _report(batch: Sequence[Job], outcomes: Sequence[Outcome]) -> None:
    """Tell everybody who waits, each on their own loop."""
    told: defaultdict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[bool], Outcome]]] = defaultdict(list)
    for job, outcome in zip(batch, outcomes, strict=True):
        told[job.loop].append((job.future, outcome))
    for loop, results in told.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, results)


def _settle(results: Sequence[tuple[asyncio.Future[bool], Outcome]]) -> None:
    for future, outcome in results:
        if future.done():
            continue  # whoever waited has gone; what was committed stays
        if isinstance(outcome, bool):
            future.set_result(outcome)
        else:
            future.set_exception(outcome)
