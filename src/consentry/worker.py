"""What has to be done from time to time, by every process that serves: deleting what has expired."""

import asyncio
import random
from collections.abc import Awaitable, Callable

EVERY_SECONDS = 60.0
BETWEEN_BATCHES = 0.05


async def keep_house(
    sweep: Callable[[int], Awaitable[int]],
    *,
    clock: Callable[[], float],
    failed: Callable[[Exception], None],
    every: float = EVERY_SECONDS,
) -> None:
    """Sweep for ever, in small batches with room between them; several processes come at different moments.

    What goes wrong is told to ``failed`` and tried again the next time.
    """
    while True:
        await asyncio.sleep(every * random.uniform(0.5, 1.5))  # noqa: S311 - only to spread the work
        try:
            more = True
            while more:
                more = await sweep(int(clock())) > 0
                await asyncio.sleep(BETWEEN_BATCHES)
        except Exception as problem:  # noqa: BLE001 - the next round may do better, and requests must not suffer
            failed(problem)
