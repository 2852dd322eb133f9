"""What an application remembers of each browser, found by a random cookie."""

import secrets
from typing import Generic, TypeVar

from starlette.requests import Request
from starlette.responses import Response

MOST = 1_000

Held = TypeVar("Held")


class Sessions(Generic[Held]):
    """Browser sessions in memory: people sign in again after a restart.  Of too many the oldest go."""

    def __init__(self, cookie: str) -> None:
        self._cookie = cookie
        self._held: dict[str, Held] = {}

    def find(self, request: Request) -> Held | None:
        """Return what is known of this browser."""
        return self._held.get(request.cookies.get(self._cookie, ""))

    def begin(self, request: Request, response: Response, held: Held) -> None:
        """Remember something, under a cookie that nobody knew before (session fixation)."""
        self._held.pop(request.cookies.get(self._cookie, ""), None)
        while len(self._held) >= MOST:
            del self._held[next(iter(self._held))]
        name = secrets.token_urlsafe(32)
        self._held[name] = held
        response.set_cookie(self._cookie, name, httponly=True, samesite="lax", secure=request.url.scheme == "https")

    def end(self, request: Request, response: Response) -> None:
        """Forget this browser."""
        self._held.pop(request.cookies.get(self._cookie, ""), None)
        response.delete_cookie(self._cookie)
