"""What one decision costs: with one grant in the realm and with a million, and with 500 permissions in one RPT.

Everything happens in this process, on SQLite, with its durable commits: ``python -m bench.decisions``.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import click
from rich.console import Console
from rich.table import Table

from bench.bulk import fill
from bench.world import BEGINNING, CLIENT, REALM, RESOURCE_SERVER, SECRET_KEY, Share, World, owner_id
from consentry.core.changes import Add
from consentry.core.claims import ClaimToken
from consentry.core.client_authentication import Credentials
from consentry.core.context import Answer, Context
from consentry.core.errors import Refusal
from consentry.core.grants.uma_ticket import TicketRequest
from consentry.core.issued import TokenIssued
from consentry.core.model import Client, Grant, Grantee, PermissionTicket, Realm, Record, Resource, TicketPermission
from consentry.core.token import TokenRequest, token
from consentry.core.tokens import digest
from consentry.plugins.sealing import SecretSealer
from consentry.server import Server
from consentry.store.database import open_database
from consentry.store.migrate import upgrade
from consentry.uma.codes import GRANT_REFRESH_TOKEN, GRANT_UMA_TICKET
from consentry.uma.value import value

MANY = 500_000
"""Resources, with two grants each on average."""

PERMISSIONS = 500
MOST_TIMES_AS_DEAR, MOST_MILLISECONDS = 1.3, 100.0
ISSUER = "https://as.example/realms/" + REALM


@value
class Cost:
    """Of one decision, in milliseconds: what the processor did, and how long it took with its commit."""

    cpu: float
    wall: float


class Place:
    """A realm of some size, and RPTs for what is shared there."""

    def __init__(self, server: Server, world: World) -> None:
        self.server = server
        self.world = world
        self._samples = world.samples()
        self._next = 0

    async def decide(self, count: int) -> list[Cost]:
        """Ask for RPTs for shares from all over the realm."""
        shares = [self._sample() for _ in range(count)]
        secrets = [os.urandom(16).hex() for _ in shares]
        tickets = [
            _ticket(secret, share.owner_id, [share.resource_id]) for secret, share in zip(secrets, shares, strict=True)
        ]
        await _add(self.server, *tickets)
        return [await _cost(self.server, secret, each.grantee_id) for secret, each in zip(secrets, shares, strict=True)]

    def _sample(self) -> Share:
        self._next += 1
        return self._samples[self._next % len(self._samples)]


async def _cost(server: Server, ticket: str, requester: str) -> Cost:
    now = int(time.time())
    pushed = ClaimToken(
        issuer=ISSUER,
        subject=requester,
        audience=(CLIENT,),
        issued_at=now,
        expires_at=now + 600,
        realm_version=1,
        claims={"sub": requester},
    )
    request = TokenRequest(
        credentials=Credentials(method="none", client_id=CLIENT), grant=TicketRequest(ticket=ticket, claim_token=pushed)
    )
    cpu, wall = time.process_time(), time.perf_counter()
    answer = await server.ask(REALM, token, request)
    cost = Cost(cpu=(time.process_time() - cpu) * 1000, wall=(time.perf_counter() - wall) * 1000)
    if not isinstance(answer, TokenIssued):
        raise SystemExit(f"no RPT: {answer!r}")
    return cost


async def _place(url: str, world: World) -> Place:
    """Fill a database and open it."""
    upgrade(url)
    database = await open_database(url)
    await database.add_realm(Realm(name=REALM))
    await database.close()
    await asyncio.to_thread(fill, url, world, lambda _: None)
    server = Server(database=await open_database(url), sealer=SecretSealer(SECRET_KEY), base_url="https://as.example")
    await _add(server, _client(RESOURCE_SERVER), _client(CLIENT))
    return Place(server, world)


async def _large_rpts(place: Place, times: int) -> list[Cost]:
    """Ask for RPTs with 500 permissions each."""
    owner, requester = owner_id(0), owner_id(1)
    ids = [f"resource-{number}" for number in range(PERMISSIONS)]
    await _add(
        place.server, *[_resource(each, owner) for each in ids], *[_grant(each, owner, requester) for each in ids]
    )
    costs = []
    for number in range(times):
        await _add(place.server, _ticket(f"large-{number}", owner, ids))
        costs.append(await _cost(place.server, f"large-{number}", requester))
    return costs


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--resources", default=MANY, type=click.IntRange(10), help="In the large realm; each has two grants.")
@click.option(
    "--decisions", default=300, type=click.IntRange(10), help="How many are measured in each realm, per round."
)
@click.option("--rounds", default=5, type=click.IntRange(1))
def command(*, resources: int, decisions: int, rounds: int) -> None:
    """Measure decisions in a realm with one grant and in a large one, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(Path(folder), resources, decisions, rounds))


