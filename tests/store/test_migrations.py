"""The schema that the migrations make is the schema that the statements were written for."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from consentry.core.model import Realm
from consentry.store.address import Address
from consentry.store.database import open_database
from consentry.store.migrate import REVISIONS, WrongSchema, status, upgrade
from consentry.store.tables import metadata
from tests.store.world import settle_everything

OPEN = "import asyncio, sys; from consentry.store.database import open_database as o; {}"
IN_A_PROCESS = OPEN.format("db = asyncio.run(o(sys.argv[1], migrate=True)); print('open')")


def run(url: str, statement: str) -> None:
    with Address.read(url).engine().begin() as connection:
        connection.execute(sa.text(statement))


def test_the_migrations_lead_to_the_tables(url: str) -> None:
    with Address.read(url).engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        found = sa.inspect(connection)
        for table in metadata.tables.values():
            nullable = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
            assert nullable == {column.name: column.nullable for column in table.columns}
            indexes = {str(i["name"]): (i["column_names"], bool(i["unique"])) for i in found.get_indexes(table.name)}
            assert indexes == {
                str(index.name): ([column.name for column in index.columns], index.unique) for index in table.indexes
            }
            key = found.get_pk_constraint(table.name)["constrained_columns"]
            assert key == [column.name for column in table.primary_key.columns]


def test_text_is_ordered_by_bytes_on_postgresql(migrated_postgres_url: str) -> None:
    with Address.read(migrated_postgres_url).engine().connect() as connection:
        other = connection.execute(
            sa.text(
                "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
                "AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C' AND table_name <> 'alembic_version'"
            )
        )
        assert other.fetchall() == []


async def test_sqlite_finds_its_file_in_order(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path}/a.db")
    assert await database.add_realm(Realm(name="main"))
    await settle_everything(database)
    await database.close()
    connection = sqlite3.connect(tmp_path / "a.db")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_every_migration_is_known() -> None:
    config = Config()
    config.set_main_option("script_location", "consentry.store:migrations")
    scripts = ScriptDirectory.from_config(config)
    assert [script.revision for script in scripts.walk_revisions()] == list(reversed(REVISIONS))


def test_a_database_tells_where_it_stands(url: str) -> None:
    assert status(url).state == "current"
    upgrade(url)
    run(url, "UPDATE alembic_version SET version_num = '9999'")
    assert status(url).state == "newer"
    run(url, "DROP TABLE alembic_version")
    assert status(url).state == "empty"


async def test_a_newer_schema_is_refused(url: str) -> None:
    run(url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(WrongSchema, match="newer"):
        await open_database(url, migrate=True)
    with pytest.raises(WrongSchema, match="newer"):
        await open_database(url)


async def test_postgresql_is_not_changed_unasked(postgres_url: str) -> None:
    with pytest.raises(WrongSchema, match=r"consentry db upgrade"):
        await open_database(postgres_url)
    assert status(postgres_url).state == "empty"
    database = await open_database(postgres_url, migrate=True)
    await database.close()
    assert status(postgres_url).state == "current"


def test_a_sqlite_file_is_copied_before_its_schema_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    upgrade(url)
    monkeypatch.setattr("consentry.store.migrate.REVISIONS", ("0000", *REVISIONS))
    run(url, "UPDATE alembic_version SET version_num = '0000'")
    assert status(url).state == "old"
    with pytest.raises(Exception, match="0000"):  # there is no such migration to start from
        upgrade(url)
    assert status(f"sqlite:///{tmp_path}/a.db.schema-0000").found == "0000"


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_two_processes_that_start_at_once_on_an_empty_database_are_both_fine(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    url = f"sqlite:///{tmp_path}/new/a.db" if database == "sqlite" else request.getfixturevalue("postgres_url")
    processes = [
        subprocess.Popen([sys.executable, "-c", IN_A_PROCESS, url], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    said = [process.communicate() for process in processes]
    assert [output for output, _ in said] == [b"open\n"] * 3, said
    assert status(url).state == "current"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "data.db",
        "mysql://host/name",
        "sqlite://data.db",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///a.db?mode=ro",
        "postgresql://secret:password@host",
    ],
)
async def test_a_url_that_names_no_database_is_refused_with_what_would(url: str) -> None:
    with pytest.raises(ValueError, match=r"sqlite:///data/consentry.db") as caught:
        await open_database(url)
    assert "password@host " not in str(caught.value).replace("user:password@host", "")
    assert "secret" not in str(caught.value)


def test_an_address_may_be_relative_or_absolute() -> None:
    assert Address.read("sqlite:///data/a.db").path == Path("data/a.db")
    assert Address.read("sqlite:////var/lib/a%20b.db").path == Path("/var/lib/a b.db")
    assert Address.read("postgresql://host/name").path is None


async def test_a_file_that_cannot_be_opened_is_an_error_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("this is no database, whatever it is called, and it is long enough to tell" * 20)
    with pytest.raises(sqlite3.DatabaseError):
        await open_database(f"sqlite:///{tmp_path}/a.db")
