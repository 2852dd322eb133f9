"""Every change carries its own guard; when one fails, nothing of its answer is done."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from consentry.core.changes import Add, Change, Remove, Replace, SingleUseRecord, Take
from consentry.core.model import Client, Grantee, Realm, SigningKey, TrustedIssuer
from consentry.core.ports import Page
from consentry.server import StaleRealm
from consentry.store.database import StoreDatabase
from tests.store.samples import bare, person, thing
from tests.store.world import (
    access_token,
    code,
    event,
    everything,
    grant,
    refresh_token,
    request,
    settle_everything,
    ticket,
    version_of,
)


async def commit(database: StoreDatabase, *changes: Change, now: int = 7) -> bool:
    return await database.work("main", await version_of(database)).commit(changes, now=now)


@pytest.mark.parametrize("record", everything(), ids=lambda record: type(record).__name__)
async def test_a_key_is_given_once(database: StoreDatabase, record: object) -> None:
    await settle_everything(database)
    again = next(each for each in everything() if each == record)
    assert not await commit(database, Add(record=event("along")), Add(record=again))
    assert await database.work("main", await version_of(database)).events("alice", Page()) == [event()]


@pytest.mark.parametrize(
    "record",
    [person("carol", username="ALICE-NAME"), person("carol", email="ALICE@example.ORG", email_verified=True)],
    ids=["username", "verified address"],
)
async def test_a_name_is_given_once_whatever_its_case(database: StoreDatabase, record: object) -> None:
    await settle_everything(database)
    assert isinstance(record, type(person("x")))
    assert not await commit(database, Add(record=record))


async def test_an_address_that_is_not_verified_is_nobodys(database: StoreDatabase) -> None:
    await settle_everything(database)
    carol = person("carol", email="alice@example.org")
    assert await commit(database, Add(record=carol))
    work = database.work("main", await version_of(database))
    found = await work.account_by_email("ALICE@example.org")
    assert found is not None
    assert found.account_id == "alice"
    assert not await commit(database, Replace(record=replace(carol, email_verified=True)))


async def test_a_host_belongs_to_one_realm(database: StoreDatabase) -> None:
    assert await database.add_realm(Realm(name="one", host="https://one.example"))
    assert not await database.add_realm(Realm(name="two", host="https://one.example"))


async def test_a_record_is_replaced_only_in_the_version_that_was_read(database: StoreDatabase) -> None:
    await settle_everything(database)
    named = person("alice", email="alice@example.org", email_verified=True, name="Alice")
    assert await commit(database, Replace(record=named))
    assert not await commit(database, Replace(record=named))
    work = database.work("main", await version_of(database))
    assert await work.account("alice") == replace(named, version=2)


async def test_a_record_that_is_not_there_is_not_replaced(database: StoreDatabase) -> None:
    assert not await commit(database, Replace(record=person("nobody")))


@pytest.mark.parametrize("record", [ticket(), code(), refresh_token()], ids=lambda record: type(record).__name__)
async def test_what_is_single_use_is_taken_once_and_stays_readable(
    database: StoreDatabase, record: SingleUseRecord
) -> None:
    await settle_everything(database)
    assert await commit(database, Take(record=record), now=7)
    assert not await commit(database, Take(record=record), now=8)
    work = database.work("main", await version_of(database))
    read = (await work.permission_ticket("ticket"), await work.authorization_code("code"))
    assert replace(record, taken_at=7) in [*read, await work.refresh_token("refresh")]


async def test_what_was_read_untaken_is_removed_only_untaken(database: StoreDatabase) -> None:
    await settle_everything(database)
    assert await commit(database, Take(record=ticket()), now=7)
    assert not await commit(database, Remove(record=ticket()))
    assert await commit(database, Remove(record=replace(ticket(), taken_at=7)))


async def test_a_record_is_removed_once_and_in_the_version_that_was_read(database: StoreDatabase) -> None:
    await settle_everything(database)
    assert not await commit(database, Remove(record=replace(grant(), version=2)))
    assert await commit(database, Remove(record=grant()))
    assert not await commit(database, Remove(record=grant()))
    assert await commit(database, Remove(record=access_token()))
    assert not await commit(database, Remove(record=access_token()))


async def test_a_grant_needs_its_resource(database: StoreDatabase) -> None:
    await settle_everything(database)
    lost = replace(grant("lost"), target_id="gone")
    assert not await commit(database, Add(record=event("along")), Add(record=lost))
    assert await commit(database, Add(record=replace(lost, target_kind="label")))
    elsewhere = replace(grant("else"), owner_id="bob")
    assert not await commit(database, Add(record=elsewhere))


async def test_a_resource_and_its_grant_come_together(database: StoreDatabase) -> None:
    await settle_everything(database)
    video = replace(grant("video"), target_id="video")
    assert await commit(database, Add(record=thing("video")), Add(record=video))


async def test_of_requests_that_ask_the_same_one_is_open(database: StoreDatabase) -> None:
    await settle_everything(database)
    again = replace(request("again"), fingerprint=request().fingerprint)
    assert not await commit(database, Add(record=again))
    assert await commit(database, Replace(record=replace(request(), status="denied")))
    assert await commit(database, Add(record=again))


async def test_a_removed_key_is_free_within_the_same_answer(database: StoreDatabase) -> None:
    await settle_everything(database)
    other = replace(grant(), grantee=Grantee(kind="account", id="carol"))
    assert await commit(database, Remove(record=grant()), Add(record=other))


REFERENCE: Sequence[tuple[str, Change, bool]] = [
    ("the realm is replaced", Replace(record=Realm(name="main", display_name="Main")), True),
    ("a key is added", Add(record=bare(SigningKey, "2")), True),
    ("a key is removed", Remove(record=SigningKey(kid="key", alg="", public="", private="", created_at=1)), True),
    ("a trusted issuer is added", Add(record=bare(TrustedIssuer, "2")), True),
    ("a trusted issuer is replaced", Replace(record=TrustedIssuer(issuer="https://op.example", jwks="{}")), True),
    ("a trusted issuer is removed", Remove(record=TrustedIssuer(issuer="https://op.example")), True),
    ("a client is replaced", Replace(record=Client(client_id="app", client_name="App")), True),
    ("a client is removed", Remove(record=Client(client_id="app")), True),
    ("a client is added", Add(record=Client(client_id="new")), False),
    ("a person is added", Add(record=person("carol")), False),
]


@pytest.mark.parametrize(("change", "rises"), [row[1:] for row in REFERENCE], ids=[row[0] for row in REFERENCE])
async def test_the_realms_version_rises_with_its_reference_data(
    database: StoreDatabase, change: Change, *, rises: bool
) -> None:
    before = await settle_everything(database)
    if isinstance(change, Replace) and isinstance(change.record, Realm):
        change = Replace(record=replace(change.record, version=before))
    work = database.work("main", before)
    assert await work.commit([change], now=1)
    assert await version_of(database) == before + rises


async def test_who_works_with_stale_reference_data_is_told_before_anything_else(database: StoreDatabase) -> None:
    stale = await settle_everything(database)
    early = database.work("main", stale)
    assert await early.client("app") is not None
    assert await commit(database, Replace(record=Client(client_id="app", client_name="App")))
    with pytest.raises(StaleRealm):
        await database.work("main", stale).account("alice")
    with pytest.raises(StaleRealm):
        await database.work("main", stale).settle()
    late = database.work("main", stale)
    with pytest.raises(StaleRealm):
        await late.commit([Add(record=person("carol"))], now=1)
    assert await commit(database, Add(record=person("carol")))
    # Whoever has looked once goes on with what was true then.
    assert await early.account("alice") is not None


async def test_a_known_client_costs_nothing_and_is_never_older_than_the_realm(database: StoreDatabase) -> None:
    version = await settle_everything(database)
    await database.work("main", version).client("app")
    work = database.work("main", version)
    before = database.counters.round_trips
    assert await work.client("app") == Client(client_id="app")
    assert database.counters.round_trips == before
    await work.settle()
    assert await commit(database, Replace(record=Client(client_id="app", client_name="App")))
    fresh = await database.work("main", await version_of(database)).client("app")
    assert fresh == Client(client_id="app", client_name="App", version=2)


async def test_that_a_client_is_missing_is_not_remembered(database: StoreDatabase) -> None:
    assert await database.work("main", 1).client("new") is None
    assert await commit(database, Add(record=Client(client_id="new")))
    assert await database.work("main", 1).client("new") is not None


async def test_a_realm_that_went_is_stale(database: StoreDatabase) -> None:
    with pytest.raises(StaleRealm):
        await database.work("never", 1).account("alice")
    with pytest.raises(StaleRealm):
        await database.work("never", 1).commit([Add(record=person("alice"))], now=1)
