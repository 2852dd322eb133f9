"""ASGI middleware: a request passes when introspection says so, and is told where to ask when it does not.

Fails closed: an unknown path is 404, an unknown method 405, and without an answer from the authorization server 403.
Spec: Grant 3.1, 3.2, 3.5, FedAuthz 4, 5.
"""

import json
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from http import HTTPStatus
from typing import Any, TypeAlias, assert_never

from consentry.uma import codes
from consentry.uma.challenge import UmaChallenge, write_uma_challenge
from consentry.uma.errors import UmaError
from consentry.uma.protection import Protection
from consentry.uma.resource_server import (
    Allow,
    Challenge,
    Decision,
    DecisionCache,
    Refuse,
    Unavailable,
    cache_key,
    decide,
)
from consentry.uma.routes import Open, Route, RouteTable, Wanted, WrongMethod
from consentry.uma.wire import IntrospectionResponse, Permission

log = logging.getLogger("consentry.uma")

# The edge: these are ASGI's own shapes.
Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

Check: TypeAlias = Callable[[Protection, str], Awaitable[IntrospectionResponse]]
Rule: TypeAlias = Callable[[Scope, Allow], bool]


async def introspected(protection: Protection, token: str) -> IntrospectionResponse:
    """Check a token by asking the authorization server: the default, and the only way that sees withdrawals at once."""
    return await protection.introspect(token)


class UmaMiddleware:
    """Guards an application.

    ``protections`` returns the ``Protection`` of an owner, or None for nobody of that name (404).  ``check`` says what
    a token is worth; ``rule`` may refuse what an RPT would allow.  ``ttl`` lets permissions be remembered for that many
    seconds (at most 60); 0 asks every time.  The application finds the ``Allow`` in ``scope["state"]["uma"]``.
    """

    def __init__(
        self,
        app: App,
        *,
        routes: Sequence[Route],
        protections: Callable[[str], Awaitable[Protection | None]],
        realm: str | None = None,
        ttl: int = 0,
        check: Check = introspected,
        rule: Rule | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app = app
        self._routes = RouteTable(routes)
        self._protections = protections
        self._realm = realm
        self._check = check
        self._rule = rule
        self._clock = clock
        self._cache = DecisionCache(ttl=ttl)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request or hand it on."""
        if scope["type"] == "http":
            await self._guard(scope, receive, send)
        elif scope["type"] == "lifespan" or isinstance(self._routes.find(method="GET", path=_path(scope)), Open):
            await self._app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _guard(self, scope: Scope, receive: Receive, send: Send) -> None:
        match self._routes.find(method=scope["method"], path=_path(scope)):
            case None:
                await _problem(send, 404, "There is nothing here.")
            case Open():
                await self._app(scope, receive, send)
            case WrongMethod(allowed=allowed):
                await _problem(send, 405, "This method is not known here.", header=("allow", ", ".join(allowed)))
            case Wanted() as wanted:
                await self._protect(wanted, scope, receive, send)
            case other:
                assert_never(other)

    async def _protect(self, wanted: Wanted, scope: Scope, receive: Receive, send: Send) -> None:
        protection = await self._protections(wanted.owner)
        if protection is None:
            await _problem(send, 404, "There is nothing here.")
            return
        needed = await _needed(protection, wanted)
        if needed is None:
            log.warning("%s is not registered at %s", wanted.resources, protection.issuer)
            await _unreachable(send)
            return
        decision = await self._decide(protection, needed, scope)
        match decision:
            case Allow():
                await self._app({**scope, "state": {**scope.get("state", {}), "uma": decision}}, receive, send)
            case Challenge():
                await self._challenge(protection, decision, send)
            case Refuse(reason="own_rule"):
                await _problem(send, 403, "This resource server does not allow it.")
            case Refuse():
                await _unreachable(send)
            case _:
                assert_never(decision)

    async def _decide(self, protection: Protection, needed: tuple[Permission, ...], scope: Scope) -> Decision:
        token = _bearer_token(scope)
        now = int(self._clock())
        if token is None:
            return decide(None, needed, now=now)
        key = cache_key(token, issuer=protection.issuer, method=scope["method"], needed=needed)
        decision: Decision | None = self._cache.find(key, now=now)
        if decision is None:
            decision = decide(await self._worth(protection, token), needed, now=now)
            if isinstance(decision, Allow):
                self._cache.keep(key, decision, now=now)
        if isinstance(decision, Allow) and self._rule is not None and not self._rule(scope, decision):
            return Refuse(reason="own_rule")
        return decision

    async def _worth(self, protection: Protection, token: str) -> IntrospectionResponse | Unavailable:
        try:
            return await self._check(protection, token)
        except UmaError as problem:
            log.warning("no introspection from %s: %s", protection.issuer, problem)
            return Unavailable()

    async def _challenge(self, protection: Protection, challenge: Challenge, send: Send) -> None:
        try:
            ticket = await protection.request_permission(challenge.permissions)
            header = write_uma_challenge(
                UmaChallenge(
                    as_uri=protection.issuer,
                    ticket=ticket,
                    realm=self._realm,
                    error=codes.INSUFFICIENT_SCOPE if challenge.reason == "insufficient_scope" else None,
                )
            )
        except (UmaError, ValueError) as problem:
            log.warning("no permission ticket from %s: %s", protection.issuer, problem)
            await _unreachable(send)
            return
        await _problem(send, 401, "Ask the authorization server for permission.", header=("www-authenticate", header))


async def _needed(protection: Protection, wanted: Wanted) -> tuple[Permission, ...] | None:
    known = [await protection.store.resource(key) for key in wanted.resources]
    found = tuple(
        Permission(resource_id=entry.resource_id, resource_scopes=wanted.scopes) for entry in known if entry is not None
    )
    return found if len(found) == len(known) else None


def _path(scope: Scope) -> str:
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] if root and path.startswith(root + "/") else path


def _bearer_token(scope: Scope) -> str | None:
    """Return the one bearer token; of two ``Authorization`` headers none counts."""
    lines = [text for name, text in scope["headers"] if name.lower() == b"authorization"]
    if len(lines) != 1:
        return None
    scheme, _, token = lines[0].decode("latin-1").partition(" ")
    return (token.strip() or None) if scheme.lower() == codes.SCHEME_BEARER.lower() else None


async def _unreachable(send: Send) -> None:
    """Say that there is no ticket to give.  Spec: Grant 3.2.2."""
    detail = "The authorization server gave no permission ticket."
    await _problem(send, 403, detail, header=("warning", codes.WARNING_UNREACHABLE))


async def _problem(send: Send, status: int, detail: str, *, header: tuple[str, str] | None = None) -> None:
    """Answer with problem details.  Spec: RFC 9457."""
    title = HTTPStatus(status).phrase
    body = json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail}).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if header is not None:
        headers.append((header[0].encode(), header[1].encode("latin-1")))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
