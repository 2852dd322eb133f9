"""Metadata, fetched once and kept for a while.

Spec: Grant 2, FedAuthz 1.5, 2.
"""

import time
from collections.abc import Callable

from consentry.uma.call import Sender
from consentry.uma.client import discover
from consentry.uma.errors import NotFoundError
from consentry.uma.metadata import Metadata


class Discovery:
    """Knows the endpoints of authorization servers; a document is asked for again after ``lifetime`` seconds."""

    def __init__(self, send: Sender, *, lifetime: float = 3600, clock: Callable[[], float] = time.monotonic) -> None:
        self._send = send
        self._lifetime = lifetime
        self._clock = clock
        self._known: dict[str, tuple[float, Metadata]] = {}

    async def metadata(self, issuer: str) -> Metadata:
        """Return what ``issuer`` says about itself; raise ``IssuerMismatchError`` if it is somebody else."""
        until, known = self._known.get(issuer, (0.0, None))
        if known is not None and until > self._clock():
            return known
        found = await self._fetch(issuer)
        self._known[issuer] = (self._clock() + self._lifetime, found)
        return found

    async def _fetch(self, issuer: str) -> Metadata:
        *earlier, last = discover(issuer)
        for call in earlier:
            try:
                return await self._send(call)
            except NotFoundError:
                continue
        return await self._send(last)
