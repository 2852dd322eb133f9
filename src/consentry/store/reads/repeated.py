"""Reads of answers that are kept for whoever repeats the call."""

from consentry.core.model import RepeatedAnswer
from consentry.store.reads.reading import Reading, by
from consentry.store.tables import REPEATED_ANSWER

REPEATED_BY_KEY = by(REPEATED_ANSWER, "repeated answer", "owner_id", "client_id", "digest")


class RepeatedReads(Reading):
    """Answers by owner, client and idempotency key."""

    async def repeated_answer(self, owner_id: str, client_id: str, digest: str) -> RepeatedAnswer | None:
        """Return what a call with this idempotency key was answered, expired ones included."""
        return await self.one(REPEATED_ANSWER, REPEATED_BY_KEY, owner_id, client_id, digest)
