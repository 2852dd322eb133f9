"""Every setting, once: its type, its range, its default and what it is for."""

import ipaddress
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Meta, Struct

PREFIX = "CONSENTRY_"
SECRETS = frozenset({"secret_key", "previous_secret_keys", "database_url"})
"""Settings that may be given as a file, and are never shown."""


class SettingError(Exception):
    """A setting is wrong; the text says which, where, and what would be right."""


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much one request may ask of the server."""

    body_bytes: Annotated[int, Meta(ge=1024, le=1_048_576, description="The largest body that is read.")] = 65_536
    request_seconds: Annotated[
        float, Meta(gt=0, le=300, description="A request that takes longer is answered with 503.")
    ] = 5.0
    concurrency: Annotated[
        int, Meta(ge=1, le=100_000, description="Requests a worker has in hand at once; more are refused.")
    ] = 512


class PasswordSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How passwords are hashed (Argon2id), and how many at a time."""

    memory_kib: Annotated[int, Meta(ge=8, le=4_194_304, description="Memory for one hash.")] = 65_536
    iterations: Annotated[int, Meta(ge=1, le=100, description="Passes over the memory.")] = 3
    parallelism: Annotated[int, Meta(ge=1, le=64, description="Lanes.")] = 4
    threads: Annotated[int, Meta(ge=1, le=64, description="Hashes computed at the same time in a worker.")] = 2
    queue: Annotated[int, Meta(ge=1, le=10_000, description="Hashes waiting; more are refused with 503.")] = 64


class Log(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is written to standard error."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="What is less important is left out.")
    ] = "info"
    format: Annotated[
        Literal["auto", "json", "text"], Meta(description="auto: text on a terminal, JSON lines elsewhere.")
    ] = "auto"


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The server's settings."""

    base_url: Annotated[
        str, Meta(description="Where the server is reached from outside; https unless it is this machine.")
    ] = "http://127.0.0.1:8080"
    database_url: Annotated[
        str, Meta(description="sqlite:///path (relative) or sqlite:////path (absolute), or postgresql://…")
    ] = "sqlite:///data/consentry.db"
    secret_key: Annotated[
        str, Meta(description="At least 32 random characters; seals signing keys and digests client secrets.")
    ] = ""
    previous_secret_keys: Annotated[
        tuple[str, ...], Meta(description="Earlier secret keys, so that what they sealed can still be read.")
    ] = ()
    bind: Annotated[str, Meta(description="Address and port to listen at.")] = "127.0.0.1:8080"
    management_bind: Annotated[str, Meta(description="Address and port of /health/… and /metrics; empty for none.")] = (
        "127.0.0.1:9000"
    )
    workers: Annotated[int, Meta(ge=1, le=64, description="Processes that answer requests.")] = 1
    trusted_proxies: Annotated[tuple[str, ...], Meta(description="Networks whose X-Forwarded-For is believed.")] = ()
    drain_seconds: Annotated[
        int, Meta(ge=1, le=600, description="How long requests in hand may take to finish at the end.")
    ] = 20
    limits: Limits = Limits()
    passwords: PasswordSettings = PasswordSettings()
    log: Log = Log()

    def __repr__(self) -> str:
        """Tell nothing: the secret key is in here."""
        return f"Settings(base_url={self.base_url!r})"


def is_loopback(url: str) -> bool:
    """Say whether an address is on this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def sqlite_path(database_url: str) -> Path | None:
    """Return the file of a SQLite database; None if the database is another."""
    scheme, _, rest = database_url.partition("://")
    return Path(rest.removeprefix("/").partition("?")[0]) if scheme == "sqlite" else None
