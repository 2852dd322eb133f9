"""How a record lies in its table: one column for each member, and the way there and back.

Text and numbers lie as they are, everything else as JSON text.  What a statement has to compare but no member says
plainly (a folded name, a key made of two members) lies in derived columns, which are written and never read back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from operator import attrgetter
from types import NoneType, UnionType
from typing import Generic, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec
import sqlalchemy as sa

from consentry.core.errors import InvalidRequest
from consentry.core.model import Grantee, Record
from consentry.uma.value import value

R = TypeVar("R", bound=Record)
Cell = str | int | None
Row = Sequence[Cell]
Derived = Mapping[str, Callable[[R], str | None]]

FLATTENED: Mapping[object, type[Grantee]] = {Grantee: Grantee}
"""Values that lie in columns of their own instead of in one with JSON text."""

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger()

_encode = msgspec.json.Encoder().encode


@value
class Member:
    """One column that holds a member, or a member of a flattened member."""

    name: str
    path: str
    number: bool
    nullable: bool
    dump: Callable[[object], Cell] | None
    load: Callable[[Cell], object] | None


class Layout(Generic[R]):
    """One record's table, and how to write and read its rows."""

    def __init__(
        self,
        record: type[R],
        table: sa.Table,
        members: Sequence[Member],
        *,
        key: Sequence[str],
        leading: str,
        derived: Derived[R],
    ) -> None:
        self.record = record
        self._build: Callable[..., R] = record
        self.table = table
        self.key = tuple(key)
        self.realm = table.c[leading]
        self.columns: tuple[sa.Column[str | int | None], ...] = tuple(table.c[member.name] for member in members)
        self.written = (*(member.name for member in members), *derived)
        self._key = attrgetter(*self.key)
        self._derived = tuple(derived.values())
        self._cells = attrgetter(*(member.path for member in members))
        self._dumps = tuple((place, m.dump) for place, m in enumerate(members) if m.dump is not None)
        self._loads = tuple((place, m.load) for place, m in enumerate(members) if m.load is not None)
        self._names = tuple(field.name for field in fields(record))
        self._groups = tuple(_groups(members))

    def encode(self, record: R) -> tuple[Cell, ...]:
        """Return a record's cells in the order of `written`.  Raises `InvalidRequest` for text no database keeps."""
        cells: list[Cell] = list(self._cells(record))
        for place, dump in self._dumps:
            cells[place] = dump(cells[place])
        cells.extend(derive(record) for derive in self._derived)
        for cell in cells:
            if isinstance(cell, str):
                require_storable(cell)
        return tuple(cells)

    def key_of(self, record: R) -> tuple[Cell, ...]:
        """Return the cells of a record's key, without the realm."""
        cells = self._key(record)
        return cells if len(self.key) > 1 else (cells,)

    def decode(self, row: Row) -> R:
        """Build a record from cells in the order of `columns`."""
        cells: list[object] = list(row)
        for place, load in self._loads:
            cells[place] = load(row[place])
        for start, stop, names, build in self._groups:
            cells[start:stop] = [build(**dict(zip(names, cells[start:stop], strict=True)))]
        return self._build(**dict(zip(self._names, cells, strict=True)))


def require_storable(text: str) -> None:
    """Refuse NUL, which PostgreSQL cannot keep, so that no database does."""
    if "\0" in text or "\\u0000" in text:
        raise InvalidRequest("text must not contain NUL characters")


def members_of(record: type[object], *, key: Sequence[str]) -> tuple[Member, ...]:
    """List the columns that a record's members need, in order."""
    return tuple(_in_key(m) if m.name in key and m.nullable else m for m in _members(record, column="", path=""))


def _in_key(member: Member) -> Member:
    # A key has no NULL: nobody is spelled as the empty text, which is nobody's id.
    return replace(member, nullable=False, dump=lambda cell: str(cell or ""), load=lambda cell: cell or None)


def _members(record: type[object], *, column: str, path: str) -> Sequence[Member]:
    found: list[Member] = []
    for name, hint in get_type_hints(record).items():
        flattened = FLATTENED.get(hint)
        if flattened is not None:
            found.extend(_members(flattened, column=f"{name}_", path=f"{name}."))
        else:
            found.append(_member(column + name, path + name, hint))
    return found


def _member(name: str, path: str, hint: object) -> Member:
    options = get_args(hint) if get_origin(hint) is UnionType or isinstance(hint, UnionType) else (hint,)
    plain = [option for option in options if option is not NoneType]
    nullable = len(plain) < len(options)
    kind: object = plain[0]
    if kind is str or get_origin(kind) is Literal:
        return Member(name=name, path=path, number=False, nullable=nullable, dump=None, load=None)
    if kind is bool:
        return Member(name=name, path=path, number=True, nullable=nullable, dump=_flag, load=bool)
    if kind is int:
        return Member(name=name, path=path, number=True, nullable=nullable, dump=None, load=None)
    return Member(name=name, path=path, number=False, nullable=nullable, dump=_dump, load=_loader(kind))


def _flag(flag: object) -> Cell:
    return 1 if flag else 0


def json_text(content: object) -> str:
    """Spell a value as JSON.  Raises `InvalidRequest` for text or numbers that no database keeps."""
    try:
        return _encode(content).decode()
    except (UnicodeEncodeError, OverflowError) as problem:
        raise InvalidRequest("no such text or number") from problem


def _dump(content: object) -> Cell:
    return None if content is None else json_text(content)


def _loader(kind: object) -> Callable[[Cell], object]:
    decode = msgspec.json.Decoder(kind).decode  # type: ignore[call-overload, unused-ignore] # any annotation will do

    def load(cell: Cell) -> object:
        if cell == "[]":
            return ()
        return None if cell is None else decode(str(cell))

    return load


def _groups(members: Sequence[Member]) -> Sequence[tuple[int, int, tuple[str, ...], Callable[..., Grantee]]]:
    places = [place for place, member in enumerate(members) if "." in member.path]
    if not places:
        return ()
    names = tuple(members[place].path.partition(".")[2] for place in places)
    build: Callable[..., Grantee] = Grantee
    return ((places[0], places[-1] + 1, names, build),)