async def _measure(folder: Path, resources: int, decisions: int, rounds: int) -> None:
    small = await _place(f"sqlite:///{folder / 'small.db'}", World(resources=1))
    large = await _place(f"sqlite:///{folder / 'large.db'}", World(resources=resources))
    costs: dict[str, list[Cost]] = {"1 grant": [], f"{_grants(large.world):,} grants": []}
    for place in (small, large):
        await place.decide(20)
    for _ in range(rounds):
        for name, place in zip(costs, (small, large), strict=True):
            costs[name] += await place.decide(decisions)
    costs[f"{PERMISSIONS} permissions in one RPT"] = await _large_rpts(large, 20)
    await small.server.database.close()
    await large.server.database.close()
    _show(costs)


def _show(costs: dict[str, list[Cost]]) -> None:
    table = Table("one decision", "processor ms", "with commit ms", "slowest ms")
    for name, found in costs.items():
        table.add_row(name, f"{_cpu(found):.2f}", f"{_wall(found):.2f}", f"{max(each.wall for each in found):.1f}")
    one, many, large = costs.values()
    console = Console()
    console.print(table)
    console.print(f"many against one: {_cpu(many) / _cpu(one):.2f} times (processor), at most {MOST_TIMES_AS_DEAR}")
    console.print(f"{PERMISSIONS} permissions: {_wall(large):.0f} ms, at most {MOST_MILLISECONDS:.0f}")


def _cpu(costs: Sequence[Cost]) -> float:
    return median(each.cpu for each in costs)


def _wall(costs: Sequence[Cost]) -> float:
    return median(each.wall for each in costs)


def _grants(world: World) -> int:
    return sum(1 + resource % 3 for resource in range(world.resources))


def _client(client_id: str) -> Client:
    return Client(
        client_id=client_id,
        token_endpoint_auth_method="none",
        resource_server=client_id == RESOURCE_SERVER,
        grant_types=(GRANT_UMA_TICKET, GRANT_REFRESH_TOKEN),
        created_at=BEGINNING,
    )


def _ticket(secret: str, owner: str, ids: Sequence[str]) -> PermissionTicket:
    now = int(time.time())
    return PermissionTicket(
        digest=digest(secret),
        family=secret,
        owner_id=owner,
        resource_server=RESOURCE_SERVER,
        permissions=tuple(TicketPermission(resource_id=each, scopes=("read",)) for each in ids),
        issued_at=now,
        expires_at=now + 86_400,
    )


def _resource(resource_id: str, owner: str) -> Resource:
    return Resource(
        resource_id=resource_id, owner_id=owner, resource_server=RESOURCE_SERVER, resource_scopes=("read", "write")
    )


def _grant(resource_id: str, owner: str, requester: str) -> Grant:
    return Grant(
        grant_id=f"grant-on-{resource_id}",
        owner_id=owner,
        target_kind="resource",
        target_id=resource_id,
        grantee=Grantee(kind="account", id=requester),
        scopes=("read", "write"),
    )


async def _add(server: Server, *records: Record) -> None:
    answer = await server.ask(REALM, _keep, records)
    if isinstance(answer, Refusal):
        raise SystemExit(f"cannot arrange: {answer!r}")


async def _keep(_: Context, records: Sequence[Record]) -> Answer[None]:
    return Answer(None, *(Add(record=record) for record in records))


if __name__ == "__main__":
    command()
