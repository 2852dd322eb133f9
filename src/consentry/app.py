"""Puts the parts together by hand, and starts the server.  The only module that knows them all."""

import asyncio
import contextlib
import gc
import os
import secrets
import shutil
import socket
import tempfile
from functools import partial
from logging.config import dictConfig
from pathlib import Path

from consentry.core.changes import Add
from consentry.core.context import Answer, Context
from consentry.core.keys import SIGNING_ALGORITHMS, new_signing_key
from consentry.core.model import Realm, SigningKey
from consentry.core.nothing import Nothing
from consentry.plugins.claim_tokens import JwsClaimTokens
from consentry.plugins.logs import log_configuration, log_crash
from consentry.plugins.passwords import Argon2Passwords
from consentry.plugins.sealing import SecretSealer
from consentry.server import Server
from consentry.settings.schema import Settings
from consentry.store.database import open_database
from consentry.store.migrate import upgrade
from consentry.uma.value import value
from consentry.web.application import Application
from consentry.web.http import Receive, Request, Scope, Send
from consentry.web.management import in_background, management_server, probe, when_ready
from consentry.web.metrics import Metrics
from consentry.web.parts import Parts
from consentry.web.route import RouteTable
from consentry.web.routes import ROUTES, refuse_unknown

FIRST_REALM = "main"
METRICS_SECONDS = 1.0


@value
class Supervision:
    """What the workers hear from whoever looks after them: how it proves itself, where their figures go."""

    token: str
    metrics: Path


class App:
    """The ASGI application.  It opens its database in ``start``, on the loop that it then serves on."""

    def __init__(self, settings: Settings, supervision: Supervision | None = None) -> None:
        self._settings = settings
        self._supervision = supervision
        self._metrics = Metrics()
        self._open = contextlib.AsyncExitStack()
        self._answer: Application | None = None
        self.parts: Parts | None = None

    async def start(self) -> None:
        """Open the database and put everything on top of it."""
        settings = self._settings
        database = await open_database(settings.database_url)
        self._open.push_async_callback(database.close)
        passwords = Argon2Passwords(settings.passwords)
        self._open.callback(passwords.close)
        sealer = sealer_of(settings)
        server = Server(database=database, sealer=sealer, base_url=settings.base_url)
        self.parts = Parts(
            settings=settings,
            server=server,
            sealer=sealer,
            passwords=passwords,
            claim_tokens=JwsClaimTokens(server),
            management_token=self._supervision.token if self._supervision else "",
        )
        self._answer = Application(
            self.parts, RouteTable(ROUTES), crashed=_crashed, answered=self._metrics.answered, unknown=refuse_unknown
        )
        if self._supervision is not None:
            writing = asyncio.create_task(self._write_metrics(self._supervision.metrics))
            self._open.callback(writing.cancel)
        # What is here now stays: the collector need not look at it again.
        gc.collect()
        gc.freeze()

    async def stop(self) -> None:
        """Finish what was accepted and close everything, last opened first."""
        await self._open.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer requests; start and stop when the web server says so."""
        if scope["type"] == "http" and self._answer is not None:
            await self._answer(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.start()
        except Exception as problem:  # noqa: BLE001 - the web server has to hear of any of them, or it would go on
            log_crash(problem, request_id="", method="", path="(start)")
            await send({"type": "lifespan.startup.failed", "message": "the server could not start"})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _write_metrics(self, directory: Path) -> None:
        while True:
            await asyncio.sleep(METRICS_SECONDS)
            self._metrics.write(directory / f"{os.getpid()}.json")


def create_app(settings: Settings, supervision: Supervision | None = None) -> App:
    """Return the ASGI application; any ASGI server that knows the lifespan protocol can run it."""
    return App(settings, supervision)


def sealer_of(settings: Settings) -> SecretSealer:
    """Return the sealer that the settings ask for."""
    return SecretSealer(settings.secret_key, settings.previous_secret_keys)


async def prepare(settings: Settings) -> None:
    """Bring the database up to date; an empty one gets a first realm, so that something is served."""
    await asyncio.to_thread(upgrade, settings.database_url)
    database = await open_database(settings.database_url)
    try:
        realms = await database.realms()
        if not realms:
            await database.add_realm(Realm(name=FIRST_REALM, display_name="Main", default=True))
        reference = await database.reference(FIRST_REALM)
        if reference is not None and not reference.signing_keys:
            server = Server(database=database, sealer=sealer_of(settings), base_url=settings.base_url)
            await server.ask(FIRST_REALM, partial(_first_keys, server), Nothing())
    finally:
        await database.close()


async def _first_keys(server: Server, ctx: Context, _: Nothing) -> Answer[Nothing]:
    keys: list[SigningKey] = [
        new_signing_key(alg, kid=ctx.new_id(), now=ctx.now, sealer=server.sealer) for alg in SIGNING_ALGORITHMS
    ]
    return Answer(Nothing(), *(Add(record=key) for key in keys))


def serve(settings: Settings) -> None:
    """Serve until told to stop; then finish the requests in hand and return."""
    from granian import Granian  # noqa: PLC0415 - the embedded application needs no web server
    from granian.constants import Interfaces  # noqa: PLC0415

    logs = log_configuration(settings.log)
    dictConfig(logs)
    for bind in filter(None, (settings.bind, settings.management_bind)):
        require_free(bind)
    asyncio.run(prepare(settings))
    host, port = address(settings.bind)
    supervision = Supervision(
        token=secrets.token_urlsafe(32), metrics=Path(tempfile.mkdtemp(prefix="consentry-metrics-"))
    )
    server = Granian(
        target="consentry.app",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        websockets=False,
        backlog=2048,
        backpressure=2048,
        workers_kill_timeout=settings.drain_seconds,
        log_dictconfig=logs,
    )
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - a comparison
    is_ready = partial(probe, reachable, port, supervision.token)
    if settings.management_bind:
        management = management_server(
            *address(settings.management_bind), is_ready=is_ready, metrics=supervision.metrics
        )
        server.on_startup(partial(in_background, management))
    server.on_startup(partial(when_ready, is_ready, partial(print, f"ready {settings.base_url}", flush=True)))
    try:
        server.serve(target_loader=partial(create_app, settings, supervision), wrap_loader=False)
    finally:
        shutil.rmtree(supervision.metrics, ignore_errors=True)


def address(bind: str) -> tuple[str, int]:
    """Read ADDRESS:PORT."""
    host, _, port = bind.rpartition(":")
    return host.strip("[]"), int(port)


def require_free(bind: str) -> None:
    """Raise OSError, with the address in its text, if something else listens there or nothing can."""
    host, port = address(bind)
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as problem:
        raise OSError(f"{bind}: {problem.strerror}") from problem


def _crashed(request: Request, problem: Exception) -> None:
    log_crash(problem, request_id=request.request_id, method=request.method, path=request.path)
