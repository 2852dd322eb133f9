"""The world that is measured: people with ten resources each, every one shared with one to three of the others.

Everything follows from the number of resources: the same number gives the same ids.
"""

import base64
import hashlib
import random
from collections.abc import Iterator
from functools import lru_cache

from consentry.core.model import Account, Grant, Grantee, Resource
from consentry.uma.value import value

REALM = "bench"
RESOURCE_SERVER = "records"
CLIENT = "surgery"
SECRET_KEY = "only for the benchmark, on this machine's loopback"
SCOPES = ("read", "write", "share")
RESOURCES_PER_OWNER = 10
BEGINNING = 1_700_000_000
SAMPLES = 4_000
"""How many shares the load goes round; they are spread over the whole world."""


@lru_cache(maxsize=1 << 17)
def owner_id(owner: int) -> str:
    """Return an owner's id; it looks like the random ids of the server, so that indexes are as bushy as there."""
    return identifier(b"owner", owner)


def identifier(kind: bytes, number: int) -> str:
    """Return 128 bits as the server writes ids."""
    raw = hashlib.blake2b(b"%s%d" % (kind, number), digest_size=16).digest()
    return base64.urlsafe_b64encode(raw)[:22].decode()


@value
class Share:
    """One grant of the world: who lets whom use what."""

    owner_id: str
    resource_id: str
    grant_id: str
    grantee_id: str


@value
class World:
    """So many resources, and what goes with them."""

    resources: int

    @property
    def owners(self) -> int:
        """How many people there are."""
        return max(self.resources // RESOURCES_PER_OWNER, 5)

    def shares_of(self, resource: int) -> Iterator[Share]:
        """List whom a resource is shared with."""
        owner, resource_id = resource // RESOURCES_PER_OWNER, identifier(b"resource", resource)
        for place in range(1 + resource % 3):
            grantee = (owner + 1 + (resource * 31 + place * 17) % (self.owners - 1)) % self.owners
            yield Share(
                owner_id=owner_id(owner),
                resource_id=resource_id,
                grant_id=identifier(b"grant", resource * 3 + place),
                grantee_id=owner_id(grantee),
            )

    def resources_of(self, owner: int) -> range:
        """List an owner's resources."""
        first = owner * RESOURCES_PER_OWNER
        return range(first, min(first + RESOURCES_PER_OWNER, self.resources))

    def account(self, owner: int) -> Account:
        """Return somebody."""
        return Account(account_id=owner_id(owner), username=f"person{owner}", name="Somebody", created_at=BEGINNING)

    def resource(self, resource: int) -> Resource:
        """Return something of theirs."""
        return Resource(
            resource_id=identifier(b"resource", resource),
            owner_id=owner_id(resource // RESOURCES_PER_OWNER),
            resource_server=RESOURCE_SERVER,
            resource_scopes=SCOPES,
            name="Blood pressure",
            type="https://records.example/observation",
            created_at=BEGINNING + resource,
        )

    def grants_on(self, resource: int) -> Iterator[Grant]:
        """Return whom it is shared with, as the server keeps it."""
        for share in self.shares_of(resource):
            yield Grant(
                grant_id=share.grant_id,
                owner_id=share.owner_id,
                target_kind="resource",
                target_id=share.resource_id,
                grantee=Grantee(kind="account", id=share.grantee_id),
                scopes=("read", "write"),
                created_at=BEGINNING + resource,
                created_by=share.owner_id,
            )

    def samples(self) -> list[Share]:
        """Return shares from all over the world, in no order."""
        count = min(SAMPLES, self.resources)
        shares = [next(self.shares_of(place * self.resources // count)) for place in range(count)]
        random.Random(self.resources).shuffle(shares)  # noqa: S311 - the same each time is the point
        return shares
