"""Counts and durations of answers: kept in plain cells, written to a file by each worker, summed for whoever scrapes.

A cell costs less than a microsecond for each answer; the files let any number of workers be scraped at one place.
"""

import bisect
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
NO_ROUTE = "(none)"


class Cell(Struct):
    """Answers of one route with one status: how many, how long together, and how many under each bound."""

    route: str
    status: int
    count: int = 0
    seconds: float = 0.0
    buckets: list[int] = msgspec.field(default_factory=lambda: [0] * (len(BOUNDS) + 1))


class Metrics:
    """What one worker has answered so far."""

    def __init__(self) -> None:
        self._cells: dict[tuple[str, int], Cell] = {}
        self._changed = False

    def answered(self, path: str, status: int, seconds: float) -> None:
        """Count an answer; ``path`` is that of the route, with names in place of ids, or empty for none."""
        key = (path or NO_ROUTE, status)
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = Cell(route=key[0], status=status)
        cell.count += 1
        cell.seconds += seconds
        cell.buckets[bisect.bisect_left(BOUNDS, seconds)] += 1
        self._changed = True

    def write(self, file: Path) -> None:
        """Write all cells, if one has changed; a reader sees the old file or the new one."""
        if self._changed:
            self._changed = False
            fresh = file.with_suffix(".new")
            fresh.write_bytes(msgspec.json.encode(list(self._cells.values())))
            fresh.replace(file)


def exposition(files: Iterable[Path]) -> bytes:
    """Return the sum over all workers in the text format of Prometheus."""
    from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415 - for the supervisor alone
    from prometheus_client.core import HistogramMetricFamily, Metric  # noqa: PLC0415

    class Collector:
        def collect(self) -> Iterable[Metric]:
            family = HistogramMetricFamily(
                "consentry_answer_seconds", "Time to answer, by route and status.", labels=["route", "status"]
            )
            for cell in summed(files):
                family.add_metric([cell.route, str(cell.status)], _cumulative(cell), cell.seconds)
            yield family

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collector())
    return generate_latest(registry)


def summed(files: Iterable[Path]) -> list[Cell]:
    """Add up the cells of several files."""
    sums: dict[tuple[str, int], Cell] = {}
    for file in files:
        for cell in msgspec.json.decode(file.read_bytes(), type=list[Cell]):
            total = sums.setdefault((cell.route, cell.status), Cell(route=cell.route, status=cell.status))
            total.count += cell.count
            total.seconds += cell.seconds
            total.buckets = [one + other for one, other in zip(total.buckets, cell.buckets, strict=True)]
    return [sums[key] for key in sorted(sums)]


def _cumulative(cell: Cell) -> list[tuple[str, float]]:
    running, buckets = 0, []
    for bound, count in zip([*map(str, BOUNDS), "+Inf"], cell.buckets, strict=True):
        running += count
        buckets.append((bound, float(running)))
    return buckets
