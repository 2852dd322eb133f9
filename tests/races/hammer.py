"""Many askers at one moment: what each of them was told, and how many won."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from consentry.uma.value import value
from tests.harness.wire import Connection, Reply, Request


@value
class Round:
    """One thing that may be used once, and what everybody who tried was told."""

    replies: tuple[Reply, ...]

    @property
    def winners(self) -> tuple[Reply, ...]:
        return tuple(reply for reply in self.replies if reply.status == 200)

    @property
    def losers(self) -> Counter[tuple[int, object]]:
        """How often which refusal was given, by status and error code."""
        lost = [reply for reply in self.replies if reply.status != 200]
        return Counter((reply.status, reply.members.get("error")) for reply in lost)


async def all_at_once(connections: Sequence[Connection], request: Request) -> Round:
    """Send one request on every connection within one turn of the loop, and wait for everybody."""
    return Round(replies=tuple(await asyncio.gather(*(connection.ask(request) for connection in connections))))


async def hammer(connections: Sequence[Connection], requests: Sequence[Request]) -> list[Round]:
    """Let everybody send each of the requests at the same moment, one request after another."""
    return [await all_at_once(connections, request) for request in requests]


def refusals(rounds: Sequence[Round]) -> Counter[tuple[int, object]]:
    """Put the refusals of all rounds together."""
    return sum((one.losers for one in rounds), Counter())
