from dataclasses import replace

from bench.summary import Figure, ratios

OURS = Figure(
    contender="Consentry, sqlite",
    kind="Consentry",
    store="sqlite",
    size=1000,
    workload="introspection",
    rate=6000,
    slowest_rate=6000,
    fastest_rate=6000,
    p50_ms=1,
    p99_ms=2,
    server_cpu_us=100,
    database_cpu_us=0,
    memory_mb=50,
    round_trips=1,
    statements=1,
)
PEER = replace(OURS, contender="oidc-provider", kind="oidc-provider", store=None, size=None, rate=2000)
BARE = replace(OURS, contender="bare ASGI", kind="bare ASGI", store=None, size=None, workload="ceiling", rate=12000)
POSTGRES = replace(OURS, contender="Consentry, postgres", store="postgres", rate=3000, database_cpu_us=50)


def ratio_of(part: str, *figures: Figure) -> tuple[float, float]:
    (found,) = [each for each in ratios(figures) if part in each.what]
    return found.rate, found.work


def test_the_peer_is_put_against_the_smallest_world_only() -> None:
    costly_peer = replace(PEER, server_cpu_us=400)
    assert ratio_of("÷ oidc-provider", OURS, replace(OURS, size=1_000_000, rate=1), costly_peer) == (3, 4)


def test_the_ceiling_is_put_against_the_smallest_world_only() -> None:
    assert ratio_of("÷ bare ASGI", OURS, replace(OURS, size=1_000_000, rate=1), BARE) == (0.5, 1)


def test_growth_counts_the_cpu_of_server_and_database() -> None:
    large = replace(POSTGRES, size=1_000_000, rate=1500, server_cpu_us=120, database_cpu_us=60)
    assert ratio_of("1,000,000 ÷ 1,000", POSTGRES, large) == (2, 1.2)


def test_the_databases_are_compared_at_the_same_size() -> None:
    assert ratio_of("postgres ÷ sqlite", OURS, POSTGRES) == (0.5, 100 / 150)


def test_without_a_peer_nothing_is_said_about_it() -> None:
    assert not [each for each in ratios([OURS]) if "oidc" in each.what]
