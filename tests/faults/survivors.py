"""Asking a server that has started again about everything that was acknowledged before it went."""

import asyncio
from collections.abc import Iterator, Sequence

from consentry.uma.value import value
from tests.faults.ledger import Told
from tests.harness.stage import PATH, SURGERY, Stage
from tests.harness.wire import Connection, Reply, Request, bare, bearer, form


@value
class Check:
    """One question, and what its answer has to be."""

    what: str
    request: Request
    status: int
    member: str = ""
    expected: object = None

    def fails(self, answer: Reply) -> bool:
        if answer.status != self.status:
            return True
        return bool(self.member) and answer.members.get(self.member) != self.expected


async def lost(stage: Stage, told: Told, connections: Sequence[Connection]) -> list[str]:
    """Return everything that was acknowledged and is not so."""
    wrong: list[str] = []
    # What is shown first is only looked at; showing a spent ticket again ends what came from it.
    for checks in (_readable(stage, told), _usable(stage, told), _spent(stage, told)):
        queue = list(checks)

        async def ask(connection: Connection, queue: list[Check]) -> None:
            while queue:
                check = queue.pop()
                answer = await connection.ask(check.request)
                if check.fails(answer):
                    wrong.append(f"{check.what}: {answer.status} {answer.body.decode()}")

        await asyncio.gather(*(ask(connection, queue) for connection in connections))
    return wrong


def _readable(stage: Stage, told: Told) -> Iterator[Check]:
    pat, manager = bearer(stage.cast.pat), bearer(stage.manager)
    for entry in told.standing("registered"):
        yield Check(what="resource", request=bare("GET", f"{PATH}/uma/resource/{entry.what}", pat), status=200)
    for entry in told.standing("shared"):
        yield Check(what="grant", request=bare("GET", f"{PATH}/me/grants/{entry.what}", manager), status=200)
    for grant_id in told.stopped:
        yield Check(what="stopped grant", request=bare("GET", f"{PATH}/me/grants/{grant_id}", manager), status=404)
    for entry in told.standing("rpt"):
        yield Check(what="RPT", request=stage.introspects(entry.what), status=200, member="active", expected=True)
    for entry in told.fallen():
        asked = stage.introspects(entry.what)
        yield Check(what="RPT of a stopped grant", request=asked, status=200, member="active", expected=False)


def _usable(stage: Stage, told: Told) -> Iterator[Check]:
    for entry in told.standing("ticket"):
        yield Check(what="ticket", request=stage.redeems(entry.what), status=200)
    for entry in told.standing("refresh_token"):
        fields = {"grant_type": "refresh_token", "refresh_token": entry.what}
        yield Check(what="refresh token", request=form(f"{PATH}/token", fields, SURGERY), status=200)


def _spent(stage: Stage, told: Told) -> Iterator[Check]:
    for ticket in told.spent_tickets:
        yield Check(
            what="spent ticket",
            request=stage.redeems(ticket),
            status=400,
            member="error",
            expected="invalid_grant",
        )
