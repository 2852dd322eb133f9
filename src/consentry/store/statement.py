"""Statements, written once and compiled once for each dialect.

Arguments are positional: the compiled text numbers them in the order in which the statement declares its parameters.
"""

import functools
import re
from collections.abc import Sequence
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import ClauseElement, ColumnElement
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.sql.visitors import InternalTraversal

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
        self._change = change

    @functools.cached_property
    def sqlite(self) -> Compiled:
        """The change alone: the driver counts the rows."""
        return self._compile("sqlite", self._change)


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


class elements(GenericFunction[str]):  # noqa: N801 - spelled like the function it is in SQL
    """The elements of a JSON array, one a row."""

    type = sa.Text()
    inherit_cache = True


class member(GenericFunction[str]):  # noqa: N801
    """One text member of a JSON object."""

    type = sa.Text()
    inherit_cache = True


class json_value(GenericFunction[str]):  # noqa: N801
    """JSON text, to stand as what it says in a JSON document."""

    type = sa.Text()
    inherit_cache = True


class object_of(GenericFunction[str]):  # noqa: N801
    """A JSON object of names and values in turn."""

    type = sa.Text()
    inherit_cache = True


class collected(GenericFunction[str]):  # noqa: N801
    """The JSON array of what all rows say, as text; nothing or an empty array if there are none."""

    type = sa.Text()
    inherit_cache = True


def json_object(**members: sa.ColumnElement[str] | sa.ColumnElement[str | int | None]) -> object_of:
    """Describe a row as a JSON object."""
    return object_of(*(part for name, cell in members.items() for part in (word(name), cell)))


def each(array: sa.ColumnElement[str], alias: str) -> tuple[sa.FromClause, sa.ColumnElement[str]]:
    """Return the table of a JSON array's elements and its one column."""
    table = elements(array).table_valued("value", name=alias)
    return table, table.c.value


class among(ColumnElement[bool]):  # noqa: N801 - reads as the condition it is
    """A column is among the rows of a select.

    PostgreSQL gets an array, which is put together first: then nothing is left for a planner to guess, whatever it
    knows about the tables, and the rows are found by probing an index.
    """

    type = sa.Boolean()
    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012 - as the library declares it
        ("column", InternalTraversal.dp_clauseelement),
        ("rows", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, column: sa.ColumnElement[str], rows: sa.ScalarSelect[str]) -> None:
        self.column = column
        self.rows = rows


def listed(array: sa.ColumnElement[str], alias: str = "listed") -> sa.ScalarSelect[str]:
    """Select the elements of a JSON array, to stand in `among`."""
    table, column = each(array, alias)
    return sa.select(column).select_from(table).scalar_subquery()


@compiles(among, "sqlite")
def _among_sqlite(element: among, compiler: SQLCompiler, **options: object) -> str:
    return f"{compiler.process(element.column, **options)} IN {compiler.process(element.rows, **options)}"


@compiles(among, "postgresql")
def _among_postgresql(element: among, compiler: SQLCompiler, **options: object) -> str:
    return f"{compiler.process(element.column, **options)} = ANY (ARRAY{compiler.process(element.rows, **options)})"


@compiles(elements, "sqlite")
def _elements_sqlite(element: elements, compiler: SQLCompiler, **options: object) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(elements, "postgresql")
def _elements_postgresql(element: elements, compiler: SQLCompiler, **options: object) -> str:
    return f"jsonb_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS JSONB))"


@compiles(member, "sqlite")
def _member_sqlite(element: member, compiler: SQLCompiler, **options: object) -> str:
    document, name = (compiler.process(clause, **options) for clause in element.clauses)
    return f"json_extract({document}, '$.' || {name})"


@compiles(member, "postgresql")
def _member_postgresql(element: member, compiler: SQLCompiler, **options: object) -> str:
    document, name = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(CAST({document} AS JSONB) ->> {name})"


@compiles(json_value, "sqlite")
def _json_value_sqlite(element: json_value, compiler: SQLCompiler, **options: object) -> str:
    return f"json({compiler.process(element.clauses, **options)})"


@compiles(json_value, "postgresql")
def _json_value_postgresql(element: json_value, compiler: SQLCompiler, **options: object) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS JSONB)"


@compiles(object_of, "sqlite")
def _object_sqlite(element: object_of, compiler: SQLCompiler, **options: object) -> str:
    return f"json_object({compiler.process(element.clauses, **options)})"


@compiles(object_of, "postgresql")
def _object_postgresql(element: object_of, compiler: SQLCompiler, **options: object) -> str:
    return f"jsonb_build_object({compiler.process(element.clauses, **options)})"


@compiles(collected, "sqlite")
def _collected_sqlite(element: collected, compiler: SQLCompiler, **options: object) -> str:
    return f"json_group_array({compiler.process(element.clauses, **options)})"


@compiles(collected, "postgresql")
def _collected_postgresql(element: collected, compiler: SQLCompiler, **options: object) -> str:
    return f"CAST(jsonb_agg({compiler.process(element.clauses, **options)}) AS TEXT)"
