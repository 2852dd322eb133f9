"""What the reads promise beyond finding a row."""

from dataclasses import replace
from typing import Literal, get_args

import pytest

from consentry.core.changes import Add, Change, Replace
from consentry.core.errors import InvalidRequest
from consentry.core.model import Grant, GrantedPermission, Grantee, Requester
from consentry.core.ports import GrantFilter, Page, ResourceFilter, cursor
from consentry.store.database import StoreDatabase
from consentry.store.work import RealmWork
from tests.store.samples import person, thing
from tests.store.world import BOB, access_token, event, grant, request, rpt, settle_everything, version_of

Status = Literal["active", "paused", "scheduled", "ended"]
STRANGER = Requester(issuer="https://op.example", subject="x")
STATES: tuple[Status, ...] = get_args(Status)


@pytest.fixture
async def work(database: StoreDatabase) -> RealmWork:
    return database.work("main", await settle_everything(database))


async def fresh(database: StoreDatabase, *changes: Change) -> RealmWork:
    work = database.work("main", await version_of(database))
    assert await work.commit(changes, now=1)
    return database.work("main", await version_of(database))


async def test_nothing_speaks_for_a_disabled_account(database: StoreDatabase, work: RealmWork) -> None:
    alice, bob = await work.account("alice"), await work.account("bob")
    assert alice is not None
    assert bob is not None
    work = await fresh(database, Replace(record=replace(bob, disabled_at=5)))
    assert await work.rpt("alice", "rs", "rpt") is None
    assert await work.access_token("pat") is not None
    work = await fresh(database, Replace(record=replace(alice, disabled_at=5)))
    assert await work.session("cookie") is None
    assert await work.access_token("pat") is None
    assert await work.refresh_token("refresh") is None
    assert await work.authorization_code("code") is None
    assert await work.permission_ticket("ticket") is None
    assert await work.protection("pat", ["photo"]) is None
    assert await work.account("alice") is not None


async def test_a_token_of_nobody_needs_no_account(database: StoreDatabase, work: RealmWork) -> None:
    machine = replace(access_token("machine"), account_id=None)
    stranger = replace(rpt("stranger"), requester=Requester(issuer="https://op.example", subject="x"))
    work = await fresh(database, Add(record=machine), Add(record=stranger))
    assert await work.access_token("machine") == machine
    assert await work.protection("machine", ["photo"]) is not None
    live = await work.rpt("alice", "rs", "stranger")
    assert live is not None
    assert live.rpt == stranger


async def test_protection_shows_only_what_its_owner_registered_there(database: StoreDatabase, work: RealmWork) -> None:
    work = await fresh(
        database,
        Add(record=thing("else", resource_server="app")),
        Add(record=thing("bobs", owner_id="bob")),
    )
    protection = await work.protection("pat", ["photo", "else", "bobs", "none"])
    assert protection is not None
    assert [resource.resource_id for resource in protection.resources] == ["photo"]
    assert await work.resource("alice", "rs", "else") is None


async def surrounding_grants(work: RealmWork, requester: Requester | None = None) -> set[str]:
    around = await work.surroundings("alice", "rs", ["photo"], requester=requester, client_id="app")
    return {each.grant_id for each in around.grants}


async def test_surroundings_hold_every_grant_that_could_concern_the_requester(
    database: StoreDatabase, work: RealmWork
) -> None:
    def to(grant_id: str, grantee: Grantee, **target: str) -> Add:
        return Add(record=replace(grant(grant_id, to=grantee), **target))  # type: ignore[arg-type]

    work = await fresh(
        database,
        to("by-label", Grantee(kind="account", id="bob"), target_kind="label", target_id="holiday"),
        to("by-type", Grantee(kind="account", id="bob"), target_kind="type", target_id="photo"),
        to("other-label", Grantee(kind="account", id="bob"), target_kind="label", target_id="work"),
        to("to-address", Grantee(kind="email", id="BOB@example.org")),
        to("to-other-address", Grantee(kind="email", id="carol@example.org")),
        to("to-app", Grantee(kind="client", id="app")),
        to("to-other-app", Grantee(kind="client", id="rs")),
        to("to-circle", Grantee(kind="circle", id="friends")),
        to("to-claims", Grantee(kind="claims")),
        to("to-carol", Grantee(kind="account", id="carol")),
    )
    anybody = {"to-app", "to-circle", "to-claims"}
    assert await surrounding_grants(work) == anybody
    assert await surrounding_grants(work, replace(STRANGER, email="Bob@Example.org")) == anybody | {"to-address"}
    bobs = anybody | {"to-bob", "by-label", "by-type", "to-address"}
    assert await surrounding_grants(work, BOB) == bobs


