"""A request as the endpoints see it, a response as they give it, and the bytes in between.

Spec: RFC 9110 7.2, 8.6, 15.5.14, RFC 6750 2.3.
"""

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, MutableMapping
from typing import Any, ClassVar

from consentry.core.context import Caller
from consentry.core.errors import InvalidRequest, Refusal
from consentry.uma.value import value

# The edge: an ASGI server hands over plain dictionaries.
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

Header = tuple[bytes, bytes]
ReadBody = Callable[[int], Awaitable[bytes]]
"""Reads the whole body, or refuses one that is longer than so many bytes."""


class TooLarge(InvalidRequest):
    """The body is larger than we read.  Spec: RFC 9110 15.5.14."""

    status: ClassVar[int] = 413


class UnsupportedMediaType(InvalidRequest):
    """The body is of a type that this endpoint does not read.  Spec: RFC 9110 15.5.16."""

    status: ClassVar[int] = 415


class MethodNotAllowed(Refusal):
    """Nothing of that method is here; ``allow`` says what is.  Spec: RFC 9110 15.5.6."""

    code: ClassVar[str] = "invalid_request"
    status: ClassVar[int] = 405

    def __init__(self, allow: str) -> None:
        super().__init__(f"this address answers to {allow}")
        self.allow = allow


class Disconnected(Exception):
    """The other side went away in the middle of its request."""


class Request:
    """One request below a realm's issuer.

    ``headers`` has lower-case names; a header sent twice is joined with a comma, cookies with a semicolon.
    ``parameters`` are the parts of the path that its template names.
    """

    __slots__ = (
        "address",
        "body",
        "headers",
        "issuer",
        "method",
        "parameters",
        "path",
        "query_string",
        "realm",
        "request_id",
    )

    def __init__(
        self,
        *,
        method: str,
        path: str,
        query_string: bytes,
        headers: dict[str, str],
        address: str,
        request_id: str,
    ) -> None:
        self.method = method
        self.path = path
        self.query_string = query_string
        self.headers = headers
        self.address = address
        self.request_id = request_id
        self.realm = ""
        self.issuer = ""
        self.parameters: dict[str, str] = {}
        self.body = b""

    @property
    def caller(self) -> Caller:
        """What a decision may know about where a request came from and how it was made."""
        scheme = self.headers.get("authorization", "").partition(" ")[0].lower()
        return Caller(
            request_id=self.request_id,
            address=self.address,
            method=self.method,
            uri=self.issuer + self.path,
            scheme="DPoP" if scheme == "dpop" else "Bearer",
            dpop=self.headers.get("dpop"),
        )

    @property
    def media_type(self) -> str:
        """The type of the body in lower case, without parameters; empty if none was given."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@value
class Response:
    """What goes out.  The headers every response has are added on the way."""

    status: int
    headers: tuple[Header, ...] = ()
    body: bytes = b""


def put_together(lines: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Put header lines together by their names, in lower case."""
    headers: dict[str, str] = {}
    for line_name, line_text in lines:
        name, text = line_name.lower(), line_text
        if name in headers:
            text = f"{headers[name]}{'; ' if name == 'cookie' else ', '}{text}"
        headers[name] = text
    return headers


def require_length(request: Request, limit: int) -> None:
    """Refuse a body that says it is longer than ``limit`` bytes, before any of it is read."""
    announced = request.headers.get("content-length", "")
    if announced and (not announced.isdecimal() or len(announced) > 12 or int(announced) > limit):
        raise TooLarge(f"a body has at most {limit} bytes")


async def gather_body(chunks: AsyncIterable[bytes], limit: int) -> bytes:
    """Read a body to its end; refuse it as soon as it is longer than ``limit`` bytes."""
    body = b""
    async for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise TooLarge(f"a body has at most {limit} bytes")
    return body
