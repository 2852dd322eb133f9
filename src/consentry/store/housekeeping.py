"""Deletes what expired, a few hundred rows at a time.  Nothing depends on it: expiry is decided when a row is read.

What can be used once stays a day longer, so that somebody who uses it again is still recognised.
"""

import sqlalchemy as sa

from consentry.core.model import Record
from consentry.store.commit import Write
from consentry.store.json_sql import among, listed
from consentry.store.layout import Layout
from consentry.store.reads.reading import REALM_NAME, array
from consentry.store.reads.reference import ALL_REALMS
from consentry.store.statement import ZERO, Guarded, Statement, number, text
from consentry.store.tables import LAYOUTS, REALM
from consentry.store.work import Driver

AT_ONCE = 500

MINUTES = 300
"""Seconds: the clocks of several nodes differ a little."""

A_DAY = 86_400

_before, _digests, _limit = number("before"), text("digests"), number("limit")


class Sweep:
    """How one kind of record is swept."""

    def __init__(self, layout: Layout[Record]) -> None:
        table = layout.table
        expired = sa.and_(table.c.realm == REALM_NAME, table.c.expires_at < _before)
        self.name = table.name
        self.keep = A_DAY if "taken_at" in table.c else MINUTES
        self.find = Statement(
            f"expired {table.name}",
            sa.select(table.c.digest).where(expired).order_by(table.c.expires_at).limit(_limit).offset(ZERO),
            REALM_NAME,
            _before,
            _limit,
        )
        self.remove = Guarded(
            f"sweep {table.name}",
            sa.delete(table).where(expired, among(table.c.digest, listed(_digests))),
            REALM_NAME,
            _before,
            _digests,
        )


SWEEPS = tuple(Sweep(layout) for layout in LAYOUTS.values() if {"digest", "expires_at"} <= set(layout.written))


async def sweep(driver: Driver, *, now: int) -> int:
    """Delete what has been expired for long enough, at most `AT_ONCE` rows of a kind in each realm.

    Returns how many rows went; as long as that is not 0, there may be more.
    """
    (realms,) = await driver.read(((ALL_REALMS, ()),))
    gone = 0
    for realm in (REALM.decode(row).name for row in realms):
        for kind in SWEEPS:
            gone += await _sweep(driver, realm, kind, before=now - kind.keep)
    return gone


async def _sweep(driver: Driver, realm: str, kind: Sweep, *, before: int) -> int:
    (rows,) = await driver.read(((kind.find, (realm, before, AT_ONCE)),))
    if not rows:
        return 0
    arguments = (realm, before, array([str(digest) for (digest,) in rows]))
    write = Write(statement=kind.remove, arguments=arguments, row=("sweep", kind.name, realm))
    return len(rows) if await driver.write((write,), None) else 0
