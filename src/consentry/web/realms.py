"""Which realm a request is for, and what path is left below its issuer.

Spec: RFC 8414 3.1, OpenID Connect Discovery 4.1, Grant 2, AuthZEN 9.2.
"""

import re
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from consentry.core.model import Realm
from consentry.server import Database
from consentry.uma.codes import WELL_KNOWN_AUTHZEN, WELL_KNOWN_OAUTH, WELL_KNOWN_OPENID, WELL_KNOWN_UMA
from consentry.uma.value import value
from consentry.web.http import Request

PREFIX = "/realms/"
WELL_KNOWN = "/.well-known/"
DOCUMENTS = tuple(WELL_KNOWN + name for name in (WELL_KNOWN_UMA, WELL_KNOWN_OPENID, WELL_KNOWN_OAUTH))
AUTHZEN = WELL_KNOWN + WELL_KNOWN_AUTHZEN
HOME = "/"
AT_THE_ROOT = (HOME, *DOCUMENTS, AUTHZEN)
"""What the host itself answers, for the default realm."""

REFRESH_SECONDS = 2.0
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@value
class Place:
    """A realm by name, and the path below its issuer."""

    realm: str
    path: str


class Realms:
    """Finds the realm of a request.

    The Host header is only compared with the hosts that realms are mapped to; no address is ever built from it.
    """

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._hosts: dict[str, str] = {}
        self._default: str | None = None
        self._read_at = float("-inf")

    async def place(self, request: Request) -> Place | None:
        """Return where a request belongs; None if that is no realm's address."""
        path = request.path
        if path.startswith(PREFIX):
            return _below(path[len(PREFIX) :], inserted="")
        if path.startswith(WELL_KNOWN):
            document, found, rest = path.partition(PREFIX)
            if found:
                return _below(rest, inserted=document) if document in AT_THE_ROOT else None
        await self._refresh()
        host = request.headers.get("host", "").lower()
        if host in self._hosts:
            return Place(realm=self._hosts[host], path=path)
        if path in AT_THE_ROOT and self._default is not None:
            return Place(realm=self._default, path=path)
        return None

    async def default(self) -> str | None:
        """Return the name of the default realm."""
        await self._refresh()
        return self._default

    async def _refresh(self) -> None:
        if self._clock() - self._read_at < REFRESH_SECONDS:
            return
        self._read_at = self._clock()
        realms = await self._database.realms()
        self._hosts = {urlsplit(realm.host).netloc.lower(): realm.name for realm in realms if realm.host}
        self._default = default_of(list(realms))


def default_of(realms: list[Realm]) -> str | None:
    """Return the realm that is marked as the default, or the only one there is."""
    marked = [realm.name for realm in realms if realm.default]
    if marked:
        return min(marked)
    return realms[0].name if len(realms) == 1 else None


def _below(rest: str, *, inserted: str) -> Place | None:
    name, slash, path = rest.partition("/")
    if not _NAME.fullmatch(name) or (inserted and slash):
        return None
    return Place(realm=name, path=inserted or slash + path or HOME)
