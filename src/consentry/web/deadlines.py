"""Deadlines for very many short tasks: one timer looks after all of them.

`asyncio.timeout` makes and cancels a timer for each request, which costs as much as reading the request.
"""

import asyncio
from types import TracebackType
from typing import Self


class Deadlines:
    """Cancels what takes longer than ``seconds``, give or take an eighth."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.due: dict[asyncio.Task[object], float] = {}
        self.late: set[asyncio.Task[object]] = set()
        self._watching = False

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """See to it that the timer runs while there is something to look after."""
        if not self._watching:
            self._watching = True
            loop.call_later(self.seconds / 8, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for task in [task for task, due in self.due.items() if due <= now]:
            del self.due[task]
            self.late.add(task)
            task.cancel()
        self._watching = False
        if self.due:
            self.watch(loop)


class Deadline:
    """``with`` it, a task that takes too long gets a `TimeoutError`."""

    __slots__ = ("_deadlines", "_task")

    def __init__(self, deadlines: Deadlines) -> None:
        self._deadlines = deadlines

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a deadline needs a task")
        self._task = task
        loop = task.get_loop()
        self._deadlines.due[task] = loop.time() + self._deadlines.seconds
        self._deadlines.watch(loop)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._deadlines.due.pop(self._task, None)
        if self._task in self._deadlines.late:
            self._deadlines.late.discard(self._task)
            # Somebody else may want to end the task as well: then it ends.
            if self._task.uncancel() == 0 and kind is asyncio.CancelledError:
                raise TimeoutError from problem
