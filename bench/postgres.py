"""A PostgreSQL server for the run, on the servers' core, as durable as it is by default."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bench.process import SERVER_CORE, on_core
from consentry.uma.value import value


@value
class Postgres:
    """The running server: ``fresh`` gives the address of a new database; all its processes descend from ``pid``."""

    pid: int
    fresh: Callable[[], str]


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Start the server that the tests use, and stop it at the end."""
    from tests.postgres import new_server  # noqa: PLC0415 - it needs what only the tests install

    with on_core(SERVER_CORE):
        server = new_server(owner=os.getpid())
        server.start(max_connections="200")
    try:
        pid = int((server.directory / "data" / "postmaster.pid").read_text().splitlines()[0])
        yield Postgres(pid=pid, fresh=lambda: server.url(server.fresh_database()))
    finally:
        server.stop(mode="immediate")
