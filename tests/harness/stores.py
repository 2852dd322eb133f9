"""Both stores, for tests that have to hold on either."""

from pathlib import Path

import pytest

from tests.harness.stage import sqlite_url

BOTH_STORES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


def store_url(name: str, folder: Path, request: pytest.FixtureRequest) -> str:
    """Return the address of an empty database of a kind."""
    if name == "postgresql":
        url: str = request.getfixturevalue("postgres_url")
        return url
    return sqlite_url(folder)
