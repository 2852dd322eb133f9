"""Reads of what hangs together: grants that were passed on, resources that are parts of others."""

from collections.abc import Sequence

import sqlalchemy as sa

from consentry.core.model import Grant, Resource
from consentry.store.json_sql import among
from consentry.store.reads.reading import REALM_NAME, Reading, also, array, within
from consentry.store.reads.sharing import GRANT_BY_ID
from consentry.store.reads.uma import WANTED_RESOURCES
from consentry.store.statement import Statement, text
from consentry.store.tables import GRANT, RESOURCE, grantee_key

_grant, _resource = GRANT.table, RESOURCE.table
_owner_id, _account_id, _id, _key = text("owner_id"), text("account_id"), text("id"), text("key")


def _below(table: sa.Table, id: str) -> sa.ScalarSelect[str]:
    """Select the ids of everything whose parent is the one given, or stands below it."""
    first = sa.select(table.c[id].label("id")).where(
        table.c.realm == REALM_NAME, table.c.parent == _id, also(table.c.owner_id, _owner_id)
    )
    tree = first.cte("below", recursive=True)
    lower = table.alias("lower")
    tree = tree.union(
        sa.select(lower.c[id]).where(
            lower.c.realm == REALM_NAME, lower.c.parent == tree.c.id, also(lower.c.owner_id, _owner_id)
        )
    )
    return sa.select(tree.c.id).scalar_subquery()


def _chain() -> sa.ScalarSelect[str]:
    """Select the ids of a grant and of every grant that it was passed on from."""
    first = sa.select(_grant.c.grant_id.label("id"), _grant.c.parent).where(
        _grant.c.realm == REALM_NAME, _grant.c.grant_id == _id, also(_grant.c.owner_id, _owner_id)
    )
    chain = first.cte("above", recursive=True)
    upper = _grant.alias("upper")
    chain = chain.union(
        sa.select(upper.c.grant_id, upper.c.parent).where(
            upper.c.realm == REALM_NAME, upper.c.grant_id == chain.c.parent, also(upper.c.owner_id, _owner_id)
        )
    )
    return sa.select(chain.c.id).scalar_subquery()


GRANTS_BELOW = Statement(
    "grants passed on from a grant",
    within(GRANT, among(_grant.c.grant_id, _below(_grant, "grant_id")), also(_grant.c.owner_id, _owner_id)),
    REALM_NAME,
    _owner_id,
    _id,
)
GRANT_CHAIN = Statement(
    "grant with its chain",
    within(GRANT, among(_grant.c.grant_id, _chain()), also(_grant.c.owner_id, _owner_id)),
    REALM_NAME,
    _owner_id,
    _id,
)
RECEIVED_GRANT = Statement(
    "grant to an account",
    within(GRANT, _grant.c.grant_id == _id, also(_grant.c.grantee_key, _key)),
    REALM_NAME,
    _id,
    _key,
)
PASSED_ON_GRANT = Statement(
    "grant made by an account",
    within(GRANT, _grant.c.grant_id == _id, also(_grant.c.created_by, _account_id)),
    REALM_NAME,
    _id,
    _account_id,
)
RESOURCE_PARTS = Statement(
    "parts of a resource",
    within(
        RESOURCE,
        among(_resource.c.resource_id, _below(_resource, "resource_id")),
        also(_resource.c.owner_id, _owner_id),
    ),
    REALM_NAME,
    _owner_id,
    _id,
)


class TreeReads(Reading):
    """What stands above and below."""

    async def grants_below(self, owner_id: str, grant_id: str) -> Sequence[Grant]:
        """Return every grant that was passed on from a grant, over however many levels, in no order."""
        return await self.many(GRANT, GRANTS_BELOW, owner_id, grant_id)

    async def grant_and_below(self, owner_id: str, grant_id: str) -> Sequence[Grant]:
        """Return one of an owner's grants, first, and every grant passed on from it; nothing if there is none."""
        wanted = (self.realm, owner_id, grant_id)
        found, below = await self.ask((GRANT_BY_ID, wanted), (GRANTS_BELOW, wanted))
        return [GRANT.decode(row) for row in (*found, *below)] if found else []

    async def grant_chain(self, owner_id: str, grant_id: str) -> Sequence[Grant]:
        """Return a grant and every grant that it was passed on from, in no order."""
        return await self.many(GRANT, GRANT_CHAIN, owner_id, grant_id)

    async def received_grant(self, account_id: str, grant_id: str) -> Grant | None:
        """Return a grant whose grantee is this account."""
        return await self.one(GRANT, RECEIVED_GRANT, grant_id, grantee_key("account", account_id))

    async def passed_on_grant(self, account_id: str, grant_id: str) -> Grant | None:
        """Return a grant that this account made, of whatever owner."""
        return await self.one(GRANT, PASSED_ON_GRANT, grant_id, account_id)

    async def resource_parts(self, owner_id: str, resource_id: str) -> Sequence[Resource]:
        """Return everything that is part of a resource, or of a part of it, in no order."""
        return await self.many(RESOURCE, RESOURCE_PARTS, owner_id, resource_id)

    async def resource_lineage(
        self, owner_id: str, resource_server: str, resource_ids: Sequence[str]
    ) -> Sequence[Resource]:
        """Return those of the resources that exist, and everything that they are part of, in no order."""
        return await self.many(RESOURCE, WANTED_RESOURCES, owner_id, resource_server, array(resource_ids))
