"""Requests and responses as ASGI servers hand them over.

Spec: ASGI 3.0, HTTP connection scope.
"""

from collections.abc import AsyncIterator
from typing import Protocol

from consentry.web.http import (
    Disconnected,
    ReadBody,
    Receive,
    Request,
    Response,
    Scope,
    Send,
    gather_body,
    put_together,
)


class Responds(Protocol):
    """What answers requests."""

    def request(
        self, *, method: str, path: str, query_string: bytes, headers: dict[str, str], peer: str
    ) -> Request: ...

    async def respond(self, request: Request, read_body: ReadBody) -> Response: ...


async def answer_asgi(application: Responds, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one HTTP request; whoever has gone away gets none."""
    client = scope.get("client")
    request = application.request(
        method=scope["method"],
        path=scope["path"],
        query_string=scope["query_string"],
        headers=put_together((name.decode("latin-1"), text.decode("latin-1")) for name, text in scope["headers"]),
        peer=str(client[0]) if client else "",
    )
    try:
        response = await application.respond(request, lambda limit: gather_body(_chunks(receive), limit))
    except Disconnected:
        return
    await send({"type": "http.response.start", "status": response.status, "headers": list(response.headers)})
    await send({"type": "http.response.body", "body": response.body})


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise Disconnected
        more = message.get("more_body", False)
        yield message.get("body", b"")
