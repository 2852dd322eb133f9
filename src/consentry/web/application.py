"""From a request to its route, and from whatever happens to a response.

Spec: RFC 9110 9.3.2, 15.6.1, 15.6.4; RFC 6749 5.2.
"""

import itertools
import re
import secrets
import time
from collections.abc import Callable
from typing import ClassVar

from consentry.core.errors import NotFound, Refusal, Unavailable
from consentry.web.answers import refuse_problem
from consentry.web.asgi import answer_asgi
from consentry.web.deadlines import Deadline, Deadlines
from consentry.web.http import (
    Disconnected,
    MethodNotAllowed,
    ReadBody,
    Receive,
    Request,
    Response,
    Scope,
    Send,
    require_length,
)
from consentry.web.parts import Parts
from consentry.web.realms import PREFIX, Realms
from consentry.web.route import Found, Refuse, Route, RouteTable
from consentry.web.security import ANY_ORIGIN, API_POLICY, EXPOSED, ClientAddress, preflight, standing_headers

WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})

Crashed = Callable[[Request, Exception], None]
_TIDY = re.compile(r"[A-Za-z0-9._:+/=@-]{1,128}")

Answered = Callable[[Route | None, int, float], None]


class ServerError(Refusal):
    """Something unforeseen; nothing was committed.  Spec: RFC 6749 4.1.2.1."""

    code: ClassVar[str] = "server_error"
    status: ClassVar[int] = 500


class Application:
    """Everything that speaks HTTP.

    ``crashed`` is told of every unforeseen exception, ``answered`` of every response with the seconds it took;
    ``unknown`` writes the refusal for an address that nothing is at.
    """

    def __init__(
        self,
        parts: Parts,
        table: RouteTable,
        *,
        crashed: Crashed,
        answered: Answered,
        unknown: Refuse = refuse_problem,
    ) -> None:
        self._parts = parts
        self._table = table
        self._crashed = crashed
        self._answered = answered
        self._unknown = unknown
        self._realms = Realms(parts.server.database)
        self._address = ClientAddress(parts.settings.trusted_proxies)
        self._standing = standing_headers(parts.settings.base_url)
        self._limits = parts.settings.limits
        self._deadlines = Deadlines(self._limits.request_seconds)
        self._run = secrets.token_hex(6)
        self._count = itertools.count()
        self._in_flight = 0

    def request(self, *, method: str, path: str, query_string: bytes, headers: dict[str, str], peer: str) -> Request:
        """Return a request with its number and the address it came from."""
        return Request(
            method=method,
            path=path,
            query_string=query_string,
            headers=headers,
            address=self._address.of(peer, headers.get("x-forwarded-for", "")),
            request_id=f"{self._run}-{next(self._count):x}",
        )

    async def respond(self, request: Request, read_body: ReadBody) -> Response:
        """Answer a request, whatever happens.  Raises `Disconnected` when there is nobody left to answer."""
        started = time.perf_counter()
        self._in_flight += 1
        route: Route | None = None
        refuse: Refuse = self._unknown
        try:
            with Deadline(self._deadlines):
                found = await self._find(request)
                if found is not None:
                    route, refuse = found.route, found.route.refuse
                response = await self._answer(request, found, read_body)
        except Refusal as refusal:
            response = refuse(request, refusal)
        except TimeoutError:
            response = refuse(request, Unavailable("this took too long; try again"))
        except Disconnected:
            raise
        except Exception as problem:  # noqa: BLE001 - whatever it is, the other side gets an answer and we a log line
            self._crashed(request, problem)
            response = refuse(request, ServerError(f"something went wrong here; it is logged as {request.request_id}"))
        finally:
            self._in_flight -= 1
        self._answered(route, response.status, time.perf_counter() - started)
        return self._finished(request, route, response)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request of an ASGI server."""
        await answer_asgi(self, scope, receive, send)

    async def _find(self, request: Request) -> Found | None:
        """Find the route, and with it the realm: the request learns both."""
        found = None if request.path.startswith(PREFIX) else self._table.find(request.path, at_root=True)
        if found is None:
            place = await self._realms.place(request)
            if place is None:
                return None
            found = self._table.find(place.path, at_root=False)
            request.realm = place.realm
            request.path = place.path
        if found is not None:
            request.parameters.update(found.parameters)
        return found

    async def _answer(self, request: Request, found: Found | None, read_body: ReadBody) -> Response:
        if self._in_flight > self._limits.concurrency:
            raise Unavailable("there is too much to do; try again")
        if found is None or "\0" in request.path:
            raise NotFound("nothing is at this address")
        route = found.route
        if not route.at_root:
            opened = await self._parts.server.open(request.realm)
            if opened is None:
                raise NotFound("nothing is at this address")
            request.issuer = opened.issuer
        if route.cors and request.method == "OPTIONS":
            return preflight(route.allow)
        handler = route.methods.get("GET" if request.method == "HEAD" else request.method)
        if handler is None:
            raise MethodNotAllowed(route.allow)
        if request.method in WITH_BODY:
            longest = self._limits.body_bytes * route.bodies
            require_length(request, longest)
            request.body = await read_body(longest)
        return await handler(self._parts, request)

    def _finished(self, request: Request, route: Route | None, response: Response) -> Response:
        """Add the headers that every response has; a HEAD request gets them alone."""
        headers = [*response.headers, *self._standing, (b"x-request-id", _number(request, route).encode())]
        if API_POLICY[0] not in dict(response.headers):
            headers.append(API_POLICY)
        if route is not None and route.cors and request.method != "OPTIONS":
            headers += (ANY_ORIGIN, EXPOSED)
        if response.status not in {204, 304}:
            headers.append((b"content-length", b"%d" % len(response.body)))
        body = b"" if request.method == "HEAD" else response.body
        return Response(status=response.status, headers=tuple(headers), body=body)


def _number(request: Request, route: Route | None) -> str:
    """Return the number of a request: the one it came with, where that is promised.  Spec: AuthZEN 10.1.4."""
    theirs = request.headers.get("x-request-id", "")
    return theirs if route is not None and route.echo and _TIDY.fullmatch(theirs) else request.request_id
