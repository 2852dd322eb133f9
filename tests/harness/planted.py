"""Bugs that are put into a server on purpose, to see that the alarms ring.

They live here and nowhere else; `plant` changes the running process only.
"""

import asyncio
from collections.abc import Sequence
from typing import Literal, assert_never
from unittest.mock import patch

import sqlalchemy as sa

from consentry.core.model import AuthorizationCode, PermissionTicket, RefreshToken
from consentry.core.ports import ProtectedRpt
from consentry.store.commit import WRITES, Write
from consentry.store.reads.rpts import RptReads
from consentry.store.sqlite import SqliteDriver
from consentry.store.sqlite_writer import Job
from consentry.store.statement import Guarded, number, text
from consentry.store.tables import LAYOUTS

Bug = Literal[
    "read-then-update",
    "remembered-introspection",
    "acknowledge-before-commit",
    "commit-in-two-halves",
    "crash-at-introspection",
]

LATE = 0.03
"""Seconds between the word that something is done and the doing, or between the halves of what should be one."""


def plant(bug: Bug) -> None:
    """Put a bug into this process, before its database is opened."""
    match bug:
        case "read-then-update":
            _take_without_a_guard()
        case "remembered-introspection":
            _remember_introspection()
        case "acknowledge-before-commit":
            _acknowledge_before_commit()
        case "commit-in-two-halves":
            _commit_in_two_halves()
        case "crash-at-introspection":
            _crash_at_introspection()
        case _:
            assert_never(bug)


def _take_without_a_guard() -> None:
    """Let what may be used once be marked as used by everybody who found it unused."""
    for record in (PermissionTicket, AuthorizationCode, RefreshToken):
        layout = LAYOUTS[record]
        realm, digest, now = text("in_realm"), text("new_digest"), number("now")
        here = sa.and_(layout.realm == realm, layout.table.c.digest == digest)
        update = sa.update(layout.table).where(here).values(taken_at=now)
        WRITES[record].take = Guarded(f"take {layout.table.name} without a guard", update, realm, digest, now)


def _remember_introspection() -> None:
    """Let introspection show what it found the first time."""
    remembered: dict[tuple[str, str], ProtectedRpt] = {}
    look = RptReads.protected_rpt

    async def protected_rpt(self: RptReads, pat_digest: str, digest: str) -> ProtectedRpt | None:
        key = (pat_digest, digest)
        if key not in remembered:
            found = await look(self, *key)
            if found is None:
                return None
            remembered[key] = found
        return remembered[key]

    patch.object(RptReads, "protected_rpt", protected_rpt).start()


def _acknowledge_before_commit() -> None:
    """Let answers go out before what they say is on disk."""

    async def write(self: SqliteDriver, writes: Sequence[Write], expected: tuple[str, int] | None) -> bool:
        loop = asyncio.get_running_loop()
        job = Job(writes=writes, expected=expected, future=loop.create_future())
        loop.call_later(LATE, self.writer.submit, job)
        return True

    patch.object(SqliteDriver, "write", write).start()


def _commit_in_two_halves() -> None:
    """Let the changes of one answer go into two transactions."""
    commit = SqliteDriver.write

    async def write(self: SqliteDriver, writes: Sequence[Write], expected: tuple[str, int] | None) -> bool:
        done = await commit(self, writes[:1], expected)
        if done and len(writes) > 1:
            await asyncio.sleep(LATE)
            done = await commit(self, writes[1:], None)
        return done

    patch.object(SqliteDriver, "write", write).start()


def _crash_at_introspection() -> None:
    """Let introspection stumble over something unforeseen, with what it was asked in hand."""

    async def protected_rpt(self: RptReads, pat_digest: str, digest: str) -> ProtectedRpt | None:
        raise RuntimeError(f"{self.realm} {pat_digest} {digest}")

    patch.object(RptReads, "protected_rpt", protected_rpt).start()
