"""Through `Server.ask`, with decisions that interleave at random: all or nothing, once, and what was kept is kept."""

import asyncio
import random
import secrets
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentry.core.changes import Add, Replace, Take
from consentry.core.context import Answer, Context
from consentry.core.errors import AccessDenied, Contended, InvalidGrant
from consentry.core.model import Event
from consentry.core.ports import Page
from consentry.server import Server
from consentry.store.database import StoreDatabase
from consentry.uma.value import value
from tests.store.samples import person
from tests.store.world import rpt, ticket


class NoSealing:
    """Nothing here is secret."""

    def seal(self, text: str, *, purpose: str) -> str:
        return f"{purpose}:{text}"

    def unseal(self, sealed: str, *, purpose: str) -> str:
        return sealed.removeprefix(f"{purpose}:")

    def digest(self, text: str, *, purpose: str) -> str:
        return f"{purpose}:{text}"


@value
class Redeem:
    """Spend a ticket for an RPT; ``refuse`` after the ticket was put on the list of what is kept."""

    ticket: str
    refuse: bool = False


async def pause() -> None:
    for _ in range(random.randrange(3)):  # noqa: S311 - chance for the test's order, not for secrets
        await asyncio.sleep(0)


def happened(ctx: Context, kind: str) -> Add:
    return Add(record=Event(event_id=ctx.new_id(), at=ctx.now, kind=kind, owner_id="alice"))


async def redeem(ctx: Context, question: Redeem) -> Answer[str]:
    found = await ctx.store.permission_ticket(question.ticket)
    if found is None or found.taken_at is not None:
        raise InvalidGrant("unknown or used ticket")
    ctx.keep(Take(record=found), happened(ctx, "ticket.spent"))
    await pause()
    if question.refuse:
        raise AccessDenied("no")
    token = ctx.new_secret()
    return Answer(token, Add(record=rpt(token)), happened(ctx, "rpt.issued"))


async def count(ctx: Context, account_id: str) -> Answer[int]:
    """Count in somebody's name: a read, a pause, and a write of what was read plus one."""
    found = await ctx.store.account(account_id)
    assert found is not None
    await pause()
    counted = int(found.name or 0) + 1
    return Answer(counted, Replace(record=replace(found, name=str(counted))), happened(ctx, "counted"))


@pytest.fixture
async def server(database: StoreDatabase) -> Server:
    await settle_everything_usable(database)
    return Server(database=database, sealer=NoSealing(), base_url="https://as.example")


async def settle_everything_usable(database: StoreDatabase) -> None:
    """Fill the realm, but with no signing key: this one's would have to be a real one."""
    assert await database.work("main", 1).commit([Add(record=person("alice"))], now=1)


async def kinds(server: Server) -> dict[str, int]:
    reference = await server.database.reference("main")
    assert reference is not None
    work = server.database.work("main", reference.realm.version)
    found = [each.kind for each in await work.events("alice", Page(limit=10_000))]
    return {kind: found.count(kind) for kind in sorted(set(found))}


async def test_of_many_askers_one_is_answered_and_the_others_see_the_ticket_gone(server: Server) -> None:
    await add_tickets(server, ["t"])
    answers = await asyncio.gather(*(server.ask("main", redeem, Redeem(ticket="t")) for _ in range(32)))
    assert sum(isinstance(each, str) for each in answers) == 1
    assert sum(isinstance(each, InvalidGrant) for each in answers) == 31
    assert await kinds(server) == {"rpt.issued": 1, "ticket.spent": 1}


async def test_a_refusal_keeps_what_it_was_told_to_keep(server: Server) -> None:
    await add_tickets(server, ["t"])
    assert isinstance(await server.ask("main", redeem, Redeem(ticket="t", refuse=True)), AccessDenied)
    assert isinstance(await server.ask("main", redeem, Redeem(ticket="t")), InvalidGrant)
    assert await kinds(server) == {"ticket.spent": 1}


async def test_no_count_is_lost(server: Server) -> None:
    answers = await asyncio.gather(*(server.ask("main", count, "alice") for _ in range(6)))
    counted = [each for each in answers if isinstance(each, int)]
    assert sorted(counted) == list(range(1, len(counted) + 1))
    assert all(isinstance(each, int | Contended) for each in answers)
    assert await kinds(server) == {"counted": len(counted)}


async def add_tickets(server: Server, digests: list[str]) -> None:
    reference = await server.database.reference("main")
    assert reference is not None
    work = server.database.work("main", reference.realm.version)
    assert await work.commit([Add(record=ticket(digest)) for digest in digests], now=1)


ASKED = st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=12)


@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(asked=ASKED, seed=st.integers(0, 2**16))
async def test_in_any_order_every_ticket_is_spent_once_and_every_answer_is_whole(
    server: Server, asked: list[tuple[int, bool]], seed: int
) -> None:
    random.seed(seed)
    run = secrets.token_hex(4)
    names = [f"{run}-{number}" for number in range(3)]
    await add_tickets(server, names)
    before = await kinds(server)
    questions = [Redeem(ticket=names[number], refuse=refuse) for number, refuse in asked]
    answers = await asyncio.gather(*(server.ask("main", redeem, question) for question in questions))
    after = await kinds(server)
    issued = sum(isinstance(each, str) for each in answers)
    refused = sum(isinstance(each, AccessDenied) for each in answers)
    assert issued + refused == len({number for number, _ in asked})
    assert after.get("rpt.issued", 0) - before.get("rpt.issued", 0) == issued
    assert after.get("ticket.spent", 0) - before.get("ticket.spent", 0) == issued + refused
    reference = await server.database.reference("main")
    assert reference is not None
    work = server.database.work("main", reference.realm.version)
    for said in answers:
        if isinstance(said, str):
            assert await work.rpt_of_client("app", said) is not None
