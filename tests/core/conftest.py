"""The world in which decisions are asked."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.worlds import World, new_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with new_world(tmp_path) as made:
        yield made
