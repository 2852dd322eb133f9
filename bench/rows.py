"""The world as rows of the store's own tables."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TypeVar

import sqlalchemy as sa

from bench.world import REALM, World, owner_id
from consentry.core.model import Record
from consentry.store.codec import Cell
from consentry.store.layout import Layout
from consentry.store.tables import ACCOUNT, GRANT, RESOURCE
from consentry.uma.value import value

R = TypeVar("R", bound=Record)
Row = Sequence[Cell]


@value
class Rows:
    """All rows of one table, those of one owner together, as a database likes them."""

    table: sa.Table
    columns: tuple[str, ...]
    rows: Iterator[Row]


def every_table(world: World) -> Iterator[Rows]:
    """Give the rows of every table that grows with the world."""
    owners = sorted(range(world.owners), key=owner_id)
    resources = list(chain.from_iterable(map(world.resources_of, owners)))
    yield _rows(ACCOUNT, map(world.account, owners))
    yield _rows(RESOURCE, map(world.resource, resources))
    yield _rows(GRANT, chain.from_iterable(map(world.grants_on, resources)))


def _rows(layout: Layout[R], records: Iterable[R]) -> Rows:
    rows = ((REALM, *layout.encode(record)) for record in records)
    return Rows(table=layout.table, columns=("realm", *layout.written), rows=rows)
