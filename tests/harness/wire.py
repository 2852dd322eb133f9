"""A small HTTP client that keeps its connection and adds next to nothing to the time between a request and its answer.

Spec: RFC 9112 6.
"""

import asyncio
import base64
import json
from collections.abc import Mapping
from typing import Self
from urllib.parse import urlencode

from consentry.uma.value import value

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
PATIENCE = 15.0


class ConnectionLost(Exception):
    """The server went away; whether it did what it was asked is not known."""


@value
class Reply:
    """What came back."""

    status: int
    lines: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers; of one that came twice, the last."""
        return dict(self.lines)

    @property
    def members(self) -> Mapping[str, object]:
        """The members of the JSON object in the body."""
        found: object = json.loads(self.body)
        assert isinstance(found, dict), self.body
        return found

    def text(self, name: str) -> str:
        """Return a member that has to be text."""
        found = self.members[name]
        assert isinstance(found, str), self.body
        return found


@value
class Request:
    """What is sent."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def octets(self) -> bytes:
        """The request as it travels."""
        headers = {"host": "127.0.0.1", **self.headers, "content-length": str(len(self.body))}
        head = "".join(f"{name}: {text}\r\n" for name, text in headers.items())
        return f"{self.method} {self.path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + self.body


class Connection:
    """One keep-alive connection; one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> Self:
        """Connect to a server of this machine."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, request: Request) -> Reply:
        """Send a request and wait for the answer.  Raises `ConnectionLost`."""
        try:
            self._writer.write(request.octets)
            return await asyncio.wait_for(self._answer(request.method), PATIENCE)
        except (OSError, asyncio.IncompleteReadError) as problem:
            raise ConnectionLost from problem

    def close(self) -> None:
        self._writer.close()

    async def _answer(self, method: str) -> Reply:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(head[0].split(" ")[1])
        pairs = (line.partition(": ") for line in head[1:] if line)
        lines = tuple((name.lower(), text) for name, _, text in pairs)
        headers = dict(lines)
        assert "transfer-encoding" not in headers
        length = 0 if method == "HEAD" or status in {204, 304} else int(headers.get("content-length", "0"))
        return Reply(status=status, lines=lines, body=await self._reader.readexactly(length))


def bearer(token: str) -> dict[str, str]:
    """Return the header of a bearer token."""
    return {"authorization": f"Bearer {token}"}


def basic(client_id: str, secret: str | None = None) -> dict[str, str]:
    """Return the header of a client, whose secret is ``ID-secret`` unless said otherwise."""
    pair = f"{client_id}:{secret or f'{client_id}-secret'}"
    return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def form(path: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> Request:
    """Return a request that posts a form."""
    sent = {"content-type": FORM, **headers}
    return Request(method="POST", path=path, headers=sent, body=urlencode(fields).encode())


def document(method: str, path: str, content: object, headers: Mapping[str, str]) -> Request:
    """Return a request that carries JSON."""
    sent = {"content-type": JSON, **headers}
    return Request(method=method, path=path, headers=sent, body=json.dumps(content).encode())


def bare(method: str, path: str, headers: Mapping[str, str]) -> Request:
    """Return a request without a body."""
    return Request(method=method, path=path, headers=headers)
