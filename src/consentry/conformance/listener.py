"""A listener on this machine that notes who comes by: nobody should, when addresses are only registered.

It can tell only where the server can reach this machine; elsewhere no visit proves nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[str, list[str]]]:
    """Give an address, and the list of who has connected to it."""
    visits: list[str] = []

    async def visited(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.append(str(writer.get_extra_info("peername")))
        writer.close()

    server = await asyncio.start_server(visited, "127.0.0.1", 0)
    try:
        host, port = server.sockets[0].getsockname()[:2]
        yield f"http://{host}:{port}", visits
    finally:
        server.close()
