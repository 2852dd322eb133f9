"""No read sees another realm."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import pytest

from consentry.core.changes import Add
from consentry.core.model import Grantee, Realm
from consentry.core.ports import GrantFilter, Page, ResourceFilter, Store, Surroundings
from consentry.store.database import StoreDatabase
from consentry.store.work import RealmWork
from tests.store.samples import thing
from tests.store.world import BOB, grant, settle_everything, version_of

PAGE = Page()
Read = Callable[[RealmWork], Awaitable[object]]

READS: Mapping[str, Read] = {
    "client": lambda work: work.client("app"),
    "clients": lambda work: work.clients(PAGE),
    "account": lambda work: work.account("alice"),
    "accounts_by_id": lambda work: work.accounts_by_id(["alice", "bob"]),
    "account_by_username": lambda work: work.account_by_username("Alice-Name"),
    "account_by_email": lambda work: work.account_by_email("bob@example.org"),
    "accounts": lambda work: work.accounts(PAGE),
    "session": lambda work: work.session("cookie"),
    "sessions_of": lambda work: work.sessions_of("alice"),
    "interaction": lambda work: work.interaction("browser"),
    "consent": lambda work: work.consent("alice", "rs"),
    "consents_of": lambda work: work.consents_of("alice"),
    "membership": lambda work: work.membership("clinic", "bob"),
    "memberships_of": lambda work: work.memberships_of("bob"),
    "members_of": lambda work: work.members_of("clinic"),
    "persisted_claims": lambda work: work.persisted_claims("pct"),
    "persisted_claims_of": lambda work: work.persisted_claims_of("bob"),
    "authorization_code": lambda work: work.authorization_code("code"),
    "access_token": lambda work: work.access_token("pat"),
    "refresh_token": lambda work: work.refresh_token("refresh"),
    "family": lambda work: work.family("process"),
    "issued_to": lambda work: work.issued_to("alice", "rs"),
    "used_once": lambda work: work.used_once("jti", "once"),
    "protection": lambda work: work.protection("pat", ["photo"]),
    "resource": lambda work: work.resource("alice", "rs", "photo"),
    "resource_ids": lambda work: work.resource_ids("alice", "rs", PAGE),
    "repeated_answer": lambda work: work.repeated_answer("alice", "rs", "key"),
    "permission_ticket": lambda work: work.permission_ticket("ticket"),
    "surroundings": lambda work: work.surroundings("alice", "rs", ["photo"], requester=BOB, client_id="app"),
    "protected_rpt": lambda work: work.protected_rpt("pat", "rpt"),
    "rpt": lambda work: work.rpt("alice", "rs", "rpt"),
    "rpt_of_client": lambda work: work.rpt_of_client("app", "rpt"),
    "owner_resources": lambda work: work.owner_resources("alice", ResourceFilter(), PAGE),
    "owner_resource": lambda work: work.owner_resource("alice", "photo"),
    "owner_resources_by_id": lambda work: work.owner_resources_by_id("alice", ["photo"]),
    "grant": lambda work: work.grant("alice", "to-bob"),
    "grants": lambda work: work.grants("alice", GrantFilter(), PAGE),
    "grants_reaching": lambda work: work.grants_reaching("alice", thing("photo"), PAGE),
    "shared_with": lambda work: work.shared_with("bob", "bob@example.org", PAGE),
    "circle": lambda work: work.circle("alice", "friends"),
    "circles_by_id": lambda work: work.circles_by_id("alice", ["friends"]),
    "circles": lambda work: work.circles("alice", PAGE),
    "circle_members": lambda work: work.circle_members("alice", ["friends"]),
    "access_request": lambda work: work.access_request("alice", "please"),
    "access_requests": lambda work: work.access_requests("alice", None, PAGE),
    "asked_by": lambda work: work.asked_by("bob", PAGE),
    "asked": lambda work: work.asked("bob", "please"),
    "events": lambda work: work.events("alice", PAGE),
    "grants_below": lambda work: work.grants_below("alice", "to-bob"),
    "grant_chain": lambda work: work.grant_chain("alice", "to-bob"),
    "grant_and_below": lambda work: work.grant_and_below("alice", "to-bob"),
    "passed_on_grant": lambda work: work.passed_on_grant("bob", "further"),
    "received_grant": lambda work: work.received_grant("bob", "to-bob"),
    "resource_parts": lambda work: work.resource_parts("alice", "photo"),
    "resource_lineage": lambda work: work.resource_lineage("alice", "rs", ["photo"]),
    "all_resources": lambda work: work.all_resources(PAGE),
    "all_grants": lambda work: work.all_grants(PAGE),
}


async def settle_family(database: StoreDatabase, realm: str = "main") -> int:
    """Store a record of every kind, a part of the photo, and what Bob passed on of it."""
    work = database.work(realm, await settle_everything(database, realm))
    further = replace(grant("further", to=Grantee(kind="account", id="carol")), parent="to-bob", created_by="bob")
    assert await work.commit([Add(record=further), Add(record=thing("corner", parent="photo"))], now=1)
    return await version_of(database, realm)


def found_something(answer: object) -> bool:
    if isinstance(answer, Surroundings):
        return bool(answer.resources or answer.grants or answer.requests or answer.account)
    return bool(answer)


def test_every_read_is_tried_here() -> None:
    reads = {name for name, _ in inspect.getmembers(Store, inspect.isfunction) if not name.startswith("_")}
    assert set(READS) == reads


@pytest.fixture
async def versions(database: StoreDatabase) -> tuple[int, int]:
    """Fill `main` and leave `other` empty; give the version of each."""
    assert await database.add_realm(Realm(name="other"))
    return await settle_family(database), 1


async def test_a_read_finds_what_is_in_its_realm_and_nothing_of_another(
    database: StoreDatabase, versions: tuple[int, int]
) -> None:
    mine, others = versions
    for name, read in READS.items():
        assert found_something(await read(database.work("main", mine))), name
        assert not found_something(await read(database.work("other", others))), name


async def test_the_same_records_live_in_two_realms_and_change_apart(
    database: StoreDatabase, versions: tuple[int, int]
) -> None:
    assert await settle_family(database, "other") == versions[0]
    for name, read in READS.items():
        assert await read(database.work("main", versions[0])) == await read(database.work("other", versions[0])), name
