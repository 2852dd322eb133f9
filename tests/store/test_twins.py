"""SQLite and PostgreSQL give the same answers to the same history."""

import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentry.core.changes import Add, Change, Remove, Replace, Take
from consentry.core.errors import Refusal
from consentry.core.model import Grantee, Realm
from consentry.core.ports import GrantFilter, Page, ResourceFilter
from consentry.server import StaleRealm
from consentry.store.database import StoreDatabase, open_database
from consentry.store.work import RealmWork
from tests.postgres import PostgresServer
from tests.store.samples import person, thing
from tests.store.world import access_token, event, everything, grant, request, rpt, ticket

# Names that sort, fold and quote differently where a database is not told how.
NAMES = ["a", "B", "b", "ä", "Ä", "ß", "ss", "İ", "z_", "z%", "é", "e\u0301", "日本", "😀", "'", "\\", '"']

names = st.sampled_from(NAMES)
moments = st.integers(0, 3)
versions = st.integers(1, 3)

records = st.one_of(
    st.builds(lambda n, m, v: replace(person(n, username=m), version=v), names, names, versions),
    st.builds(lambda n, m: person(n, email=m, email_verified=True), names, names),
    st.builds(lambda n, m, v: replace(thing(n, name=m, labels=(m,)), version=v), names, names, versions),
    st.builds(lambda n, m, a: replace(grant(n, at=a), target_id=m), names, names, moments),
    st.builds(lambda n, m: grant(n, to=Grantee(kind="email", id=m)), names, names),
    st.builds(lambda n, a, s: replace(request(n, at=a), status=s), names, moments, st.sampled_from(["open", "denied"])),
    st.builds(lambda n, a: event(n, at=a), names, moments),
    st.builds(access_token, names),
)

changes = st.one_of(
    st.builds(lambda r: Add(record=r), records),
    st.builds(lambda r: Remove(record=r), records),
    st.builds(
        lambda r: Replace(record=r),
        st.builds(lambda n, m, v: replace(person(n, username=m), version=v), names, names, versions),
    ),
    st.builds(lambda n: Add(record=ticket(n)), names),
    st.builds(lambda n: Add(record=rpt(n)), names),
    st.builds(lambda n: Take(record=ticket(n)), names),
)

Read = Callable[[RealmWork], Awaitable[object]]


def reads(name: str, limit: int) -> Sequence[Read]:
    page = Page(limit=limit)
    return [
        lambda work: work.accounts(page),
        lambda work: work.account_by_username(name),
        lambda work: work.account_by_email(name),
        lambda work: work.accounts_by_id([]),
        lambda work: work.resource_ids("alice", "rs", page),
        lambda work: work.owner_resources("alice", ResourceFilter(name=name), page),
        lambda work: work.owner_resources("alice", ResourceFilter(label=name), page),
        lambda work: work.grants("alice", GrantFilter(), page),
        lambda work: work.grants("alice", GrantFilter(resource_id=name), page),
        lambda work: work.shared_with("bob", name, page),
        lambda work: work.access_requests("alice", "open", page),
        lambda work: work.asked_by("bob", page),
        lambda work: work.events("alice", page),
        lambda work: work.events("alice", replace(page, after=f"2.{name}")),
        lambda work: work.access_token(name),
        lambda work: work.permission_ticket(name),
        lambda work: work.rpt("alice", "rs", name),
        lambda work: work.all_grants(page),
    ]


async def outcome(said: Awaitable[object]) -> object:
    try:
        return await said
    except (Refusal, StaleRealm) as refusal:
        return type(refusal)


@pytest.mark.postgres
@pytest.mark.slow
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(history=st.lists(st.lists(changes, min_size=1, max_size=3), max_size=12), name=names, limit=st.integers(1, 4))
async def test_both_databases_answer_alike(  # noqa: PLR0917 - fixtures and examples are given by name
    tmp_path: Path,
    migrated_file: Path,
    postgres: PostgresServer,
    migrated_template: str,
    history: list[list[Change]],
    name: str,
    limit: int,
) -> None:
    shutil.copy(migrated_file, tmp_path / "twin.db")
    other = postgres.fresh_database(template=migrated_template)
    twins = [await open_database(f"sqlite:///{tmp_path}/twin.db"), await open_database(postgres.url(other))]
    try:
        for database in twins:
            await start(database)
        for step in history:
            one, two = [await outcome(each.work("main", 3).commit(step, now=9)) for each in twins]
            assert one == two, step
        for read in reads(name, limit):
            one, two = [await outcome(read(each.work("main", 3))) for each in twins]
            assert one == two
    finally:
        for database in twins:
            await database.close()
        remove_file(tmp_path)
        postgres.drop_database(other)


def remove_file(directory: Path) -> None:
    for left in directory.glob("twin.db*"):
        left.unlink()


async def start(database: StoreDatabase) -> None:
    assert await database.add_realm(Realm(name="main", version=2))
    assert await database.work("main", 2).commit([Add(record=record) for record in everything()], now=1)
    reference = await database.reference("main")
    assert reference is not None
    assert reference.realm.version == 3
