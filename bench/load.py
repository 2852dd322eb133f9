"""A closed loop over keep-alive connections: each sends its next request when the last one is answered.

A unit of work is a `Script`: a generator that yields the bytes of a request and is sent the reply, as often as it
likes.  It raises `WrongAnswer` if a reply is not what it has to be, and that ends the run: what is fast but wrong is
not measured.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager
from functools import partial

from consentry.uma.value import value

LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
HEAD_END = b"\r\n\r\n"


class WrongAnswer(Exception):
    """A server answered something else than it had to."""


@value
class Reply:
    """A status and a body."""

    status: int
    body: bytes

    def require(self, status: int, part: bytes) -> None:
        """Hold the reply against what it has to be: its status, and a part of its body."""
        if self.status != status or part not in self.body:
            raise WrongAnswer(f"expected {status} with {part!r}, got {self.status} {self.body[:300]!r}")


Script = Generator[bytes, Reply, None]
NextScript = Callable[[], Script | None]
"""Gives the next unit of work; None when there is no more of it."""


@value
class Address:
    """Where a server listens, and the path before all of its paths."""

    host: str
    port: int
    prefix: str = ""


class Load:
    """Some connections that work through scripts until stopped."""

    def __init__(self, next_script: NextScript) -> None:
        self.next_script = next_script
        self.latencies: list[float] = []
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.idle = asyncio.Event()
        self.at_work = 0

    def end(self, problem: BaseException | None = None) -> None:
        """Let no connection begin anything new."""
        if self.ended.done():
            return
        if problem is None:
            self.ended.set_result(None)
        else:
            self.ended.set_exception(problem)


class Connection(asyncio.Protocol):
    """One keep-alive connection with one request on its way."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._write: Callable[[bytes], None] = lambda _: None
        self._script: Script | None = None
        self._received = b""
        self._started = 0.0

    def work(self, write: Callable[[bytes], None]) -> None:
        """Begin to work."""
        self._write = write
        self._load.at_work += 1
        self._begin()

    def data_received(self, data: bytes) -> None:
        """Go on with the script as soon as a whole reply is there."""
        received = self._received + data if self._received else data
        head = received.find(HEAD_END)
        length = LENGTH.search(received, 0, head + 2) if head >= 0 else None
        if head >= 0 and length is None:
            self._load.end(WrongAnswer(f"a reply without Content-Length: {received[:300]!r}"))
            return
        if length is None or len(received) < head + 4 + int(length[1]):
            self._received = received
            return
        self._received = b""
        self._go_on(Reply(status=int(received[9:12]), body=received[head + 4 :]))

    def connection_lost(self, exc: Exception | None) -> None:
        """Servers keep their connections here; one that does not is not measured."""
        if self._script is not None:
            self._load.end(WrongAnswer(f"the server closed a connection: {exc}"))

    def _go_on(self, reply: Reply) -> None:
        assert self._script is not None
        try:
            self._write(self._script.send(reply))
        except StopIteration:
            self._load.latencies.append(time.perf_counter() - self._started)
            self._begin()
        except WrongAnswer as problem:
            self._rest()
            self._load.end(problem)

    def _begin(self) -> None:
        script = None if self._load.ended.done() else self._load.next_script()
        if script is None:
            self._rest()
            self._load.end()
            return
        self._script = script
        self._started = time.perf_counter()
        self._write(next(script))

    def _rest(self) -> None:
        self._script = None
        self._load.at_work -= 1
        if self._load.at_work == 0:
            self._load.idle.set()


@asynccontextmanager
async def running(address: Address, next_script: NextScript, *, connections: int) -> AsyncIterator[Load]:
    """Open the connections and let them work; at the end they finish what is on its way."""
    loop = asyncio.get_running_loop()
    load = Load(next_script)
    transports = []
    try:
        for _ in range(connections):
            connection = Connection(load)
            transport, _ = await loop.create_connection(partial(_itself, connection), address.host, address.port)
            transports.append(transport)
            connection.work(transport.write)
        yield load
        load.end()
        load.ended.result()
        await asyncio.wait_for(load.idle.wait(), 10)
        load.ended.result()
    finally:
        for transport in transports:
            transport.abort()
        await asyncio.sleep(0)  # they close in the loop's next turn


async def work_off(address: Address, next_script: NextScript, *, connections: int) -> None:
    """Run scripts until there are no more."""
    async with running(address, next_script, connections=connections) as load:
        await load.ended


def _itself(connection: Connection) -> Connection:
    return connection
