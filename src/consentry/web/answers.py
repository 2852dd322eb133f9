"""How answers and refusals are written: JSON, OAuth errors, protection API errors, problems.

Spec: RFC 6749 5.1, 5.2, RFC 6750 3, RFC 7662 2.2, RFC 9457 3, FedAuthz 3.2, 6.
"""

import re
from collections.abc import Mapping

import msgspec

from consentry.core.dpop import DPOP_ALGORITHMS
from consentry.core.errors import (
    Conflict,
    InsufficientScope,
    InvalidClient,
    InvalidToken,
    KeyNotProven,
    MissingToken,
    NotFound,
    Refusal,
)
from consentry.uma.challenge import Challenge, write_challenge
from consentry.uma.codes import NOT_FOUND, SCHEME_BEARER, SCHEME_DPOP, UNSUPPORTED_METHOD_TYPE
from consentry.web.http import Header, MethodNotAllowed, Request, Response

NO_STORE: Header = (b"cache-control", b"no-store")
JSON_TYPE: Header = (b"content-type", b"application/json")
PROBLEM_TYPE: Header = (b"content-type", b"application/problem+json")
JSON_HEADERS: tuple[Header, ...] = (JSON_TYPE, NO_STORE)
BEARER_REFUSALS = (MissingToken, InvalidToken, InsufficientScope)
TITLES = {
    400: "Bad request",
    401: "Sign-in needed",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    412: "Changed in the meantime",
    413: "Too large",
    415: "Unsupported media type",
    500: "Server error",
    503: "Unavailable",
}

# What RFC 6749 5.2 and RFC 6750 3 allow in a description.
_NOT_ALLOWED = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")
_encode = msgspec.json.Encoder().encode


def write_json(status: int, document: object, *headers: Header) -> Response:
    """Write JSON that nobody may keep.  Members that are None are the caller's to leave out: see `present`."""
    return Response(status=status, headers=JSON_HEADERS + headers, body=_encode(document))


def write_nothing(status: int, *headers: Header) -> Response:
    """Write an answer without a body."""
    return Response(status=status, headers=(NO_STORE, *headers))


def present(**members: object) -> dict[str, object]:
    """Return the members that are there; an absent one is None here and left out on the wire."""
    return {name: item for name, item in members.items() if item is not None}


def refuse_oauth(request: Request, refusal: Refusal) -> Response:
    """Write an OAuth error.  Spec: RFC 6749 5.2."""
    if isinstance(refusal, BEARER_REFUSALS):
        return refuse_bearer(request, refusal)
    return write_json(refusal.status, error_members(refusal), *challenges(request, refusal))


def refuse_protection(request: Request, refusal: Refusal) -> Response:
    """Write a protection API error.  Spec: FedAuthz 3.2, 4.3, 6."""
    match refusal:
        case MissingToken() | InvalidToken() | InsufficientScope():
            return refuse_bearer(request, refusal)
        case MethodNotAllowed():
            members = {**error_members(refusal), "error": UNSUPPORTED_METHOD_TYPE}
        case NotFound():
            members = {**error_members(refusal), "error": NOT_FOUND}
        case _:
            members = error_members(refusal)
    return write_json(refusal.status, members, *challenges(request, refusal))


def refuse_bearer(request: Request, refusal: Refusal) -> Response:
    """Write what is wrong with a bearer token.  Without any token the challenge names no error.  Spec: RFC 6750 3.1."""
    if isinstance(refusal, MissingToken):
        return write_nothing(refusal.status, *challenges(request, refusal))
    return write_json(refusal.status, error_members(refusal), *challenges(request, refusal))


def refuse_problem(request: Request, refusal: Refusal) -> Response:
    """Write a problem; ``code`` is the error code for programs.  Spec: RFC 9457 3."""
    problem = {
        "type": "about:blank",
        "title": TITLES.get(refusal.status, "Refused"),
        "status": refusal.status,
        "detail": refusal.description,
        "code": refusal.code,
    }
    if isinstance(refusal, MissingToken):
        del problem["code"]
    headers = (PROBLEM_TYPE, NO_STORE, *challenges(request, refusal))
    return Response(status=refusal.status, headers=headers, body=_encode(problem))


def challenges(request: Request, refusal: Refusal) -> tuple[Header, ...]:
    """Return the headers that a refusal needs beside its body.  Spec: RFC 9110 10.2.3, 11.6.1, 15.5.6."""
    match refusal:
        case InvalidClient():
            return (_authenticate("Basic", {"realm": request.issuer}),)
        case MissingToken():
            return (_authenticate(SCHEME_BEARER, {"realm": request.issuer}),)
        case KeyNotProven():
            said = {
                "realm": request.issuer,
                "error": refusal.code,
                "error_description": described(refusal),
                "algs": " ".join(DPOP_ALGORITHMS),
            }
            return (_authenticate(SCHEME_DPOP, said),)
        case InvalidToken() | InsufficientScope():
            said = {"realm": request.issuer, "error": refusal.code, "error_description": described(refusal)}
            return (_authenticate(SCHEME_BEARER, said),)
        case MethodNotAllowed():
            return ((b"allow", refusal.allow.encode()),)
    return ((b"retry-after", b"1"),) if refusal.status == 503 else ()


def error_members(refusal: Refusal) -> dict[str, str]:
    """Return code and description.  Spec: RFC 6749 5.2."""
    return {"error": refusal.code, "error_description": described(refusal)}


def described(refusal: Refusal) -> str:
    """Return a refusal's description in the characters that the specification allows."""
    return _NOT_ALLOWED.sub("'", refusal.description)


def etag(version: int) -> Header:
    """Return the header that names the version of an object.  Spec: RFC 9110 8.8.3."""
    return (b"etag", b'"%d"' % version)


def expected_version(request: Request) -> int | None:
    """Return the version that ``If-Match`` names, None if any will do.  Spec: RFC 9110 13.1.1."""
    condition = request.headers.get("if-match", "*").strip()
    if condition == "*":
        return None
    named = condition.removeprefix("W/").strip('"')
    if not named.isdecimal() or len(named) > 18:
        raise Conflict("If-Match names another version than the current one")
    return int(named)


def _authenticate(scheme: str, parameters: Mapping[str, str]) -> Header:
    return (b"www-authenticate", write_challenge(Challenge(scheme=scheme, parameters=parameters)).encode("latin-1"))
