import psycopg
import pytest

from tests.postgres import PostgresServer

pytestmark = pytest.mark.postgres


def test_the_suite_starts_a_postgresql_server_in_byte_order(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.info.server_version >= 150000
        collation = connection.execute("SELECT datcollate FROM pg_database WHERE datname = current_database()")
        assert collation.fetchone() == ("C",)


def test_a_commit_is_durable_unless_a_test_asks_otherwise(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_a_database_made_from_a_template_starts_with_its_tables(postgres: PostgresServer) -> None:
    template = postgres.fresh_database()
    with psycopg.connect(postgres.url(template)) as connection:
        connection.execute("CREATE TABLE thing (name TEXT PRIMARY KEY)")
    copy = postgres.fresh_database(template=template)
    with psycopg.connect(postgres.url(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM thing").fetchone() == (0,)
    postgres.drop_database(copy)
    postgres.drop_database(template)


async def test_async_tests_run_on_asyncio(anyio_backend_name: str, postgres_url: str) -> None:
    assert anyio_backend_name == "asyncio"
    async with await psycopg.AsyncConnection.connect(postgres_url) as connection:
        row = await (await connection.execute("SELECT 1")).fetchone()
    assert row == (1,)
