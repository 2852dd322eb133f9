"""A server with people and apps, seen by browsers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.pages.browsing import Browser, Site, site_of
from tests.worlds import new_world


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with new_world(tmp_path) as world:
        made = await site_of(world)
        yield made
        assert made.crashes == []


@pytest.fixture
def browser(site: Site) -> Browser:
    return site.browser()
