"""Requests and responses as granian hands them over by its own protocol, which takes fewer steps than ASGI.

Spec: RSGI 1.5, HTTP protocol.
"""

from collections.abc import AsyncIterator
from typing import Protocol

from granian._granian import RSGIProtocolClosed

from consentry.web.asgi import Responds
from consentry.web.http import Disconnected, gather_body, put_together


class RsgiHeaders(Protocol):
    """The headers of a request."""

    def items(self) -> list[tuple[str, str]]: ...


class RsgiScope(Protocol):
    """What is known of a request before its body is read; ``client`` is address and port."""

    client: str
    method: str
    path: str
    query_string: str

    @property
    def headers(self) -> RsgiHeaders: ...


class HttpProtocol(Protocol):
    """Reads the body, whole or in pieces, and takes the answer."""

    async def __call__(self) -> bytes: ...

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None: ...

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...


async def answer_rsgi(application: Responds, scope: RsgiScope, protocol: HttpProtocol) -> None:
    """Answer one HTTP request; whoever has gone away gets none."""
    headers = put_together(scope.headers.items())
    request = application.request(
        method=scope.method,
        path=scope.path,
        query_string=scope.query_string.encode(),
        headers=headers,
        peer=scope.client.rpartition(":")[0].strip("[]"),
    )

    async def read_body(limit: int) -> bytes:
        # A length that was announced has been judged already; without one the body is counted as it comes.
        if "content-length" in headers:
            return await protocol()
        return await gather_body(protocol, limit)

    try:
        response = await application.respond(request, read_body)
    except (Disconnected, RSGIProtocolClosed):
        return
    lines = [(name.decode("latin-1"), text.decode("latin-1")) for name, text in response.headers]
    if response.body:
        protocol.response_bytes(response.status, lines, response.body)
    else:
        protocol.response_empty(response.status, lines)
