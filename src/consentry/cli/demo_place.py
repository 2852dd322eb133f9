"""Where a demo is: its folder, its three addresses, and that nobody else is there."""

import fcntl
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
import msgspec

from consentry.settings.load import load, read
from consentry.settings.schema import PREFIX, SettingError, Settings, is_loopback, sqlite_path
from consentry.uma.value import value

REALM = "demo"
HOST = "127.0.0.1"
HIGHEST_PORT = 65_533
OURS = ("consentry.db*", "records.db*", "*.log", "demo.json")
"""What a demo keeps in its folder; `--reset` removes this and nothing else."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What one run of the demo leaves for the next, and for `demo token`."""

    base_url: str
    visited: bool = False


@value
class Place:
    """A demo's folder and addresses."""

    folder: Path
    database_url: str
    base_url: str
    bind: str
    records: str
    surgery: str

    @property
    def issuer(self) -> str:
        """The issuer of the demo's realm."""
        return f"{self.base_url}/realms/{REALM}"

    def environment(self) -> dict[str, str]:
        """Return the settings of the demo's server as variables, over those that are set already."""
        ours = {
            "BASE_URL": self.base_url,
            "BIND": self.bind,
            "DATABASE_URL": self.database_url,
            "MANAGEMENT_BIND": os.environ.get(f"{PREFIX}MANAGEMENT_BIND", ""),
        }
        inherited = {name: text for name, text in os.environ.items() if name != f"{PREFIX}DATABASE_URL_FILE"}
        return {**inherited, **{PREFIX + name: text for name, text in ours.items()}}

    def settings(self) -> Settings:
        """Return the settings of the demo's server."""
        return settings_of(self.environment())

    def kept(self) -> Kept | None:
        """Return what an earlier run left; None if there was none."""
        try:
            return msgspec.json.decode((self.folder / "demo.json").read_bytes(), type=Kept)
        except (OSError, msgspec.DecodeError):
            return None

    def keep(self, *, visited: bool) -> None:
        """Leave word for the next run."""
        (self.folder / "demo.json").write_text(json.dumps({"base_url": self.base_url, "visited": visited}))

    def reset(self) -> None:
        """Remove what earlier runs kept."""
        for pattern in OURS:
            for path in self.folder.glob(pattern):
                path.unlink()


def find_place(folder: Path | None, port: int | None) -> Place:
    """Choose folder and addresses from the options and the settings; refuse what is not on this machine."""
    settings = _read(os.environ)
    if not is_loopback(settings.base_url) or not is_loopback(f"//{settings.bind}"):
        raise click.UsageError(
            "the demo is for this machine only, since everybody knows its passwords: "
            f"leave {PREFIX}BASE_URL and {PREFIX}BIND alone, or make them addresses of 127.0.0.1"
        )
    first = port or int(settings.bind.rpartition(":")[2])
    database = sqlite_path(settings.database_url)
    chosen = (folder or (database.parent if database else Path("data")) / "demo").absolute()
    own = place_at(first, folder=chosen, database_url=f"sqlite:///{chosen / 'consentry.db'}")
    return own if port else replace(own, base_url=settings.base_url.rstrip("/"), bind=settings.bind)


def place_at(port: int, *, folder: Path, database_url: str) -> Place:
    """Return a demo's place on three ports in a row."""
    return Place(
        folder=folder,
        database_url=database_url,
        base_url=f"http://{HOST}:{port}",
        bind=f"{HOST}:{port}",
        records=f"http://{HOST}:{port + 1}",
        surgery=f"http://{HOST}:{port + 2}",
    )


def settings_of(environment: Mapping[str, str]) -> Settings:
    """Read the settings, or say what to mend and exit with 2."""
    try:
        return load(environment=environment)
    except SettingError as problem:
        raise click.UsageError(str(problem)) from problem


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder; end the command if another demo does."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            raise click.ClickException(
                f"a demo is running in {folder} already; stop it, or choose another folder with --data"
            ) from problem
        yield


def require_free_ports(place: Place) -> None:
    """End the command, with a way out, if a port of the demo is taken."""
    first = int(place.bind.rpartition(":")[2])
    taken = [str(port) for port in range(first, first + 3) if not _is_free(port)]
    if taken:
        free = free_port(first + 10)
        way_out = f"; three others in a row are free: --port {free}" if free else ""
        raise click.ClickException(f"port {' and '.join(taken)} is taken by another program{way_out}")


def free_port(first: int) -> int | None:
    """Return a port, this one or a higher one, that is free like the two after it."""
    return next((port for port in range(first, HIGHEST_PORT, 10) if all(map(_is_free, range(port, port + 3)))), None)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As a server does: a connection that somebody closed a moment ago is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _read(environment: Mapping[str, str]) -> Settings:
    try:
        return read(environment=environment)
    except SettingError as problem:
        raise click.UsageError(str(problem)) from problem
