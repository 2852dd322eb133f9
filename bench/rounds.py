"""Rounds, A B A B: each contender gets its turn at each workload, again and again."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from bench.contenders import Contender
from bench.load import Load, running
from bench.process import anonymous_bytes, cpu_seconds
from bench.workload import Name, Workload
from consentry.uma.value import value

ORDER: tuple[Name, ...] = (
    "ceiling",
    "client credentials",
    "introspection",
    "permission ticket",
    "UMA grant",
    "full cycle",
)
FIRST_GUESS = 2_500.0
"""Units a second, before there is anything to go by; tells how many tickets to make beforehand."""


@value
class Plan:
    """How long, how often, with how many connections."""

    seconds: float
    warm_up: float
    rounds: int
    connections: int


@value
class Measured:
    """One turn.  Latencies are seconds, CPU times seconds for each unit of work, memory bytes."""

    units: int
    seconds: float
    p50: float
    p99: float
    server_cpu: float
    database_cpu: float
    memory: int

    @property
    def rate(self) -> float:
        """Units a second."""
        return self.units / self.seconds


Results = Mapping[tuple[int, Name], Sequence[Measured]]
"""What was measured, by the contender's place and the workload's name."""


def turns(contenders: Sequence[Contender], plan: Plan) -> Iterator[tuple[int, Workload]]:
    """Give every turn in order: the contenders take turns at one workload before the next begins.

    One round more than is counted: in the first one caches fill and V8 compiles what it finds hot.
    """
    for _ in range(1 + plan.rounds):
        for name in ORDER:
            for place, contender in enumerate(contenders):
                yield from ((place, workload) for workload in contender.workloads if workload.name == name)


async def measure_all(contenders: Sequence[Contender], plan: Plan, tell: Callable[[str], None]) -> Results:
    """Run all rounds; the first one does not count."""
    results: defaultdict[tuple[int, Name], list[Measured]] = defaultdict(list)
    for place, workload in turns(contenders, plan):
        contender = contenders[place]
        tell(f"{contender.name}: {workload.name}")
        earlier = results[place, workload.name]
        rate = max((measured.rate for measured in earlier), default=FIRST_GUESS)
        await workload.prepare(int(1.4 * rate * (plan.warm_up + plan.seconds)))
        earlier.append(await _measure(contender, workload, plan))
    return {turn: measured[1:] for turn, measured in results.items()}


async def _measure(contender: Contender, workload: Workload, plan: Plan) -> Measured:
    async with running(workload.address, workload.next_script, connections=plan.connections) as load:
        await _work(load, plan.warm_up)
        before, load.latencies = _cpu(contender), []
        started = time.perf_counter()
        await _work(load, plan.seconds)
        ended, after, latencies = time.perf_counter(), _cpu(contender), sorted(load.latencies)
    units = max(len(latencies), 1)
    return Measured(
        units=len(latencies),
        seconds=ended - started,
        p50=latencies[len(latencies) // 2] if latencies else 0.0,
        p99=latencies[len(latencies) * 99 // 100] if latencies else 0.0,
        server_cpu=(after[0] - before[0]) / units,
        database_cpu=(after[1] - before[1]) / units,
        memory=anonymous_bytes(contender.pid),
    )


async def _work(load: Load, seconds: float) -> None:
    """Let the load run for so long, or until there is no more of it."""
    await asyncio.wait({load.ended}, timeout=seconds)


def _cpu(contender: Contender) -> tuple[float, float]:
    database = cpu_seconds(contender.database_pid) if contender.database_pid else 0.0
    return cpu_seconds(contender.pid), database
