"""What a row of the route table is, and how a path finds its row.

Spec: RFC 9110 9.1, 15.5.5, 15.5.6.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, Literal, TypeVar, get_args

from consentry.core.context import Decision
from consentry.core.errors import Refusal, Unavailable
from consentry.uma.value import value
from consentry.web.answers import refuse_problem
from consentry.web.http import Request, Response
from consentry.web.parts import Parts

Guard = Literal["open", "client", "pat", "client-or-pat", "owner", "browser", "management"]
"""Who may call: anybody; an authenticated client; a PAT; either; a token of the owner; a browser with its cookie and
form mark; only whoever runs the server."""

Handler = Callable[[Parts, Request], Awaitable[Response]]
Refuse = Callable[[Request, Refusal], Response]
Question = TypeVar("Question")
Said = TypeVar("Said")

COLLECTION_SLASH = "/uma/resource/"
"""The one path that may end in a slash: the specification writes the collection so (FedAuthz 3.2)."""


READINGS = 4
"""How often a request is read while the realm's keys and trusted issuers change under it."""


class ReadAgain(Unavailable):
    """What was gathered rests on an older version of the realm than the decision does.  Nothing has been decided."""


class TableError(Exception):
    """The route table contradicts itself; the server does not start."""


class Endpoint(Generic[Question, Said]):
    """The road of a request: read and gather, ask, write.

    ``read`` may wait for what is slow or remote; it raises refusals for what it cannot read.
    """

    __slots__ = ("decide", "read", "refuse", "write")

    def __init__(
        self,
        *,
        read: Callable[[Parts, Request], Awaitable[Question]],
        decide: Decision[Question, Said],
        write: Callable[[Request, Said], Response],
        refuse: Refuse,
    ) -> None:
        self.read = read
        self.decide = decide
        self.write = write
        self.refuse = refuse

    async def __call__(self, parts: Parts, request: Request) -> Response:
        for _ in range(READINGS):
            question = await self.read(parts, request)
            said = await parts.server.ask(request.realm, self.decide, question, caller=request.caller)
            if not isinstance(said, Refusal):
                return self.write(request, said)
            if not isinstance(said, ReadAgain):
                return self.refuse(request, said)
        return self.refuse(request, Unavailable("too much is changing at this moment; try again"))


@value
class Route:
    """One address: what it answers to, who may call it, and how its refusals look.

    ``path`` is below the realm's issuer, or the host's root if ``at_root``; ``{name}`` stands for one part of it.
    ``name`` is its member in the metadata.  ``cors``: pages of any origin may read it, without cookies.
    ``echo``: an answer carries the request's own ``X-Request-ID``, if it has one.
    ``bodies``: how many times longer than elsewhere a body may be, where it says many things at once.
    """

    path: str
    methods: Mapping[str, Handler]
    guard: Guard
    name: str | None = None
    refuse: Refuse = refuse_problem
    cors: bool = False
    echo: bool = False
    at_root: bool = False
    bodies: int = 1

    @property
    def allow(self) -> str:
        """The methods it answers to, as the header ``Allow`` lists them."""
        methods = set(self.methods)
        methods |= {"HEAD"} if "GET" in methods else set()
        methods |= {"OPTIONS"} if self.cors else set()
        return ", ".join(sorted(methods))


@value
class Found:
    """A route and the parts of the path that its template names."""

    route: Route
    parameters: Mapping[str, str]


class RouteTable:
    """Finds the route of a path: exact ones by one look-up, templates by their number of parts."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = tuple(routes)
        self._exact: dict[tuple[bool, str], Found] = {}
        self._templates: dict[tuple[bool, int], list[tuple[tuple[str, ...], Route]]] = {}
        for route in self.routes:
            check(route)
            self._add(route)

    def find(self, path: str, *, at_root: bool) -> Found | None:
        """Return the route of a path below an issuer, or below the host's root."""
        exact = self._exact.get((at_root, path))
        if exact is not None:
            return exact
        parts = path.split("/")
        for template, route in self._templates.get((at_root, len(parts)), ()):
            parameters = match(template, parts)
            if parameters is not None:
                return Found(route=route, parameters=parameters)
        return None

    def _add(self, route: Route) -> None:
        if "{" in route.path:
            template = tuple(route.path.split("/"))
            self._templates.setdefault((route.at_root, len(template)), []).append((template, route))
            return
        key = (route.at_root, route.path)
        if key in self._exact:
            raise TableError(f"two routes for {route.path}")
        self._exact[key] = Found(route=route, parameters={})
        if route.path + "/" == COLLECTION_SLASH:
            self._exact[route.at_root, COLLECTION_SLASH] = self._exact[key]


def match(template: Sequence[str], parts: Sequence[str]) -> dict[str, str] | None:
    """Return what the named parts of a template stand for; None if the path is another.  No part is empty."""
    parameters: dict[str, str] = {}
    for expected, part in zip(template, parts, strict=True):
        if expected.startswith("{"):
            if not part:
                return None
            parameters[expected[1:-1]] = part
        elif expected != part:
            return None
    return parameters


def check(route: Route) -> None:
    """Refuse a row that is not complete: most of all one that does not say who may call it."""
    if route.guard not in get_args(Guard):
        raise TableError(f"{route.path} does not say who may call it")
    if not route.path.startswith("/") or not route.methods:
        raise TableError(f"{route.path} is not a path with methods")
    if route.cors and route.guard == "browser":
        raise TableError(f"{route.path} goes by cookies and cannot be open to other origins")
