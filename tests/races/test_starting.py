"""Servers that start at the same moment on an empty database end up with one schema, one realm and one set of keys."""

import json
import secrets
from pathlib import Path

import pytest

from tests.harness.server import connections, serving
from tests.harness.stage import PUBLIC_URL, sqlite_url
from tests.harness.stores import BOTH_STORES, store_url
from tests.harness.wire import bare

pytestmark = pytest.mark.slow

PROCESSES = 3
TIMES = 3


@pytest.mark.parametrize("store", BOTH_STORES)
async def test_servers_that_start_together_publish_the_same_keys(
    tmp_path: Path, request: pytest.FixtureRequest, store: str
) -> None:
    for _ in range(TIMES if store == "sqlite" else 1):
        folder = tmp_path / secrets.token_hex(4)
        folder.mkdir()
        url = sqlite_url(folder) if store == "sqlite" else store_url(store, folder, request)
        async with (
            serving(folder, database_url=url, base_url=PUBLIC_URL, processes=PROCESSES) as servers,
            connections(servers, PROCESSES) as each,
        ):
            published = {(await connection.ask(bare("GET", "/realms/main/jwks", {}))).body for connection in each}
        assert len(published) == 1
        (document,) = published
        assert sorted(key["alg"] for key in json.loads(document)["keys"]) == ["ES256", "RS256"]
