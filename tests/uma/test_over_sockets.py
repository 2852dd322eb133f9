"""The walk once over real connections: framing, hosts and lengths are what a faked transport cannot show."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import httpx2
import pytest

from consentry.uma import ClientSecretPost, UnreachableError
from consentry.uma.httpx import UmaAuth, fetch_metadata


class Handler(BaseHTTPRequestHandler):
    """An authorization server and a resource server in one."""

    protocol_version = "HTTP/1.1"
    redirect_token_to: str | None = None
    seen: list[tuple[str, str | None, dict[str, list[str]]]]

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        origin = f"http://{self.headers['Host']}"
        if self.path == "/.well-known/uma2-configuration":
            self._answer(200, {"issuer": origin, "token_endpoint": f"{origin}/token"})
        elif self.headers.get("Authorization") == "Bearer rpt":
            self._answer(200, {"record": "Alice"})
        else:
            self._answer(401, {}, {"WWW-Authenticate": f'UMA as_uri="{origin}", ticket="t0"'})

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length).decode()
        self.seen.append((self.path, self.headers.get("Host"), parse_qs(body)))
        if len(body) < length:
            self.close_connection = True
            return
        if self.redirect_token_to is not None and self.path == "/token":
            self._answer(307, {}, {"Location": self.redirect_token_to})
        else:
            self._answer(200, {"access_token": "rpt", "token_type": "Bearer"})

    def _answer(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        written = json.dumps(body).encode()
        self.send_response(status)
        for name, text in {"Content-Length": str(len(written)), **(headers or {})}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(written)


@pytest.fixture
def handler() -> type[Handler]:
    return type("Fresh", (Handler,), {"seen": []})


@pytest.fixture
def origin(handler: type[Handler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def auth(origin: str) -> UmaAuth:
    client = ClientSecretPost(client_id="surgery", client_secret="s")
    return UmaAuth(client=client, trusted_issuers=[origin])


def test_cl_g_2_1_a_client_that_knows_only_the_address_gets_the_record(origin: str, handler: type[Handler]) -> None:
    with httpx2.Client(auth=auth(origin)) as client:
        assert client.get(f"{origin}/record").json() == {"record": "Alice"}
    ((path, host, form),) = handler.seen
    assert (path, host, form["ticket"]) == ("/token", origin.removeprefix("http://"), ["t0"])


async def test_cl_g_2_1_an_asynchronous_client_gets_it_too(origin: str) -> None:
    async with httpx2.AsyncClient(auth=auth(origin)) as client:
        assert (await client.get(f"{origin}/record")).json() == {"record": "Alice"}


def test_cl_g_5_2_1_a_redirected_token_request_takes_no_secret_along(origin: str, handler: type[Handler]) -> None:
    handler.redirect_token_to = f"{origin}/elsewhere"
    with httpx2.Client(auth=auth(origin), follow_redirects=True) as client, pytest.raises(UnreachableError):
        client.get(f"{origin}/record")
    assert [path for path, _, form in handler.seen if form] == ["/token"]


def test_rs_g_3_2_2_1_a_server_that_is_away_is_unreachable() -> None:
    with socket.socket() as unheard, httpx2.Client() as client:
        unheard.bind(("127.0.0.1", 0))
        with pytest.raises(UnreachableError):
            fetch_metadata(client, f"http://127.0.0.1:{unheard.getsockname()[1]}")
