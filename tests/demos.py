"""A demo as people start it: `./run demo` in a process of its own, with three ports and a folder of its own."""

import os
import secrets
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from consentry.cli.demo_place import HOST, REALM, free_port

ROOT = Path(__file__).resolve().parent.parent
LAST_WORDS = "3. As alice"
STOP_SECONDS = 60


@dataclass(slots=True, kw_only=True)
class Demo:
    """A demo that runs; ``block`` is what it printed."""

    port: int
    folder: Path
    block: str
    process: "subprocess.Popen[str]"

    @property
    def issuer(self) -> str:
        return f"http://{HOST}:{self.port}/realms/{REALM}"

    @property
    def records(self) -> str:
        return f"http://{HOST}:{self.port + 1}"

    @property
    def surgery(self) -> str:
        return f"http://{HOST}:{self.port + 2}"

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Stop it as somebody at a terminal does; return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)


@contextmanager
def running_demo(folder: Path, *options: str, port: int | None = None) -> Iterator[Demo]:
    """Start a demo whose working folder is ``folder``, and wait until it has said everything."""
    chosen = port or three_free_ports()
    process = subprocess.Popen(
        command("--port", str(chosen), *options),
        cwd=folder,
        env=environment(),
        text=True,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        block = ""
        for line in process.stdout:
            block += line
            if LAST_WORDS in line:
                break
        assert LAST_WORDS in block, "the demo did not start; its own words stand above"
        yield Demo(port=chosen, folder=folder, block=block, process=process)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(STOP_SECONDS)
        if process.stdout is not None:
            process.stdout.close()


def command(*options: str) -> Sequence[str]:
    """Return the command line of a demo."""
    return [str(ROOT / "run"), "demo", *options]


def environment(**more: str) -> dict[str, str]:
    """Return this environment without settings of somebody's server, and with quick password hashes."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("CONSENTRY_") or name in FOR_TOOLS}
    quick = {"MEMORY_KIB": "8", "ITERATIONS": "1", "PARALLELISM": "1"}
    return {**kept, **{f"CONSENTRY_PASSWORDS__{name}": number for name, number in quick.items()}, **more}


FOR_TOOLS = {"CONSENTRY_VENV", "CONSENTRY_INSTALLER"}


def three_free_ports() -> int:
    """Return the first of three free ports in a row."""
    port = free_port(20_000 + secrets.randbelow(4_000) * 10)
    assert port is not None
    return port
