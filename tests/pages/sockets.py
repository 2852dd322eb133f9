"""An ASGI application on a port of this machine, for browsers that only speak HTTP."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote

from consentry.web.http import AsgiApp, Message


class Place:
    """Where requests go; the application is put there once its address is known."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.app: AsgiApp | None = None
        self.port = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> list[Message]:
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": unquote(path),
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), text.encode("latin-1")) for name, text in headers],
            "client": ("127.0.0.1", 1),
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        assert self.app is not None
        await self.app(scope, receive, send)
        return sent


@asynccontextmanager
async def listening() -> AsyncIterator[Place]:
    """Listen on a free port; requests are answered on the loop that asks for this."""
    place = Place(asyncio.get_running_loop())

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            asked: Future[list[Message]] = asyncio.run_coroutine_threadsafe(
                place.answer(self.command, self.path, list(self.headers.items()), body), place.loop
            )
            start, content = asked.result(timeout=20)
            self.send_response(start["status"])
            for name, text in start["headers"]:
                self.send_header(name.decode(), text.decode("latin-1"))
            self.end_headers()
            self.wfile.write(content["body"])

        def log_message(self, format: str, *_: object) -> None:
            """Say nothing."""

    for method in ("GET", "POST", "HEAD"):
        setattr(Handler, f"do_{method}", Handler.answer)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        place.port = server.server_port
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield place
        await asyncio.to_thread(server.shutdown)
