"""The same store on both databases: every test here that asks for `url` or `database` runs twice."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from consentry.core.model import Realm
from consentry.store.database import StoreDatabase, open_database
from consentry.store.migrate import upgrade
from tests.postgres import PostgresServer

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def migrated_template(postgres: PostgresServer) -> str:
    """Make a PostgreSQL database that has the tables, to make others from."""
    name = postgres.fresh_database()
    upgrade(postgres.url(name))
    return name


@pytest.fixture
def migrated_postgres_url(postgres: PostgresServer, migrated_template: str) -> Iterator[str]:
    name = postgres.fresh_database(template=migrated_template)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a SQLite file that has the tables, to make others from."""
    path = tmp_path_factory.mktemp("template") / "consentry.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of a database with tables and nothing in them."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "consentry.db")
        return f"sqlite:///{tmp_path}/consentry.db"
    address: str = request.getfixturevalue("migrated_postgres_url")
    return address


@pytest.fixture
async def database(url: str) -> AsyncIterator[StoreDatabase]:
    """Give an open database with one empty realm, `main`."""
    opened = await open_database(url)
    assert await opened.add_realm(Realm(name="main"))
    yield opened
    await opened.close()
