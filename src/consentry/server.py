"""The one place where decisions meet the store: decide, commit, and again if a guard failed."""

import secrets
import time
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from consentry.core.changes import Change
from consentry.core.context import Caller, Context, Decision
from consentry.core.errors import Contended, NotFound, Refusal
from consentry.core.keys import KeyRing
from consentry.core.model import Realm, SigningKey, TrustedIssuer
from consentry.core.ports import Sealer, Store
from consentry.uma.value import value

Question = TypeVar("Question")
Said = TypeVar("Said")

ATTEMPTS = 8
"""How often a decision runs while others are faster; each run sees what the faster ones committed."""


class StaleRealm(Exception):
    """The realm's reference data changed since it was cached."""


@value
class Reference:
    """A realm's reference data: small, read often, changed seldom; cached under the realm's version."""

    realm: Realm
    signing_keys: tuple[SigningKey, ...]
    trusted_issuers: tuple[TrustedIssuer, ...] = ()


class Work(Store, Protocol):
    """One request's view of one realm: the reads, and the one commit.

    The first statement also checks that the realm is still in the version it was opened with.
    """

    async def commit(self, changes: Sequence[Change], *, now: int) -> bool:
        """Apply all changes in one durable transaction, or none and return False if a guard failed.

        Raises `StaleRealm` if nothing was read before and the realm has changed.
        """
        ...

    async def settle(self) -> None:
        """Check the realm's version if no statement has done so yet.  Raises `StaleRealm`."""
        ...


class Database(Protocol):
    """What the server needs of a database."""

    async def reference(self, realm: str) -> Reference | None:
        """Read a realm's reference data; None if there is no such realm."""
        ...

    async def realms(self) -> Sequence[Realm]:
        """List every realm."""
        ...

    async def add_realm(self, realm: Realm) -> bool:
        """Create an empty realm; False if it exists."""
        ...

    def work(self, realm: str, version: int) -> Work:
        """Open a realm, as cached in ``version``, for one request."""
        ...

    async def close(self) -> None:
        """Finish what was accepted and let go of every connection."""
        ...


class SystemChance:
    """The operating system's randomness."""

    def secret(self) -> str:
        """Return 256 random bits as base64url text (43 characters)."""
        return secrets.token_urlsafe(32)

    def identifier(self) -> str:
        """Return 128 random bits as base64url text (22 characters)."""
        return secrets.token_urlsafe(16)


@value
class OpenRealm:
    """A realm's reference data, ready to use."""

    reference: Reference
    issuer: str
    keys: KeyRing


class Server:
    """Answers questions: the only thing that turns decisions into changes."""

    def __init__(
        self,
        *,
        database: Database,
        sealer: Sealer,
        base_url: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.database = database
        self.sealer = sealer
        self.base_url = base_url.rstrip("/")
        self.clock = clock
        self._chance = SystemChance()
        self._realms: dict[str, OpenRealm] = {}

    async def ask(
        self, realm: str, decide: Decision[Question, Said], question: Question, *, caller: Caller | None = None
    ) -> Said | Refusal:
        """Run a decision and commit its changes; run it again if somebody was faster.

        Returns what the decision said, or its refusal.  Raises nothing that a caller should answer: anything else
        is a crash, with nothing committed.
        """
        for _ in range(ATTEMPTS):
            opened = await self.open(realm)
            if opened is None:
                return NotFound("no such realm")
            try:
                attempt = self._attempt(opened, decide, question, caller or Caller())
                answer, kept = await attempt
            except StaleRealm:
                self._realms.pop(realm, None)
                continue
            if kept:
                return answer
        return Contended("others were faster; try again")

    async def open(self, realm: str) -> OpenRealm | None:
        """Return a realm ready to use, from the cache if it is there."""
        if realm not in self._realms:
            reference = await self.database.reference(realm)
            if reference is None:
                return None
            self._realms[realm] = OpenRealm(
                reference=reference,
                issuer=self.issuer(reference.realm),
                keys=KeyRing(reference.signing_keys, self.sealer),
            )
        return self._realms[realm]

    def issuer(self, realm: Realm) -> str:
        """Return a realm's issuer: its own host, or a path below the base URL."""
        return realm.host or f"{self.base_url}/realms/{realm.name}"

    async def _attempt(
        self, opened: OpenRealm, decide: Decision[Question, Said], question: Question, caller: Caller
    ) -> tuple[Said | Refusal, bool]:
        realm = opened.reference.realm
        work = self.database.work(realm.name, realm.version)
        ctx = Context(
            realm=realm,
            issuer=opened.issuer,
            keys=opened.keys,
            sealer=self.sealer,
            store=work,
            now=int(self.clock()),
            chance=self._chance,
            caller=caller,
            trusted_issuers=opened.reference.trusted_issuers,
        )
        said: Said | Refusal
        changes: tuple[Change, ...] = ()
        try:
            answer = await decide(ctx, question)
            said, changes = answer.said, answer.changes
        except Refusal as refusal:
            said = refusal
        changes = (*ctx.kept, *changes)
        if changes:
            return said, await work.commit(changes, now=ctx.now)
        await work.settle()
        return said, True
