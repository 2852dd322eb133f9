"""The whole server on a real store, reached over HTTP without a socket."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.site import Site, new_site


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with new_site(tmp_path) as made:
        yield made
