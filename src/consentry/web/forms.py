"""Forms and queries, read strictly: nothing twice, nothing that is not text, nothing without end.

Spec: RFC 6749 3.1, 3.2 and appendix B, RFC 8707 2.
"""

from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from consentry.core.errors import InvalidRequest
from consentry.web.http import Request

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 50
REPEATABLE = "resource"
"""The one parameter that may come several times (RFC 8707 2); its values are joined with a space."""

SECRETS = frozenset(
    {
        "access_token",
        "claim_token",
        "client_assertion",
        "client_secret",
        "code",
        "code_verifier",
        "password",
        "pct",
        "refresh_token",
        "rpt",
        "ticket",
        "token",
    }
)
"""What must not be in the query of an address that takes it in the body.  Spec: RFC 6749 2.3.1, RFC 9700 4.3.2."""


def read_form(request: Request) -> Mapping[str, str]:
    """Read the parameters of an urlencoded body; one sent without a value counts as absent."""
    if request.media_type != FORM:
        raise InvalidRequest(f"the body has to be {FORM}")
    if request.query_string and not SECRETS.isdisjoint(read_pairs(request.query_string)):
        raise InvalidRequest("parameters belong in the body, not in the query")
    return read_pairs(request.body)


def read_query(request: Request) -> Mapping[str, str]:
    """Read the parameters of the query; one sent without a value counts as absent."""
    return read_pairs(request.query_string)


def read_pairs(encoded: bytes) -> dict[str, str]:
    """Decode urlencoded pairs."""
    if not encoded:
        return {}
    pieces = encoded.split(b"&", MOST_FIELDS)
    if len(pieces) > MOST_FIELDS:
        raise InvalidRequest(f"there are more than {MOST_FIELDS} parameters")
    pairs: dict[str, str] = {}
    seen: set[str] = set()
    for piece in pieces:
        raw_name, _, raw_text = piece.partition(b"=")
        name, text = decode(raw_name), decode(raw_text)
        if name in seen and name != REPEATABLE:
            raise InvalidRequest("a parameter was given more than once")
        seen.add(name)
        if text:
            pairs[name] = f"{pairs[name]} {text}" if name in pairs else text
    return pairs


def decode(encoded: bytes) -> str:
    """Decode one name or value: plus is a space, the rest is percent-encoded UTF-8."""
    if b"+" in encoded:
        encoded = encoded.replace(b"+", b" ")
    raw = unquote_to_bytes(encoded) if b"%" in encoded else encoded
    try:
        text = raw.decode()
    except UnicodeDecodeError as problem:
        raise InvalidRequest("a parameter is not UTF-8") from problem
    if "\0" in text:
        raise InvalidRequest("a parameter holds a NUL character")
    return text


def required(parameters: Mapping[str, str], name: str) -> str:
    """Return a parameter that has to be there."""
    text = parameters.get(name)
    if text is None:
        raise InvalidRequest(f"{name} is required")
    return text
