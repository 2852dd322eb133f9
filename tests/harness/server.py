"""The real server in processes of its own: started, stopped, killed.

A process is forked from one that has imported everything already, so that a test can afford to kill thirty of them;
what runs in it is the command `consentry serve`.
"""

import asyncio
import multiprocessing
import os
import secrets
import signal
import socket
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from tests.harness.planted import Bug, plant
from tests.harness.wire import Connection
from tests.worlds import SECRET_KEY

Each = TypeVar("Each")

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["consentry.app", "consentry.cli.serve", "consentry.cli.supervisor", "alembic.command"])

START_SECONDS = 30.0
STOP_SECONDS = 20.0


class ServerProcess:
    """One `consentry serve`, in a process group of its own."""

    def __init__(
        self,
        folder: Path,
        *,
        database_url: str,
        base_url: str,
        settings: Mapping[str, str] | None = None,
        bug: Bug | None = None,
    ) -> None:
        self.port = free_port()
        name = f"server-{self.port}-{secrets.token_hex(2)}"
        self.output, self.log = folder / f"{name}.out", folder / f"{name}.err"
        environment = {
            "CONSENTRY_DATABASE_URL": database_url,
            "CONSENTRY_BASE_URL": base_url,
            "CONSENTRY_BIND": f"127.0.0.1:{self.port}",
            "CONSENTRY_MANAGEMENT_BIND": "",
            "CONSENTRY_SECRET_KEY": SECRET_KEY,
            "CONSENTRY_PASSWORDS__MEMORY_KIB": "8",
            "CONSENTRY_PASSWORDS__ITERATIONS": "1",
            "CONSENTRY_PASSWORDS__PARALLELISM": "1",
            "TMPDIR": str(folder),  # who is killed does not clear up
            **(settings or {}),
        }
        self._process = CONTEXT.Process(target=_serve, args=(environment, str(self.output), str(self.log), bug))
        self._process.start()

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    async def ready(self) -> None:
        """Wait for the line that says it serves."""
        deadline = time.monotonic() + START_SECONDS
        while not (self.output.exists() and self.output.read_bytes().startswith(b"ready ")):
            if not self.alive or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"the server did not start:\n{self.said()}")
            await asyncio.sleep(0.01)

    def said(self) -> str:
        """Return everything it has written so far, on both its channels."""
        return "".join(path.read_text(errors="replace") for path in (self.output, self.log) if path.exists())

    def kill(self) -> None:
        """End it and its workers at once, without a chance to finish anything."""
        pid = self._process.pid
        if pid is None:
            return
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            self._process.kill()  # it had not got as far as to have a group
        self._process.join(STOP_SECONDS)

    def stop(self) -> None:
        """Let it finish, as an operator does."""
        if self._process.pid is not None and self.alive:
            os.kill(self._process.pid, signal.SIGTERM)
            self._process.join(STOP_SECONDS)
        self.kill()


@asynccontextmanager
async def serving(
    folder: Path,
    *,
    database_url: str,
    base_url: str,
    processes: int = 1,
    settings: Mapping[str, str] | None = None,
    bug: Bug | None = None,
) -> AsyncIterator[Sequence[ServerProcess]]:
    """Give servers on one database that are ready; they are stopped at the end."""
    servers: list[ServerProcess] = []
    try:
        for _ in range(processes):
            server = ServerProcess(folder, database_url=database_url, base_url=base_url, settings=settings, bug=bug)
            servers.append(server)
        await asyncio.gather(*(server.ready() for server in servers))
        yield servers
    finally:
        for server in servers:
            server.stop()


@asynccontextmanager
async def connections(servers: Sequence[ServerProcess], count: int) -> AsyncIterator[Sequence[Connection]]:
    """Give keep-alive connections, dealt out among the servers in turn."""
    opened = [await Connection.open(servers[number % len(servers)].port) for number in range(count)]
    try:
        yield opened
    finally:
        for connection in opened:
            connection.close()


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        port: int = unheard.getsockname()[1]
        return port


def _serve(environment: Mapping[str, str], output: str, log: str, bug: Bug | None) -> None:
    """Become a server; runs in the new process."""
    from consentry.cli.main import consentry  # noqa: PLC0415 - imported here already, and nowhere else in the tests

    os.setsid()
    for name in [name for name in os.environ if name.startswith("CONSENTRY_")]:
        del os.environ[name]
    os.environ.update(environment)
    for path, descriptor in ((output, 1), (log, 2)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), descriptor)
    multiprocessing.set_start_method("fork", force=True)  # its own workers, as anywhere else on this system
    if bug is not None:
        plant(bug)
    consentry(["serve"], prog_name="consentry")
