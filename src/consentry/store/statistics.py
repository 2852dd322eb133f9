"""What SQLite's planner is told about the tables, instead of what it would guess or count.

Left to itself it takes a realm for ten rows, and after a count it would judge every owner by the average one.  It is
told the worst there may be, once; so the plans are the same in every database, and tests can look at them.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import sqlalchemy as sa

from consentry.store.tables import metadata

ROWS = 10_000_000

AT_MOST = {
    "owner_id": 100_000,
    "resource_server": 100_000,
    "grantee_key": 100_000,
    "requester_account_id": 100_000,
    "expires_at": 10_000,
    "target_key": 10_000,
    "grantee_id": 10_000,
    "status": 10_000,
    "created_at": 1_000,
    "at": 1_000,
    "purpose": ROWS,
    "account_id": 1_000,
    "organisation_id": 10_000,
    "circle_id": 1_000,
    "member_key": 1_000,
    "refusal_key": 1_000,
    "client_id": 100,
    "parent": 10_000,
    "family": 10,
    "asker_key": 10,
    "reach_key": 10,
}
"""How many rows of a realm may share a value; of any other column, one."""


def tell_planner(path: Path) -> None:
    """Write the statistics into a SQLite file, if they are not there."""
    wanted = sorted(_statistics())
    connection = sqlite3.connect(path, timeout=10, isolation_level=None)
    try:
        if _known(connection) != wanted:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ANALYZE")  # the only way to make the table
            connection.execute("DELETE FROM sqlite_stat1")
            connection.executemany("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", wanted)
            connection.execute("COMMIT")
    finally:
        connection.close()


def _known(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").fetchone() is None:
        return []
    found: list[tuple[str, str, str]] = connection.execute("SELECT tbl, idx, stat FROM sqlite_stat1").fetchall()
    return sorted(found)


def _statistics() -> Iterator[tuple[str, str, str]]:
    for table in metadata.tables.values():
        yield table.name, table.name, _statistic(table, table.primary_key.columns, unique=True)
        for index in table.indexes:
            yield table.name, str(index.name), _statistic(table, index.columns, unique=bool(index.unique))


def _statistic(table: sa.Table, columns: Iterable[sa.Column[str | int | None]], *, unique: bool) -> str:
    """Spell how many rows there are, and how many share the first, the first two ... columns of an index."""
    shared = [1_000 if table.name == "realm" else ROWS]
    for column in columns:
        few = shared[0] if column.name == "realm" else AT_MOST.get(str(column.name), 1)
        shared.append(min(shared[-1], few))
    if unique:
        shared[-1] = 1
    return " ".join([*map(str, shared), "noskipscan"])
