"""One request's view of one realm: every read there is, the check of the realm's version, and the one commit."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from consentry.core.changes import Change
from consentry.server import StaleRealm
from consentry.store.clients import KnownClients
from consentry.store.codec import Row
from consentry.store.commit import Write, plan
from consentry.store.counters import Counters
from consentry.store.reads.circles import CircleReads
from consentry.store.reads.memberships import MembershipReads
from consentry.store.reads.oauth import OAuthReads
from consentry.store.reads.people import PeopleReads
from consentry.store.reads.persisted import PersistedReads
from consentry.store.reads.reading import Call
from consentry.store.reads.reference import REALM_VERSION, ReferenceReads
from consentry.store.reads.repeated import RepeatedReads
from consentry.store.reads.rpts import RptReads
from consentry.store.reads.sharing import SharingReads
from consentry.store.reads.trees import TreeReads
from consentry.store.reads.uma import UmaReads


class Driver(ABC):
    """What a driver does with statements and with what an answer writes."""

    @abstractmethod
    async def read(self, calls: Sequence[Call]) -> Sequence[Sequence[Row]]:
        """Run statements, in order and in one round trip; return the rows of each.  Raises `Unavailable`."""

    @abstractmethod
    async def write(self, writes: Sequence[Write], expected: tuple[str, int] | None) -> bool:
        """Make all writes durable in one transaction; none, and return False, if a guard fails.

        ``expected`` names a realm and the version it has to be in.  Raises `StaleRealm` or `Unavailable`.
        """

    @abstractmethod
    async def close(self) -> None:
        """Finish what was accepted and let go of every connection."""


class RealmWork(
    ReferenceReads,
    PeopleReads,
    MembershipReads,
    OAuthReads,
    UmaReads,
    RptReads,
    SharingReads,
    CircleReads,
    PersistedReads,
    RepeatedReads,
    TreeReads,
):
    """Reads and changes of one realm, as cached in one version."""

    def __init__(self, driver: Driver, realm: str, version: int, clients: KnownClients, counters: Counters) -> None:
        self.realm = realm
        self.version = version
        self.known_clients = clients
        self._driver = driver
        self._counters = counters
        self._checked = False

    async def ask(self, *calls: Call) -> Sequence[Sequence[Row]]:
        """Run statements in one round trip; the first time, check the realm's version along with them."""
        self._counters.round_trips += 1
        self._counters.statements += len(calls)
        if self._checked:
            return await self._driver.read(calls)
        version, *answers = await self._driver.read(((REALM_VERSION, (self.realm,)), *calls))
        if not version or version[0][0] != self.version:
            raise StaleRealm
        self._checked = True
        return answers

    async def commit(self, changes: Sequence[Change], *, now: int) -> bool:
        """Apply all changes in one durable transaction, or none and return False if a guard failed."""
        writes = plan(self.realm, changes, now=now)
        self._counters.round_trips += 1
        self._counters.statements += len(writes)
        return await self._driver.write(writes, None if self._checked else (self.realm, self.version))

    async def settle(self) -> None:
        """Check the realm's version if no statement has done so yet."""
        if not self._checked:
            await self.ask()
