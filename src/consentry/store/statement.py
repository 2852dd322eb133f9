"""Statements, written once and compiled once for each dialect.

Arguments are positional: the compiled text numbers them in the order in which the statement declares its parameters.
"""

import functools
import re
from collections.abc import Sequence
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import ClauseElement

from consentry.store.codec import Cell
from consentry.uma.value import value

Dialect = Literal["sqlite", "postgresql"]
Parameter = sa.BindParameter[str] | sa.BindParameter[int]

DIALECTS: dict[Dialect, sa.Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="numeric_dollar"),
    "postgresql": postgresql.dialect(paramstyle="numeric_dollar"),  # type: ignore[no-untyped-call]
}

ONE: sa.ColumnElement[int] = sa.literal_column("1", sa.BigInteger())
ZERO: sa.ColumnElement[int] = sa.literal_column("0", sa.BigInteger())
"""The offset of every LIMIT: left out, the library would pass it as an argument."""

EVERY: list["Statement"] = []
"""All statements of the program, for drivers that prepare them and for tests that look at their plans."""


@value
class Compiled:
    """A statement's text, and which of its arguments go where (None: as they come)."""

    text: str
    order: tuple[int, ...] | None
    numbers: tuple[bool, ...]

    def arrange(self, arguments: Sequence[Cell]) -> Sequence[Cell]:
        """Return the arguments in the order in which the text numbers them."""
        return arguments if self.order is None else tuple(arguments[place] for place in self.order)


class Statement:
    """One statement.  Unless it ``scans``, it finds its rows by keys and indexes alone."""

    def __init__(self, name: str, clause: ClauseElement, *parameters: Parameter, scans: bool = False) -> None:
        self.name = name
        self.clause = clause
        self.parameters = parameters
        self.scans = scans
        EVERY.append(self)

    def __repr__(self) -> str:
        return f"<Statement {self.name}>"

    @functools.cached_property
    def sqlite(self) -> Compiled:
        """The text for SQLite."""
        return self._compile("sqlite", self.clause)

    @functools.cached_property
    def postgresql(self) -> Compiled:
        """The text for PostgreSQL."""
        return self._compile("postgresql", self.clause)

    def _compile(self, dialect: Dialect, clause: ClauseElement) -> Compiled:
        compiled = clause.compile(dialect=DIALECTS[dialect])
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - what `compile` gives for statements
        declared = [parameter.key for parameter in self.parameters]
        used = list(compiled.positiontup or ())
        order = tuple(declared.index(name) for name in used)
        numbers = tuple(isinstance(self.parameters[place].type, sa.BigInteger) for place in order)
        text = str(compiled)
        return Compiled(
            text=re.sub(r"\$(\d)", r"?\1", text) if dialect == "sqlite" else text,
            order=None if order == tuple(range(len(declared))) else order,
            numbers=numbers,
        )


class Guarded(Statement):
    """A change that must touch a row.  A ``certain`` one does so, or breaks a unique key."""

    def __init__(self, name: str, change: UpdateBase, *parameters: Parameter, certain: bool = False) -> None:
        super().__init__(name, change if certain else _or_fail(change), *parameters)
        self.change = change
        self.certain = certain

    @functools.cached_property
    def sqlite(self) -> Compiled:
        """The change alone: the driver counts the rows."""
        return self._compile("sqlite", self.change)


def _or_fail(change: UpdateBase) -> sa.Select[int]:
    """Make a change raise (division by zero) unless it touches a row, so that what follows it is not run."""
    touched = change.returning(ONE).cte("touched")
    return sa.select(sa.literal_column("1 / count(*)", sa.BigInteger())).select_from(touched)


def text(name: str) -> sa.BindParameter[str]:
    """Declare a parameter that is text."""
    return sa.bindparam(name, type_=sa.Text())


def number(name: str) -> sa.BindParameter[int]:
    """Declare a parameter that is a whole number."""
    return sa.bindparam(name, type_=sa.BigInteger())


def word(constant: str) -> sa.ColumnElement[str]:
    """Spell a constant of the program (never anything else) in a statement."""
    return sa.literal_column(f"'{constant}'", sa.Text())
