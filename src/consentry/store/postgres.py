"""The PostgreSQL driver: requests that are in flight together travel together.

It belongs to the event loop on which it was opened.
"""

from collections.abc import Sequence

from consentry.store.codec import Row
from consentry.store.commit import Write
from consentry.store.counters import Counters
from consentry.store.postgres_commits import Commits
from consentry.store.postgres_pool import Pool
from consentry.store.postgres_reads import Reads
from consentry.store.postgres_text import TEXTS
from consentry.store.reads.reading import Call
from consentry.store.work import Driver

READ_CHANNELS = 2
COMMIT_CHANNELS = 1
"""One: the next batch is collected while one is under way, and two of ours never wait for each other's rows."""


class PostgresDriver(Driver):
    """A few connections: some for reads, one for commits."""

    def __init__(self, url: str, counters: Counters) -> None:
        self._pools = (Pool(url, TEXTS, size=READ_CHANNELS), Pool(url, TEXTS, size=COMMIT_CHANNELS))
        self._reads = Reads(self._pools[0], counters)
        self._commits = Commits(self._pools[1], counters)

    @classmethod
    async def open(cls, url: str, counters: Counters) -> "PostgresDriver":
        """Connect.  Raises `Unavailable`."""
        driver = cls(url, counters)
        for pool in driver._pools:
            await pool.channel()
        return driver

    async def read(self, calls: Sequence[Call]) -> Sequence[Sequence[Row]]:
        """Run statements with whatever else is asked in this turn of the loop."""
        return await self._reads.read(calls)

    async def write(self, writes: Sequence[Write], expected: tuple[str, int] | None) -> bool:
        """Commit an answer with whatever else waits."""
        return await self._commits.write(writes, expected)

    async def close(self) -> None:
        """Finish what was accepted, then close every connection."""
        await self._commits.close()
        for pool in self._pools:
            await pool.close()
