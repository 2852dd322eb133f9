"""Many ask at once for what may be used three times: three get it, on both databases."""

import asyncio
from dataclasses import replace

from consentry.core.grants.uma_ticket import RequestDenied
from consentry.core.issued import TokenIssued
from consentry.core.model import Realm
from consentry.core.realm import RealmSettings
from consentry.core.token import token
from consentry.server import Server
from consentry.store.database import StoreDatabase
from tests.sharing import new_cast
from tests.worlds import BASE_URL, REALM, SEALER, Clock, World, signing_keys


async def test_g_3_3_4_thirty_two_at_once_get_no_more_than_three_uses(database: StoreDatabase) -> None:
    assert await database.add_realm(Realm(name=REALM, settings=RealmSettings(pending_requests=False)))
    clock = Clock()
    world = World(Server(database=database, sealer=SEALER, base_url=BASE_URL, clock=clock), clock)
    await world.add(*signing_keys())
    cast = await new_cast(world)
    grant = await world.grant(cast.record, cast.bob)
    await world.replace(replace(grant, max_uses=3))
    tickets = [await cast.ticket() for _ in range(32)]
    answers = await asyncio.gather(*(world.ask(token, cast.request(ticket, by=cast.bob)) for ticket in tickets))
    assert sum(isinstance(answer, TokenIssued) for answer in answers) == 3
    assert sum(isinstance(answer, RequestDenied) for answer in answers) == 29
    (used,) = (await database.work(REALM, world.realm.version).grant_chain(cast.alice.account_id, grant.grant_id),)
    assert [each.uses for each in used] == [3]
