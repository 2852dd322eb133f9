"""Deadlines: one timer for all requests in hand."""

import asyncio

import pytest

from consentry.web.deadlines import Deadline, Deadlines


async def test_what_takes_too_long_gets_a_timeout_and_the_task_goes_on() -> None:
    deadlines = Deadlines(0.08)
    with pytest.raises(TimeoutError), Deadline(deadlines):
        await asyncio.sleep(10)
    await asyncio.sleep(0)
    assert deadlines.due == {}
    assert deadlines.late == set()


async def test_what_is_quick_never_hears_of_it() -> None:
    deadlines = Deadlines(0.05)
    with Deadline(deadlines):
        await asyncio.sleep(0)
    await asyncio.sleep(0.2)
    assert deadlines.due == {}


async def test_many_are_looked_after_at_once_each_from_its_own_beginning() -> None:
    deadlines = Deadlines(0.2)

    async def sleep(seconds: float) -> str:
        try:
            with Deadline(deadlines):
                await asyncio.sleep(seconds)
        except TimeoutError:
            return "late"
        return "done"

    answers = await asyncio.gather(*(sleep(seconds) for seconds in (0.0, 0.05, 5.0, 0.05, 5.0)))
    assert answers == ["done", "done", "late", "done", "late"]


async def test_a_task_that_somebody_else_ends_ends() -> None:
    deadlines = Deadlines(5)

    async def sleep() -> None:
        with Deadline(deadlines):
            await asyncio.sleep(10)

    task = asyncio.create_task(sleep())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert deadlines.due == {}
