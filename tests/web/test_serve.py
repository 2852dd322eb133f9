"""The real server process: it says when it serves, keeps what it was given, and goes in order.

Spec: interface of the command `consentry serve`.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

LONGEST_START = 30


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


class Served:
    """A server process and where it listens."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port, self.management = free_port(), free_port()
        environment = {name: text for name, text in os.environ.items() if not name.startswith("CONSENTRY_")}
        environment |= {
            "CONSENTRY_BIND": f"127.0.0.1:{self.port}",
            "CONSENTRY_MANAGEMENT_BIND": f"127.0.0.1:{self.management}",
            "CONSENTRY_DATABASE_URL": f"sqlite:///{folder}/consentry.db",
            **settings,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "consentry", "serve"],
            env=environment,
            cwd=folder,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def ready_line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def get(self, path: str, *, port: int | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def raw(self, sent: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(sent)
            return connection.recv(65_536)

    def terminate(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGTERM)
        _, errors = self.process.communicate(timeout=60)
        return self.process.returncode, errors


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[Served]:
    server = Served(folder, **settings)
    watchdog = threading.Timer(LONGEST_START, server.process.kill)
    watchdog.start()
    try:
        yield server
    finally:
        watchdog.cancel()
        if server.process.poll() is None:
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(timeout=20)
        for pipe in (server.process.stdout, server.process.stderr):
            if pipe is not None:
                pipe.close()


def test_on_an_empty_database_it_serves_a_first_realm_and_says_so(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        assert server.ready_line() == f"ready http://127.0.0.1:{server.port}"
        status, body = server.get("/.well-known/uma2-configuration")
        assert status == 200
        assert f'"issuer":"http://127.0.0.1:{server.port}/realms/main"' in body
        assert server.get("/health/live", port=server.management)[0] == 200
        assert server.get("/health/ready", port=server.management)[0] == 200
        assert server.get("/health/started", port=server.management)[0] == 200
        time.sleep(1.5)
        status, metrics = server.get("/metrics", port=server.management)
        assert status == 200
        assert 'consentry_answer_seconds_count{route="/.well-known/uma2-configuration",status="200"} 1.0' in metrics
        for path in ("/%ff", "/realms/%00/token", "/realms/main/uma/resource/%ed%a0%80", "/..%2f", "/static/%2e%2e"):
            assert 400 <= server.get(path)[0] < 500, path
        chunked = b"POST /realms/main/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
        for chunks, expected in ((1, b"400"), (3, b"413")):
            sent = b"".join(b"8000\r\n" + b"x" * 0x8000 + b"\r\n" for _ in range(chunks)) + b"0\r\n\r\n"
            assert server.raw(chunked + b"\r\n" + sent).startswith(b"HTTP/1.1 " + expected)
        assert server.terminate()[0] == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_at_the_end_requests_in_hand_are_finished_and_idle_connections_closed(tmp_path: Path, workers: str) -> None:
    with served(tmp_path, CONSENTRY_WORKERS=workers) as server:
        assert server.ready_line().startswith("ready ")
        idle = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        idle.request("GET", "/realms/main/jwks")
        assert idle.getresponse().read()
        # A request whose body is still on its way is one in hand.
        slow = socket.create_connection(("127.0.0.1", server.port), timeout=15)
        body = b"grant_type=client_credentials"
        slow.sendall(
            b"POST /realms/main/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body) + body[:5]
        )
        time.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        slow.sendall(body[5:])
        answer = slow.recv(65_536)
        assert answer.startswith(b"HTTP/1.1 401"), answer[:80]
        started = time.monotonic()
        _, errors = server.process.communicate(timeout=20)
        assert server.process.returncode == 0, errors
        assert time.monotonic() - started < 15
        idle.close()
        slow.close()


def test_who_is_told_to_end_while_it_starts_ends_in_good_order(tmp_path: Path) -> None:
    with served(tmp_path, CONSENTRY_WORKERS="2") as server:
        assert server.process.stderr is not None
        while "Spawning worker-2" not in server.process.stderr.readline():
            pass
        # A worker that is only just forked may have to be ended when the time to drain is over; no longer than that.
        code, errors = server.terminate()
        assert code == 0, errors


def test_a_wrong_setting_stops_the_start_and_says_what_to_mend(tmp_path: Path) -> None:
    with served(tmp_path, CONSENTRY_WORKRS="2") as server:
        _, errors = server.process.communicate(timeout=20)
        assert server.process.returncode == 2
        assert "did you mean CONSENTRY_WORKERS?" in errors
        assert "Traceback" not in errors


def test_a_port_that_is_taken_stops_the_start_without_a_traceback(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        for setting in ("CONSENTRY_BIND", "CONSENTRY_MANAGEMENT_BIND"):
            with served(tmp_path, **{setting: address}) as server:
                _, errors = server.process.communicate(timeout=20)
                assert server.process.returncode == 1, errors
                assert "Traceback" not in errors
                assert address in errors
