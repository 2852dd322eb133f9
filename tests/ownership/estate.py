"""Two owners, each with a thing at each of two resource servers, and all that hangs on these things."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from consentry.core.model import (
    AccessRequest,
    Account,
    Circle,
    CircleMember,
    Client,
    Event,
    Grant,
    Grantee,
    Requester,
    Resource,
    TicketPermission,
)
from consentry.core.tokens import digest
from consentry.uma.codes import GRANT_REFRESH_TOKEN, GRANT_UMA_TICKET
from consentry.uma.value import value
from tests.web.site import Site, bearer
from tests.worlds import ISSUER, World

Kind = Literal["resource", "grant", "request", "asked", "received", "passed", "rpt", "circle"]
"""What an identifier names; a request is ``asked`` where it is named by whoever made it, a grant ``received`` where it
is named by its grantee, and ``passed`` where its grantee has passed it on."""

OF_THE_OTHER = frozenset({"asked", "received", "passed"})

UNKNOWN = "unknown-unknown-unknow"


@value
class Holding:
    """One owner's thing at one resource server, shared with the other owner, who also asks for more of it."""

    owner: Account
    other: Account
    server: Client
    resource: Resource
    grant: Grant
    passed: Grant
    request: AccessRequest
    circle: Circle
    rpt: str
    happened: str

    def identifier(self, kind: Kind) -> str:
        match kind:
            case "resource":
                return self.resource.resource_id
            case "grant" | "received":
                return self.grant.grant_id
            case "passed":
                return self.passed.grant_id
            case "request" | "asked":
                return self.request.request_id
            case "rpt":
                return self.rpt
            case "circle":
                return self.circle.circle_id


@value
class Caller:
    """Somebody with a token: an owner's app, or a resource server with an owner's PAT."""

    name: str
    account: Account
    server: Client | None
    headers: dict[str, str]

    def may_use(self, holding: Holding, kind: Kind) -> bool:
        """Say whether an identifier of this kind, of this holding, is this caller's."""
        owner = holding.other if kind in OF_THE_OTHER else holding.owner
        at_home = self.server is None or self.server.client_id == holding.server.client_id
        return self.account.account_id == owner.account_id and at_home


@value
class Estate:
    site: Site
    app: Client
    holdings: tuple[Holding, ...]
    owners: tuple[Caller, ...]
    resource_servers: tuple[Caller, ...]

    def identifiers(self) -> Iterator[str]:
        """Give everything that an answer could betray."""
        for holding in self.holdings:
            yield from (holding.resource.resource_id, holding.grant.grant_id, holding.request.request_id)
            yield from (holding.circle.circle_id, holding.happened, holding.owner.account_id)


async def settle(site: Site) -> Estate:
    """Let the owners register, share and be asked."""
    world = site.world
    alice, dave = await world.account("alice"), await world.account("dave")
    servers = [await world.client(name, scope="uma_protection", resource_server=True) for name in ("records", "albums")]
    app = await world.client(
        "app", scope="openid read uma_policy_manager", grant_types=(GRANT_UMA_TICKET, GRANT_REFRESH_TOKEN)
    )
    pairs = [(owner, other, server) for owner, other in ((alice, dave), (dave, alice)) for server in servers]
    holdings = [await _hold(world, app, *pair) for pair in pairs]
    return Estate(
        site=site,
        app=app,
        holdings=tuple(holdings),
        owners=tuple([await _owner(world, app, account) for account in (alice, dave)]),
        resource_servers=tuple([await _resource_server(world, owner, server) for owner, _, server in pairs]),
    )


async def _hold(world: World, app: Client, owner: Account, other: Account, server: Client) -> Holding:
    name = f"{owner.username}-{server.client_id}"
    resource = replace(await world.resource(owner, server, name=server.client_id), type=f"type-of-{name}")
    await world.replace(resource)
    grant = await world.grant(resource, other, scopes="read")
    await world.replace(replace(grant, reshare=1))
    grant = replace(grant, reshare=1, version=2)
    passed = replace(
        grant,
        grant_id=f"passed-on-{name}",
        grantee=Grantee(kind="email", id="yves@example.test"),
        reshare=0,
        parent=grant.grant_id,
        created_by=other.account_id,
        version=1,
    )
    await world.add(passed)
    rpt = f"rpt-{name}"
    await world.rpt(app, other, grant, resource_server=server, secret=rpt)
    request = _request(name, owner, other, resource, app)
    happened = f"happened-to-{name}"
    event = Event(event_id=f"event-{name}", at=1, kind="grant.added", owner_id=owner.account_id, about=happened)
    circle = Circle(circle_id=f"circle-of-{name}", owner_id=owner.account_id, name=name, created_at=1)
    member = CircleMember(
        owner_id=owner.account_id, circle_id=circle.circle_id, kind="email", id="yan@example.test", added_at=1
    )
    await world.add(request, event, circle, member)
    return Holding(
        owner=owner,
        other=other,
        server=server,
        resource=resource,
        grant=grant,
        passed=passed,
        request=request,
        circle=circle,
        rpt=rpt,
        happened=happened,
    )


def _request(name: str, owner: Account, other: Account, resource: Resource, app: Client) -> AccessRequest:
    return AccessRequest(
        request_id=f"request-to-{name}",
        owner_id=owner.account_id,
        resource_server=resource.resource_server,
        client_id=app.client_id,
        requester=Requester(issuer=ISSUER, subject=other.account_id, account_id=other.account_id),
        permissions=(TicketPermission(resource_id=resource.resource_id, scopes=("write",)),),
        fingerprint=digest(name),
        created_at=1,
        expires_at=2**32,
    )


async def _owner(world: World, app: Client, account: Account) -> Caller:
    token = await world.access_token(
        app, account, secret=f"manager-{account.username}", scope="openid uma_policy_manager", family=account.username
    )
    return Caller(name=account.username, account=account, server=None, headers=bearer(token))


async def _resource_server(world: World, owner: Account, server: Client) -> Caller:
    pat = await world.pat(server, owner)
    return Caller(name=f"{owner.username} at {server.client_id}", account=owner, server=server, headers=bearer(pat))
