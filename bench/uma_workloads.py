"""The load on Consentry: what resource servers and clients do all day."""

from collections import deque
from collections.abc import Sequence
from itertools import cycle

from bench.load import Address, NextScript, Script, work_off
from bench.plain_workloads import ClientCredentials
from bench.scenario import Sample, Scenario
from bench.workload import JSON, Endpoint, Name, Workload, basic, form, member
from bench.world import CLIENT
from consentry.uma.codes import CLAIM_TOKEN_FORMAT_ID_TOKEN, GRANT_UMA_TICKET
from consentry.uma.value import value

RPTS = 2_000
"""How many RPTs are asked about."""

CONNECTIONS = 32


@value
class Party:
    """The requests around one share; what changes from time to time is put at their ends."""

    permission: bytes
    redeem: bytes
    introspect: Endpoint


class Parties:
    """Every sample's requests, written once, and the requests that use up what others gave."""

    def __init__(self, address: Address, scenario: Scenario) -> None:
        self.address = address
        self._token = Endpoint(address, "/token", authorization=basic(CLIENT, scenario.client_secret))
        self._all = [_party(address, sample) for sample in scenario.samples]
        self._next = cycle(self._all)

    def next(self) -> Party:
        """Return the next party, all around the world."""
        return next(self._next)

    def first(self, count: int) -> Sequence[Party]:
        """Return some parties."""
        return self._all[:count]

    def redeem(self, party: Party, ticket: bytes) -> bytes:
        """Return the request that makes an RPT of a ticket."""
        return self._token.request(party.redeem + ticket)


def _party(address: Address, sample: Sample) -> Party:
    bearer = f"Bearer {sample.pat}"
    permission = Endpoint(address, "/uma/permission", authorization=bearer, media_type=JSON)
    wanted = f'{{"resource_id":"{sample.share.resource_id}","resource_scopes":["read"]}}'
    redeem = form(
        grant_type=GRANT_UMA_TICKET,
        claim_token_format=CLAIM_TOKEN_FORMAT_ID_TOKEN,
        claim_token=sample.id_token,
        ticket="",
    )
    return Party(
        permission=permission.request(wanted.encode()),
        redeem=redeem,
        introspect=Endpoint(address, "/introspect", authorization=bearer),
    )


class PermissionTicket:
    """A resource server turns a permission into a ticket."""

    name: Name = "permission ticket"

    def __init__(self, parties: Parties) -> None:
        self.address = parties.address
        self._parties = parties
        self.made: deque[tuple[Party, bytes]] | None = None
        self.next_script: NextScript = self.script

    async def prepare(self, units: int) -> None:
        """Nothing is used up."""

    def script(self) -> Script:
        """Get one ticket."""
        party = self._parties.next()
        reply = yield party.permission
        reply.require(201, b'{"ticket":"')
        if self.made is not None:
            self.made.append((party, member(reply.body, b"ticket")))


class UmaGrant:
    """A client turns a ticket, with an ID Token pushed along, into an RPT."""

    name: Name = "UMA grant"

    def __init__(self, parties: Parties) -> None:
        self.address = parties.address
        self._parties = parties
        self._tickets: deque[tuple[Party, bytes]] = deque()
        self.next_script: NextScript = self._script

    async def prepare(self, units: int) -> None:
        """Get so many tickets beforehand."""
        source = PermissionTicket(self._parties)
        source.made = self._tickets
        scripts = iter([source.script() for _ in range(units - len(self._tickets))])
        await work_off(self._parties.address, lambda: next(scripts, None), connections=CONNECTIONS)

    def _script(self) -> Script | None:
        return self._redeem(*self._tickets.popleft()) if self._tickets else None

    def _redeem(self, party: Party, ticket: bytes) -> Script:
        reply = yield self._parties.redeem(party, ticket)
        reply.require(200, b'"access_token":"')


class RptIntrospection:
    """A resource server asks, with its PAT, what an RPT is worth now."""

    name: Name = "introspection"

    def __init__(self, parties: Parties) -> None:
        self.address = parties.address
        self._parties = parties
        self._found: list[bytes] = []
        self._requests = cycle(self._found)
        self.next_script: NextScript = self._script

    async def prepare(self, units: int) -> None:
        """Get RPTs, once."""
        del units
        if self._found:
            return
        scripts = iter([self._obtain(party) for party in self._parties.first(RPTS)])
        await work_off(self._parties.address, lambda: next(scripts, None), connections=CONNECTIONS)
        self._requests = cycle(self._found)

    def _obtain(self, party: Party) -> Script:
        reply = yield party.permission
        reply.require(201, b'{"ticket":"')
        reply = yield self._parties.redeem(party, member(reply.body, b"ticket"))
        reply.require(200, b'"access_token":"')
        self._found.append(party.introspect.request(b"token=" + member(reply.body, b"access_token")))

    def _script(self) -> Script:
        reply = yield next(self._requests)
        reply.require(200, b'"permissions":[{"resource_id":"')


class FullCycle:
    """Permission, grant, introspection: three requests, one after the other."""

    name: Name = "full cycle"

    def __init__(self, parties: Parties) -> None:
        self.address = parties.address
        self._parties = parties
        self.next_script: NextScript = self.script

    async def prepare(self, units: int) -> None:
        """Nothing is used up."""

    def script(self) -> Script:
        """Walk from a permission to what the RPT is worth."""
        party = self._parties.next()
        reply = yield party.permission
        reply.require(201, b'{"ticket":"')
        reply = yield self._parties.redeem(party, member(reply.body, b"ticket"))
        reply.require(200, b'"access_token":"')
        reply = yield party.introspect.request(b"token=" + member(reply.body, b"access_token"))
        reply.require(200, b'"permissions":[{"resource_id":"')


def uma_workloads(address: Address, scenario: Scenario) -> list[Workload]:
    """Return what is asked of Consentry."""
    parties = Parties(address, scenario)
    return [
        ClientCredentials(address, "/token", client_id=CLIENT, secret=scenario.client_secret),
        RptIntrospection(parties),
        PermissionTicket(parties),
        UmaGrant(parties),
        FullCycle(parties),
    ]
