"""Reads of owners' circles and of who is in them."""

from collections.abc import Sequence

from consentry.core.model import Circle, CircleMember
from consentry.core.ports import Page
from consentry.store.json_sql import among, listed
from consentry.store.paging import by_id, size
from consentry.store.reads.reading import REALM_NAME, Reading, array, by, within
from consentry.store.statement import ZERO, Statement, number, text
from consentry.store.tables import CIRCLE, CIRCLE_MEMBER

_circle = CIRCLE.table
_owner_id, _ids, _after, _limit = text("owner_id"), text("ids"), text("after"), number("limit")

CIRCLE_BY_ID = by(CIRCLE, "circle", "owner_id", "circle_id")
CIRCLES_BY_ID = Statement(
    "circles by id",
    within(CIRCLE, _circle.c.owner_id == _owner_id, among(_circle.c.circle_id, listed(_ids))),
    REALM_NAME,
    _owner_id,
    _ids,
)
CIRCLES_OF = Statement(
    "circles of an owner",
    within(CIRCLE, _circle.c.owner_id == _owner_id, _circle.c.circle_id > _after)
    .order_by(_circle.c.circle_id)
    .limit(_limit)
    .offset(ZERO),
    REALM_NAME,
    _owner_id,
    _after,
    _limit,
)
MEMBERS_OF_CIRCLE = by(CIRCLE_MEMBER, "members of a circle", "owner_id", "circle_id")


class CircleReads(Reading):
    """What an owner's pages show of circles."""

    async def circle(self, owner_id: str, circle_id: str) -> Circle | None:
        """Return one of an owner's circles."""
        return await self.one(CIRCLE, CIRCLE_BY_ID, owner_id, circle_id)

    async def circles_by_id(self, owner_id: str, circle_ids: Sequence[str]) -> Sequence[Circle]:
        """Return those of the owner's circles that exist, in no order."""
        return await self.many(CIRCLE, CIRCLES_BY_ID, owner_id, array(circle_ids))

    async def circles(self, owner_id: str, page: Page) -> Sequence[Circle]:
        """List an owner's circles by ``circle_id``."""
        return await self.many(CIRCLE, CIRCLES_OF, owner_id, by_id(page), size(page))

    async def circle_members(self, owner_id: str, circle_ids: Sequence[str]) -> Sequence[CircleMember]:
        """Return everybody who is in one of the owner's circles, in no order."""
        if not circle_ids:
            return []
        found = await self.ask(*((MEMBERS_OF_CIRCLE, (self.realm, owner_id, each)) for each in circle_ids))
        return [CIRCLE_MEMBER.decode(row) for rows in found for row in rows]
