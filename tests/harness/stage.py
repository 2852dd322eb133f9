"""A seeded database and the requests that move things on it: what the tests of running servers arrange with."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from consentry.core.model import Realm
from consentry.core.realm import RealmSettings
from consentry.server import Server
from consentry.store.database import open_database
from consentry.uma.codes import CLAIM_TOKEN_FORMAT_ID_TOKEN, GRANT_UMA_TICKET
from consentry.uma.value import value
from tests.harness.wire import Request, basic, bearer, document, form
from tests.sharing import Cast, new_cast
from tests.worlds import REALM, SEALER, Clock, World, signing_keys

PUBLIC_URL = "http://127.0.0.1:9"
"""What every server of a test calls itself; they listen elsewhere, like behind a proxy."""

PATH = f"/realms/{REALM}"
RECORDS, SURGERY = basic("records"), basic("surgery")


@value
class Stage:
    """The cast on a database of its own, and what its people and programs send."""

    url: str
    cast: Cast
    id_token: str
    manager: str

    @property
    def world(self) -> World:
        return self.cast.world

    def wants(self, *resource_ids: str, scopes: Sequence[str] = ("read",)) -> Request:
        """Return the request of a resource server for a ticket."""
        wanted = [{"resource_id": each, "resource_scopes": list(scopes)} for each in resource_ids]
        return document("POST", f"{PATH}/uma/permission", wanted, bearer(self.cast.pat))

    def redeems(self, ticket: str, **more: str) -> Request:
        """Return the request of Bob's app for an RPT."""
        fields = {
            "grant_type": GRANT_UMA_TICKET,
            "ticket": ticket,
            "claim_token": self.id_token,
            "claim_token_format": CLAIM_TOKEN_FORMAT_ID_TOKEN,
            **more,
        }
        return form(f"{PATH}/token", {name: text for name, text in fields.items() if text}, SURGERY)

    def introspects(self, token: str) -> Request:
        """Return the question of the resource server what a token is worth."""
        return form(f"{PATH}/introspect", {"token": token}, bearer(self.cast.pat))


@asynccontextmanager
async def world_on(url: str, settings: RealmSettings | None = None) -> AsyncIterator[World]:
    """Give a world on a database that is empty or has one; its clock stands at the time of now."""
    database = await open_database(url, migrate=True)
    try:
        clock = Clock()
        clock.now = int(time.time())
        world = World(Server(database=database, sealer=SEALER, base_url=PUBLIC_URL, clock=clock), clock)
        if await database.add_realm(Realm(name=REALM, settings=settings or RealmSettings())):
            await world.add(*signing_keys())
        await world.add()
        yield world
    finally:
        await database.close()


@asynccontextmanager
async def stage_on(url: str, settings: RealmSettings | None = None) -> AsyncIterator[Stage]:
    """Give the cast on an empty database; Alice has shared her record with Bob."""
    async with world_on(url, settings) as world:
        cast = await new_cast(world)
        await world.grant(cast.record, cast.bob)
        await world.access_token(
            cast.surgery, cast.alice, secret="manager-of-alice", scope="uma_policy_manager", family="m", lifetime=3600
        )
        id_token = await id_token_of(world, cast.bob.account_id, cast.surgery.client_id)
        yield Stage(url=url, cast=cast, id_token=id_token, manager="manager-of-alice")


async def id_token_of(world: World, account_id: str, client_id: str, **more: object) -> str:
    """Return an ID Token of the realm."""
    opened = await world.server.open(REALM)
    assert opened is not None
    now = int(world.clock())
    claims = {"iss": opened.issuer, "sub": account_id, "aud": client_id, "iat": now, "exp": now + 3600, **more}
    return opened.keys.sign(claims, alg="ES256", typ="JWT")


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'consentry.db'}"


async def soon(seconds: float) -> None:
    """Wait a little; not at all for 0."""
    if seconds > 0:
        await asyncio.sleep(seconds)
