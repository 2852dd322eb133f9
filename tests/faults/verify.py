"""What must never be found in a database, whenever the servers on it went."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import sqlalchemy as sa

from consentry.store.address import Address
from consentry.store.tables import EVENT, GRANT, PERMISSION_TICKET, REFRESH_TOKEN, RESOURCE, RPT


class Told(NamedTuple):
    """An event, as far as it is looked at here."""

    kind: str
    about: str | None
    resource_id: str | None


class Kept:
    """What a database keeps, as far as it is looked at here."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        single_use = [(each.family, each.taken_at is not None) for each in self._rows(PERMISSION_TICKET.table)]
        self.spent_tickets = Counter(family for family, taken in single_use if taken)
        self.live_tickets = Counter(family for family, taken in single_use if not taken)
        refreshing = [(each.family, each.taken_at is not None) for each in self._rows(REFRESH_TOKEN.table)]
        self.spent_refresh_tokens = Counter(family for family, taken in refreshing if taken)
        self.live_refresh_tokens = Counter(family for family, taken in refreshing if not taken)
        self.rpts = Counter(each.family for each in self._rows(RPT.table))
        self.grants = {each.grant_id: (each.target_kind, each.target_id) for each in self._rows(GRANT.table)}
        self.resources = {each.resource_id for each in self._rows(RESOURCE.table)}
        events = [Told(kind=e.kind, about=e.about, resource_id=e.resource_id) for e in self._rows(EVENT.table)]
        self.happened = Counter((event.kind, event.about) for event in events)
        self.registered = Counter(event.resource_id for event in events if event.kind == "resource.registered")

    def _rows(self, table: sa.Table) -> sa.CursorResult[tuple[object, ...]]:
        return self._connection.execute(sa.select(table))


def verify(url: str) -> set[str]:
    """Return what is wrong in a database, one line for each finding."""
    engine = Address.read(url).engine()
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # What the killed server sent last may still be on its way.
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        kept = Kept(connection)
        found = {*_processes(kept), *_grants(kept), *_resources(kept)}
        if engine.dialect.name == "sqlite":
            said = connection.exec_driver_sql("PRAGMA integrity_check").scalars()
            found |= {f"the file: {line}" for line in said if line != "ok"}
            found |= {f"a foreign key: {row}" for row in connection.exec_driver_sql("PRAGMA foreign_key_check")}
    engine.dispose()
    return found


def _processes(kept: Kept) -> Iterator[str]:
    """Follow each ticket through its successors to its RPTs and their refresh tokens."""
    for family in kept.rpts:
        if not kept.spent_tickets[family]:
            yield f"an RPT whose ticket is not spent: {family}"
        if kept.live_refresh_tokens[family] != 1:
            yield f"an RPT without the one refresh token that is next: {family}"
    for family in kept.live_tickets.keys() | kept.spent_tickets.keys():
        ended = kept.happened["ticket.reused", family] + kept.happened["request.denied", family]
        if kept.live_tickets[family] + bool(kept.rpts[family]) > 1:
            yield f"a ticket that is used and still good: {family}"
        if not (kept.live_tickets[family] or kept.rpts[family] or ended):
            yield f"a spent ticket that became nothing: {family}"
        if not ended and kept.rpts[family] != kept.happened["rpt.issued", family] + kept.spent_refresh_tokens[family]:
            yield f"an RPT without what it came from, or the other way round: {family}"


def _grants(kept: Kept) -> Iterator[str]:
    for grant_id, (kind, target_id) in kept.grants.items():
        if kept.happened["grant.added", grant_id] != 1 or kept.happened["grant.removed", grant_id]:
            yield f"a grant that is there and was not added once, or was removed: {grant_id}"
        if kind == "resource" and target_id not in kept.resources:
            yield f"a grant on nothing: {grant_id}"
    for (kind, grant_id), times in kept.happened.items():
        if kind == "grant.added" and times != (grant_id in kept.grants) + kept.happened["grant.removed", grant_id]:
            yield f"a grant that was added and is neither there nor removed once: {grant_id}"


def _resources(kept: Kept) -> Iterator[str]:
    for resource_id in kept.resources | kept.registered.keys():
        if kept.registered[resource_id] != (resource_id in kept.resources):
            yield f"a resource without its event, or an event without its resource: {resource_id}"
