"""The address of a database, as an operator writes it."""

from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection

from consentry.uma.value import value

FORMS = (
    "a database URL is sqlite:///data/consentry.db (relative to where the program starts), "
    "sqlite:////var/lib/consentry.db (absolute) or postgresql://user:password@host/name"
)


@value
class Address:
    """Where a database is: a file of SQLite's (``path``), or a database of a PostgreSQL server's."""

    url: str
    path: Path | None

    @classmethod
    def read(cls, url: str) -> Self:
        """Read a URL.  Raises ValueError with the forms there are; what it says never repeats the URL's password."""
        parts = urlsplit(url)
        if parts.scheme in {"postgresql", "postgres"}:
            if not parts.path.strip("/") and "dbname=" not in parts.query:
                raise ValueError(f"the database URL names no database: {FORMS}")
            return cls(url=url, path=None)
        if parts.scheme != "sqlite":
            raise ValueError(f"no such kind of database: {parts.scheme or 'none given'!r}; {FORMS}")
        if parts.netloc:
            raise ValueError(f"sqlite:// takes three slashes, or four before an absolute path: {FORMS}")
        path = unquote(parts.path.removeprefix("/"))
        if path in {"", ":memory:"} or path.endswith("/") or parts.query:
            raise ValueError(f"sqlite:/// needs the name of a file and nothing else: {FORMS}")
        return cls(url=url, path=Path(path))

    def engine(self) -> sa.Engine:
        """Return an engine for migrations, whose transactions exclude each other."""
        if self.path is None:
            url = sa.make_url(self.url).set(drivername="postgresql+psycopg")
            return sa.create_engine(url, poolclass=sa.NullPool)
        engine = sa.create_engine(sa.URL.create("sqlite", database=str(self.path)), poolclass=sa.NullPool)
        sa.event.listen(engine, "connect", _leave_transactions_to_us)
        sa.event.listen(engine, "begin", _begin_immediately)
        return engine


def _leave_transactions_to_us(connection: DBAPIConnection, _: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 20000")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()


def _begin_immediately(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
