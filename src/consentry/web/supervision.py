"""What whoever runs the server asks it: is it alive, is it ready, what has it done.

It listens on an address of its own, in the small process that looks after the workers.
"""

import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from consentry.web.metrics import exposition

READY_PATH = "/health/ready"
TOKEN_HEADER = "x-consentry-management"
PROBE_SECONDS = 2.0
BETWEEN_PROBES = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision:
    """What the workers hear from whoever looks after them: how it proves itself, where their figures go."""

    token: str
    metrics: Path


def probe(host: str, port: int, token: str) -> bool:
    """Ask a worker whether it is ready, on the address where everybody asks."""
    connection = http.client.HTTPConnection(host, port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", READY_PATH, headers={TOKEN_HEADER: token, "connection": "close"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def when_ready(is_ready: Callable[[], bool], then: Callable[[], None]) -> None:
    """Call ``then`` once, as soon as a probe succeeds; returns at once."""

    def watch() -> None:
        time.sleep(BETWEEN_PROBES)
        while not is_ready():
            time.sleep(BETWEEN_PROBES)
        then()

    threading.Thread(target=watch, name="ready", daemon=True).start()


def management_server(host: str, port: int, *, is_ready: Callable[[], bool], metrics: Path) -> ThreadingHTTPServer:
    """Listen for ``/health/live``, ``/health/started``, ``/health/ready`` and ``/metrics``; `in_background` serves."""
    started = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            match self.path:
                case "/health/live":
                    self._say(200, b"alive\n")
                case "/health/ready" | "/health/started":
                    good = (self.path == "/health/started" and started.is_set()) or is_ready()
                    if good:
                        started.set()
                    self._say(200 if good else 503, b"yes\n" if good else b"not yet\n")
                case "/metrics":
                    self._say(200, exposition(sorted(metrics.glob("*.json"))))
                case _:
                    self._say(404, b"not here\n")

        def _say(self, status: int, body: bytes) -> None:
            self.send_response_only(status)
            self.send_header("content-type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.send_header("cache-control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent: probes come every few seconds."""

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    return server


def in_background(server: ThreadingHTTPServer) -> None:
    """Serve from a thread that ends with the process."""
    threading.Thread(target=server.serve_forever, name="management", daemon=True).start()
