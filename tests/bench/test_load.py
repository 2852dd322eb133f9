import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from bench.load import Address, Script, WrongAnswer, running, work_off

GOOD = b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"active":true}'
BAD = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"


@asynccontextmanager
async def answering(*pieces: bytes) -> AsyncIterator[Address]:
    """Answer every request with these pieces, one write each."""
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await reader.readuntil(b"\r\n\r\n"):
                for piece in pieces:
                    writer.write(piece)
                    await asyncio.sleep(0.01)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield Address(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for writer in writers:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


def asks() -> Script:
    reply = yield b"GET / HTTP/1.1\r\n\r\n"
    reply.require(200, b'"active":true')


async def test_every_unit_of_work_is_counted_once() -> None:
    scripts = iter([asks() for _ in range(50)])
    async with (
        answering(GOOD) as address,
        running(address, lambda: next(scripts, None), connections=4) as load,
    ):
        await load.ended
        await load.idle.wait()
    assert len(load.latencies) == 50


async def test_a_reply_in_pieces_is_one_reply() -> None:
    scripts = iter([asks(), asks()])
    async with answering(GOOD[:10], GOOD[10:45], GOOD[45:]) as address:
        await work_off(address, lambda: next(scripts, None), connections=1)


async def test_a_wrong_answer_ends_the_run() -> None:
    with pytest.raises(WrongAnswer, match="503"):
        async with answering(BAD) as address, running(address, asks, connections=2) as load:
            await asyncio.wait({load.ended}, timeout=5)


async def test_a_reply_of_unknown_length_ends_the_run() -> None:
    with pytest.raises(WrongAnswer, match="Content-Length"):
        async with answering(b"HTTP/1.1 200 OK\r\n\r\n") as address, running(address, asks, connections=1) as load:
            await asyncio.wait({load.ended}, timeout=5)
