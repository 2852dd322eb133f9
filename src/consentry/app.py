"""Puts the parts together by hand.  The only module that knows them all."""

import asyncio
import contextlib
import gc
import os
from collections.abc import Awaitable
from functools import partial
from pathlib import Path

from consentry.core.changes import Add
from consentry.core.context import Answer, Context
from consentry.core.keys import SIGNING_ALGORITHMS, new_signing_key
from consentry.core.model import Realm, SigningKey
from consentry.core.nothing import Nothing
from consentry.plugins.claim_tokens import JwsClaimTokens
from consentry.plugins.logs import log_crash, log_failed_start
from consentry.plugins.passwords import Argon2Passwords
from consentry.plugins.sealing import SecretSealer
from consentry.server import Server
from consentry.settings.schema import Settings
from consentry.store.database import open_database
from consentry.web.application import Application
from consentry.web.http import Receive, Request, Scope, Send
from consentry.web.metrics import Metrics
from consentry.web.parts import Parts
from consentry.web.route import Route, RouteTable
from consentry.web.routes import ROUTES, refuse_unknown
from consentry.web.rsgi import HttpProtocol, RsgiScope, answer_rsgi
from consentry.web.supervision import Supervision
from consentry.worker import keep_house

FIRST_REALM = "main"
METRICS_SECONDS = 1.0


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
        database = await open_database(settings.database_url, migrate=True)
        self._open.push_async_callback(database.close)
        passwords = Argon2Passwords(settings.passwords)
        self._open.callback(passwords.close)
        sealer = sealer_of(settings)
        server = Server(database=database, sealer=sealer, base_url=settings.base_url)
        await first_realm(server)
        self.parts = Parts(
            settings=settings,
            server=server,
            sealer=sealer,
            passwords=passwords,
            claim_tokens=JwsClaimTokens(server),
            management_token=self._supervision.token if self._supervision else "",
        )
        self._answer = Application(
            self.parts, RouteTable(ROUTES), crashed=_crashed, answered=self._answered, unknown=refuse_unknown
        )
        sweeping = asyncio.create_task(keep_house(database.sweep, clock=server.clock, failed=_sweep_failed))
        self._open.callback(sweeping.cancel)
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

    def __rsgi__(self, scope: RsgiScope, protocol: HttpProtocol) -> Awaitable[None]:
        """Answer one request of granian's own protocol."""
        if self._answer is None:
            raise RuntimeError("not started")
        return answer_rsgi(self._answer, scope, protocol)

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start on the loop that granian serves on; a worker that cannot start ends."""
        try:
            loop.run_until_complete(self.start())
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is logged and the process ends
            log_failed_start(problem)
            raise SystemExit(1) from None

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Stop when granian has finished the last request."""
        loop.run_until_complete(self.stop())

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.start()
        except Exception as problem:  # noqa: BLE001 - the web server has to hear of any of them, or it would go on
            log_failed_start(problem)
            await send({"type": "lifespan.startup.failed", "message": "the server could not start"})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})

    def _answered(self, route: Route | None, status: int, seconds: float) -> None:
        self._metrics.answered("" if route is None else route.path, status, seconds)

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


async def first_realm(server: Server) -> None:
    """Give an empty database a realm, so that something is served."""
    if not await server.database.realms():
        await server.database.add_realm(Realm(name=FIRST_REALM, display_name="Main", default=True))
    opened = await server.open(FIRST_REALM)
    if opened is not None and not opened.reference.signing_keys:
        await server.ask(FIRST_REALM, partial(_first_keys, server), Nothing())


async def _first_keys(server: Server, ctx: Context, _: Nothing) -> Answer[Nothing]:
    if ctx.keys.algorithms:  # another process was faster
        return Answer(Nothing())
    keys: list[SigningKey] = [
        new_signing_key(alg, kid=ctx.new_id(), now=ctx.now, sealer=server.sealer) for alg in SIGNING_ALGORITHMS
    ]
    return Answer(Nothing(), *(Add(record=key) for key in keys))


def _sweep_failed(problem: Exception) -> None:
    log_crash(problem, request_id="", method="", path="(housekeeping)")


def _crashed(request: Request, problem: Exception) -> None:
    log_crash(problem, request_id=request.request_id, method=request.method, path=request.path)
