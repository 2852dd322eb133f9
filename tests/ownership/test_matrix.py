"""Two owners, two resource servers, every guarded call, every place for an identifier: only one's own is found.

Spec: FedAuthz 1.3, 3.2, 4.1, 5.1; Grant 5.1.
"""

import httpx2
import pytest

from tests.ownership.calls import SHOWS, TRIED_ELSEWHERE, Call, Position, calls, described, guarded
from tests.ownership.conftest import Commits
from tests.ownership.estate import UNKNOWN, Caller, Estate, Holding

Seen = tuple[int, list[tuple[str, str]], bytes]


def seen(answer: httpx2.Response) -> Seen:
    """Return what a caller can tell answers apart by."""
    headers = sorted((name, text) for name, text in answer.headers.items() if name != "x-request-id")
    return answer.status_code, headers, answer.content


async def tried(call: Call, estate: Estate, position: Position, caller: Caller, identifier: str) -> httpx2.Response:
    own = next(each for each in estate.holdings if caller.may_use(each, position.kind)).identifier(position.kind)
    sent = position.build(identifier, own)
    return await call.send(estate, caller.headers, sent, identifier=identifier if position.in_path else "nothing")


def test_every_guarded_call_is_described() -> None:
    assert {(method, route.path) for method, route in guarded()} == described() | TRIED_ELSEWHERE.keys()


@pytest.mark.parametrize("call", [call for call in calls() if call.positions], ids=str)
async def test_only_ones_own_is_found_and_foreign_looks_like_unknown(
    estate: Estate, commits: Commits, call: Call
) -> None:
    foreign, own = 0, 0
    diagonal: list[tuple[Position, Caller, Holding]] = []
    for position in call.positions:
        for caller in call.callers(estate):
            before = commits()
            unknown = await tried(call, estate, position, caller, UNKNOWN)
            assert not position.found(unknown)
            for holding in estate.holdings:
                if caller.may_use(holding, position.kind):
                    diagonal.append((position, caller, holding))
                    continue
                answer = await tried(call, estate, position, caller, holding.identifier(position.kind))
                assert seen(answer) == seen(unknown), (position.name, caller.name)
                foreign += 1
            assert commits() == before, "a call that found nothing changed something"
    for position, caller, holding in diagonal:
        answer = await tried(call, estate, position, caller, holding.identifier(position.kind))
        assert position.found(answer), (position.name, caller.name, answer.status_code, answer.text)
        own += 1
    print(f"{call}: {foreign} foreign, {own} own")


@pytest.mark.parametrize("call", [call for call in calls() if (call.method, call.route.path) in SHOWS], ids=str)
async def test_a_call_that_names_nothing_shows_what_is_the_callers(estate: Estate, call: Call) -> None:
    sent, shows = SHOWS[call.method, call.route.path]
    for caller in call.callers(estate):
        answer = await call.send(estate, caller.headers, sent)
        assert answer.is_success, answer.text
        expected = {each for holding in estate.holdings for each in shows(holding, caller)}
        assert {each for each in estate.identifiers() if f'"{each}"' in answer.text} == expected, caller.name
