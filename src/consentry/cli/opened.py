"""The server's own decisions on a command line: the database is opened, no socket is."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import TypeVar

import click

from consentry.core.context import Caller, Decision
from consentry.core.errors import Contended, Refusal
from consentry.server import Server
from consentry.settings.schema import Settings

Question = TypeVar("Question")
Said = TypeVar("Said")

CALLER = Caller(address="command line")
PATIENCE = 6


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Server]:
    """Open the database that the settings name; an empty one gets its tables, an old PostgreSQL schema is refused."""
    import sqlite3

    import psycopg

    from consentry.plugins.sealing import SecretSealer
    from consentry.store.database import open_database
    from consentry.store.migrate import WrongSchema, status

    try:
        stands = await asyncio.to_thread(status, settings.database_url)
        database = await open_database(settings.database_url, migrate=stands.state == "empty")
    except (WrongSchema, ValueError) as problem:
        raise click.ClickException(str(problem)) from problem
    except (OSError, psycopg.Error, sqlite3.Error) as problem:
        raise click.ClickException(f"the database cannot be opened: {problem}") from problem
    try:
        sealer = SecretSealer(settings.secret_key, settings.previous_secret_keys)
        yield Server(database=database, sealer=sealer, base_url=settings.base_url)
    finally:
        await database.close()


async def asked(server: Server, realm: str, decide: Decision[Question, Said], question: Question) -> Said:
    """Ask a realm, again if others were faster: a command has time.  Any other refusal ends it."""
    answer = await server.ask(realm, decide, question, caller=CALLER)
    for attempt in range(PATIENCE):
        if not isinstance(answer, Contended):
            break
        # Not together with those who were in the way.
        await asyncio.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - nothing secret
        answer = await server.ask(realm, decide, question, caller=CALLER)
    if isinstance(answer, Refusal):
        raise click.ClickException(f"realm {realm}: {answer.description}")
    return answer


async def default_realm(server: Server, named: str | None) -> str:
    """Return the realm that was named, else the default one, else the only one; or end the command."""
    realms = {realm.name: realm for realm in await server.database.realms()}
    if named is not None:
        if named not in realms:
            raise click.ClickException(f"there is no realm {named}{_there_are(realms)}")
        return named
    chosen = [realm.name for realm in realms.values() if realm.default] or list(realms)
    if len(chosen) != 1:
        hint = "say which with --realm" if realms else "make one with `consentry apply FILE`"
        raise click.ClickException(f"{hint}{_there_are(realms)}")
    return chosen[0]


def run(work: Callable[[], Awaitable[Said]]) -> Said:
    """Run a command's work to its end."""

    async def whole() -> Said:
        return await work()

    return asyncio.run(whole())


def _there_are(realms: Iterable[str]) -> str:
    names = ", ".join(sorted(realms))
    return f"; there are: {names}" if names else "; there is none yet"
