"""What the application keeps: records, and what the SDK has to remember.  One SQLite file, every change on disk.

Spec: FedAuthz 3.
"""

import sqlite3
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from consentry.uma import KnownResource, value

TABLES = """
CREATE TABLE IF NOT EXISTS owner (owner TEXT PRIMARY KEY, name TEXT NOT NULL, refresh_token TEXT);
CREATE TABLE IF NOT EXISTS resource (
    owner TEXT NOT NULL, key TEXT NOT NULL, resource_id TEXT NOT NULL, description_digest TEXT NOT NULL,
    PRIMARY KEY (owner, key)
);
CREATE TABLE IF NOT EXISTS entry (
    id INTEGER PRIMARY KEY, owner TEXT NOT NULL, day TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL
);
"""

FIRST_ENTRIES = (
    (2900, "Operation", "Appendectomy, healed without complications"),
    (412, "Allergy", "Penicillin: rash on arms and chest"),
    (96, "Medication", "Levothyroxine 50 µg, in the morning"),
    (11, "Blood pressure", "128 / 82 mmHg, at rest"),
)
"""What a new record begins with, so that there is something to read: days ago, kind, text."""


@value
class Entry:
    day: str
    kind: str
    text: str


class Records:
    """The records and their owners."""

    def __init__(self, database: str) -> None:
        self.connection = sqlite3.connect(database, isolation_level=None)
        self.connection.executescript(TABLES)

    def open(self, owner: str, *, name: str) -> None:
        """Make sure that somebody has a record."""
        known = self.name(owner)
        self.connection.execute(
            "INSERT INTO owner (owner, name) VALUES (?, ?) ON CONFLICT (owner) DO UPDATE SET name = excluded.name",
            (owner, name),
        )
        for days, kind, text in FIRST_ENTRIES if known is None else ():
            self.add(owner, kind=kind, text=text, day=_today() - timedelta(days=days))

    def name(self, owner: str) -> str | None:
        """Return what the owner of a record is called; None if there is no record."""
        row = self.connection.execute("SELECT name FROM owner WHERE owner = ?", (owner,)).fetchone()
        return None if row is None else str(row[0])

    def entries(self, owner: str) -> tuple[Entry, ...]:
        """Return a record, newest first."""
        rows = self.connection.execute(
            "SELECT day, kind, text FROM entry WHERE owner = ? ORDER BY day DESC, id DESC", (owner,)
        )
        return tuple(Entry(day=day, kind=kind, text=text) for day, kind, text in rows)

    def add(self, owner: str, *, kind: str, text: str, day: date | None = None) -> None:
        """Write an entry into a record."""
        written = (owner, (day or _today()).isoformat(), kind, text)
        self.connection.execute("INSERT INTO entry (owner, day, kind, text) VALUES (?, ?, ?, ?)", written)


class ProtectionOf:
    """What the SDK remembers for one owner: the `ProtectionStore` of `consentry.uma`.

    The refresh token is a secret that speaks for the owner; a real application would encrypt it.
    """

    def __init__(self, records: Records, owner: str) -> None:
        self._connection = records.connection
        self._owner = owner

    async def refresh_token(self) -> str | None:
        """Return the refresh token for the owner's PAT."""
        row = self._connection.execute("SELECT refresh_token FROM owner WHERE owner = ?", (self._owner,)).fetchone()
        return None if row is None or row[0] is None else str(row[0])

    async def keep_refresh_token(self, refresh_token: str | None) -> None:
        """Replace it; None forgets it."""
        self._connection.execute("UPDATE owner SET refresh_token = ? WHERE owner = ?", (refresh_token, self._owner))

    async def resource(self, key: str) -> KnownResource | None:
        """Return what is known of one resource."""
        return (await self.resources()).get(key)

    async def resources(self) -> Mapping[str, KnownResource]:
        """Return what is known of all."""
        rows = self._connection.execute(
            "SELECT key, resource_id, description_digest FROM resource WHERE owner = ?", (self._owner,)
        )
        return {
            key: KnownResource(resource_id=resource_id, description_digest=digest) for key, resource_id, digest in rows
        }

    async def keep_resource(self, key: str, known: KnownResource | None) -> None:
        """Replace what is known of one resource; None forgets it."""
        if known is None:
            self._connection.execute("DELETE FROM resource WHERE owner = ? AND key = ?", (self._owner, key))
            return
        self._connection.execute(
            "INSERT OR REPLACE INTO resource (owner, key, resource_id, description_digest) VALUES (?, ?, ?, ?)",
            (self._owner, key, known.resource_id, known.description_digest),
        )


def _today() -> date:
    return datetime.now(UTC).date()
