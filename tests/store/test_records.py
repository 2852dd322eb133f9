"""What goes in comes out."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from consentry.core.changes import Add
from consentry.core.errors import InvalidRequest
from consentry.core.model import (
    AccessRequest,
    AccessToken,
    Account,
    AuthorizationCode,
    Circle,
    CircleMember,
    Client,
    Consent,
    Event,
    Grant,
    Interaction,
    Membership,
    PermissionTicket,
    PersistedClaims,
    Realm,
    Record,
    RefreshToken,
    RepeatedAnswer,
    Resource,
    Rpt,
    Session,
    UsedOnce,
)
from consentry.core.ports import Page
from consentry.server import Database, Work
from consentry.store.database import StoreDatabase
from consentry.store.layout import Layout
from consentry.store.tables import LAYOUTS
from tests.store.samples import RECORDS, bare, full, person, thing


async def _reference(database: StoreDatabase) -> list[Record]:
    reference = await database.reference("main")
    assert reference is not None
    return [reference.realm, *reference.signing_keys, *reference.trusted_issuers]


async def _found(work: Work, record: Record) -> Sequence[object]:  # noqa: C901, PLR0912 - one for each kind
    found: object
    match record:
        case Account():
            found = await work.account(record.account_id)
        case Client():
            found = await work.client(record.client_id)
        case Session():
            signed_in = await work.session(record.digest)
            found = signed_in and signed_in.session
        case Interaction():
            found = await work.interaction(record.digest)
        case Consent():
            found = await work.consent(record.account_id, record.client_id)
        case AuthorizationCode():
            found = await work.authorization_code(record.digest)
        case AccessToken():
            found = await work.access_token(record.digest)
        case RefreshToken():
            found = await work.refresh_token(record.digest)
        case PersistedClaims():
            found = await work.persisted_claims(record.digest)
        case Membership():
            found = await work.membership(record.organisation_id, record.account_id)
        case RepeatedAnswer():
            found = await work.repeated_answer(record.owner_id, record.client_id, record.digest)
        case Circle():
            found = await work.circle(record.owner_id, record.circle_id)
        case CircleMember():
            return await work.circle_members(record.owner_id, [record.circle_id])
        case UsedOnce():
            return [record] if await work.used_once(record.purpose, record.digest) else []
        case Resource():
            found = await work.owner_resource(record.owner_id, record.resource_id)
        case Grant():
            found = await work.grant(record.owner_id, record.grant_id)
        case PermissionTicket():
            found = await work.permission_ticket(record.digest)
        case Rpt():
            found = await work.rpt_of_client(record.client_id, record.digest)
        case AccessRequest():
            found = await work.access_request(record.owner_id, record.request_id)
        case Event():
            return await work.events(record.owner_id or "", Page())
        case _:
            return []
    return [found]


def _people_of(record: Record) -> set[str]:
    named = {getattr(record, member, None) for member in ("owner_id", "account_id", "organisation_id")}
    return {str(account_id) for account_id in named if account_id is not None}


MAKE: list[Callable[[type[Record]], Record]] = [full, bare]


@pytest.mark.parametrize("make", MAKE, ids=["every member", "no member that has a default"])
@pytest.mark.parametrize("kind", [kind for kind in RECORDS if kind is not Realm], ids=lambda kind: kind.__name__)
async def test_a_record_comes_back_as_it_was_stored(
    database: StoreDatabase, kind: type[Record], make: Callable[[type[Record]], Record]
) -> None:
    record = make(kind)
    if isinstance(record, Grant):
        record = replace(record, target_kind="type")
    people = [Add(record=person(each)) for each in _people_of(record) if not isinstance(record, Account)]
    assert await database.work("main", 1).commit([*people, Add(record=record)], now=5)
    reference = await database.reference("main")
    assert reference is not None
    found = [*await _reference(database), *await _found(database.work("main", reference.realm.version), record)]
    assert record in found


async def test_a_realm_comes_back_as_it_was_stored(database: StoreDatabase) -> None:
    realm = full(Realm, name="other")
    assert await database.add_realm(realm)
    reference = await database.reference("other")
    assert reference is not None
    assert reference.realm == realm
    assert {each.name for each in await database.realms()} == {"main", "other"}


async def test_a_realm_is_added_once(database: StoreDatabase) -> None:
    assert not await database.add_realm(Realm(name="main"))
    assert await database.reference("none") is None


def test_every_record_has_a_table() -> None:
    assert set(LAYOUTS) == set(RECORDS)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=lambda layout: layout.table.name)
def test_the_realm_leads_every_key_and_index(layout: Layout[Record]) -> None:
    leading = {next(iter(index.columns)).name for index in layout.table.indexes if index.name != "uq_realm_host"}
    assert leading | {next(iter(layout.table.primary_key.columns)).name} == {layout.realm.name}


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
async def test_text_that_no_database_keeps_is_refused_and_nothing_is_done(database: StoreDatabase, text: str) -> None:
    work = database.work("main", 1)
    with pytest.raises(InvalidRequest):
        await work.commit([Add(record=person("alice")), Add(record=person("bob", name=text))], now=5)
    with pytest.raises(InvalidRequest):
        await work.account(text)
    assert await work.account("alice") is None


async def test_text_in_a_list_may_not_hold_nul(database: StoreDatabase) -> None:
    work = database.work("main", 1)
    with pytest.raises(InvalidRequest):
        await work.commit([Add(record=person("alice")), Add(record=thing("r1", labels=("a\0b",)))], now=5)
    with pytest.raises(InvalidRequest):
        await work.protection("pat", ["a\0b"])


async def test_a_number_that_no_database_keeps_is_refused(database: StoreDatabase) -> None:
    work = database.work("main", 1)
    with pytest.raises(InvalidRequest):
        await work.commit([Add(record=person("alice", created_at=2**63))], now=5)


async def test_the_store_is_what_the_server_wants(database: StoreDatabase) -> None:
    wanted: Database = database  # the type checker's to judge
    work: Work = database.work("main", 1)
    await work.settle()
    assert await wanted.realms() == [Realm(name="main")]
