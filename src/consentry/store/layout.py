"""How a record lies in its table: one column for each member, and the way there and back.

Text and numbers lie as they are, everything else as JSON text.  What a statement has to compare but no member says
plainly (a folded name, a key made of several members) lies in derived columns, which are written and never read back.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Generic, TypeVar

import sqlalchemy as sa

from consentry.core.model import Record
from consentry.store.codec import Cell, Row, decoder, encoder
from consentry.store.members import Member

R = TypeVar("R", bound=Record)
Derived = Mapping[str, Callable[[R], str | None]]

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger()


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
        self.table = table
        self.key = tuple(key)
        self.realm = table.c[leading]
        self.columns: tuple[sa.Column[str | int | None], ...] = tuple(table.c[member.name] for member in members)
        self.written = (*(member.name for member in members), *derived)
        self.decode: Callable[[Row], R] = decoder(record, members)
        """Build a record from cells in the order of `columns`."""
        self.encode: Callable[[R], Sequence[Cell]] = encoder(members, derived)
        """Return a record's cells in the order of `written`.  Raises `InvalidRequest` for what no database keeps."""
        self._key = attrgetter(*self.key)

    def key_of(self, record: R) -> tuple[Cell, ...]:
        """Return the cells of a record's key, without the realm."""
        cells = self._key(record)
        return cells if len(self.key) > 1 else (cells,)
