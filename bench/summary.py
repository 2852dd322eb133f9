"""From turns to figures: medians, and the ratios that the targets speak of."""

from collections.abc import Mapping, Sequence
from statistics import median

from bench.contenders import Contender, Kind, Store
from bench.round_trips import Trips
from bench.rounds import Measured, Results
from bench.workload import Name
from consentry.uma.value import value

TripsOf = Mapping[int, Mapping[Name, Trips]]
"""What requests take of the database, by the contender's place."""


@value
class Figure:
    """One row: the medians of all rounds of one contender at one workload.  Microseconds for one unit of work."""

    contender: str
    kind: Kind
    store: Store | None
    size: int | None
    workload: Name
    rate: float
    slowest_rate: float
    fastest_rate: float
    p50_ms: float
    p99_ms: float
    server_cpu_us: float
    database_cpu_us: float
    memory_mb: float
    round_trips: int | None
    statements: int | None


@value
class Ratio:
    """Two figures put against each other; ``target`` is what the project aims at.

    ``rate`` compares requests a second; ``work`` what a second of CPU time is good for, database included, which stays
    the same when something else has a share of the core.
    """

    what: str
    rate: float
    work: float
    target: str = ""


def figures(contenders: Sequence[Contender], results: Results, trips: TripsOf) -> list[Figure]:
    """Sum up all rounds, workload by workload."""
    found = []
    for (place, name), turns in sorted(results.items(), key=lambda item: item[0][0]):
        contender = contenders[place]
        found.append(_figure(contender, name, turns, trips.get(place, {}).get(name)))
    return found


def _figure(contender: Contender, name: Name, turns: Sequence[Measured], trips: Trips | None) -> Figure:
    rates = [turn.rate for turn in turns]
    return Figure(
        contender=contender.name,
        kind=contender.kind,
        store=contender.store,
        size=contender.size,
        workload=name,
        rate=median(rates),
        slowest_rate=min(rates),
        fastest_rate=max(rates),
        p50_ms=median(turn.p50 for turn in turns) * 1e3,
        p99_ms=median(turn.p99 for turn in turns) * 1e3,
        server_cpu_us=median(turn.server_cpu for turn in turns) * 1e6,
        database_cpu_us=median(turn.database_cpu for turn in turns) * 1e6,
        memory_mb=max(turn.memory for turn in turns) / 1e6,
        round_trips=trips.round_trips if trips else None,
        statements=trips.statements if trips else None,
    )


def ratios(found: Sequence[Figure]) -> list[Ratio]:
    """Put the figures against the peer's, the ceiling's, and those of the smallest world."""
    return [*_against_peer(found), *_against_ceiling(found), *_growth(found), *_stores(found)]


def _ratio(what: str, one: Figure, other: Figure, target: str = "") -> Ratio:
    return Ratio(what=what, rate=one.rate / other.rate, work=_cost(other) / _cost(one), target=target)


def _cost(figure: Figure) -> float:
    return figure.server_cpu_us + figure.database_cpu_us


def _against_peer(found: Sequence[Figure]) -> list[Ratio]:
    targets: Mapping[Name, str] = {"introspection": "≥ 3", "client credentials": "≥ 1.5"}
    return [
        _ratio(f"{name}: {each.contender} ÷ oidc-provider", each, peer, target)
        for name, target in targets.items()
        for peer in found
        if peer.kind == "oidc-provider" and peer.workload == name
        for each in _smallest(found, name)
    ]


def _against_ceiling(found: Sequence[Figure]) -> list[Ratio]:
    names: tuple[Name, ...] = ("introspection", "permission ticket", "UMA grant")
    return [
        _ratio(f"{name}: {each.contender} ÷ {bare.contender}", each, bare)
        for name in names
        for bare in found
        if bare.kind == "bare ASGI"
        for each in _smallest(found, name)
    ]


def _growth(found: Sequence[Figure]) -> list[Ratio]:
    """Put each larger world against the smallest: cost, so that more is worse."""
    made = []
    for large in found:
        for small in _smallest(found, large.workload):
            if small.contender == large.contender and small.size != large.size:
                what = f"cost of {large.workload}: {large.contender}, {large.size:,} ÷ {small.size:,} resources"
                made.append(_ratio(what, small, large, "< 1.3"))
    return made


def _stores(found: Sequence[Figure]) -> list[Ratio]:
    return [
        _ratio(f"{one.workload}: postgres ÷ sqlite", one, other, "≥ 0.5")
        for one in found
        for other in _smallest(found, one.workload)
        if one.store == "postgres" and other.store == "sqlite" and one.size == other.size
    ]


def _smallest(found: Sequence[Figure], name: Name) -> list[Figure]:
    """Return Consentry's figures for a workload in the smallest world, one for each store."""
    ours = [each for each in found if each.kind == "Consentry" and each.workload == name]
    least = min((each.size or 0 for each in ours), default=0)
    return [each for each in ours if each.size == least]
