"""Reads of who belongs to which organisation."""

from collections.abc import Sequence

from consentry.core.model import Membership
from consentry.store.reads.reading import REALM_NAME, Reading, by, is_enabled, within
from consentry.store.statement import Statement, text
from consentry.store.tables import ACCOUNT, MEMBERSHIP

_table = MEMBERSHIP.table
_organisation_id, _account_id = text("organisation_id"), text("account_id")

MEMBERSHIP_BY_ID = Statement(
    "membership of the enabled",
    within(
        MEMBERSHIP,
        _table.c.organisation_id == _organisation_id,
        _table.c.account_id == _account_id,
        is_enabled(ACCOUNT.table.alias("organisation"), MEMBERSHIP.realm, _table.c.organisation_id),
        is_enabled(ACCOUNT.table.alias("person"), MEMBERSHIP.realm, _table.c.account_id),
    ),
    REALM_NAME,
    _organisation_id,
    _account_id,
)
MEMBERSHIPS_OF = by(MEMBERSHIP, "memberships of an account", "account_id")
MEMBERS_OF = Statement(
    "members of an organisation",
    within(MEMBERSHIP, _table.c.organisation_id == _organisation_id).order_by(_table.c.account_id),
    REALM_NAME,
    _organisation_id,
)


class MembershipReads(Reading):
    """Memberships by both ends."""

    async def membership(self, organisation_id: str, account_id: str) -> Membership | None:
        """Return what somebody is in an organisation, whenever that ends, if both accounts are enabled."""
        return await self.one(MEMBERSHIP, MEMBERSHIP_BY_ID, organisation_id, account_id)

    async def memberships_of(self, account_id: str) -> Sequence[Membership]:
        """Return what an account is in every organisation, whenever that ends."""
        return await self.many(MEMBERSHIP, MEMBERSHIPS_OF, account_id)

    async def members_of(self, organisation_id: str) -> Sequence[Membership]:
        """Return everybody who belongs to an organisation or did, by ``account_id``."""
        return await self.many(MEMBERSHIP, MEMBERS_OF, organisation_id)
