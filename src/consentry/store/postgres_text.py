"""Statements and values as PostgreSQL gets them: prepared under short names, values as text."""

from consentry.core.errors import InvalidRequest
from consentry.store.codec import Cell
from consentry.store.postgres_channel import Query
from consentry.store.postgres_together import text_for_many
from consentry.store.reads.reading import Call
from consentry.store.statement import Statement

LARGEST = 2**63

TEXTS: dict[bytes, bytes] = {}
"""What the names of statements stand for."""

_names: dict[Statement, tuple[bytes, bytes | None]] = {}


def query_of(call: Call) -> Query:
    """Return a statement with its values.  Raises `InvalidRequest` for what PostgreSQL cannot hold."""
    statement, arguments = call
    known = _names.get(statement)
    name, for_many = known or _register(statement)
    values = tuple(map(_value, statement.postgresql.arrange(arguments)))
    return Query(name=name, values=values, for_many=for_many)


def _register(statement: Statement) -> tuple[bytes, bytes | None]:
    name = b"c%d" % len(_names)
    TEXTS[name] = statement.postgresql.text.encode()
    text = text_for_many(statement)
    for_many = None if text is None else b"many_" + name
    if text is not None and for_many is not None:
        TEXTS[for_many] = text.encode()
    _names[statement] = (name, for_many)
    return _names[statement]


def _value(cell: Cell) -> bytes | None:
    if cell is None:
        return None
    if isinstance(cell, str):
        try:
            text = cell.encode()
        except UnicodeEncodeError as problem:
            raise InvalidRequest("no such text") from problem
        if b"\0" in text:
            raise InvalidRequest("text must not contain NUL characters")
        return text
    if not -LARGEST <= cell < LARGEST:
        raise InvalidRequest("no such number")
    return b"%d" % cell
