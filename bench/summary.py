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
    """Two figures put against each other; ``target`` is what the project aims at."""

    what: str
    ratio: float
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


def _against_peer(found: Sequence[Figure]) -> list[Ratio]:
    targets: Mapping[Name, str] = {"introspection": "≥ 3", "client credentials": "≥ 1.5"}
    made = []
    for name, target in targets.items():
        peer = next((each for each in found if each.kind == "oidc-provider" and each.workload == name), None)
        for each in _smallest(found, name) if peer else []:
            assert peer is not None
            what = f"{name}, requests/s: {each.contender} ÷ oidc-provider"
            made.append(Ratio(what=what, ratio=each.rate / peer.rate, target=target))
    return made


def _against_ceiling(found: Sequence[Figure]) -> list[Ratio]:
    bare = next((each for each in found if each.kind == "bare ASGI"), None)
    names: tuple[Name, ...] = ("introspection", "permission ticket", "UMA grant")
    return [
        Ratio(what=f"{name}, requests/s: {each.contender} ÷ bare ASGI", ratio=each.rate / bare.rate)
        for name in names
        for each in _smallest(found, name)
        if bare is not None
    ]


def _growth(found: Sequence[Figure]) -> list[Ratio]:
    made = []
    for each in found:
        small = next((s for s in _smallest(found, each.workload) if s.contender == each.contender), None)
        if small is None or each.size is None or each.size == small.size:
            continue
        cost = (each.server_cpu_us + each.database_cpu_us) / (small.server_cpu_us + small.database_cpu_us)
        what = f"{each.workload}, CPU: {each.contender}, {each.size:,} ÷ {small.size:,} resources"
        made.append(Ratio(what=what, ratio=cost, target="< 1.3"))
    return made


def _stores(found: Sequence[Figure]) -> list[Ratio]:
    made = []
    for each in found:
        if each.store != "postgres":
            continue
        other = next(
            (o for o in found if o.store == "sqlite" and (o.size, o.workload) == (each.size, each.workload)), None
        )
        if other is not None and each in _smallest(found, each.workload):
            what = f"{each.workload}, requests/s: postgres ÷ sqlite"
            made.append(Ratio(what=what, ratio=each.rate / other.rate, target="≥ 0.5"))
    return made


def _smallest(found: Sequence[Figure], name: Name) -> list[Figure]:
    """Return Consentry's figures for a workload in the smallest world, one for each store."""
    ours = [each for each in found if each.kind == "Consentry" and each.workload == name]
    least = min((each.size or 0 for each in ours), default=0)
    return [each for each in ours if each.size == least]
