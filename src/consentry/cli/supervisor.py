"""The process that looks after the workers.  It stays small: what a worker needs is imported in the worker."""

import os
import secrets
import shutil
import signal
import socket
import tempfile
from functools import partial
from logging.config import dictConfig
from pathlib import Path
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import Interfaces

from consentry.plugins.logs import log_configuration
from consentry.settings.schema import Settings
from consentry.web.supervision import Supervision, in_background, management_server, probe, when_ready

if TYPE_CHECKING:
    from consentry.app import App

BACKLOG = 2048


def serve(settings: Settings) -> None:
    """Serve until told to stop; then finish the requests in hand and return.  Raises OSError for a taken address."""
    logs = log_configuration(settings.log)
    dictConfig(logs)
    for bind in filter(None, (settings.bind, settings.management_bind)):
        require_free(bind)
    host, port = address(settings.bind)
    supervision = Supervision(
        token=secrets.token_urlsafe(32), metrics=Path(tempfile.mkdtemp(prefix="consentry-metrics-"))
    )
    server = Granian(
        target="consentry.app",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=settings.workers,
        websockets=False,
        backlog=BACKLOG,
        backpressure=BACKLOG,
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
    os.register_at_fork(after_in_child=let_signals_end_it)
    try:
        server.serve(target_loader=partial(worker_application, settings, supervision), wrap_loader=False)
    finally:
        shutil.rmtree(supervision.metrics, ignore_errors=True)


def worker_application(settings: Settings, supervision: Supervision) -> "App":
    """Put the application together, in the worker that calls this."""
    from consentry.app import create_app

    return create_app(settings, supervision)


def let_signals_end_it() -> None:
    """Forget the signal handlers that a worker inherits: until the web server sets its own, they would do nothing."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


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
