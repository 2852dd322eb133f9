"""Requests that are in flight together travel together, and none of them notices."""

import asyncio
from dataclasses import replace

import pytest

from consentry.core.changes import Add, Take
from consentry.store.database import StoreDatabase
from tests.store.samples import person, thing
from tests.store.world import access_token, event, settle_everything, ticket

AWKWARD = [
    "plain",
    "NULL",
    "null",
    "",
    "{",
    "}",
    "a,b",
    'quo"te',
    "back\\slash",
    '\\"',
    " ",
    "'",
    "é",
    "😀",
    "\n",
    "\x1f",
]


async def test_many_who_ask_in_one_turn_each_get_their_own(database: StoreDatabase) -> None:
    version = await settle_everything(database)
    people = [person(f"id-{name}", username=f"name-{place}-{name}") for place, name in enumerate(AWKWARD)]
    assert await database.work("main", version).commit([Add(record=each) for each in people], now=1)
    works = [database.work("main", version) for _ in range(3 * len(people))]
    by_id = [work.account(each.account_id) for work, each in zip(works, people, strict=False)]
    by_name = [
        work.account_by_username(each.username) for work, each in zip(works[len(people) :], people, strict=False)
    ]
    missing = [work.account(f"none-{number}") for number, work in enumerate(works[2 * len(people) :])]
    found = await asyncio.gather(*by_id, *by_name, *missing)
    assert found == [*people, *people, *[None] * len(people)]


async def test_one_who_asks_for_several_things_gets_them_in_order(database: StoreDatabase) -> None:
    version = await settle_everything(database)
    pats = [replace(access_token(f"pat-{number}"), account_id="alice") for number in range(9)]
    things = [thing(f"thing-{number}") for number in range(9)]
    work = database.work("main", version)
    assert await work.commit([*(Add(record=each) for each in pats), *(Add(record=each) for each in things)], now=1)
    asked = [
        database.work("main", version).protection(pat.digest, [each.resource_id, "none", "photo"])
        for pat, each in zip(pats, things, strict=True)
    ]
    for pat, each, found in zip(pats, things, await asyncio.gather(*asked), strict=True):
        assert found is not None
        assert found.token == pat
        assert {resource.resource_id for resource in found.resources} == {each.resource_id, "photo"}


async def test_many_who_commit_at_once_each_have_what_they_committed(database: StoreDatabase) -> None:
    version = await settle_everything(database)
    count = 40
    assert await database.work("main", version).commit([Add(record=ticket(f"t{n}")) for n in range(count)], now=1)
    said = await asyncio.gather(
        *(
            database.work("main", version).commit(
                [Take(record=ticket(f"t{number}")), Add(record=replace(event(f"e{number}", at=number), about=None))],
                now=number,
            )
            for number in range(count)
        )
    )
    assert said == [True] * count
    taken = await asyncio.gather(
        *(database.work("main", version).permission_ticket(f"t{number}") for number in range(count))
    )
    assert [each.taken_at for each in taken if each is not None] == list(range(count))


@pytest.mark.postgres
async def test_postgresql_is_spoken_to_once_a_turn(database: StoreDatabase, url: str) -> None:
    if url.startswith("sqlite"):
        pytest.skip("reads where the request runs")
    version = await settle_everything(database)
    before = database.counters.batches
    await asyncio.gather(*(database.work("main", version).account(f"a{number}") for number in range(30)))
    assert database.counters.batches - before == 1
