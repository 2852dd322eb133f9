"""Everything that people and programs do, over and over, until the server is gone; each answer goes to the ledger."""

import asyncio
import random
from collections.abc import Sequence

from consentry.uma.value import value
from tests.faults.ledger import Ledger
from tests.harness.stage import PATH, SURGERY, Stage
from tests.harness.wire import Connection, ConnectionLost, Reply, Request, bare, bearer, document, form


class Unexpected(Exception):
    """The server said something else than it should have."""


@value
class Life:
    """One resource from its registration to the end of its sharing, told by one connection."""

    stage: Stage
    ledger: Ledger
    connection: Connection
    chance: random.Random

    async def live(self) -> None:
        resource_id = await self._register()
        grant_id = await self._share(resource_id)
        if self._now_and_then():
            await self._ticket(resource_id, grant_id)  # one that nobody redeems
        ticket = await self._ticket(resource_id, grant_id)
        if self._now_and_then():
            ticket = await self._rotate(ticket, grant_id)
        refresh_token = await self._redeem(ticket, grant_id)
        if self._now_and_then():
            await self._refresh(refresh_token, grant_id)
        if self._now_and_then():
            await self._stop(grant_id)

    async def _register(self) -> str:
        what = {"name": "a page", "resource_scopes": ["read", "write"]}
        created = await self._told(201, document("POST", f"{PATH}/uma/resource", what, bearer(self.stage.cast.pat)))
        resource_id = created.text("_id")
        self.ledger.write("registered", resource_id)
        return resource_id

    async def _share(self, resource_id: str) -> str:
        terms = {"resource_id": resource_id, "grantee": {"account": "bob"}, "scopes": ["read"]}
        shared = await self._told(201, document("POST", f"{PATH}/me/grants", terms, bearer(self.stage.manager)))
        grant_id = shared.text("id")
        self.ledger.write("shared", grant_id)
        return grant_id

    async def _ticket(self, resource_id: str, grant_id: str) -> str:
        ticket = (await self._told(201, self.stage.wants(resource_id))).text("ticket")
        self.ledger.write("ticket", ticket, of=grant_id)
        return ticket

    async def _rotate(self, ticket: str, grant_id: str) -> str:
        self.ledger.write("asked", ticket)
        need_info = await self._told(403, self.stage.redeems(ticket, claim_token="", claim_token_format=""))
        successor = need_info.text("ticket")
        self.ledger.write("spent", ticket)
        self.ledger.write("ticket", successor, of=grant_id)
        return successor

    async def _redeem(self, ticket: str, grant_id: str) -> str:
        self.ledger.write("asked", ticket)
        return self._issued(await self._told(200, self.stage.redeems(ticket)), ticket, grant_id)

    async def _refresh(self, refresh_token: str, grant_id: str) -> None:
        self.ledger.write("asked", refresh_token)
        fields = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        self._issued(await self._told(200, form(f"{PATH}/token", fields, SURGERY)), refresh_token, grant_id)

    def _issued(self, answer: Reply, spent: str, grant_id: str) -> str:
        self.ledger.write("spent", spent)
        self.ledger.write("rpt", answer.text("access_token"), of=grant_id)
        self.ledger.write("refresh_token", answer.text("refresh_token"), of=grant_id)
        return answer.text("refresh_token")

    async def _stop(self, grant_id: str) -> None:
        self.ledger.write("asked", grant_id)
        await self._told(204, bare("DELETE", f"{PATH}/me/grants/{grant_id}", bearer(self.stage.manager)))
        self.ledger.write("stopped", grant_id)

    async def _told(self, status: int, request: Request) -> Reply:
        answer = await self.connection.ask(request)
        if answer.status != status:
            raise Unexpected(f"{request.method} {request.path}: {answer.status} {answer.body.decode()}")
        return answer

    def _now_and_then(self) -> bool:
        return self.chance.random() < 0.5


async def under_load(
    stage: Stage, ledger: Ledger, connections: Sequence[Connection], chance: random.Random
) -> list[Unexpected]:
    """Live on every connection until it is lost; return what the server should not have said."""
    wrong: list[Unexpected] = []

    async def lives(connection: Connection) -> None:
        while True:
            try:
                await Life(stage=stage, ledger=ledger, connection=connection, chance=chance).live()
            except ConnectionLost:
                return
            except Unexpected as problem:
                wrong.append(problem)

    await asyncio.gather(*map(lives, connections))
    return wrong
