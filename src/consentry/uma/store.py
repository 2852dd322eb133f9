"""What a resource server has to remember for the protection API, and where the application keeps it.

Spec: FedAuthz 3.
"""

from collections.abc import Mapping
from typing import Protocol

from consentry.uma.value import value


@value
class KnownResource:
    """The server's identifier of a resource, and a digest of the description it was last given."""

    resource_id: str
    description_digest: str


class ProtectionStore(Protocol):
    """Keeps one owner's refresh token and map of resources; the application implements it on what it already has.

    A change has to be durable when the call returns: a lost refresh token means asking the owner again, and a lost
    identifier means a resource that nobody can find.
    """

    async def refresh_token(self) -> str | None:
        """Return the refresh token for the owner's PAT."""

    async def keep_refresh_token(self, refresh_token: str | None) -> None:
        """Replace it; None forgets it."""

    async def resource(self, key: str) -> KnownResource | None:
        """Return what is known of the resource that the application calls ``key``."""

    async def resources(self) -> Mapping[str, KnownResource]:
        """Return all of them by the application's key."""

    async def keep_resource(self, key: str, known: KnownResource | None) -> None:
        """Replace what is known of one; None forgets it."""


class MemoryStore:
    """A store that lasts as long as the process: for tests, and for a look around."""

    def __init__(self) -> None:
        self._refresh_token: str | None = None
        self._resources: dict[str, KnownResource] = {}

    async def refresh_token(self) -> str | None:
        """Return the refresh token."""
        return self._refresh_token

    async def keep_refresh_token(self, refresh_token: str | None) -> None:
        """Replace the refresh token."""
        self._refresh_token = refresh_token

    async def resource(self, key: str) -> KnownResource | None:
        """Return what is known of one resource."""
        return self._resources.get(key)

    async def resources(self) -> Mapping[str, KnownResource]:
        """Return what is known of all."""
        return dict(self._resources)

    async def keep_resource(self, key: str, known: KnownResource | None) -> None:
        """Replace what is known of one resource."""
        self._resources.pop(key, None)
        if known is not None:
            self._resources[key] = known
