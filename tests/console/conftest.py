"""The console on a real store, with a clinic's people."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.console.visiting import SETTINGS, Clinic, Visitor, clinic_of
from tests.worlds import new_world


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with new_world(tmp_path, SETTINGS) as world:
        made = await clinic_of(world)
        yield made
        assert made.site.crashes == []


@pytest.fixture
async def alice(clinic: Clinic) -> Visitor:
    return await clinic.visit()
