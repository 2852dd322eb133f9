"""Estates on a server without a socket."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tests.ownership.estate import Estate, settle
from tests.web.site import new_site

Commits = Callable[[], int]


@pytest.fixture
async def estate(tmp_path: Path) -> AsyncIterator[Estate]:
    async with new_site(tmp_path) as site:
        yield await settle(site)
        assert site.crashes == []


@pytest.fixture
def commits(estate: Estate, tmp_path: Path) -> Iterator[Commits]:
    """Give a number that changes whenever something is committed to the database."""
    connection = sqlite3.connect(tmp_path / "consentry.db")

    def version() -> int:
        found: int = connection.execute("PRAGMA data_version").fetchone()[0]
        return found

    yield version
    connection.close()
