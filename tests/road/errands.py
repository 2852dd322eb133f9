"""Small decisions that spend, change, claim and forget, and two servers on one database to ask them."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, assert_never

from consentry.core.changes import Add, Change, Remove, Replace, Take
from consentry.core.context import Answer, Context
from consentry.core.errors import AccessDenied, InvalidGrant, NotFound, Refusal
from consentry.core.model import (
    Account,
    Event,
    Grant,
    Grantee,
    PermissionTicket,
    Realm,
    Resource,
    TicketPermission,
    UsedOnce,
)
from consentry.core.ports import Page
from consentry.server import Server, Work
from consentry.uma.value import value
from tests.road.turns import Pause, Turns

OWNER = "alice"
RESOURCE = "record"
THINGS = 2
EVERYTHING = Page(limit=1_000)

What = Literal["spend", "spend and refuse", "spend and crash", "label", "claim", "forget"]


@value
class Errand:
    """What one asker wants of one of the things."""

    what: What
    thing: int


@value
class Question:
    """An errand as it is asked: by whom, and where the asker lets others in."""

    errand: Errand
    name: str
    pause: Pause


class Crash(Exception):
    """Something unforeseen."""


async def errand(ctx: Context, question: Question) -> Answer[str]:
    """Do an errand; the answer's changes and what is kept both say who did it."""
    match question.errand.what:
        case "spend" | "spend and refuse" | "spend and crash":
            changes = await _spend(ctx, question)
        case "label":
            changes = await _label(ctx, question)
        case "claim":
            changes = await _claim(ctx, question)
        case "forget":
            changes = await _forget(ctx, question)
        case _:
            assert_never(question.errand.what)
    await question.pause()
    return Answer(question.name, *changes, _happened(ctx, question, "answered"))


async def _spend(ctx: Context, question: Question) -> list[Change]:
    ticket = await ctx.store.permission_ticket(ticket_digest(question.errand.thing))
    if ticket is None or ticket.taken_at is not None:
        raise InvalidGrant("unknown or used")
    ctx.keep(Take(record=ticket), _happened(ctx, question, "kept"))
    await question.pause()
    if question.errand.what == "spend and refuse":
        raise AccessDenied("no")
    if question.errand.what == "spend and crash":
        raise Crash
    return []


async def _label(ctx: Context, question: Question) -> list[Change]:
    resource = await ctx.store.owner_resource(OWNER, RESOURCE)
    assert resource is not None
    await question.pause()
    return [Replace(record=replace(resource, labels=(*resource.labels, question.name)))]


async def _claim(ctx: Context, question: Question) -> list[Change]:
    word = str(question.errand.thing)
    if await ctx.store.used_once("word", word):
        raise InvalidGrant("used")
    await question.pause()
    return [Add(record=UsedOnce(purpose="word", digest=word, expires_at=ctx.now + 600))]


async def _forget(ctx: Context, question: Question) -> list[Change]:
    grant = await ctx.store.grant(OWNER, grant_id(question.errand.thing))
    if grant is None:
        raise NotFound("no such grant")
    await question.pause()
    return [Remove(record=grant)]


def _happened(ctx: Context, question: Question, kind: str) -> Add:
    event = Event(event_id=ctx.new_id(), at=ctx.now, kind=kind, owner_id=OWNER, about=question.name)
    return Add(record=event)


def ticket_digest(number: int) -> str:
    """Return the digest of one of the tickets."""
    return f"ticket-{number}"


def grant_id(number: int) -> str:
    """Return the id of one of the grants."""
    return f"grant-{number}"


class Nodes:
    """Two servers on one database; a realm for each example."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self._servers = servers

    async def new_realm(self) -> str:
        name = f"r-{secrets.token_hex(6)}"
        assert await self._servers[0].database.add_realm(Realm(name=name))
        work = await self.work(name)
        owner = Account(account_id=OWNER, username=OWNER)
        resource = Resource(resource_id=RESOURCE, owner_id=OWNER, resource_server="rs", resource_scopes=("read",))
        things = [Add(record=record) for number in range(THINGS) for record in _seed(number)]
        assert await work.commit([Add(record=owner), Add(record=resource), *things], now=1)
        return name

    async def work(self, realm: str) -> Work:
        database = self._servers[0].database
        reference = await database.reference(realm)
        assert reference is not None
        return database.work(realm, reference.realm.version)

    async def run(
        self, realm: str, errands: Sequence[Errand], order: Sequence[tuple[int, int]]
    ) -> list[str | Refusal | BaseException]:
        turns = Turns(order)

        def asker(number: int) -> "_Asker":
            return _Asker(self._servers[number % len(self._servers)], realm, errands[number], f"asker-{number}")

        return await turns.all([asker(number) for number in range(len(errands))])


class _Asker:
    def __init__(self, server: Server, realm: str, errand: Errand, name: str) -> None:
        self._server = server
        self._realm = realm
        self._errand = errand
        self._name = name

    async def __call__(self, pause: Pause) -> str | Refusal:
        question = Question(errand=self._errand, name=self._name, pause=pause)
        return await self._server.ask(self._realm, errand, question)


def _seed(number: int) -> tuple[PermissionTicket, Grant]:
    ticket = PermissionTicket(
        digest=ticket_digest(number),
        family=ticket_digest(number),
        owner_id=OWNER,
        resource_server="rs",
        permissions=(TicketPermission(resource_id=RESOURCE, scopes=("read",)),),
        issued_at=1,
        expires_at=2**40,
    )
    grant = Grant(
        grant_id=grant_id(number),
        owner_id=OWNER,
        target_kind="resource",
        target_id=RESOURCE,
        grantee=Grantee(kind="account", id="bob"),
        scopes=("read",),
    )
    return ticket, grant
