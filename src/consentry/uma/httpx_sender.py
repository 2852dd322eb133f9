"""Sends a call with httpx2 and has its reply read.

Certificates are checked because httpx2 checks them.  Redirects are never followed.
Spec: Grant 2, FedAuthz 1.3.
"""

from typing import TypeVar

import httpx2

from consentry.uma.call import Call, Reply
from consentry.uma.client import discover
from consentry.uma.discovery import Discovery
from consentry.uma.errors import InsecureUrlError, NotFoundError, UnreachableError
from consentry.uma.metadata import Metadata, is_secure

LARGEST_ANSWER = 1 << 20

T = TypeVar("T")


def send(client: httpx2.Client, call: Call[T]) -> T:
    """Send a call and read its reply; no answer, or one over 1 MiB, is an ``UnreachableError``."""
    require_secure(call.url)
    try:
        request = client.build_request(call.method, call.url, headers=call.headers, content=call.body or None)
        response = client.send(request, stream=True, follow_redirects=False, auth=None)
        try:
            body = b""
            for part in response.iter_bytes():
                body = _grown(body, part)
        finally:
            response.close()
    except httpx2.RequestError as problem:
        raise UnreachableError(f"no answer from the authorization server: {type(problem).__name__}") from problem
    return call.read(reply_of(response, body))


async def asend(client: httpx2.AsyncClient, call: Call[T]) -> T:
    """Do what ``send`` does, with an ``AsyncClient``."""
    require_secure(call.url)
    try:
        request = client.build_request(call.method, call.url, headers=call.headers, content=call.body or None)
        response = await client.send(request, stream=True, follow_redirects=False, auth=None)
        try:
            body = b""
            async for part in response.aiter_bytes():
                body = _grown(body, part)
        finally:
            await response.aclose()
    except httpx2.RequestError as problem:
        raise UnreachableError(f"no answer from the authorization server: {type(problem).__name__}") from problem
    return call.read(reply_of(response, body))


def fetch_metadata(client: httpx2.Client, issuer: str) -> Metadata:
    """Discover an authorization server."""
    *earlier, last = discover(issuer)
    for call in earlier:
        try:
            return send(client, call)
        except NotFoundError:
            continue
    return send(client, last)


async def afetch_metadata(client: httpx2.AsyncClient, issuer: str) -> Metadata:
    """Do what ``fetch_metadata`` does, with an ``AsyncClient``."""
    return await Discovery(AsyncSender(client)).metadata(issuer)


class AsyncSender:
    """Lends an ``AsyncClient`` to the parts of this package that send for themselves, such as ``Protection``."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def __call__(self, call: Call[T]) -> T:
        """Send a call and read its reply."""
        return await asend(self._client, call)


def reply_of(response: httpx2.Response, body: bytes) -> Reply:
    """Take what a reader needs from a response."""
    headers = tuple((name.lower(), text) for name, text in response.headers.multi_items())
    return Reply(status=response.status_code, headers=headers, body=body)


def _grown(body: bytes, part: bytes) -> bytes:
    if len(body) + len(part) > LARGEST_ANSWER:
        raise UnreachableError("the authorization server's answer is too large")
    return body + part


def require_secure(url: str) -> None:
    """Raise ``InsecureUrlError`` if a secret may not be sent there."""
    if not is_secure(url):
        raise InsecureUrlError("secrets travel by https, or stay on this machine")
