"""The load on the ceiling and on the peer: client credentials, introspection of an opaque token, a form."""

from collections.abc import Callable
from itertools import cycle

from bench.load import Address, NextScript, Script, work_off
from bench.workload import Endpoint, Name, Workload, basic, form, member

CLIENT, SECRET = "bench", "bench-secret"
TOKENS = 400
"""Fewer than the peer's memory keeps: its adapter forgets the oldest of a thousand entries."""


class ClientCredentials:
    """A client gets a token for itself, over and over."""

    name: Name = "client credentials"

    def __init__(self, address: Address, path: str, *, client_id: str = CLIENT, secret: str = SECRET) -> None:
        self.address = address
        endpoint = Endpoint(address, path, authorization=basic(client_id, secret))
        self._request = endpoint.request(form(grant_type="client_credentials", scope="read"))
        self.next_script: NextScript = self.script

    async def prepare(self, units: int) -> None:
        """Nothing is used up."""

    def script(self, tell: Callable[[bytes], None] | None = None) -> Script:
        """Get one token; ``tell`` hears what it is."""
        reply = yield self._request
        reply.require(200, b'"access_token":"')
        if tell is not None:
            tell(member(reply.body, b"access_token"))


class PeerIntrospection:
    """A client asks about its own opaque tokens, which are fresh in each round."""

    name: Name = "introspection"

    def __init__(self, address: Address, path: str, tokens: ClientCredentials) -> None:
        self.address = address
        self._endpoint = Endpoint(address, path, authorization=basic(CLIENT, SECRET))
        self._tokens = tokens
        self._requests: Callable[[], bytes] = lambda: b""
        self.next_script: NextScript = self._script

    async def prepare(self, units: int) -> None:
        """Get the tokens that are asked about."""
        del units
        found: list[bytes] = []
        scripts = iter([self._tokens.script(found.append) for _ in range(TOKENS)])
        await work_off(self.address, lambda: next(scripts, None), connections=8)
        self._requests = cycle([self._endpoint.request(b"token=" + token) for token in found]).__next__

    def _script(self) -> Script:
        reply = yield self._requests()
        reply.require(200, b'"active":true')


class Ceiling:
    """A form of the size of an introspection request."""

    name: Name = "ceiling"

    def __init__(self, address: Address) -> None:
        self.address = address
        endpoint = Endpoint(address, "/introspect", authorization=f"Bearer {'t' * 43}")
        self._request = endpoint.request(form(token="t" * 43))
        self.next_script: NextScript = self._script

    async def prepare(self, units: int) -> None:
        """Nothing is used up."""

    def _script(self) -> Script:
        reply = yield self._request
        reply.require(200, b'{"active":true}')


def peer_workloads(address: Address) -> list[Workload]:
    """Return what is asked of the peer."""
    tokens = ClientCredentials(address, "/token")
    return [tokens, PeerIntrospection(address, "/token/introspection", tokens)]
