"""What is asked of a server: units of work, and what has to be there before they can be measured."""

from base64 import b64encode
from typing import Literal, Protocol
from urllib.parse import urlencode

from bench.load import Address, NextScript

Name = Literal["ceiling", "client credentials", "introspection", "permission ticket", "UMA grant", "full cycle"]

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class Workload(Protocol):
    """One row of the table."""

    name: Name
    address: Address
    next_script: NextScript

    async def prepare(self, units: int) -> None:
        """Make what so many units of work use up."""
        ...


class Endpoint:
    """Writes requests to one address with one caller's credentials."""

    def __init__(self, address: Address, path: str, *, authorization: str, media_type: str = FORM) -> None:
        head = (
            f"POST {address.prefix}{path} HTTP/1.1\r\nhost: {address.host}:{address.port}\r\n"
            f"authorization: {authorization}\r\naccept: application/json\r\ncontent-type: {media_type}\r\n"
            "content-length: "
        )
        self._head = head.encode()

    def request(self, body: bytes) -> bytes:
        """Return a request as it is sent."""
        return b"%s%d\r\n\r\n%s" % (self._head, len(body), body)


def basic(client_id: str, secret: str) -> str:
    """Return the Authorization header of a client."""
    return f"Basic {b64encode(f'{client_id}:{secret}'.encode()).decode()}"


def form(**fields: str) -> bytes:
    """Return a form's body."""
    return urlencode(fields).encode()


def member(document: bytes, name: bytes) -> bytes:
    """Return a text member of a JSON document, as it stands there."""
    _, found, rest = document.partition(b'"%s":"' % name)
    return rest[: rest.index(b'"')] if found else b""