async def test_surroundings_hold_the_requesters_own_requests_and_account(
    database: StoreDatabase, work: RealmWork
) -> None:
    work = await fresh(
        database,
        Add(record=replace(request("denied"), status="denied")),
        Add(record=replace(request("approved"), status="approved")),
        Add(record=replace(request("others"), requester=replace(BOB, subject="carol"))),
        Add(record=replace(request("elsewhere"), client_id="rs")),
    )
    around = await work.surroundings("alice", "rs", ["photo", "none"], requester=BOB, client_id="app")
    assert {each.request_id for each in around.requests} == {"please", "denied"}
    assert around.account == await work.account("bob")
    assert [each.resource_id for each in around.resources] == ["photo"]


async def test_an_rpt_shows_the_grants_and_resources_that_are_still_there(
    database: StoreDatabase, work: RealmWork
) -> None:
    permissions = (
        *rpt().permissions,
        GrantedPermission(resource_id="gone", grant_id="gone", scopes=("read",)),
        GrantedPermission(resource_id="photo", grant_id=None, scopes=("read",)),
    )
    work = await fresh(database, Add(record=replace(rpt("other"), permissions=permissions)))
    live = await work.rpt("alice", "rs", "other")
    assert live is not None
    assert {each.grant_id for each in live.grants} == {"to-bob"}
    assert {each.resource_id for each in live.resources} == {"photo"}
    assert await work.rpt("alice", "app", "other") is None
    assert await work.rpt("bob", "rs", "other") is None
    assert await work.rpt_of_client("rs", "other") is None


@pytest.mark.parametrize("part", ["CAFÉ", "of a cafe\u0301", "photo"])
async def test_a_resource_is_found_by_a_part_of_its_name(work: RealmWork, part: str) -> None:
    assert len(await work.owner_resources("alice", ResourceFilter(name=part), Page())) == 1


@pytest.mark.parametrize("part", ["%", "_", "\\", "video"])
async def test_a_part_of_a_name_is_not_a_pattern(work: RealmWork, part: str) -> None:
    assert await work.owner_resources("alice", ResourceFilter(name=part), Page()) == []


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (ResourceFilter(type="photo"), 1),
        (ResourceFilter(type="video"), 0),
        (ResourceFilter(label="holiday"), 1),
        (ResourceFilter(label="holi"), 0),
        (ResourceFilter(resource_server="rs"), 1),
        (ResourceFilter(resource_server="app"), 0),
    ],
    ids=str,
)
async def test_an_owners_resources_are_filtered(work: RealmWork, wanted: ResourceFilter, count: int) -> None:
    assert len(await work.owner_resources("alice", wanted, Page())) == count


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        (grant("g"), "active"),
        (replace(grant("g"), paused_at=1), "paused"),
        (replace(grant("g"), not_before=11), "scheduled"),
        (replace(grant("g"), not_before=10), "active"),
        (replace(grant("g"), paused_at=1, expires_at=10), "ended"),
        (replace(grant("g"), expires_at=11), "active"),
    ],
    ids=["plain", "paused", "later", "from now", "paused and over", "not over yet"],
)
async def test_grants_are_filtered_by_where_they_stand(
    database: StoreDatabase, work: RealmWork, changed: Grant, status: Status
) -> None:
    work = await fresh(database, Add(record=changed))
    for each in STATES:
        found = await work.grants("alice", GrantFilter(status=each, now=10), Page())
        assert (changed in found) == (each == status)


