"""Which requests need which permissions: the resource server's own map, written down as data.

Spec: Grant 3.2, FedAuthz 3, 4.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import TypeAlias

from consentry.uma.value import value

_PLACE = re.compile(r"\{([a-z_]+)(\*?)\}")


@value
class Open:
    """Requests that need no permission."""

    template: str


@value
class Protected:
    """Requests that need ``scopes[method]`` on every one of ``resources``, all of them ``owner``'s.

    ``template`` names parts of the path: ``/records/{patient}``; ``{rest*}`` takes slashes too.  ``owner`` and
    ``resources`` are filled in from those parts.  There is one owner to a route, because a ticket is for one owner.
    HEAD needs what GET needs; a method that is not named is answered 405.
    """

    template: str
    owner: str
    resources: tuple[str, ...]
    scopes: Mapping[str, tuple[str, ...]] = field(hash=False)


Route: TypeAlias = Open | Protected


@value
class Wanted:
    """What one request touches: the application's own keys, not the server's identifiers."""

    owner: str
    resources: tuple[str, ...]
    scopes: tuple[str, ...]


@value
class WrongMethod:
    """The route is known, the method is not."""

    allowed: tuple[str, ...]


class RouteTable:
    """Finds the first route that fits a path; what fits none is nobody's."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = [(route, _compiled(route.template)) for route in routes]
        for route in routes:
            if isinstance(route, Protected):
                _require_complete(route)

    def find(self, *, method: str, path: str) -> Wanted | WrongMethod | Open | None:
        """Say what a request needs."""
        for route, pattern in self._routes:
            found = pattern.fullmatch(path)
            if found is None:
                continue
            if isinstance(route, Open):
                return route
            scopes = route.scopes.get("GET" if method == "HEAD" else method)
            if scopes is None:
                return WrongMethod(allowed=tuple(sorted(route.scopes)))
            parts = found.groupdict()
            return Wanted(
                owner=_filled(route.owner, parts),
                resources=tuple(_filled(resource, parts) for resource in route.resources),
                scopes=scopes,
            )
        return None

    def pattern(self) -> list[dict[str, object]]:
        """Describe which scopes each request asks for, so that clients can register them.  Spec: FedAuthz 4."""
        return [
            {"path": route.template, "scopes": {method: list(scopes) for method, scopes in route.scopes.items()}}
            for route, _ in self._routes
            if isinstance(route, Protected)
        ]


def _compiled(template: str) -> re.Pattern[str]:
    at, written = 0, ""
    for place in _PLACE.finditer(template):
        written += re.escape(template[at : place.start()])
        written += f"(?P<{place[1]}>{'.*' if place[2] else '[^/]+'})"
        at = place.end()
    return re.compile(written + re.escape(template[at:]), re.DOTALL)


def _require_complete(route: Protected) -> None:
    named = {place[1] for place in _PLACE.finditer(route.template)}
    used = {place[1] for text in (route.owner, *route.resources) for place in _PLACE.finditer(text)}
    if used - named:
        raise ValueError(f"{route.template} does not name {', '.join(sorted(used - named))}")
    if not route.resources or not route.scopes:
        raise ValueError(f"{route.template} needs at least one resource and one method")


def _filled(text: str, parts: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: parts[place[1]], text)
