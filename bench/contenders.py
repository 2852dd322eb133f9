"""Who is measured: each a server process of its own on loopback, all on one core, one of them at work at a time."""

import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from bench import peer
from bench.load import Address
from bench.plain_workloads import Ceiling, peer_workloads
from bench.process import start, stop, wait_for_line
from bench.scenario import Scenario
from bench.uma_workloads import uma_workloads
from bench.workload import Workload
from bench.world import REALM, SECRET_KEY
from consentry.uma.value import value

Kind = Literal["bare ASGI", "oidc-provider", "Consentry"]
Store = Literal["sqlite", "postgres"]

ROOT = Path(__file__).resolve().parent.parent


@value
class Contender:
    """A running server, and what is asked of it.  ``database_pid``: its database, if that is a process."""

    kind: Kind
    pid: int
    workloads: tuple[Workload, ...]
    store: Store | None = None
    size: int | None = None
    database_pid: int | None = None
    scenario: Scenario | None = None

    @property
    def name(self) -> str:
        """What the table calls it."""
        return f"{self.kind}, {self.store}" if self.store else self.kind


def free_port() -> int:
    """Return a port on loopback that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def ceiling(folder: Path) -> Iterator[Contender]:
    """Run the bare handler."""
    port = free_port()
    with _running([sys.executable, "-m", "bench.ceiling", str(port)], folder / "ceiling.log", directory=ROOT) as pid:
        address = Address(host="127.0.0.1", port=port)
        yield Contender(kind="bare ASGI", pid=pid, workloads=(Ceiling(address),))


@contextmanager
def oidc_provider(folder: Path) -> Iterator[Contender]:
    """Run the peer.  Raises `NoPeer`."""
    home, port = peer.install(), free_port()
    command = ["node", str(home / "server.mjs"), str(port)]
    with _running(command, folder / "peer.log", environment={"NODE_ENV": "production"}, directory=home) as pid:
        address = Address(host="127.0.0.1", port=port)
        yield Contender(kind="oidc-provider", pid=pid, workloads=tuple(peer_workloads(address)))


@contextmanager
def consentry(folder: Path, scenario: Scenario, store: Store, database_pid: int | None) -> Iterator[Contender]:
    """Run Consentry as `consentry serve` does, on a database that is ready."""
    port = int(scenario.base_url.rpartition(":")[2])
    environment = {
        "CONSENTRY_BASE_URL": scenario.base_url,
        "CONSENTRY_DATABASE_URL": scenario.database_url,
        "CONSENTRY_SECRET_KEY": SECRET_KEY,
        "CONSENTRY_BIND": f"127.0.0.1:{port}",
        "CONSENTRY_MANAGEMENT_BIND": "",
    }
    log = folder / f"consentry-{secrets.token_hex(4)}.log"
    command = [sys.executable, "-m", "consentry", "serve"]
    with _running(command, log, environment=environment, directory=folder) as pid:
        address = Address(host="127.0.0.1", port=port, prefix=f"/realms/{REALM}")
        yield Contender(
            kind="Consentry",
            pid=pid,
            workloads=tuple(uma_workloads(address, scenario)),
            store=store,
            size=scenario.world.resources,
            database_pid=database_pid,
            scenario=scenario,
        )


@contextmanager
def _running(
    command: list[str], log: Path, *, environment: dict[str, str] | None = None, directory: Path
) -> Iterator[int]:
    process: subprocess.Popen[bytes] = start(command, log=log, environment=environment, directory=directory)
    try:
        wait_for_line("ready", process, log)
        yield process.pid
    finally:
        stop(process)
