"""Grants that were passed on and resources that are parts of others are found from above and from below."""

from dataclasses import replace

import pytest

from consentry.core.changes import Add
from consentry.core.model import Grant, Grantee, Record
from consentry.store.database import StoreDatabase
from consentry.store.work import RealmWork
from tests.store.samples import thing
from tests.store.world import settle_everything, version_of


def passed_on(grant_id: str, parent: str | None, *, owner_id: str = "alice", to: str = "carol") -> Grant:
    return Grant(
        grant_id=grant_id,
        owner_id=owner_id,
        target_kind="label",
        target_id="family",
        grantee=Grantee(kind="account", id=to),
        scopes=("read",),
        parent=parent,
        created_by="bob",
    )


@pytest.fixture
async def work(database: StoreDatabase) -> RealmWork:
    work = database.work("main", await settle_everything(database))
    album = thing("album")
    records: tuple[Record, ...] = (
        passed_on("one", None, to="bob"),
        passed_on("two", "one"),
        passed_on("three", "two"),
        passed_on("other", "one"),
        passed_on("stranger", "one", owner_id="dave"),
        album,
        replace(album, resource_id="page", parent="album"),
        replace(album, resource_id="line", parent="page"),
    )
    assert await work.commit([Add(record=each) for each in records], now=1)
    return database.work("main", await version_of(database))


async def test_everything_passed_on_from_a_grant_is_found_below_it(work: RealmWork) -> None:
    assert {each.grant_id for each in await work.grants_below("alice", "one")} == {"two", "three", "other"}
    assert {each.grant_id for each in await work.grants_below("alice", "two")} == {"three"}
    assert await work.grants_below("alice", "three") == []
    assert await work.grants_below("dave", "two") == []


async def test_a_grant_comes_with_everything_it_was_passed_on_from(work: RealmWork) -> None:
    assert {each.grant_id for each in await work.grant_chain("alice", "three")} == {"one", "two", "three"}
    assert await work.grant_chain("dave", "three") == []


async def test_a_grant_is_found_for_its_grantee_only(work: RealmWork) -> None:
    found = await work.received_grant("bob", "one")
    assert found is not None
    assert found.owner_id == "alice"
    assert await work.received_grant("carol", "one") is None


async def test_a_grant_is_found_for_whoever_made_it(work: RealmWork) -> None:
    assert await work.passed_on_grant("bob", "two") is not None
    assert await work.passed_on_grant("alice", "two") is None


async def test_parts_are_found_below_a_resource_and_what_it_is_part_of_above(work: RealmWork) -> None:
    assert {each.resource_id for each in await work.resource_parts("alice", "album")} == {"page", "line"}
    assert await work.resource_parts("dave", "album") == []
    server = thing("album").resource_server
    lineage = await work.resource_lineage("alice", server, ["line"])
    assert {each.resource_id for each in lineage} == {"line", "page", "album"}
    assert await work.resource_lineage("dave", server, ["line"]) == []
