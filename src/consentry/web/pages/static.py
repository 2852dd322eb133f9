"""Stylesheet, scripts and pictures, from memory; an address with a fingerprint may be kept for ever.

Spec: RFC 9110 8.8.3, 13.1.2; RFC 8246 2.
"""

from functools import cache

from consentry.core.errors import NotFound
from consentry.web.http import Header, Request, Response
from consentry.web.pages.render import STATIC, fingerprint
from consentry.web.parts import Parts

TYPES = {
    ".css": b"text/css; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".svg": b"image/svg+xml",
    ".txt": b"text/plain; charset=utf-8",
}
FOR_EVER: Header = (b"cache-control", b"public, max-age=31536000, immutable")
ASK_AGAIN: Header = (b"cache-control", b"no-cache")


async def static(_parts: Parts, request: Request) -> Response:
    """Answer with a static file."""
    name = request.parameters["name"]
    files = _files()
    if name not in files:
        raise NotFound("no such file")
    mark = fingerprint(name)
    tag: Header = (b"etag", f'"{mark}"'.encode("ascii"))
    caching = FOR_EVER if request.query_string == b"v=" + mark.encode("ascii") else ASK_AGAIN
    if request.headers.get("if-none-match") == f'"{mark}"':
        return Response(status=304, headers=(tag, caching))
    kind: Header = (b"content-type", TYPES["." + name.rpartition(".")[2]])
    return Response(status=200, headers=(kind, tag, caching), body=files[name])


@cache
def _files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in STATIC.iterdir() if path.suffix in TYPES}