async def test_grants_are_filtered_by_resource_and_grantee(database: StoreDatabase, work: RealmWork) -> None:
    carol = Grantee(kind="account", id="carol")
    work = await fresh(
        database,
        Add(record=thing("video")),
        Add(record=replace(grant("g2", to=carol), target_id="video")),
        Add(record=grant("g3", to=carol)),
    )

    async def found(wanted: GrantFilter) -> set[str]:
        return {each.grant_id for each in await work.grants("alice", wanted, Page())}

    assert await found(GrantFilter(resource_id="photo")) == {"to-bob", "g3"}
    assert await found(GrantFilter(grantee_id="carol")) == {"g2", "g3"}
    assert await found(GrantFilter(resource_id="photo", grantee_id="carol")) == {"g3"}


async def test_what_is_shared_with_somebody_comes_with_its_resource(database: StoreDatabase, work: RealmWork) -> None:
    labelled = replace(grant("labelled", at=9), target_kind="label", target_id="holiday")
    by_mail = replace(grant("by-mail", at=5), grantee=Grantee(kind="email", id="bob@EXAMPLE.org"))
    own = replace(grant("own"), owner_id="bob", target_kind="label")
    work = await fresh(database, Add(record=labelled), Add(record=by_mail), Add(record=own))
    photo = await work.owner_resource("alice", "photo")
    shared = await work.shared_with("bob", "Bob@example.org", Page())
    assert [(each.grant.grant_id, each.resource) for each in shared] == [
        ("labelled", None),
        ("by-mail", photo),
        ("to-bob", photo),
    ]


async def test_a_list_is_read_page_by_page_newest_first(database: StoreDatabase, work: RealmWork) -> None:
    work = await fresh(database, *(Add(record=event(f"e{number}", at=number // 2)) for number in range(10, 20)))
    seen: list[str] = []
    page = Page(limit=3)
    while rows := await work.events("alice", page):
        shown = rows[: page.limit]
        seen += [each.event_id for each in shown]
        if len(rows) <= page.limit:
            break
        work = await fresh(database, Add(record=event(f"new{len(seen)}", at=99)))
        page = Page(limit=3, after=cursor(shown[-1]))
    assert seen == [f"e{number}" for number in range(19, 9, -1)] + ["happened"]


async def test_a_list_by_id_is_read_page_by_page_in_byte_order(database: StoreDatabase, work: RealmWork) -> None:
    names = ["Zoe", "_", "adam", "ä", "é", "zoe"]
    work = await fresh(database, *(Add(record=thing(name)) for name in names))
    seen: list[str] = []
    after = None
    while ids := await work.resource_ids("alice", "rs", Page(limit=2, after=after)):
        seen += ids[:2]
        after = seen[-1]
    assert seen == sorted(["photo", *names], key=str.encode)


@pytest.mark.parametrize(
    "after", ["", "x", "1", "1.", ".x", "-1.x", "1e3.x", "٣.x", "9" * 30 + ".x", "1.a\0", "1." + "x" * 501]
)
async def test_a_cursor_that_is_none_is_refused(work: RealmWork, after: str) -> None:
    with pytest.raises(InvalidRequest):
        await work.events("alice", Page(after=after))


@pytest.mark.parametrize("after", ["", "a\0", "x" * 501])
async def test_an_id_that_is_none_is_refused(work: RealmWork, after: str) -> None:
    with pytest.raises(InvalidRequest):
        await work.accounts(Page(after=after))


async def test_people_are_listed_by_id(database: StoreDatabase, work: RealmWork) -> None:
    work = await fresh(database, Add(record=person("carol")))
    assert [each.account_id for each in await work.accounts(Page(limit=1))] == ["alice", "bob"]
    assert [each.account_id for each in await work.accounts(Page(limit=1, after="bob"))] == ["carol", "clinic"]
