"""How a change becomes a guarded statement.

Each touches exactly one row, or its guard has failed: an `Add` meets a key that is taken, everything else finds that
the row it means is no longer as it was read.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from consentry.core.changes import Add, Change, Remove, Replace, Take
from consentry.core.model import (
    AccessToken,
    AuthorizationCode,
    Client,
    Event,
    Grant,
    PermissionTicket,
    Realm,
    Record,
    RefreshToken,
    Rpt,
    Session,
    SigningKey,
    TrustedIssuer,
)
from consentry.store.codec import Cell
from consentry.store.layout import Layout
from consentry.store.statement import ONE, Guarded, Parameter, Statement, number, text, word
from consentry.store.tables import LAYOUTS, REALM, RESOURCE
from consentry.uma.value import value

_REALM, _NOW = text("in_realm"), number("now")
_NEXT_VERSION: sa.ColumnElement[int] = sa.literal_column("version + 1")

REFERENCE = (Realm, SigningKey, TrustedIssuer, Client)
"""What is cached under the realm's version."""

BY_CHANCE = (AccessToken, AuthorizationCode, Event, PermissionTicket, RefreshToken, Rpt, Session)
"""What nobody but the one decision that makes it could add under its key."""


@value
class Write:
    """A guarded statement with its arguments, and which row it is about (table, realm, key).

    ``proof`` is set for an `Add` under a key made by chance: whoever finds that row knows that this very answer, and
    all of it, was committed.
    """

    statement: Guarded
    arguments: tuple[Cell, ...]
    row: tuple[Cell, ...]
    proof: Statement | None = None


class Writes:
    """The statements that change one kind of record."""

    def __init__(self, layout: Layout[Record]) -> None:
        table = layout.table
        name = table.name
        cells = {column: _parameter(layout, column) for column in layout.written}
        key = [cells[column] for column in layout.key]
        here = sa.and_(layout.realm == _REALM, *(table.c[column] == cells[column] for column in layout.key))

        self.layout = layout
        self.key = layout.key_of
        versioned = "version" in cells
        single_use = "taken_at" in cells
        exists = Statement(f"is there {name}", sa.select(ONE).select_from(table).where(here), _REALM, *key)
        self.proof = exists if layout.record in BY_CHANCE else None
        self.add = _adding(layout, cells)

        remove = sa.delete(table).where(here)
        there: list[Parameter] = [_REALM, *key]
        if versioned:
            as_read = table.c.version == cells["version"]
            remove = remove.where(as_read)
            there.append(cells["version"])
            newer = {column: cell for column, cell in cells.items() if column not in layout.key}
            replace = sa.update(table).where(here, as_read).values({**newer, "version": _NEXT_VERSION})
            self.replace = Guarded(f"replace {name}", replace, _REALM, *cells.values())
        self.remove = Guarded(f"remove {name}", remove, *there)
        if single_use:
            untaken = table.c.taken_at.is_(None)
            take = sa.update(table).where(here, untaken).values(taken_at=_NOW)
            self.take = Guarded(f"take {name}", take, *there, _NOW)
            self.remove_untaken = Guarded(f"remove untaken {name}", remove.where(untaken), *there)


def plan(realm: str, changes: Sequence[Change], *, now: int) -> list[Write]:
    """Return the statements of one answer, in order.  Raises `InvalidRequest` for text that no database keeps."""
    writes = [_write(realm, change, now) for change in changes]
    if any(map(_is_reference, changes)):
        writes.append(Write(statement=BUMP, arguments=(realm,), row=("realm", realm)))
    return writes


def _write(realm: str, change: Change, now: int) -> Write:
    record = change.record
    writes = WRITES[type(record)]
    key = writes.key(record)
    row = (writes.layout.table.name, realm, *key)
    match change:
        case Add():
            return Write(
                statement=writes.add, arguments=(realm, *writes.layout.encode(record)), row=row, proof=writes.proof
            )
        case Replace():
            return Write(statement=writes.replace, arguments=(realm, *writes.layout.encode(record)), row=row)
        case Take():
            return Write(statement=writes.take, arguments=(realm, *key, now), row=row)
        case Remove():
            return Write(statement=_removing(writes, record), arguments=(realm, *key, *_version(record)), row=row)


def _removing(writes: Writes, record: Record) -> Guarded:
    return writes.remove_untaken if getattr(record, "taken_at", 0) is None else writes.remove


def _version(record: Record) -> tuple[int, ...]:
    version: int | None = getattr(record, "version", None)
    return () if version is None else (version,)


def _is_reference(change: Change) -> bool:
    """Tell whether a change makes cached reference data stale.  No one caches that a client is missing."""
    match change:
        case Replace(record=Realm()) | Add(record=Client()):
            return False
        case _:
            return isinstance(change.record, REFERENCE)


def _adding(layout: Layout[Record], cells: dict[str, Parameter]) -> Guarded:
    """Make the statement that inserts a row; a grant on a resource only while the resource is there."""
    table = layout.table
    values = cells if layout.realm.name in cells else {"realm": _REALM, **cells}
    name = f"add {table.name}"
    if layout.record is not Grant:
        return Guarded(name, sa.insert(table).values(values), _REALM, *cells.values(), certain=True)
    resource = RESOURCE.table
    registered = (
        sa.select(ONE)
        .select_from(resource)
        .where(
            resource.c.realm == _REALM,
            resource.c.resource_id == cells["target_id"],
            resource.c.owner_id.is_not_distinct_from(cells["owner_id"]),
        )
        .exists()
    )
    elsewhere = cells["target_kind"] != word("resource")
    row = sa.select(*values.values()).where(sa.or_(elsewhere, registered))
    return Guarded(name, sa.insert(table).from_select(list(values), row), _REALM, *cells.values())


def _parameter(layout: Layout[Record], column: str) -> Parameter:
    of_number = isinstance(layout.table.c[column].type, sa.BigInteger)
    # Not the column's own name: the library keeps that for itself in SET and VALUES.
    return number(f"new_{column}") if of_number else text(f"new_{column}")


BUMP = Guarded(
    "bump realm version",
    sa.update(REALM.table).where(REALM.realm == _REALM).values(version=_NEXT_VERSION),
    _REALM,
)
_realm_version = number("version")
REALM_UNCHANGED = Statement(
    "realm unchanged",
    sa.select(sa.literal_column("1 / count(*)", sa.BigInteger())).where(
        REALM.realm == _REALM, REALM.table.c.version == _realm_version
    ),
    _REALM,
    _realm_version,
)
"""Fails as a guard does (on PostgreSQL) unless the realm is in a version."""

WRITES = {record: Writes(layout) for record, layout in LAYOUTS.items()}
