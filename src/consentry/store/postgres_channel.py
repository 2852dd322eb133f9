"""One connection to PostgreSQL in pipeline mode: statements go out without waiting for the answers before them.

psycopg makes the connection (addresses, TLS, passwords) and turns rows into Python values; the messages in between
go through its libpq interface, so that one turn of the event loop costs one write and one read, however many requests
it serves.
"""

import asyncio
import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import pq
from psycopg.adapt import Transformer

from consentry.store.codec import Row
from consentry.uma.value import value

LONGEST_PLAN = 60.0
"""Seconds, at most, for which plans are kept: one made for an empty table must not outlive the emptiness."""

PATIENCE = 4.0
"""Seconds after which a server that says nothing is taken for gone."""

PASSING = {"40001", "40P01", "57P01", "57P02", "57P03"}
"""Two who got in each other's way, and a server that is shutting down or starting."""

SETTINGS = (
    "SET statement_timeout = '2s'",
    "SET idle_in_transaction_session_timeout = '10s'",
    # Every statement finds its rows by index, whatever the planner guesses about tables it has not analysed yet.
    "SET plan_cache_mode = force_generic_plan",
    "SET enable_seqscan = off",
    "SET enable_hashjoin = off",
    "SET enable_mergejoin = off",
)

Values = Sequence[bytes | None]


class ConnectionLost(Exception):
    """The connection ended; what was sent on it may or may not have been done."""


@value
class Query:
    """A prepared statement and its values, as text.

    ``for_many`` names the statement that does the same for many sets of values, given as arrays, if there is one.
    """

    name: bytes
    values: Values
    for_many: bytes | None = None


@value
class Failure:
    """What the server said instead of doing a statement; ``aborted`` if an earlier one of the batch failed."""

    sqlstate: str
    message: str
    aborted: bool = False

    @property
    def passing(self) -> bool:
        """Tell whether the same statement may be done if it is sent again."""
        return self.sqlstate in PASSING


Result = Sequence[Row] | Failure

Hear = Callable[[int, Result], None]


@dataclass(slots=True)
class _Sent:
    """A batch on its way."""

    results: list[Result]
    future: asyncio.Future[Sequence[Result]] | None
    deadline: float
    hear: Hear | None


