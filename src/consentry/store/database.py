"""The store as the server sees it, whatever the driver."""

import asyncio
from collections.abc import Sequence

from consentry.core.model import Realm
from consentry.server import Reference
from consentry.store import housekeeping
from consentry.store.address import Address
from consentry.store.clients import KnownClients
from consentry.store.commit import WRITES, Write
from consentry.store.counters import Counters
from consentry.store.migrate import require_current, upgrade
from consentry.store.postgres import PostgresDriver
from consentry.store.reads.reference import ALL_REALMS, REALM_BY_NAME, SIGNING_KEYS, TRUSTED_ISSUERS
from consentry.store.sqlite import SqliteDriver
from consentry.store.statistics import tell_planner
from consentry.store.tables import REALM, SIGNING_KEY, TRUSTED_ISSUER
from consentry.store.work import Driver, RealmWork


class StoreDatabase:
    """A database of realms."""

    def __init__(self, driver: Driver, counters: Counters) -> None:
        self.counters = counters
        self._driver = driver
        self._clients = KnownClients()

    async def reference(self, realm: str) -> Reference | None:
        """Read a realm's reference data; None if there is no such realm."""
        # The realm first: what changes meanwhile is then seen as newer than its version, never as older.
        realms, keys, issuers = await self._driver.read(
            ((REALM_BY_NAME, (realm,)), (SIGNING_KEYS, (realm,)), (TRUSTED_ISSUERS, (realm,)))
        )
        if not realms:
            return None
        return Reference(
            realm=REALM.decode(realms[0]),
            signing_keys=tuple(map(SIGNING_KEY.decode, keys)),
            trusted_issuers=tuple(map(TRUSTED_ISSUER.decode, issuers)),
        )

    async def realms(self) -> Sequence[Realm]:
        """List every realm."""
        (rows,) = await self._driver.read(((ALL_REALMS, ()),))
        return [REALM.decode(row) for row in rows]

    async def add_realm(self, realm: Realm) -> bool:
        """Create an empty realm; False if it exists, or another one has its host."""
        row = (realm.name, *REALM.encode(realm))
        write = Write(statement=WRITES[Realm].add, arguments=row, row=("realm", realm.name))
        return await self._driver.write((write,), None)

    def work(self, realm: str, version: int) -> RealmWork:
        """Open a realm, as cached in ``version``, for one request."""
        return RealmWork(self._driver, realm, version, self._clients, self.counters)

    async def sweep(self, now: int) -> int:
        """Delete some of what expired; return how many rows went, and call again while that is not 0."""
        return await housekeeping.sweep(self._driver, now=now)

    async def close(self) -> None:
        """Finish what was accepted and let go of every connection."""
        await self._driver.close()


async def open_database(url: str, *, migrate: bool = False) -> StoreDatabase:
    """Open the database that a URL names; see `address`.  Raises ValueError for a URL that names none.

    A SQLite file is created, or brought to the schema of this program, when it is opened.  A PostgreSQL database is
    so only if ``migrate`` says it; otherwise `WrongSchema` tells the operator what to do.
    """
    address = Address.read(url)
    wanted = migrate or address.path is not None
    await asyncio.to_thread(upgrade if wanted else require_current, url)
    counters = Counters()
    if address.path is not None:
        await asyncio.to_thread(tell_planner, address.path)
        return StoreDatabase(SqliteDriver(address.path, counters), counters)
    return StoreDatabase(await PostgresDriver.open(address.url, counters), counters)
