"""What requesting parties let clients keep, read by token and by person."""

from dataclasses import replace

import pytest

from consentry.core.changes import Add, Replace
from consentry.core.model import PersistedClaims
from consentry.store.database import StoreDatabase
from consentry.store.work import RealmWork
from tests.store.world import settle_everything, version_of


def kept(digest: str, account_id: str | None = "bob", client_id: str = "app") -> PersistedClaims:
    return PersistedClaims(
        digest=digest,
        client_id=client_id,
        account_id=account_id,
        issuer="https://as.example",
        subject=account_id or "stranger",
        claims="sealed",
        created_at=1,
        expires_at=9,
    )


@pytest.fixture
async def work(database: StoreDatabase) -> RealmWork:
    work = database.work("main", await settle_everything(database))
    records = (kept("one"), kept("two", client_id="other"), kept("three", "alice"), kept("four", None))
    assert await work.commit([Add(record=each) for each in records], now=1)
    return database.work("main", await version_of(database))


async def test_g_5_2_4_a_pct_is_found_by_its_digest_with_the_client_it_belongs_to(work: RealmWork) -> None:
    assert await work.persisted_claims("one") == kept("one")
    assert await work.persisted_claims("four") == kept("four", None)
    assert await work.persisted_claims("nothing") is None


async def test_what_is_kept_about_somebody_is_found_for_every_client(work: RealmWork) -> None:
    found = {each.digest for each in await work.persisted_claims_of("bob")}
    assert {"one", "two"} <= found
    assert not found & {"three", "four"}
    assert await work.persisted_claims_of("nobody") == []


async def test_nothing_is_kept_of_a_disabled_account(database: StoreDatabase, work: RealmWork) -> None:
    bob = await work.account("bob")
    assert bob is not None
    assert await work.commit([Replace(record=replace(bob, disabled_at=5))], now=5)
    later = database.work("main", await version_of(database))
    assert await later.persisted_claims("one") is None
    assert await later.persisted_claims("three") is not None
