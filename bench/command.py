"""The command: what to measure, for how long, and where the figures go."""

import asyncio
import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import click
import uvloop
from rich.console import Console
from rich.progress import Progress

from bench import peer
from bench.contenders import Contender, Store, ceiling, consentry, free_port, oidc_provider
from bench.load import WrongAnswer
from bench.postgres import postgres
from bench.process import CLIENT_CORE, CannotStart, on_core
from bench.report import print_report, surroundings, write_json
from bench.round_trips import count_trips
from bench.rounds import Plan, Results, measure_all, turns
from bench.scenario import arrange
from bench.summary import TripsOf, figures, ratios
from bench.world import World

STORES: tuple[Store, ...] = ("sqlite", "postgres")
SMALLEST = 100


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--stores", default="sqlite,postgres", help="Databases, separated by commas.")
@click.option("--sizes", default="1000,100000,1000000", help="Numbers of resources, separated by commas.")
@click.option("--seconds", default=2.0, type=click.FloatRange(0.1, 60), help="How long one turn is measured.")
@click.option("--rounds", default=3, type=click.IntRange(1, 20), help="How many turns each gets.")
@click.option("--connections", default=32, type=click.IntRange(1, 512), help="Keep-alive connections.")
@click.option("--quick", is_flag=True, help="1,000 resources, two rounds of one second.")
@click.option("--no-peer", is_flag=True, help="Leave oidc-provider out.")
@click.option("--json", "file", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="A file for all.")
def command(
    *,
    stores: str,
    sizes: str,
    seconds: float,
    rounds: int,
    connections: int,
    quick: bool,
    no_peer: bool,
    file: Path | None,
) -> None:
    """Measure Consentry beside a bare handler under the same web server, and npm's oidc-provider.

    Starts and seeds everything itself on loopback, and stops by itself.  Servers and their databases share one core,
    the load comes from another.
    """
    if quick:
        seconds, rounds = 1.0, 2
    plan = Plan(seconds=seconds, warm_up=min(0.5, seconds / 4), rounds=rounds, connections=connections)
    worlds = [World(resources=1000)] if quick else _worlds(sizes)
    console = Console(stderr=True)
    before = os.getloadavg()[0]
    try:
        with ExitStack() as open_until_the_end, Progress(console=console, transient=True) as progress:
            folder = Path(open_until_the_end.enter_context(tempfile.TemporaryDirectory(prefix="consentry-bench-")))
            run = Run(folder, open_until_the_end, progress)
            contenders = run.contenders(_stores(stores), worlds, with_peer=not no_peer)
            trips = run.trips(contenders)
            results = run.measure(contenders, plan)
    except (CannotStart, WrongAnswer) as problem:
        raise click.ClickException(str(problem)) from problem
    for reason in run.left_out:
        console.print(f"left out: {reason}")
    found = figures(contenders, results, trips)
    compared = any(contender.kind == "oidc-provider" for contender in contenders)
    where = surroundings(
        plan,
        load_before=before,
        node=peer.node_version() if compared else None,
        peer=peer.wanted_version() if compared else None,
    )
    made = ratios(found)
    print_report(found, made, where)
    if file is not None:
        write_json(file, found, made, where)


class Run:
    """One run: where its files are, what it has to stop, how it tells how far it has come."""

    def __init__(self, folder: Path, open_until_the_end: ExitStack, progress: Progress) -> None:
        self._folder = folder
        self._open = open_until_the_end
        self._progress = progress
        self.left_out: list[str] = []

    def contenders(self, stores: Sequence[Store], worlds: Sequence[World], *, with_peer: bool) -> list[Contender]:
        """Start every server, each on its own data."""
        started = [self._open.enter_context(ceiling(self._folder))]
        if with_peer:
            try:
                started.append(self._open.enter_context(oidc_provider(self._folder)))
            except peer.NoPeer as problem:
                self.left_out.append(f"oidc-provider: {problem}")
        started += [each for store in stores for each in self._ours(store, worlds)]
        return started

    def _ours(self, store: Store, worlds: Sequence[World]) -> list[Contender]:
        server = self._open.enter_context(postgres()) if store == "postgres" else None
        started = []
        for world in worlds:
            file = self._folder / f"consentry-{world.resources}.db"
            url = server.fresh() if server else f"sqlite:///{file}"
            with on_core(CLIENT_CORE):
                tell = self._bar(f"seeding {store}, {world.resources:,} resources", total=world.resources * 3.1)
                scenario = arrange(url, world, base_url=f"http://127.0.0.1:{free_port()}", tell=tell)
            pid = server.pid if server else None
            started.append(self._open.enter_context(consentry(self._folder, scenario, store, pid)))
        return started

    def trips(self, contenders: Sequence[Contender]) -> TripsOf:
        """Count what requests ask of each database."""
        return {
            place: asyncio.run(count_trips(contender.scenario))
            for place, contender in enumerate(contenders)
            if contender.scenario is not None
        }

    def measure(self, contenders: Sequence[Contender], plan: Plan) -> Results:
        """Run all rounds, with the load on a core of its own."""
        count = sum(1 for _ in turns(contenders, plan))
        advance = self._bar("measuring", total=count)

        def tell(what: str) -> None:
            del what
            advance(1)

        with on_core(CLIENT_CORE):
            return uvloop.run(measure_all(contenders, plan, tell))

    def _bar(self, what: str, *, total: float) -> Callable[[int], None]:
        task = self._progress.add_task(what, total=total)
        return lambda steps: self._progress.advance(task, steps)


def _worlds(sizes: str) -> list[World]:
    try:
        numbers = sorted({int(size) for size in sizes.replace("_", "").split(",")})
    except ValueError as problem:
        raise click.UsageError(f"--sizes are whole numbers separated by commas, not {sizes!r}") from problem
    if numbers[0] < SMALLEST:
        raise click.UsageError(f"--sizes: at least {SMALLEST} resources")
    return [World(resources=number) for number in numbers]


def _stores(names: str) -> list[Store]:
    wanted = names.split(",")
    if unknown := set(wanted) - set(STORES):
        raise click.UsageError(f"--stores knows {' and '.join(STORES)}, not {', '.join(sorted(unknown))}")
    return [store for store in STORES if store in wanted]
