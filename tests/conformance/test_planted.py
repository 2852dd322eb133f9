"""Ten faults and one more, and the cases that have to find them; without the fault the same cases find nothing."""

from collections.abc import Callable, Iterable
from functools import partial

import pytest

from consentry.conformance.run import Result, conforms
from consentry.conformance.stage import Stage
from tests.conformance import planted
from tests.conformance.site import HERE, Place, in_process, judged, prepare

INSIDE: dict[Callable[[pytest.MonkeyPatch], None], tuple[str, ...]] = {
    planted.a_used_ticket_is_accepted: ("G-5.5-2", "G-5.5-3", "G-3.3.1-3"),
    planted.a_foreign_pat_is_accepted_at_introspection: ("F-5.1.1-1", "F-5.1.1-9"),
    planted.a_claim_token_is_not_verified: ("G-3.3.6-7", "G-5.7-5"),
    planted.without_a_policy_everything_is_permitted: ("G-5.6-1", "G-3.3.6-15"),
    planted.an_unregistered_scope_is_accepted: ("F-4.1-3", "F-4.3-3", "F-3.2.3-2"),
    planted.an_rpt_outlives_its_share: ("G-6.1-1", "F-5.1.1-4", "F-5.1.1-5"),
}
OUTSIDE: dict[planted.Change, tuple[str, ...]] = {
    planted.need_info_returns_the_ticket_that_was_shown: ("G-3.3.6-10", "G-3.3.1-3"),
    planted.introspection_shows_scope: ("F-5.1.1-2",),
    planted.request_submitted_has_no_ticket: ("G-3.3.6-15", "G-1.3.1-1"),
    planted.a_foreign_resource_is_forbidden: ("F-3.2-6",),
    # A kit that only looks for what must not be there would be content with this one.
    planted.an_rpt_means_nothing: ("F-5.1.1-2", "F-5.1.1-3", "G-1.3-1", "G-3.3.4-13", "G-3.7-3"),
}
INTERACTION: dict[Callable[[str, str, dict[str, str]], str], tuple[str, ...]] = {
    planted.the_ticket_shown_comes_back: ("G-3.3.3-1", "G-3.3.3-2"),
    planted.the_state_is_lost: ("G-3.3.3-3", "G-3.3.2-11", "G-3.3.3-7"),
    planted.an_address_is_not_compared: ("G-3.3.2-2", "G-3.3.2-9", "G-3.3.2-10", "G-3.3.3-6"),
    planted.nobody_is_asked: ("G-5.1-1", "G-5.1-2"),
}
REMEMBERING = ("G-3.3.3-5", "G-3.3.5-4", "G-6.2-2")
TABLES = (INSIDE.values(), OUTSIDE.values(), INTERACTION.values(), (REMEMBERING,))
NOT_TO_BE_MISSED = sorted({each for table in TABLES for ids in table for each in ids})


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return prepare(tmp_path_factory.mktemp("planted"), HERE)


async def test_without_a_fault_none_of_these_cases_finds_one(place: Place) -> None:
    async with in_process(place) as stage:
        results = await judged(stage, *NOT_TO_BE_MISSED)
    gathers = "claims_interaction_endpoint" in stage.metadata
    odd = [result for result in results.values() if result.status != "pass"]
    assert [(each.case.id, each.why) for each in odd if gathers or "claims_interaction" not in each.why] == []


@pytest.mark.parametrize("fault", INSIDE, ids=lambda fault: fault.__name__)
async def test_a_fault_in_a_decision_is_found(
    place: Place, fault: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(monkeypatch)
    async with in_process(place) as stage:
        results = await judged(stage, *INSIDE[fault])
    found_all(results.values())


@pytest.mark.parametrize("fault", OUTSIDE, ids=lambda fault: fault.__name__)
async def test_a_fault_in_an_answer_is_found(place: Place, fault: planted.Change) -> None:
    async with in_process(place, partial(planted.altering, change=fault)) as stage:
        results = await judged(stage, *OUTSIDE[fault])
    found_all(results.values())


@pytest.mark.parametrize("fault", INTERACTION, ids=lambda fault: fault.__name__)
async def test_a_fault_in_the_interaction_is_found(
    place: Place, fault: Callable[[str, str, dict[str, str]], str]
) -> None:
    async with in_process(place, planted.Interaction(fault)) as stage:
        require_interaction(stage)
        one_at_a_time = [await judged(stage, each) for each in INTERACTION[fault]]
    found_all(result for results in one_at_a_time for result in results.values())


async def test_a_fault_in_remembering_is_found(place: Place) -> None:
    async with in_process(place, partial(planted.altering, change=planted.a_pct_comes_unasked)) as stage:
        require_interaction(stage)
        results = await judged(stage, *REMEMBERING)
    found_all(results.values())


def require_interaction(stage: Stage) -> None:
    """Skip where the server has no place to gather claims."""
    if "claims_interaction_endpoint" not in stage.metadata:
        pytest.skip("this server gathers no claims from people")


def found_all(results: Iterable[Result]) -> None:
    """Fail unless every case failed, and shows what it saw."""
    seen = list(results)
    assert {result.case.id: result.status for result in seen} == {result.case.id: "fail" for result in seen}
    assert all(result.seen and result.why for result in seen)
    assert conforms(seen) is not any(result.case.binding for result in seen)
