"""Stop sharing counts for every introspection that starts after it was answered, on whatever process.

Spec: FedAuthz 5.1.1; Grant 6.1.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from consentry.core.model import Grant, Rpt
from consentry.core.tokens import digest
from consentry.uma.value import value
from tests.harness.server import ServerProcess, connections, serving
from tests.harness.stage import PATH, PUBLIC_URL, Stage, soon, stage_on
from tests.harness.stores import BOTH_STORES, store_url
from tests.harness.wire import Connection, bare, bearer

PAIRS = 300
AT_ONCE = 10
EACH_AFTERWARDS = 3

pytestmark = pytest.mark.slow


@value
class Pair:
    """A grant and an RPT that lives on it."""

    grant_id: str
    rpt: str


@value
class Seen:
    """What was shown of one RPT while it lived, and by questions that began after the stop was answered."""

    before: int
    afterwards: tuple[bool, ...]


async def pairs(stage: Stage, count: int) -> list[Pair]:
    """Share a thing of Alice's with Bob many times over, and give Bob's app an RPT for each."""
    cast, made = stage.cast, []
    grants, rpts = list[Grant](), list[Rpt]()
    shared = await stage.world.grant(cast.diary, cast.bob, scopes="read")
    like = await stage.world.rpt(cast.surgery, cast.bob, shared, resource_server=cast.records)
    for number in range(count):
        pair = Pair(grant_id=f"grant-{number}", rpt=f"rpt-{number}")
        made.append(pair)
        grants.append(replace(shared, grant_id=pair.grant_id))
        permissions = tuple(replace(each, grant_id=pair.grant_id) for each in like.permissions)
        rpts.append(replace(like, digest=digest(pair.rpt), permissions=permissions))
    await stage.world.add(*grants, *rpts)
    return made


async def watched(stage: Stage, pair: Pair, *, owner: Connection, watchers: Sequence[Connection]) -> Seen:
    """Stop sharing while others look, and let them go on looking for a while."""
    stopped = asyncio.Event()

    async def stop() -> None:
        await soon(random.uniform(0, 0.003))  # noqa: S311 - so that the stop does not always come first
        try:
            gone = await owner.ask(bare("DELETE", f"{PATH}/me/grants/{pair.grant_id}", bearer(stage.manager)))
        finally:
            stopped.set()
        assert gone.status == 204, gone

    async def watch(connection: Connection) -> tuple[int, tuple[bool, ...]]:
        before, afterwards = 0, list[bool]()
        while len(afterwards) < EACH_AFTERWARDS:
            began_afterwards = stopped.is_set()
            shown = await connection.ask(stage.introspects(pair.rpt))
            assert shown.status == 200, shown
            active = shown.members["active"] is True
            if began_afterwards:
                afterwards.append(active)
            else:
                before += active
        return before, tuple(afterwards)

    stopping = asyncio.create_task(stop())
    seen = await asyncio.gather(*(watch(connection) for connection in watchers))
    await stopping
    return Seen(before=sum(before for before, _ in seen), afterwards=tuple(each for _, after in seen for each in after))


async def race(stage: Stage, servers: Sequence[ServerProcess], count: int) -> list[Seen]:
    """Race many stops against many looks; those who look sit at both processes."""
    left = await pairs(stage, count)
    async with connections(servers, AT_ONCE * 3) as opened:

        async def lane(owner: Connection, *watchers: Connection) -> list[Seen]:
            seen = []
            while left:
                seen.append(await watched(stage, left.pop(), owner=owner, watchers=watchers))
            return seen

        lanes = (lane(*opened[first : first + 3]) for first in range(0, len(opened), 3))
        return [seen for each in await asyncio.gather(*lanes) for seen in each]


@pytest.mark.parametrize("store", BOTH_STORES)
async def test_fedauthz_5_1_1_nothing_is_shown_after_stop_sharing_was_answered_on_any_process(
    tmp_path: Path, request: pytest.FixtureRequest, store: str
) -> None:
    url = store_url(store, tmp_path, request)
    async with (
        stage_on(url) as stage,
        serving(tmp_path, database_url=url, base_url=PUBLIC_URL, processes=2) as servers,
    ):
        seen = await race(stage, servers, PAIRS)
    looks = sum(len(one.afterwards) for one in seen)
    alive = sum(one.before for one in seen)
    print(f"stop sharing on {store}: {len(seen)} stops, {alive} looks before and {looks} afterwards")
    assert len(seen) == PAIRS
    assert sum(any(one.afterwards) for one in seen) == 0
    assert sum(one.before > 0 for one in seen) > PAIRS // 2  # or nobody was in time to see anything


@pytest.mark.parametrize("store", BOTH_STORES)
async def test_the_race_finds_a_server_that_remembers_what_introspection_showed(
    tmp_path: Path, request: pytest.FixtureRequest, store: str
) -> None:
    url = store_url(store, tmp_path, request)
    async with (
        stage_on(url) as stage,
        serving(
            tmp_path, database_url=url, base_url=PUBLIC_URL, processes=2, bug="remembered-introspection"
        ) as servers,
    ):
        seen = await race(stage, servers, 20)
    assert sum(any(one.afterwards) for one in seen) > 10
