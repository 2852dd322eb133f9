"""Bring a database to the schema of this program, or say how far it is from it.

Two processes may do so at once: one does the work, the other finds it done.
"""

import sqlite3
import time
from pathlib import Path
from typing import Literal

import psycopg
import sqlalchemy as sa

from consentry.store.address import Address
from consentry.uma.value import value

REVISIONS = ("0001", "0002")
"""Every schema there has been, oldest first."""

State = Literal["empty", "old", "current", "newer"]

RACED = {"42P07", "42701", "23505", "40001", "40P01"}
"""What PostgreSQL says to the slower of two processes that change the schema at once."""

ATTEMPTS = 8


class WrongSchema(RuntimeError):
    """The database is not in the schema of this program."""


@value
class Status:
    """Where a database stands: the schema it has, and the one this program needs."""

    found: str | None
    needed: str

    @property
    def state(self) -> State:
        """Tell in a word."""
        if self.found is None:
            return "empty"
        if self.found == self.needed:
            return "current"
        return "old" if self.found in REVISIONS else "newer"


def status(url: str) -> Status:
    """Look which schema a database has.  Raises ValueError for a URL that names none."""
    address = Address.read(url)
    found = _sqlite_schema(address.path) if address.path is not None else _postgresql_schema(address.url)
    return Status(found=found, needed=REVISIONS[-1])


def upgrade(url: str) -> None:
    """Bring a database to the schema of this program.  Raises `WrongSchema` if it has a newer one.

    A SQLite file with an older schema is copied beside itself first.
    """
    stands = status(url)
    if stands.state == "current":
        return
    if stands.state == "newer":
        raise WrongSchema(_newer(stands))
    address = Address.read(url)
    if address.path is not None:
        address.path.parent.mkdir(parents=True, exist_ok=True)
        if stands.found is not None:
            back_up(address.path, address.path.with_name(f"{address.path.name}.schema-{stands.found}"))
    _migrate(address)


def require_current(url: str) -> None:
    """Raise `WrongSchema`, with what to do about it, unless the database has the schema of this program."""
    stands = status(url)
    if stands.state == "newer":
        raise WrongSchema(_newer(stands))
    if stands.state != "current":
        has = "no tables yet" if stands.found is None else f"schema {stands.found}"
        raise WrongSchema(
            f"the database has {has}, this program needs schema {stands.needed}: run `consentry db upgrade` once, "
            "then start again"
        )


def back_up(source: Path, target: Path) -> None:
    """Copy a SQLite file, also while it is in use."""
    partly = target.with_name(f"{target.name}.part")
    with sqlite3.connect(source) as old, sqlite3.connect(partly) as copy:
        old.backup(copy)
    old.close()
    copy.close()
    partly.replace(target)


def _newer(stands: Status) -> str:
    return (
        f"the database has schema {stands.found}, which is newer than {stands.needed}, the one this program knows: "
        "start the newer program, or restore a backup"
    )


def _migrate(address: Address) -> None:
    # Alembic takes a while to import, and is needed on the days when something changes.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "consentry.store:migrations")
    engine = address.engine()
    for attempt in range(ATTEMPTS):
        try:
            with engine.begin() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
            break
        except sa.exc.DBAPIError as problem:
            if attempt == ATTEMPTS - 1 or not _raced(problem):
                raise
            time.sleep(0.05 * 2**attempt)
    engine.dispose()


def _raced(problem: sa.exc.DBAPIError) -> bool:
    cause = problem.orig
    return isinstance(cause, psycopg.Error) and cause.sqlstate in RACED


def _sqlite_schema(path: Path) -> str | None:
    if not path.exists():
        return None
    connection = sqlite3.connect(path, timeout=10)
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as problem:
        if "no such table" not in str(problem):
            raise
        row = None
    finally:
        connection.close()
    return None if row is None else str(row[0])


def _postgresql_schema(url: str) -> str | None:
    with psycopg.connect(url, connect_timeout=10) as connection:
        there = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
        if there is None or not there[0]:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])
