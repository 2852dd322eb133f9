"""The table for people and the document for programs."""

import os
import platform
import sysconfig
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from bench.rounds import Plan
from bench.summary import Figure, Ratio
from consentry.uma.value import value

WIDTH = 150
"""Of what goes to a file or a pipe."""

COLUMNS = ("requests/s", "p50 ms", "p99 ms", "CPU µs", "DB CPU µs", "trips", "statements", "memory MB")


@value
class Surroundings:
    """Where and how it was measured."""

    cpu: str
    python: str
    optimized_python: bool
    node: str | None
    peer: str | None
    load_before: float
    load_after: float
    plan: Plan


def surroundings(plan: Plan, *, load_before: float, node: str | None, peer: str | None) -> Surroundings:
    """Look around."""
    return Surroundings(
        cpu=_cpu(),
        python=platform.python_version(),
        optimized_python="--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or ""),
        node=node,
        peer=peer,
        load_before=load_before,
        load_after=os.getloadavg()[0],
        plan=plan,
    )


def print_report(found: Sequence[Figure], made: Sequence[Ratio], where: Surroundings) -> None:
    """Print the table, the ratios, and where they come from."""
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH
    table = Table(title="Closed loop, one server core, durable commits")
    for column in ("server", "resources", "workload"):
        table.add_column(column, no_wrap=True)
    for column in COLUMNS:
        table.add_column(column, justify="right", no_wrap=True)
    last = None
    for each in found:
        if last is not None and (last.contender, last.size) != (each.contender, each.size):
            table.add_section()
        table.add_row(*_cells(each))
        last = each
    console.print(table)
    against = Table(title="Ratios within this run")
    against.add_column("what")
    against.add_column("requests/s", justify="right")
    against.add_column("CPU", justify="right")
    against.add_column("target")
    for ratio in made:
        against.add_row(ratio.what, f"{ratio.rate:.2f}", f"{ratio.work:.2f}", ratio.target)
    console.print(against)
    console.print(_sentence(where))


def write_json(file: Path, found: Sequence[Figure], made: Sequence[Ratio], where: Surroundings) -> None:
    """Write everything to a file."""
    document = {
        "surroundings": asdict(where),
        "figures": [asdict(each) for each in found],
        "ratios": [asdict(ratio) for ratio in made],
    }
    file.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")


def _cells(each: Figure) -> list[str]:
    return [
        each.contender,
        f"{each.size:,}" if each.size else "",
        each.workload,
        f"{each.rate:,.0f}",
        f"{each.p50_ms:.1f}",
        f"{each.p99_ms:.1f}",
        f"{each.server_cpu_us:,.0f}",
        f"{each.database_cpu_us:,.0f}" if each.database_cpu_us else "",
        "" if each.round_trips is None else str(each.round_trips),
        "" if each.statements is None else str(each.statements),
        f"{each.memory_mb:,.0f}",
    ]


def _sentence(where: Surroundings) -> str:
    built = "with" if where.optimized_python else "without"
    peer = f"; oidc-provider {where.peer} on Node.js {where.node}" if where.peer else ""
    return (
        f"{where.cpu}; CPython {where.python} built {built} profile-guided optimization{peer}. "
        f"{where.plan.rounds} rounds of {where.plan.seconds:g} s, {where.plan.connections} connections; "
        f"load average {where.load_before:.2f} before, {where.load_after:.2f} after. "
        "Absolute figures belong to this machine and moment; compare within one table."
    )


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
