"""Requests as an ASGI server would hand them over."""

from consentry.web.http import Request

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


def request_of(  # a request has many parts; each has a default
    *,
    method: str = "POST",
    path: str = "/token",
    query: bytes = b"",
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    content_type: str | None = FORM,
) -> Request:
    """Make a request that has been read, as an endpoint gets it."""
    lines = {"content-type": content_type} if content_type is not None else {}
    lines |= headers or {}
    request = Request(
        method=method, path=path, query_string=query, headers=lines, address="192.0.2.1", request_id="r-1"
    )
    request.body = body
    request.issuer = "https://as.example/realms/one"
    return request
