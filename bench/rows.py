"""The world as rows of the store's own tables, made quickly: a model record is encoded once, its ids are put in."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import TypeVar

import sqlalchemy as sa

from bench.world import REALM, World, a_grant, a_resource, an_account, identifier, owner_id
from consentry.core.model import Record
from consentry.store.layout import Cell, Layout
from consentry.store.tables import ACCOUNT, GRANT, RESOURCE, fold, grantee_key, target_key
from consentry.uma.value import value

R = TypeVar("R", bound=Record)
Row = Sequence[Cell]


@value
class Rows:
    """All rows of one table, in the order of its key as far as that is cheap."""

    table: sa.Table
    columns: tuple[str, ...]
    rows: Iterator[Row]
    count: int


def every_table(world: World) -> Iterator[Rows]:
    """Give the rows of every table that grows with the world."""
    by_id = sorted(range(world.owners), key=owner_id)
    resources = [range(owner * 10, min(owner * 10 + 10, world.resources)) for owner in by_id]
    grants = sum(1 + resource % 3 for resource in range(world.resources))
    yield _rows(ACCOUNT, an_account(), map(_account, by_id), count=world.owners)
    yield _rows(RESOURCE, a_resource(), map(_resource, chain(*resources)), count=world.resources)
    yield _rows(GRANT, a_grant(), (cells for each in chain(*resources) for cells in _grants(world, each)), count=grants)


def _rows(layout: Layout[R], model: R, differences: Iterator[Mapping[str, Cell]], *, count: int) -> Rows:
    columns = ("realm", *layout.written)
    cells: tuple[Cell, ...] = (REALM, *layout.encode(model))
    return Rows(table=layout.table, columns=columns, rows=_filled(columns, cells, differences), count=count)


def _filled(columns: Sequence[str], cells: Row, differences: Iterator[Mapping[str, Cell]]) -> Iterator[Row]:
    place = {column: number for number, column in enumerate(columns)}
    for difference in differences:
        row = list(cells)
        for column, cell in difference.items():
            row[place[column]] = cell
        yield row


def _account(owner: int) -> Mapping[str, Cell]:
    username = f"Person{owner}"
    return {"account_id": owner_id(owner), "username": username, "username_folded": fold(username)}


def _resource(resource: int) -> Mapping[str, Cell]:
    return {"owner_id": owner_id(resource // 10), "resource_id": identifier(b"resource", resource)}


def _grants(world: World, resource: int) -> Iterator[Mapping[str, Cell]]:
    for share in world.shares_of(resource):
        yield {
            "grant_id": share.grant_id,
            "owner_id": share.owner_id,
            "created_by": share.owner_id,
            "target_id": share.resource_id,
            "target_key": target_key("resource", share.resource_id),
            "grantee_id": share.grantee_id,
            "grantee_key": grantee_key("account", share.grantee_id),
        }
