"""Reads of what requesting parties let clients keep."""

from collections.abc import Sequence

from consentry.core.model import PersistedClaims
from consentry.store.reads.reading import REALM_NAME, Reading, by, of_the_enabled
from consentry.store.statement import Statement, text
from consentry.store.tables import PERSISTED_CLAIMS

_digest = text("digest")
PERSISTED_CLAIMS_BY_DIGEST = Statement(
    "persisted claims",
    of_the_enabled(PERSISTED_CLAIMS, "account_id", PERSISTED_CLAIMS.table.c.digest == _digest),
    REALM_NAME,
    _digest,
)
PERSISTED_CLAIMS_OF = by(PERSISTED_CLAIMS, "persisted claims of an account", "account_id")


class PersistedReads(Reading):
    """Persisted claims, by the digest of their token or by whose they are."""

    async def persisted_claims(self, digest: str) -> PersistedClaims | None:
        """Return what a persisted claims token stands for, if its account, if any, is enabled."""
        return await self.one(PERSISTED_CLAIMS, PERSISTED_CLAIMS_BY_DIGEST, digest)

    async def persisted_claims_of(self, account_id: str) -> Sequence[PersistedClaims]:
        """Return everything that is kept about an account, for whatever client, expired ones included."""
        return await self.many(PERSISTED_CLAIMS, PERSISTED_CLAIMS_OF, account_id)
