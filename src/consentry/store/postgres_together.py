"""The same statement asked by many becomes one statement over all their arguments.

It costs the server and us about half of what as many statements cost.  Each set of arguments is a row of one table of
arrays, and the statement stands beside it as a lateral sub-select in which the arguments are columns of that row.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ClauseElement

from consentry.store.codec import Row
from consentry.store.postgres_channel import Failure, Query, Result
from consentry.store.statement import DIALECTS, Guarded, Statement
from consentry.uma.value import value


@value
class Asked:
    """What is sent, and the queries that it answers."""

    query: Query
    members: Sequence[Query]

    def answers(self, result: Result) -> Sequence[Result]:
        """Take a result apart: what each member would have got.  Each of a group that failed was not run alone."""
        if len(self.members) == 1:
            return [result]
        if isinstance(result, Failure):
            return [Failure(sqlstate="", message=result.message, aborted=True)] * len(self.members)
        rows: list[list[Row]] = [[] for _ in self.members]
        for row in result:
            place = row[0]
            assert isinstance(place, int)  # noqa: S101 - the ordinality that the statement begins with
            rows[place - 1].append(row[1:])
        return rows


def text_for_many(statement: Statement) -> str | None:
    """Spell a statement for many sets of arguments; None if there is no such thing, or no need for it."""
    arguments = _Arguments(statement)
    if isinstance(statement, Guarded):
        match statement.change:
            case sa.Insert() if statement.certain:
                into, _, _ = statement.postgresql.text.partition(" VALUES ")
                return f"{into} SELECT * FROM {arguments.table}"  # noqa: S608 - made of our own text
            case sa.Update():
                return _update(statement.change, arguments)
            case _:
                return None
    if not isinstance(statement.clause, sa.Select) or any(arguments.numbers) or not arguments.numbers:
        return None
    body = arguments.put_into(statement.clause)
    return f"SELECT asked.place, answer.* FROM {arguments.places} CROSS JOIN LATERAL ({body}) AS answer"  # noqa: S608


def put_together(queries: Sequence[Query]) -> list[Asked]:
    """Group queries by statement, in the order in which the statements come."""
    groups: dict[bytes | Query, list[Query]] = {}
    for query in queries:
        groups.setdefault(query.for_many or query, []).append(query)
    asked = []
    for name, members in groups.items():
        if len(members) == 1 or isinstance(name, Query):
            asked += [Asked(query=member, members=(member,)) for member in members]
        else:
            arrays = tuple(map(_array, zip(*(member.values for member in members), strict=True)))
            asked.append(Asked(query=Query(name=name, values=arrays), members=members))
    return asked


class _Arguments:
    """The arguments of a statement as a table ``asked`` with a column for each."""

    def __init__(self, statement: Statement) -> None:
        compiled = statement.postgresql
        self.numbers = compiled.numbers
        self._names = {parameter.key: f"p{place}" for place, parameter in enumerate(statement.parameters)}
        order = compiled.order or range(len(statement.parameters))
        columns = ", ".join(self._names[statement.parameters[place].key] for place in order)
        types = ["BIGINT[]" if number else "TEXT[]" for number in self.numbers]
        arrays = ", ".join(f"${place}::{kind}" for place, kind in enumerate(types, start=1))
        self.count = f"cardinality($1::{types[0]})" if types else "1"
        self.table = f"unnest({arrays}) AS asked ({columns})"
        self.places = f"unnest({arrays}) WITH ORDINALITY AS asked ({columns}, place)"

    def put_into(self, clause: visitors.ExternallyTraversible) -> str:
        """Compile a statement with the table's columns in the place of its parameters."""

        def column_for(element: object, **_: object) -> sa.ColumnElement[str] | None:
            if isinstance(element, sa.BindParameter):
                return sa.literal_column(f"asked.{self._names[element.key]}", element.type)
            return None

        replaced = visitors.replacement_traverse(clause, {}, column_for)
        assert isinstance(replaced, ClauseElement)  # noqa: S101 - what it was before
        return str(replaced.compile(dialect=DIALECTS["postgresql"]))


def _update(change: sa.Update, arguments: _Arguments) -> str:
    """Spell an update of many rows, which fails unless it finds each of them."""
    head, where, conditions = arguments.put_into(change).partition(" WHERE ")
    assert where  # noqa: S101 - every change says which row
    update = f"{head} FROM {arguments.table} WHERE {conditions} RETURNING 1"
    return f"WITH touched AS ({update}) SELECT 1 / (count(*) / {arguments.count}) FROM touched"  # noqa: S608


def _array(cells: Sequence[bytes | None]) -> bytes:
    return b"{" + b",".join(b"NULL" if cell is None else _element(cell) for cell in cells) + b"}"


def _element(cell: bytes) -> bytes:
    return b'"' + cell.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
