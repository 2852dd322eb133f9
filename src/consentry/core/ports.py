"""What decisions may ask of the world: the store's reads, and one Protocol per extension point.

A read answers for one realm and is one round trip.  Reads of tokens answer only while the account they speak for is
enabled; everything else about being usable (expiry, the client) is the decision's to check.
"""

from typing import Protocol

from consentry.core.findings import (
    GrantFilter,
    LiveGrant,
    LiveResource,
    LiveRpt,
    Page,
    ProtectedRpt,
    Protection,
    ResourceFilter,
    SharedGrant,
    SignedIn,
    Surroundings,
    cursor,
)
from consentry.core.identity_reads import IdentityReads
from consentry.core.sharing_reads import SharingReads

__all__ = [
    "GrantFilter",
    "LiveGrant",
    "LiveResource",
    "LiveRpt",
    "Page",
    "ProtectedRpt",
    "Protection",
    "ResourceFilter",
    "Sealer",
    "SharedGrant",
    "SignedIn",
    "Store",
    "Surroundings",
    "cursor",
]


class Store(IdentityReads, SharingReads, Protocol):
    """What a decision may ask.  Reads only, on one realm.

    Lists come newest first unless said otherwise, one more row than ``page.limit`` when there are more.
    """


class Sealer(Protocol):
    """Encrypts what must not lie readable in the database, and digests secrets that people or operators chose."""

    def seal(self, text: str, *, purpose: str) -> str:
        """Encrypt and authenticate text for one purpose."""
        ...

    def unseal(self, sealed: str, *, purpose: str) -> str:
        """Return the text.  Raises ValueError if it was sealed for another purpose, with another key, or changed."""
        ...

    def digest(self, text: str, *, purpose: str) -> str:
        """Return a keyed digest, for secrets that may be guessable (client secrets in realm files)."""
        ...
