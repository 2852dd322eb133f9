"""Reads on PostgreSQL: whatever is asked within one turn of the event loop travels together.

Nothing waits for a timer.  The same statement with the same values is run once, however many ask.
"""

import asyncio
from collections.abc import Sequence

from consentry.core.errors import Unavailable
from consentry.store.codec import Row
from consentry.store.counters import Counters
from consentry.store.postgres_channel import ConnectionLost, Failure, Query, Result
from consentry.store.postgres_pool import Pool
from consentry.store.postgres_text import query_of
from consentry.store.postgres_together import Asked, put_together
from consentry.store.reads.reading import Call
from consentry.uma.value import value

ATTEMPTS = 3

Answers = Sequence[Sequence[Row]]


@value
class Waiting:
    """One request's statements, and who waits for the rows."""

    queries: Sequence[Query]
    future: asyncio.Future[Answers]


class Reads:
    """Collects the reads of one turn of the loop and sends them."""

    def __init__(self, pool: Pool, counters: Counters) -> None:
        self._pool = pool
        self._counters = counters
        self._loop = asyncio.get_running_loop()
        self._waiting: list[Waiting] = []
        self._running: set[asyncio.Task[None]] = set()

    async def read(self, calls: Sequence[Call]) -> Answers:
        """Run statements, in order; return the rows of each.  Raises `Unavailable`."""
        waiting = Waiting(queries=[query_of(call) for call in calls], future=self._loop.create_future())
        if not self._waiting:
            self._loop.call_soon(self._send)
        self._waiting.append(waiting)
        return await waiting.future

    def _send(self) -> None:
        batch, self._waiting = self._waiting, []
        task = self._loop.create_task(self._answer(batch))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _answer(self, batch: Sequence[Waiting]) -> None:
        """Run each query once, whoever asks; if one fails, the others again without it."""
        found: dict[Query, Result] = {}
        try:
            for attempt in range(ATTEMPTS):
                batch = [waiting for waiting in batch if not waiting.future.done()]
                if not await self._run(batch, found, apart=attempt > 0):
                    return
                self._counters.retries += 1
            raise Unavailable("the database does not answer")
        except Exception as problem:  # noqa: BLE001 - every one who waits has to hear of it
            for waiting in batch:
                if not waiting.future.done():
                    waiting.future.set_exception(problem)

    async def _run(self, batch: Sequence[Waiting], found: dict[Query, Result], *, apart: bool) -> bool:
        """Tell everybody as soon as their rows are there.  Returns whether somebody still waits."""
        queries = list(dict.fromkeys(query for waiting in batch for query in waiting.queries))
        asked = [Asked(query=query, members=(query,)) for query in queries] if apart else put_together(queries)
        places = {query: place for place, each in enumerate(asked) for query in each.members}
        complete: list[list[Waiting]] = [[] for _ in asked]
        for waiting in batch:
            complete[max(places[query] for query in waiting.queries)].append(waiting)

        def hear(place: int, result: Result) -> None:
            found.update(zip(asked[place].members, asked[place].answers(result), strict=True))
            for waiting in complete[place]:
                _settle(waiting, found)

        channel = await self._pool.channel()
        self._counters.batches += 1
        try:
            await channel.submit([each.query for each in asked], hear)
        except ConnectionLost:
            return True
        return any(not waiting.future.done() for waiting in batch)


def _settle(waiting: Waiting, found: dict[Query, Result]) -> None:
    """Give somebody their rows, unless their statements were not run and may be yet."""
    results = [found[query] for query in waiting.queries]
    rows = [result for result in results if not isinstance(result, Failure)]
    if waiting.future.done():
        return
    if len(rows) == len(results):
        waiting.future.set_result(rows)
        return
    failures = [result for result in results if isinstance(result, Failure)]
    problem = next((failure for failure in failures if not failure.aborted), None)
    if problem is not None and not problem.passing:
        waiting.future.set_exception(Unavailable("the database cannot be read", reason=problem.message))
