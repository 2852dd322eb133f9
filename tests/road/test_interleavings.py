"""The core road under any interleaving: once is once, all or nothing, and what was kept is kept.

Askers sit at two servers on one database and pause wherever another may come in between.
"""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentry.core.context import Answer, Caller, Context, Decision
from consentry.core.errors import AccessDenied, Contended, InvalidGrant, NotFound, Refusal
from consentry.server import OpenRealm, Server
from consentry.store.database import open_database
from tests.harness.stage import sqlite_url
from tests.harness.stores import BOTH_STORES, store_url
from tests.road.errands import EVERYTHING, OWNER, RESOURCE, THINGS, Crash, Errand, Nodes, grant_id, ticket_digest
from tests.worlds import SEALER

Asked = TypeVar("Asked")
Said = TypeVar("Said")


@pytest.fixture(params=BOTH_STORES)
async def nodes(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Nodes]:
    url = store_url(request.param, tmp_path, request)
    databases = [await open_database(url, migrate=True) for _ in range(2)]
    yield Nodes([Server(database=each, sealer=SEALER, base_url="https://as.example") for each in databases])
    for database in databases:
        await database.close()


ERRANDS = st.lists(
    st.builds(
        Errand,
        what=st.sampled_from(["spend", "spend and refuse", "spend and crash", "label", "claim", "forget"]),
        thing=st.integers(0, THINGS - 1),
    ),
    min_size=2,
    max_size=10,
)
ORDER = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4)), max_size=40)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(errands=ERRANDS, order=ORDER)
async def test_in_any_order_once_is_once_all_is_all_and_kept_is_kept(
    nodes: Nodes, errands: list[Errand], order: list[tuple[int, int]]
) -> None:
    await everything_holds(nodes, errands, order)


async def everything_holds(nodes: Nodes, errands: Sequence[Errand], order: Sequence[tuple[int, int]]) -> None:
    """Run errands in an order and hold what is in the database against what everybody was told."""
    realm = await nodes.new_realm()
    told = await nodes.run(realm, errands, order)
    work = await nodes.work(realm)
    left = {name: set[str]() for name in (f"asker-{number}" for number in range(len(errands)))}
    for event in await work.events(OWNER, EVERYTHING):
        left[str(event.about)].add(event.kind)
    resource = await work.owner_resource(OWNER, RESOURCE)
    assert resource is not None

    for number, (one, said) in enumerate(zip(errands, told, strict=True)):
        assert left[f"asker-{number}"] == should_be_left(one, said), (one, said)
    done = [(one, said) for one, said in zip(errands, told, strict=True) if isinstance(said, str)]
    assert sorted(resource.labels) == sorted(said for one, said in done if one.what == "label")
    for number in range(THINGS):
        spent = [said for one, said in zip(errands, told, strict=True) if spends(one, said) and one.thing == number]
        ticket = await work.permission_ticket(ticket_digest(number))
        assert ticket is not None
        assert len(spent) == (ticket.taken_at is not None) <= 1
        claimed = sum(one.what == "claim" and one.thing == number for one, _ in done)
        assert claimed == await work.used_once("word", str(number))
        forgotten = sum(one.what == "forget" and one.thing == number for one, _ in done)
        assert forgotten == (await work.grant(OWNER, grant_id(number)) is None)


def spends(one: Errand, said: object) -> bool:
    """Say whether an asker was told something that goes with a spent ticket."""
    return one.what.startswith("spend") and (isinstance(said, str | AccessDenied))


def should_be_left(one: Errand, said: object) -> set[str]:
    """Return what an asker who was told this must have left behind, and nothing else."""
    match said:
        case str():
            return {"answered", "kept"} if one.what == "spend" else {"answered"}
        case AccessDenied():
            assert one.what == "spend and refuse"
            return {"kept"}
        case InvalidGrant() | NotFound() | Contended():
            return set()
        case Crash():
            assert one.what == "spend and crash"
            return set()
        case _:
            raise AssertionError(said)


class HalfDeaf(Server):
    """A server that does not listen to what a commit says."""

    async def _attempt(
        self, opened: OpenRealm, decide: Decision[Asked, Said], question: Asked, caller: Caller
    ) -> tuple[Said | Refusal, bool]:
        said, _ = await super()._attempt(opened, decide, question, caller)
        return said, True


class Forgetful(Server):
    """A server that keeps nothing of what it refuses."""

    async def _attempt(
        self, opened: OpenRealm, decide: Decision[Asked, Said], question: Asked, caller: Caller
    ) -> tuple[Said | Refusal, bool]:
        async def forgetting(ctx: Context, asked: Asked) -> Answer[Said]:
            try:
                return await decide(ctx, asked)
            except Refusal:
                ctx.kept = ()
                raise

        return await super()._attempt(opened, forgetting, question, caller)


@pytest.mark.parametrize(
    ("kind", "errands"),
    [
        (HalfDeaf, [Errand(what="spend", thing=0)] * 2),
        (HalfDeaf, [Errand(what="label", thing=0)] * 2),
        (HalfDeaf, [Errand(what="claim", thing=0)] * 2),
        (HalfDeaf, [Errand(what="forget", thing=0)] * 2),
        (Forgetful, [Errand(what="spend and refuse", thing=0)]),
    ],
)
async def test_a_server_that_does_not_keep_to_it_is_found(
    tmp_path: Path, kind: type[Server], errands: list[Errand]
) -> None:
    database = await open_database(sqlite_url(tmp_path))
    server = kind(database=database, sealer=SEALER, base_url="https://as.example")
    with pytest.raises(AssertionError):
        await everything_holds(Nodes([server]), errands, [(0, 2)] * 3)
    await database.close()
