"""The programs of a demo: started together, watched, and stopped together.  No other program is touched."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import click
import httpx2

from consentry.cli.demo_place import HOST, Place
from consentry.uma.value import value

START_SECONDS = 60
STOP_SECONDS = 25
PAUSE = 0.1
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@value
class Program:
    """One program to start; ``probe`` is an address that answers once it serves."""

    name: str
    arguments: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]
    log: Path
    probe: str


class Running:
    """Programs that were started, in order."""

    def __init__(self) -> None:
        self._started: list[tuple[Program, subprocess.Popen[bytes]]] = []

    def start(self, program: Program) -> None:
        """Start one; what it says goes into its log."""
        with program.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own programs, in our own words
                [sys.executable, *program.arguments],
                cwd=program.folder,
                env=dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the demo alone, which then stops its programs in order
            )
        self._started.append((program, process))

    def wait_until_ready(self) -> None:
        """Return when all of them answer; end the command if one does not come up."""
        until = time.monotonic() + START_SECONDS
        with httpx2.Client(timeout=5, trust_env=False) as http:
            for program, _ in self._started:
                while not _answers(http, program.probe):
                    self.require_alive()
                    if time.monotonic() > until:
                        raise click.ClickException(f"{program.name} does not come up{_last_words(program.log)}")
                    time.sleep(PAUSE)

    def watch(self) -> None:
        """Wait for ever; end the command if a program ends."""
        while True:
            self.require_alive()
            time.sleep(PAUSE)

    def require_alive(self) -> None:
        """End the command if a program has ended."""
        for program, process in self._started:
            if process.poll() is not None:
                raise click.ClickException(f"{program.name} has stopped{_last_words(program.log)}")

    def stop(self) -> None:
        """Ask all of them to finish, the last started first; make them after a while."""
        for _, process in reversed(self._started):
            _signal(process, signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        for _, process in self._started:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(until - time.monotonic(), PAUSE))
            if process.poll() is None:
                _signal(process, signal.SIGKILL)
                process.wait()


def programs_of(place: Place, checkout: Path) -> list[Program]:
    """Return the server and the example applications of a checkout."""
    folder = place.folder
    others = {name: text for name, text in os.environ.items() if not name.startswith("CONSENTRY_")}
    environment = {**others, "NO_PROXY": HOST, "no_proxy": HOST, "ISSUER": place.issuer}
    applications = {
        "health_record": {"ADDRESS": place.records, "DATABASE": str(folder / "records.db")},
        "surgery": {"ADDRESS": place.surgery, "RECORDS": place.records},
    }
    server = Program(
        name="the server",
        arguments=("-m", "consentry", "serve"),
        folder=Path.cwd(),
        environment=place.environment(),
        log=folder / "server.log",
        probe=f"{place.issuer}/.well-known/uma2-configuration",
    )
    return [
        server,
        *(
            Program(
                name=f"examples/{name}",
                arguments=("-m", f"examples.{name}"),
                folder=checkout,
                environment={**environment, **own},
                log=folder / f"{name}.log",
                probe=f"{own['ADDRESS']}/style.css",
            )
            for name, own in applications.items()
        ),
    ]


@contextmanager
def programs() -> Iterator[Running]:
    """Give a place for programs; whatever ends the block, a signal too, ends them."""
    running = Running()
    before = {number: signal.signal(number, _leave) for number in SIGNALS}
    try:
        yield running
    finally:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # who asks twice still gets an orderly end
        running.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is not None:
        return
    with suppress(ProcessLookupError):
        if number == signal.SIGKILL:
            os.killpg(process.pid, number)  # nobody passes this one on to the workers
        else:
            process.send_signal(number)


def _answers(http: httpx2.Client, address: str) -> bool:
    try:
        return http.get(address).status_code == 200
    except httpx2.HTTPError:
        return False


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-8:]
    return ":\n" + "\n".join(f"  {line}" for line in lines) + f"\nall of it: {log}"
