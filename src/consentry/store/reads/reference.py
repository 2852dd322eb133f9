"""Reads of reference data: what is cached under the realm's version."""

from collections.abc import Sequence

import sqlalchemy as sa

from consentry.core.model import Client
from consentry.core.ports import Page
from consentry.store.clients import KnownClients
from consentry.store.paging import by_id, size
from consentry.store.reads.reading import REALM_NAME, Reading, by, within
from consentry.store.statement import ZERO, Statement, number, text
from consentry.store.tables import CLIENT, REALM, SIGNING_KEY, TRUSTED_ISSUER

REALM_VERSION = Statement(
    "realm version", sa.select(REALM.table.c.version).where(REALM.realm == REALM_NAME), REALM_NAME
)
REALM_BY_NAME = by(REALM, "realm by name")
ALL_REALMS = Statement("all realms", sa.select(*REALM.columns).order_by(REALM.realm), scans=True)
SIGNING_KEYS = by(SIGNING_KEY, "signing keys")
TRUSTED_ISSUERS = by(TRUSTED_ISSUER, "trusted issuers")

CLIENT_BY_ID = by(CLIENT, "client by id", "client_id")

_after, _limit = text("after"), number("limit")
CLIENTS = Statement(
    "clients",
    within(CLIENT, CLIENT.table.c.client_id > _after).order_by(CLIENT.table.c.client_id).limit(_limit).offset(ZERO),
    REALM_NAME,
    _after,
    _limit,
)


class ReferenceReads(Reading):
    """Clients, from the cache when they are there."""

    version: int
    known_clients: KnownClients

    async def client(self, client_id: str) -> Client | None:
        """Return a client, disabled ones included."""
        known = self.known_clients.get(self.realm, self.version, client_id)
        if known is not None:
            return known
        found = await self.one(CLIENT, CLIENT_BY_ID, client_id)
        if found is not None:
            self.known_clients.put(self.realm, self.version, found)
        return found

    async def clients(self, page: Page) -> Sequence[Client]:
        """List clients by ``client_id``."""
        return await self.many(CLIENT, CLIENTS, by_id(page), size(page))
