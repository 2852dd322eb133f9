"""Askers that go on when they are told to: an interleaving is a list of numbers, and can be had again."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

Told = TypeVar("Told")

Pause = Callable[[], Awaitable[None]]
"""What an asker awaits wherever another one might come in between."""


class Turns:
    """Lets askers run from one pause to the next.

    ``order`` says who is next among those who wait, and how many go with them at the same time; when it has been used
    up, whoever has waited longest goes on alone.
    """

    def __init__(self, order: Sequence[tuple[int, int]]) -> None:
        self._order = list(order)
        self._waiting: list[asyncio.Event] = []
        self._running = 0
        self._still = asyncio.Event()

    async def all(self, askers: Sequence[Callable[[Pause], Awaitable[Told]]]) -> list[Told | BaseException]:
        """Run all askers to their ends; return what each was told, or what became of it."""
        self._running = len(askers)
        tasks = [asyncio.ensure_future(self._run(ask)) for ask in askers]
        while not all(task.done() for task in tasks):
            await self._still.wait()
            self._still.clear()
            for event in self._next():
                self._running += 1
                event.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    async def pause(self) -> None:
        turn = asyncio.Event()
        self._waiting.append(turn)
        self._stop()
        await turn.wait()

    async def _run(self, ask: Callable[[Pause], Awaitable[Told]]) -> Told:
        try:
            await self.pause()
            return await ask(self.pause)
        finally:
            self._stop()

    def _stop(self) -> None:
        self._running -= 1
        if self._running == 0:
            self._still.set()

    def _next(self) -> list[asyncio.Event]:
        if not self._waiting:
            return []
        first, together = self._order.pop(0) if self._order else (0, 1)
        return [self._waiting.pop(first % len(self._waiting)) for _ in range(min(together, len(self._waiting)))]
