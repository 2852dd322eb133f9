"""Runs the cases: a few at a time, each for so long at most, those that disturb others at the end."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Literal

from consentry.conformance.bench import Bench
from consentry.conformance.case import Case
from consentry.conformance.outcome import Failed, Skipped, Unprepared
from consentry.conformance.stage import Stage
from consentry.conformance.wire import Exchange
from consentry.uma.value import value

Status = Literal["pass", "fail", "skipped", "error", "review"]
STATUSES: tuple[Status, ...] = ("pass", "fail", "skipped", "error", "review")
TIDY_SECONDS = 20.0
MOST_SHOWN = 12
"""How many of the last exchanges a finding shows."""


@value
class Result:
    """What became of a case.  ``seen`` is kept for findings only: the last requests and answers."""

    case: Case
    status: Status
    why: str = ""
    notes: tuple[str, ...] = ()
    seen: tuple[Exchange, ...] = ()
    seconds: float = 0.0


async def run(stage: Stage, cases: Sequence[Case], *, done: Callable[[Result], None] = lambda _: None) -> list[Result]:
    """Run cases and return their results in the order of the cases; ``done`` hears of each as it ends."""
    turns = asyncio.Semaphore(stage.profile.concurrency)
    groups = {case.group: asyncio.Lock() for case in cases if case.group}
    results: dict[str, Result] = {}

    async def take(case: Case) -> None:
        async with groups.get(case.group, contextlib.nullcontext()), turns:
            results[case.id] = await run_one(stage, case)
            done(results[case.id])

    await asyncio.gather(*(take(case) for case in cases if not case.alone))
    for case in cases:
        if case.alone:
            await take(case)
    return [results[case.id] for case in cases]


async def run_one(stage: Stage, case: Case) -> Result:
    """Run one case to its end, whatever that is."""
    if case.body is None:
        return Result(case=case, status="review", why=case.reason)
    bench = Bench(stage)
    started = time.monotonic()
    status, why = await _judged(bench, case, stage.profile.timeout)
    seconds = time.monotonic() - started
    seen = tuple(bench.wire.seen[-MOST_SHOWN:]) if status in {"fail", "error"} else ()
    try:
        async with asyncio.timeout(TIDY_SECONDS):
            await bench.tidy()
    except TimeoutError:
        bench.note("what the case made could not be taken away in time")
    return Result(case=case, status=status, why=why, notes=tuple(bench.notes), seen=seen, seconds=seconds)


async def _judged(bench: Bench, case: Case, seconds: float) -> tuple[Status, str]:
    if case.body is None:
        return "review", case.reason
    try:
        async with asyncio.timeout(seconds):
            await case.body(bench)
    except Failed as finding:
        return "fail", str(finding)
    except Skipped as reason:
        return "skipped", str(reason)
    except Unprepared as problem:
        return "error", str(problem)
    except TimeoutError:
        return "error", f"not finished within {seconds:g} seconds"
    except Exception as problem:  # noqa: BLE001 - one broken case must not end the others
        return "error", f"{type(problem).__name__}: {problem}"
    return "pass", ""


def conforms(results: Sequence[Result]) -> bool:
    """Tell whether no MUST and no MUST NOT failed, or could not be tried."""
    return not any(result.case.binding and result.status in {"fail", "error"} for result in results)
