import asyncio
from pathlib import Path

import pytest

from bench.round_trips import count_trips
from bench.scenario import Scenario, arrange
from bench.world import World

BASE_URL = "http://127.0.0.1:8080"
WORLD = World(resources=200)


def test_every_resource_is_shared_with_one_to_three_others() -> None:
    shares = [list(WORLD.shares_of(resource)) for resource in range(WORLD.resources)]
    assert {len(each) for each in shares} == {1, 2, 3}
    for each in shares:
        assert len({share.grantee_id for share in each}) == len(each)
        assert all(share.owner_id != share.grantee_id for share in each)


def test_samples_come_from_the_whole_world() -> None:
    assert len({share.owner_id for share in WORLD.samples()}) == WORLD.owners


async def test_a_filled_sqlite_database_answers_the_whole_load(tmp_path: Path) -> None:
    await _answers(await _arranged(f"sqlite:///{tmp_path / 'bench.db'}"))


@pytest.mark.postgres
async def test_a_filled_postgresql_database_answers_the_whole_load(postgres_url: str) -> None:
    await _answers(await _arranged(postgres_url))


async def _arranged(url: str) -> Scenario:
    return await asyncio.to_thread(arrange, url, WORLD, base_url=BASE_URL, tell=lambda _: None)


async def _answers(scenario: Scenario) -> None:
    """Walk once through all kinds of requests; each is held against what it has to be."""
    trips = await count_trips(scenario)
    assert trips["UMA grant"].round_trips <= 3
    assert trips["introspection"].round_trips <= 2
    assert trips["permission ticket"].round_trips <= 2
    assert trips["client credentials"].round_trips == 1
