"""What each request costs the database, from its first byte to its last: counted at the store, on both databases.

What is promised: a UMA grant waits for its database three times, a ticket and introspection twice.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from consentry.store.counters import Counters
from consentry.store.database import StoreDatabase
from consentry.uma.value import value
from tests.harness.inside import Inside, inside
from tests.harness.stage import PATH, RECORDS, SURGERY, Stage, stage_on
from tests.harness.stores import BOTH_STORES, store_url
from tests.harness.wire import Reply, Request, bare, bearer, document, form

AT_MOST = {
    "permission ticket": 2,
    "UMA grant": 3,
    "UMA grant that needs more": 3,
    "introspection of an RPT": 1,
    "refreshed RPT": 3,
    "client credentials": 1,
    "register": 2,
    "read one": 1,
    "list": 2,
    "update": 2,
    "revoke": 3,
    "share": 6,
    "stop sharing": 5,
    "jwks": 1,
}


@value
class Answered:
    """An answer, and what was counted on the way to it."""

    reply: Reply
    spent: Counters


@value
class Scene:
    """A server on a seeded database, and a walk through it."""

    server: Inside

    @property
    def stage(self) -> Stage:
        return self.server.stage

    async def ask(self, request: Request) -> Answered:
        database = self.stage.world.server.database
        assert isinstance(database, StoreDatabase)
        before = replace(database.counters)
        reply = await self.server.ask(request)
        after = database.counters
        spent = Counters(
            statements=after.statements - before.statements,
            round_trips=after.round_trips - before.round_trips,
            batches=after.batches - before.batches,
            commits=after.commits - before.commits,
        )
        return Answered(reply=reply, spent=spent)

    async def everything(self) -> dict[str, Answered]:
        """Walk through the protocol once."""
        stage, cast, told = self.stage, self.stage.cast, dict[str, Answered]()
        pat, manager = bearer(cast.pat), bearer(stage.manager)
        told["jwks"] = await self.ask(bare("GET", f"{PATH}/jwks", {}))
        description = {"resource_scopes": ["read"], "name": "a page"}
        told["register"] = await self.ask(document("POST", f"{PATH}/uma/resource", description, pat))
        one = f"{PATH}/uma/resource/{told['register'].reply.text('_id')}"
        told["read one"] = await self.ask(bare("GET", one, pat))
        told["update"] = await self.ask(document("PUT", one, description, pat))
        told["list"] = await self.ask(bare("GET", f"{PATH}/uma/resource", pat))
        terms = {"resource_id": cast.record.resource_id, "grantee": {"account": "carol"}, "scopes": ["read"]}
        told["share"] = await self.ask(document("POST", f"{PATH}/me/grants", terms, manager))
        told["permission ticket"] = await self.ask(stage.wants(cast.record.resource_id))
        ticket = told["permission ticket"].reply.text("ticket")
        told["UMA grant that needs more"] = await self.ask(stage.redeems(ticket, claim_token="", claim_token_format=""))
        ticket = told["UMA grant that needs more"].reply.text("ticket")
        told["UMA grant"] = await self.ask(stage.redeems(ticket))
        rpt, refresh_token = (told["UMA grant"].reply.text(name) for name in ("access_token", "refresh_token"))
        told["introspection of an RPT"] = await self.ask(stage.introspects(rpt))
        refreshing = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        told["refreshed RPT"] = await self.ask(form(f"{PATH}/token", refreshing, SURGERY))
        revoked = {"token": told["refreshed RPT"].reply.text("access_token")}
        told["revoke"] = await self.ask(form(f"{PATH}/revoke", revoked, SURGERY))
        stopped = f"{PATH}/me/grants/{told['share'].reply.text('id')}"
        told["stop sharing"] = await self.ask(bare("DELETE", stopped, manager))
        own = {"grant_type": "client_credentials", "scope": "uma_protection"}
        told["client credentials"] = await self.ask(form(f"{PATH}/token", own, RECORDS))
        return told


@pytest.fixture(params=BOTH_STORES)
async def scene(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Scene]:
    async with stage_on(store_url(request.param, tmp_path, request)) as stage:
        organisation = await stage.world.account("clinic", organisation=True)
        client = await stage.world.server.database.work("demo", stage.world.realm.version).client("records")
        assert client is not None
        await stage.world.replace(
            replace(client, account_id=organisation.account_id, grant_types=("client_credentials", *client.grant_types))
        )
        async with inside(stage) as server:
            yield Scene(server=server)


async def test_a_request_waits_for_its_database_no_more_often_than_was_promised(scene: Scene) -> None:
    await scene.everything()  # clients and the realm are read once and remembered
    told = await scene.everything()
    for name, answered in told.items():
        spent = answered.spent
        print(f"{name}: {spent.round_trips} round trips, {spent.statements} statements, {spent.batches} batches")
        assert answered.reply.status < 300 or "needs" in name, answered
        assert spent.round_trips <= AT_MOST[name], name
        assert spent.batches <= spent.round_trips, name
    assert told.keys() == AT_MOST.keys()
