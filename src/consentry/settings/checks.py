"""What a setting must be beyond its type.

Each check returns what is wrong, or None.
"""

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from consentry.settings.schema import Settings, is_loopback

SHORTEST_KEY = 32
LEAST_KIB_A_LANE = 8
"""What Argon2 needs (RFC 9106 3.1)."""


def _wrong_base_url(url: object) -> str | None:
    parts = urlsplit(str(url))
    try:
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        return "has a port that is none"
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        return "has to be https://host, nothing before and nothing after"
    if parts.path.strip("/") or "?" in str(url) or "#" in str(url):
        return "has to be https://host without path, query and fragment"
    if parts.scheme == "http" and not is_loopback(str(url)):
        return "has to be https: plain http is for this machine only"
    return None


def _wrong_bind(text: object) -> str | None:
    host, _, port = str(text).rpartition(":")
    return None if not text or (host and port.isdecimal() and int(port) < 65_536) else "has to be ADDRESS:PORT"


def _wrong_database(url: object) -> str | None:
    scheme = str(url).partition("://")[0]
    return None if scheme in {"sqlite", "postgresql"} else "has to begin with sqlite:/// or postgresql://"


def _wrong_key(key: object) -> str | None:
    return None if len(str(key)) >= SHORTEST_KEY else f"has to have at least {SHORTEST_KEY} characters"


def _wrong_networks(networks: object) -> str | None:
    try:
        for network in networks if isinstance(networks, tuple) else ():
            ipaddress.ip_network(network, strict=False)
    except ValueError:
        return "has to be a list of networks such as 10.0.0.0/8"
    return None


def together(settings: Settings) -> Iterator[tuple[str, str]]:
    """Say which settings do not go with one another: the name of one, and what is wrong with it."""
    least = LEAST_KIB_A_LANE * settings.passwords.parallelism
    if settings.passwords.memory_kib < least:
        yield "passwords.memory_kib", f"has to be at least {least}: {LEAST_KIB_A_LANE} for each lane of parallelism"


CHECKS: Mapping[str, Callable[[object], str | None]] = {
    "base_url": _wrong_base_url,
    "bind": _wrong_bind,
    "management_bind": _wrong_bind,
    "database_url": _wrong_database,
    "secret_key": _wrong_key,
    "trusted_proxies": _wrong_networks,
}
