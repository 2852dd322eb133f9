"""JSON in portable SQL: what lists and documents are called in each dialect.

A list travels as one argument, as JSON text; so does everything in a column that is neither text nor a number.
"""

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.sql.visitors import InternalTraversal

from consentry.store.statement import word


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

    def self_group(self, against: OperatorType | None = None) -> "among":  # noqa: ARG002 - the library's signature
        """Stand among other conditions as it is, not as ``... = 1``, which no index would serve."""
        return self


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
