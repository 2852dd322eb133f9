"""Fills tables as fast as each database can: without indexes, which are made afterwards, and in one transaction."""

import sqlite3
from collections.abc import Callable, Iterator
from itertools import islice

import psycopg
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.schema import CreateIndex, DropIndex

from bench.rows import Row, Rows, every_table
from bench.world import World
from consentry.settings.schema import sqlite_path
from consentry.store.statement import DIALECTS, Dialect

PORTION = 20_000

Tell = Callable[[int], None]
"""Hears of how many rows were written."""


def fill(url: str, world: World, tell: Tell) -> None:
    """Put the world into an empty, migrated database."""
    path = sqlite_path(url)
    if path is None:
        _fill_postgres(url, world, tell)
        return
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        _fill_sqlite(connection, world, tell)
    finally:
        connection.close()


def _fill_sqlite(connection: sqlite3.Connection, world: World, tell: Tell) -> None:
    # A crash would spoil the file: then the run has failed anyway.
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -500000")
    connection.execute("BEGIN")
    for rows in every_table(world):
        for statement in _statements("sqlite", rows.table, drop=True):
            connection.execute(statement)
        marks = ", ".join("?" * len(rows.columns))
        insert = f'INSERT INTO "{rows.table.name}" ({", ".join(rows.columns)}) VALUES ({marks})'  # noqa: S608 - our names
        connection.executemany(insert, _counted(rows, tell))
        for statement in _statements("sqlite", rows.table, drop=False):
            connection.execute(statement)
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")


def _fill_postgres(url: str, world: World, tell: Tell) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        for rows in every_table(world):
            names = sql.SQL(", ").join(map(sql.Identifier, rows.columns))
            with connection.transaction(), connection.cursor() as cursor:
                for statement in _statements("postgresql", rows.table, drop=True):
                    cursor.execute(statement.encode())
                copy = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(rows.table.name), names)
                with cursor.copy(copy) as target:
                    for row in _counted(rows, tell):
                        target.write_row(row)
                for statement in _statements("postgresql", rows.table, drop=False):
                    cursor.execute(statement.encode())
        # What autovacuum does on a server that has been up for a while.
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _statements(dialect: Dialect, table: sa.Table, *, drop: bool) -> Iterator[str]:
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        clause = DropIndex(index) if drop else CreateIndex(index)
        yield str(clause.compile(dialect=DIALECTS[dialect]))


def _counted(rows: Rows, tell: Tell) -> Iterator[Row]:
    while portion := list(islice(rows.rows, PORTION)):
        yield from portion
        tell(len(portion))
