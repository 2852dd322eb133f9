"""What every read stands on: statements go down to a driver, rows come up and become records."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import TypeVar

import sqlalchemy as sa

from consentry.core.model import Record
from consentry.store.codec import Cell, Row, json_text
from consentry.store.layout import Layout
from consentry.store.statement import ONE, Statement, text
from consentry.store.tables import ACCOUNT

R = TypeVar("R", bound=Record)

Call = tuple[Statement, tuple[Cell, ...]]

REALM_NAME = text("realm")


class Reading(ABC):
    """Reads of one realm.  Whatever is asked together is one round trip."""

    realm: str

    @abstractmethod
    async def ask(self, *calls: Call) -> Sequence[Sequence[Row]]:
        """Run statements, in order, and return the rows of each."""

    async def one(self, layout: Layout[R], statement: Statement, *arguments: Cell) -> R | None:
        """Return the record of a statement that finds at most one."""
        (rows,) = await self.ask((statement, (self.realm, *arguments)))
        return layout.decode(rows[0]) if rows else None

    async def many(self, layout: Layout[R], statement: Statement, *arguments: Cell) -> Sequence[R]:
        """Return the records of a statement."""
        (rows,) = await self.ask((statement, (self.realm, *arguments)))
        return [layout.decode(row) for row in rows]


def array(texts: Sequence[str]) -> str:
    """Spell a list as one argument, for `among`."""
    return json_text(texts)


def within(layout: Layout[R], *conditions: sa.ColumnElement[bool]) -> sa.Select[*tuple[Cell, ...]]:
    """Select a record's columns within the realm."""
    return sa.select(*layout.columns).where(layout.realm == REALM_NAME, *conditions)


def by(layout: Layout[R], name: str, *columns: str, filters: AbstractSet[str] = frozenset()) -> Statement:
    """Make the statement that finds records by the exact values of some columns; ``filters`` are not to be probed."""
    wanted = [text(column) for column in columns]
    conditions = [
        also(layout.table.c[column], parameter) if column in filters else layout.table.c[column] == parameter
        for column, parameter in zip(columns, wanted, strict=True)
    ]
    return Statement(name, within(layout, *conditions), REALM_NAME, *wanted)


def also(
    column: sa.Column[str | int | None], wanted: sa.ColumnElement[str] | sa.ScalarSelect[str | int | None]
) -> sa.ColumnElement[bool]:
    """Say that a column must have a value, but is not what the row is found by.

    An owner's rows are few on average and many for some.  A planner that knows only the average would rather read all
    of an owner's rows than probe for one; so where ids alone find the row, the owner is compared like this, which
    PostgreSQL uses no index for.
    """
    return column.is_not_distinct_from(wanted)


def of_the_enabled(
    layout: Layout[R], account_id: str, *conditions: sa.ColumnElement[bool]
) -> sa.Select[*tuple[Cell, ...]]:
    """Select a record's columns where the account that a column names, if it names one, is there and not disabled."""
    named = layout.table.c[account_id]
    person = ACCOUNT.table.alias("person")
    joined = layout.table.outerjoin(person, sa.and_(person.c.realm == layout.realm, person.c.account_id == named))
    enabled = sa.and_(person.c.account_id.is_not(None), person.c.disabled_at.is_(None))
    alive = sa.or_(named.is_(None), enabled) if named.nullable else enabled
    return within(layout, *conditions, alive).select_from(joined)


def is_enabled(
    person: sa.FromClause, realm: sa.Column[str | int | None], named: sa.Column[str | int | None]
) -> sa.ColumnElement[bool]:
    """Say whether the account that a column names, if it names one, is there and not disabled."""
    there = sa.select(ONE).where(person.c.realm == realm, person.c.account_id == named, person.c.disabled_at.is_(None))
    return sa.or_(named.is_(None), there.exists())
