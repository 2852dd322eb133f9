"""Statements and values as PostgreSQL gets them: prepared under short names, values as text."""

from consentry.core.errors import InvalidRequest
from consentry.store.codec import Cell
from consentry.store.postgres_channel import Query
from consentry.store.reads.reading import Call
from consentry.store.statement import Statement

LARGEST = 2**63

TEXTS: dict[bytes, bytes] = {}
"""What the names of statements stand for."""

_names: dict[Statement, bytes] = {}


def query_of(call: Call) -> Query:
    """Return a statement with its values.  Raises `InvalidRequest` for what PostgreSQL cannot hold."""
    statement, arguments = call
    return Query(name=_name(statement), values=tuple(map(_value, statement.postgresql.arrange(arguments))))


def _name(statement: Statement) -> bytes:
    name = _names.get(statement)
    if name is None:
        name = _names[statement] = b"c%d" % len(_names)
        TEXTS[name] = statement.postgresql.text.encode()
    return name


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
