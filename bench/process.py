"""Processes on a core of their own, and what /proc says they used."""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
SERVER_CORE, CLIENT_CORE = 0, 1
"""All that answers shares one core, databases too; the load comes from the other."""

START_SECONDS = 30.0


class CannotStart(Exception):
    """A program did not come up; the text says what it said last."""


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Give this process, and what it starts meanwhile, to one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core} & before or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def start(
    command: Sequence[str], *, log: Path, environment: Mapping[str, str] | None = None, directory: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start a program on the servers' core; what it says goes to ``log``."""
    with on_core(SERVER_CORE), log.open("wb") as output:
        return subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})}, cwd=directory
        )


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a program that `start` started."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_for_line(beginning: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a line of a program's log begins with a word."""
    deadline = time.monotonic() + START_SECONDS
    while not any(line.startswith(beginning) for line in log.read_text().splitlines()):
        if process.poll() is not None or time.monotonic() > deadline:
            raise CannotStart(log.read_text()[-2000:])
        time.sleep(0.05)


def cpu_seconds(root: int) -> float:
    """Return the CPU time that a process and its descendants have used so far, ended ones included."""
    return sum(_cpu_seconds(pid) for pid in family(root))


def anonymous_bytes(root: int) -> int:
    """Return the memory of a process and its descendants that no file backs: not a mapped database, not programs."""
    return sum(_anonymous_bytes(pid) for pid in family(root))


def family(root: int) -> list[int]:
    """List a process and its descendants."""
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        for children in (PROC / str(pid) / "task").glob("*/children"):
            try:
                waiting += map(int, children.read_text().split())
            except OSError:
                continue
    return found


def _cpu_seconds(pid: int) -> float:
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    # utime, stime, cutime, cstime: what its ended children used stands with whoever waited for them.
    return sum(map(int, fields[11:15])) / TICKS


def _anonymous_bytes(pid: int) -> int:
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Anonymous:"))
