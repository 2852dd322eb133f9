"""The ceiling: a handler that does nothing under the web server that Consentry uses, set as Consentry sets it.

`python -m bench.ceiling PORT` serves it.
"""

import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from granian import Granian
from granian.constants import Interfaces

Message = MutableMapping[str, Any]

HEADERS = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


async def handler(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Take a form, give a small JSON document."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        return
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    form = dict(parse_qsl(body))
    answer = b'{"active":%s}' % (b"true" if b"token" in form else b"false")
    headers = [*HEADERS, (b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


def serve(port: int) -> None:
    """Serve with the options of `consentry.app.serve`."""
    server = Granian(
        target="bench.ceiling:handler",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        websockets=False,
        backlog=2048,
        backpressure=2048,
        log_enabled=False,
    )
    server.on_startup(lambda: print("ready", flush=True))
    server.serve()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