class Channel:
    """A connection with statements prepared on it."""

    def __init__(self, connection: "psycopg.AsyncConnection[object]", texts: Mapping[bytes, bytes]) -> None:
        self._connection = connection
        self._pq = connection.pgconn
        # Our own handle on the socket: libpq closes its own when the connection ends, while the loop still watches.
        self._socket = os.dup(connection.pgconn.socket)
        self._loop = asyncio.get_running_loop()
        self._rows = Transformer(connection)
        self._texts = texts
        self._prepared: set[bytes] = set()
        self._sent: deque[_Sent] = deque()
        self._writing = False
        self._plans_live = 1.0
        self._plans_end = self._loop.time() + self._plans_live
        self._watch: asyncio.TimerHandle | None = None
        self.lost: str | None = None

    @classmethod
    async def open(cls, url: str, texts: Mapping[bytes, bytes]) -> "Channel":
        """Connect.  ``texts`` says what the names of statements stand for.  Raises `ConnectionLost`."""
        connection: psycopg.AsyncConnection[object] | None = None
        try:
            connection = await psycopg.AsyncConnection.connect(url, autocommit=True, connect_timeout=3)
            for setting in SETTINGS:
                await connection.execute(setting)
        except (psycopg.Error, OSError) as problem:
            if connection is not None:
                await connection.close()
            raise ConnectionLost(str(problem)) from problem
        channel = cls(connection, texts)
        channel._start()
        return channel

    @property
    def waiting(self) -> int:
        """How many batches are on their way."""
        return len(self._sent)

    def submit(self, queries: Sequence[Query], hear: Hear | None = None) -> asyncio.Future[Sequence[Result]]:
        """Send a batch: one transaction, committed at its end; after a statement that fails, none is run.

        ``hear`` is told each result, with its place, when it is there.  The future raises `ConnectionLost`.
        """
        future: asyncio.Future[Sequence[Result]] = self._loop.create_future()
        if self.lost is not None:
            future.set_exception(ConnectionLost(self.lost))
            return future
        try:
            if self._loop.time() >= self._plans_end:
                self._plan_afresh()
            self._prepare(queries)
            for query in queries:
                self._pq.send_query_prepared(query.name, query.values)
            self._finish(future, hear)
        except psycopg.OperationalError as problem:
            self._lose(str(problem))
            if not future.done():
                future.set_exception(ConnectionLost(str(problem)))
        return future

    def _plan_afresh(self) -> None:
        self._pq.send_query_params(b"DISCARD PLANS", None)
        self._finish(None)
        self._plans_live = min(2 * self._plans_live, LONGEST_PLAN)
        self._plans_end = self._loop.time() + self._plans_live

    async def close(self) -> None:
        """Let go of the connection.  Batches on their way are lost."""
        self._lose("closed")
        await self._connection.close()

    def _start(self) -> None:
        self._pq.nonblocking = 1
        self._pq.enter_pipeline_mode()
        self._loop.add_reader(self._socket, self._read)

    def _prepare(self, queries: Sequence[Query]) -> None:
        """Prepare what is asked for the first time, as a batch of its own: a failure after it must not undo it."""
        new = {query.name for query in queries} - self._prepared
        if new:
            for name in new:
                self._pq.send_prepare(name, self._texts[name])
            self._finish(None)
            self._prepared |= new

    def _finish(self, future: asyncio.Future[Sequence[Result]] | None, hear: Hear | None = None) -> None:
        """End a batch and send it."""
        self._pq.pipeline_sync()
        deadline = self._loop.time() + PATIENCE
        self._sent.append(_Sent(results=[], future=future, deadline=deadline, hear=hear))
        if self._watch is None:
            self._watch = self._loop.call_at(deadline, self._look_at_watch)
        self._write()

    def _write(self) -> None:
        left = self._pq.flush()
        if left and not self._writing:
            self._loop.add_writer(self._socket, self._write)
        elif self._writing and not left:
            self._loop.remove_writer(self._socket)
        self._writing = bool(left)

    def _read(self) -> None:
        try:
            self._pq.consume_input()
            while self._sent and not self._pq.is_busy():
                result = self._pq.get_result()
                if result is not None:
                    self._take(result)
        except psycopg.OperationalError as problem:
            self._lose(str(problem))

    def _take(self, message: pq.abc.PGresult) -> None:
        sent = self._sent[0]
        if message.status == pq.ExecStatus.PIPELINE_SYNC:
            self._sent.popleft()
            if sent.future is not None and not sent.future.done():
                sent.future.set_result(sent.results)
            return
        result = self._result(message)
        sent.results.append(result)
        if sent.hear is not None:
            sent.hear(len(sent.results) - 1, result)

    def _result(self, message: pq.abc.PGresult) -> Result:
        match message.status:
            case pq.ExecStatus.TUPLES_OK:
                self._rows.set_pgresult(message)
                return self._rows.load_rows(0, message.ntuples, tuple)
            case pq.ExecStatus.COMMAND_OK:
                return ()
            case pq.ExecStatus.PIPELINE_ABORTED:
                return Failure(sqlstate="", message="not run", aborted=True)
            case _:
                state = message.error_field(pq.DiagnosticField.SQLSTATE) or b""
                text = message.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or b""
                return Failure(sqlstate=state.decode(), message=text.decode(errors="replace"))

    def _look_at_watch(self) -> None:
        self._watch = None
        if not self._sent:
            return
        if self._sent[0].deadline <= self._loop.time():
            self._lose("the server did not answer in time")
        else:
            self._watch = self._loop.call_at(self._sent[0].deadline, self._look_at_watch)

    def _lose(self, why: str) -> None:
        """Give up the connection and tell everybody who waits for it."""
        if self.lost is None:
            self.lost = why
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            os.close(self._socket)
            self._pq.finish()
            if self._watch is not None:
                self._watch.cancel()
        for sent in self._sent:
            if sent.future is not None and not sent.future.done():
                sent.future.set_exception(ConnectionLost(why))
        self._sent.clear()
