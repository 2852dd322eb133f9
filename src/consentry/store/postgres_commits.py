"""Commits on PostgreSQL: the changes of all answers that wait travel as one transaction, in one round trip.

Every guard raises where it fails, so the transaction is over before its end is reached.  Then each answer is tried in
a transaction of its own, and only the one whose guard fails has to decide again.
"""

import asyncio
import random
from collections.abc import Sequence

from consentry.core.errors import Unavailable
from consentry.server import StaleRealm
from consentry.store.codec import Cell
from consentry.store.commit import REALM_UNCHANGED, Write
from consentry.store.counters import Counters
from consentry.store.postgres_channel import ConnectionLost, Failure, Query, Result
from consentry.store.postgres_pool import Pool
from consentry.store.postgres_text import query_of
from consentry.store.postgres_together import put_together
from consentry.uma.value import value

LARGEST_BATCH = 64
ATTEMPTS = 6

GUARD_FAILED = {"22012", "23505"}
"""Division by zero is how our guards speak; and a key that is taken."""

NOT_NOW = {"08", "25", "53", "55", "57", "58"}
"""Classes of errors that say nothing about the answer: no connection, read-only, no room, timeout, trouble."""


@value
class Job:
    """One answer's statements, which rows they are about, and who waits."""

    queries: Sequence[Query]
    rows: frozenset[tuple[Cell, ...]]
    checks_realm: bool
    proof: Query | None
    future: asyncio.Future[bool]


class Commits:
    """Collects answers while a transaction is under way, and commits them with the next."""

    def __init__(self, pool: Pool, counters: Counters) -> None:
        self._pool = pool
        self._counters = counters
        self._loop = asyncio.get_running_loop()
        self._waiting: list[Job] = []
        self._running: asyncio.Task[None] | None = None

    async def write(self, writes: Sequence[Write], expected: tuple[str, int] | None) -> bool:
        """Make all writes durable, or none and return False.  Raises `StaleRealm` or `Unavailable`."""
        queries = [query_of((write.statement, write.arguments)) for write in writes]
        if expected is not None:
            queries.insert(0, query_of((REALM_UNCHANGED, expected)))
        proof = next((query_of((w.proof, w.row[1:])) for w in writes if w.proof is not None), None)
        job = Job(
            queries=queries,
            rows=frozenset(write.row for write in writes),
            checks_realm=expected is not None,
            proof=proof,
            future=self._loop.create_future(),
        )
        self._waiting.append(job)
        if self._running is None:
            self._running = self._loop.create_task(self._run())
        return await job.future

    async def close(self) -> None:
        """Finish what was accepted."""
        while self._running is not None:
            await asyncio.wait([self._running])

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = _next_batch(self._waiting)
            try:
                await self._commit(batch)
            except Exception as problem:  # noqa: BLE001 - every one who waits has to hear of it
                for job in batch:
                    _tell(job, problem)
        self._running = None

    async def _commit(self, batch: Sequence[Job]) -> None:
        try:
            asked = put_together([query for job in batch for query in job.queries])
            results = await self._submit([each.query for each in asked])
        except ConnectionLost:
            self._counters.retries += len(batch)
            await asyncio.gather(*(self._alone(job, unsure=True) for job in batch))
            return
        if any(isinstance(result, Failure) for result in results):
            await asyncio.gather(*(self._alone(job) for job in batch))
            return
        self._counters.commits += len(batch)
        for job in batch:
            _tell(job, outcome=True)

    async def _alone(self, job: Job, *, unsure: bool = False) -> None:
        """Commit one answer.  ``unsure``: the connection went while it was under way, so it may be done already."""
        try:
            _tell(job, await self._try(job, unsure=unsure))
        except Exception as problem:  # noqa: BLE001 - who waits has to hear of it
            _tell(job, problem)

    async def _try(self, job: Job, *, unsure: bool) -> bool:
        for attempt in range(ATTEMPTS):
            try:
                results = await self._submit(job.queries)
            except ConnectionLost:
                unsure = True
            else:
                place, failure = _first_failure(results)
                if failure is None:
                    self._counters.commits += 1
                    return True
                if failure.sqlstate in GUARD_FAILED:
                    return await self._refused(job, place, unsure=unsure)
                if not failure.passing:
                    raise _problem(failure)
            self._counters.retries += 1
            await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - only to keep out of step
        raise Unavailable("the database does not answer")

    async def _refused(self, job: Job, place: int, *, unsure: bool) -> bool:
        """Say what a failed guard means.  No change can be made twice, so after a lost connection it may be our own."""
        if unsure:
            if job.proof is None:
                raise Unavailable("the connection was lost; whether this was done cannot be told")
            if (await self._submit([job.proof]))[0]:
                self._counters.commits += 1
                return True
        if job.checks_realm and place == 0:
            raise StaleRealm
        return False

    async def _submit(self, queries: Sequence[Query]) -> Sequence[Result]:
        channel = await self._pool.channel()
        self._counters.batches += 1
        return await channel.submit(queries)


def _next_batch(waiting: Sequence[Job]) -> tuple[list[Job], list[Job]]:
    """Take from the front what can go together: no two answers about one row."""
    batch: list[Job] = []
    left: list[Job] = []
    rows: set[tuple[Cell, ...]] = set()
    for job in waiting:
        if len(batch) == LARGEST_BATCH or not rows.isdisjoint(job.rows):
            left.append(job)
        else:
            batch.append(job)
        rows |= job.rows
    return batch, left


def _first_failure(results: Sequence[Result]) -> tuple[int, Failure | None]:
    for place, result in enumerate(results):
        if isinstance(result, Failure):
            return place, result
    return len(results), None


def _problem(failure: Failure) -> Exception:
    if failure.sqlstate[:2] in NOT_NOW:
        return Unavailable("the database cannot be written", reason=failure.message)
    return RuntimeError(f"{failure.sqlstate}: {failure.message}")


def _tell(job: Job, outcome: bool | Exception) -> None:  # noqa: FBT001 - what the future is told
    if job.future.done():
        return  # whoever waited has gone; what was committed stays
    if isinstance(outcome, bool):
        job.future.set_result(outcome)
    else:
        job.future.set_exception(outcome)
