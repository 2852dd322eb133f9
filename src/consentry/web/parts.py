"""What endpoints are given: the server, and what is slow or remote and therefore done before deciding."""

from typing import Protocol

from consentry.core.claims import BadClaimToken, ClaimToken
from consentry.core.ports import Sealer
from consentry.server import Server
from consentry.settings.schema import Settings
from consentry.uma.value import value


class Passwords(Protocol):
    """Hashes and checks what people chose, in a bounded number of worker threads."""

    async def hash(self, password: str) -> str:
        """Return a hash to store.  Raises `Unavailable` when too many are waiting."""
        ...

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Say whether a password is the right one; None (nobody of that name) takes as long as a wrong one."""
        ...

    def is_outdated(self, password_hash: str) -> bool:
        """Say whether a hash was made with other parameters than today's."""
        ...


class ClaimTokens(Protocol):
    """Finds out what a pushed claim token proves."""

    async def verify(self, realm: str, *, text: str, format: str) -> ClaimToken | BadClaimToken:
        """Return what was verified, or why nothing was.  Spec: Grant 3.3.1."""
        ...


@value
class Parts:
    """Everything an endpoint may use.  ``management_token`` proves that the server itself is asking."""

    settings: Settings
    server: Server
    sealer: Sealer
    passwords: Passwords
    claim_tokens: ClaimTokens
    management_token: str = ""
