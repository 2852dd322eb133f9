"""What expired goes, in time; what may still be recognised stays."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from consentry.core.changes import Add
from consentry.core.model import Interaction, Record, UsedOnce
from consentry.store.database import StoreDatabase
from consentry.store.housekeeping import A_DAY, AT_ONCE, MINUTES
from tests.store.world import access_token, code, event, refresh_token, rpt, session, ticket

NOW = 1_000_000

KINDS: Sequence[tuple[Record, int]] = [
    (session(expires_at=NOW), MINUTES),
    (access_token(expires_at=NOW), MINUTES),
    (rpt(expires_at=NOW), MINUTES),
    (UsedOnce(purpose="jti", digest="x", expires_at=NOW), MINUTES),
    (Interaction(digest="x", kind="claims", browser_digest="b", request="{}", expires_at=NOW), MINUTES),
    (code(expires_at=NOW), A_DAY),
    (refresh_token(expires_at=NOW), A_DAY),
    (ticket(expires_at=NOW), A_DAY),
    (replace(ticket(expires_at=NOW), taken_at=1), A_DAY),
]


@pytest.mark.parametrize(("record", "keep"), KINDS, ids=[type(record).__name__ for record, _ in KINDS])
async def test_what_expired_goes_when_nobody_can_ask_for_it_any_more(
    database: StoreDatabase, record: Record, keep: int
) -> None:
    assert await database.work("main", 1).commit([Add(record=record), Add(record=event())], now=1)
    assert await database.sweep(NOW + keep) == 0
    assert not await database.work("main", 1).commit([Add(record=record)], now=1)
    assert await database.sweep(NOW + keep + 1) == 1
    assert await database.sweep(NOW + keep + 1) == 0
    assert await database.work("main", 1).commit([Add(record=record)], now=1)


async def test_much_goes_a_little_at_a_time(database: StoreDatabase) -> None:
    many = [Add(record=access_token(f"t{number}", expires_at=number)) for number in range(AT_ONCE + 1)]
    assert await database.work("main", 1).commit(many, now=1)
    assert [await database.sweep(NOW) for _ in range(3)] == [AT_ONCE, 1, 0]
