"""The SQLite driver: statements where the request runs, and a thread that commits for everybody who waits.

A commit is durable when it returns (``synchronous=FULL``), and costs one sync for the whole batch.  Several processes
of one machine may use one file.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

from consentry.core.errors import InvalidRequest, Unavailable
from consentry.store.codec import Row
from consentry.store.commit import Write
from consentry.store.counters import Counters
from consentry.store.reads.reading import Call
from consentry.store.sqlite_writer import PATIENCE, Job, Writer
from consentry.store.work import Driver

SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA wal_autocheckpoint = 4000",  # pages; a page that many commits touch is then copied to the file once
    "PRAGMA foreign_keys = ON",
    "PRAGMA mmap_size = 1073741824",
    "PRAGMA cache_size = -16000",
    "PRAGMA temp_store = MEMORY",
)


class SqliteDriver(Driver):
    """One file; a connection for each thread that reads, and the writer's.  Belongs to the event loop that writes."""

    def __init__(self, path: Path, counters: Counters) -> None:
        self._path = path
        self._own = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._counters = counters
        self._writer: Writer | None = None

    async def read(self, calls: Sequence[Call]) -> Sequence[Sequence[Row]]:
        """Run statements here and now: that is faster than to hand them to anybody.  Together they see one state."""
        connection = self._connection()
        try:
            if len(calls) == 1:
                return [_rows(connection, calls[0])]
            connection.execute("BEGIN")
            try:
                return [_rows(connection, call) for call in calls]
            finally:
                connection.execute("COMMIT")
        except (OverflowError, UnicodeEncodeError) as problem:
            raise InvalidRequest("no such text or number") from problem
        except sqlite3.OperationalError as problem:
            raise Unavailable("the database cannot be read", reason=str(problem)) from problem

    async def write(self, writes: Sequence[Write], expected: tuple[str, int] | None) -> bool:
        """Hand an answer's writes to the writer and wait until they are on disk."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.writer.submit(Job(writes=writes, expected=expected, future=future))
        try:
            return await future
        except (OverflowError, UnicodeEncodeError) as problem:
            raise InvalidRequest("no such text or number") from problem

    async def close(self) -> None:
        """Write what was accepted, then close every connection."""
        if self._writer is not None:
            await self._writer.close()
        for connection in self._opened:
            connection.close()

    @property
    def writer(self) -> Writer:
        """The writer, on the loop that first needs it."""
        if self._writer is None:
            connection = connect(self._path)
            connection.execute("PRAGMA busy_timeout = 0")
            self._writer = Writer(connection, self._counters)
        return self._writer

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = connect(self._path)
            self._opened.append(connection)
        return connection


def _rows(connection: sqlite3.Connection, call: Call) -> Sequence[Row]:
    statement, arguments = call
    for argument in arguments:
        if isinstance(argument, str) and "\0" in argument:
            raise InvalidRequest("text must not contain NUL characters")
    compiled = statement.sqlite
    return connection.execute(compiled.text, compiled.arrange(arguments)).fetchall()


def connect(path: Path) -> sqlite3.Connection:
    """Open the file as the store wants it.  The connection may be closed by another thread."""
    connection = sqlite3.connect(
        path, timeout=PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=512
    )
    for setting in SETTINGS:
        connection.execute(setting)
    return connection
