"""Every statement finds its rows by an index that serves all of its conditions, however the data is spread."""

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from consentry.core.changes import Add
from consentry.core.model import Grant, Realm, Record
from consentry.store import housekeeping
from consentry.store.database import open_database
from consentry.store.postgres_channel import SETTINGS
from consentry.store.postgres_together import text_for_many
from consentry.store.statement import EVERY, Statement
from consentry.store.tables import metadata
from tests.store.samples import RECORDS, bare

assert housekeeping.SWEEPS  # imported, so that its statements are among those of the program

LISTS_OF_THE_REALM = {"all realms", "signing keys", "trusted issuers"}
TABLES = {table.name for table in metadata.tables.values()}
STATEMENTS = [statement for statement in EVERY if not statement.name.startswith("planted")]

INDEXED = re.compile(r"SEARCH (?P<table>\w+) USING .*\((?P<columns>[^()]*)\)")


def sqlite_plan(connection: sqlite3.Connection, statement: Statement) -> list[str]:
    compiled = statement.sqlite
    arguments = compiled.arrange([None] * len(statement.parameters))
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {compiled.text}", arguments)]


@pytest.fixture
def sqlite_file(tmp_path: Path, migrated_file: Path) -> Path:
    path = tmp_path / "consentry.db"
    path.write_bytes(migrated_file.read_bytes())
    return path


async def test_sqlite_scans_no_table_and_no_realm(sqlite_file: Path) -> None:
    database = await open_database(f"sqlite:///{sqlite_file}")
    await database.close()
    connection = sqlite3.connect(sqlite_file)
    for statement in STATEMENTS:
        if statement.name in LISTS_OF_THE_REALM:
            continue
        for line in sqlite_plan(connection, statement):
            scanned = re.match(r"SCAN (\w+)", line)
            assert not (scanned and scanned.group(1) in TABLES), (statement.name, line)
            found = INDEXED.match(line)
            if found and found.group("table") != "realm":
                assert found.group("columns").count("?") > 1, (statement.name, line)
    connection.close()


async def test_sqlite_sorts_no_page_that_an_index_could_give_in_order(sqlite_file: Path) -> None:
    database = await open_database(f"sqlite:///{sqlite_file}")
    await database.close()
    connection = sqlite3.connect(sqlite_file)
    sorted_ = {s.name for s in STATEMENTS if any("ORDER BY" in line for line in sqlite_plan(connection, s))}
    connection.close()
    assert sorted_ == {"grants reaching a resource"}  # a merge of a few targets


def many(number: int) -> Iterator[Record]:
    """Make a record of each kind; every other one is Alice's."""
    tag = str(number)
    of_alice: dict[str, object] = {"owner_id": "alice"} if number % 2 else {"owner_id": f"owner-{tag}"}
    for kind in RECORDS:
        if kind is Realm:
            continue
        members = of_alice if "owner_id" in kind.__dataclass_fields__ else {}
        if kind is Grant:
            members = {**members, "target_kind": "label"}
        yield bare(kind, tag, **members)


@pytest.mark.postgres
@pytest.mark.slow
async def test_postgresql_probes_by_every_condition(migrated_postgres_url: str) -> None:
    """However unevenly the rows are spread: here half of everything belongs to one of a thousand owners."""
    database = await open_database(migrated_postgres_url)
    assert await database.add_realm(Realm(name="main"))
    version = 1
    for start in range(0, 2000, 50):
        batch = [Add(record=record) for number in range(start, start + 50) for record in many(number)]
        assert await database.work("main", version).commit(batch, now=1)
        version += 1
    await database.close()
    with psycopg.connect(migrated_postgres_url, autocommit=True) as connection:
        connection.execute("ANALYZE")
        for setting in SETTINGS:
            connection.execute(setting)
        for statement in STATEMENTS:
            if statement.name not in LISTS_OF_THE_REALM:
                compiled = statement.postgresql
                values = ", ".join("1" if is_number else "'[]'" for is_number in compiled.numbers)
                check_plan(connection, statement, compiled.text, values)
                for_many = text_for_many(statement)
                if for_many is not None:
                    check_plan(connection, statement, for_many, ", ".join("'{}'" for _ in compiled.numbers))


def check_plan(
    connection: "psycopg.Connection[tuple[object, ...]]", statement: Statement, text: str, values: str
) -> None:
    connection.execute(f"PREPARE checked AS {text}".encode())
    row = connection.execute(f"EXPLAIN (FORMAT JSON) EXECUTE checked ({values})".encode()).fetchone()
    connection.execute("DEALLOCATE checked")
    assert row is not None
    for node in nodes(json.loads(json.dumps(row[0]))[0]["Plan"]):
        table = node.get("Relation Name")
        assert node["Node Type"] != "Seq Scan", (statement.name, table)
        condition = str(node.get("Index Cond", ""))
        if table is None or table == "realm" or not condition:
            continue
        probed = set(re.findall(r"\b([a-z_]+) (?:=|>|<)", condition)) | set(re.findall(r"ROW\(([a-z_]+)", condition))
        assert len(probed) > 1, (statement.name, node)
        if probed == {"realm", "owner_id"}:
            pytest.fail(f"{statement.name} reads all of an owner's rows: {condition}")


def nodes(plan: dict[str, object]) -> Iterator[dict[str, object]]:
    yield plan
    below = plan.get("Plans", [])
    assert isinstance(below, list)
    for each in below:
        yield from nodes(each)
