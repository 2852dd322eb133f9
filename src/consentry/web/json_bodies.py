"""JSON bodies, read strictly: no member twice, no bottomless nesting, no text that a database could not keep.

Spec: RFC 8259 4, 8, 9.
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import TypeVar

import msgspec

from consentry.core.errors import InvalidRequest
from consentry.uma.members import WrongMember, json_value
from consentry.web.http import Request, UnsupportedMediaType

JSON = "application/json"
DEEPEST = 16
Body = TypeVar("Body")

# Only a body with an escape, a large exponent or very many digits can hold what has to be looked for.
_SUSPECT = re.compile(rb"\\u|[eE]\+?\d{3}|\d{300}")


def read_json(request: Request) -> object:
    """Read a body that has to be JSON; numbers out of range, NUL and half characters are refused."""
    if request.media_type != JSON and not request.media_type.endswith("+json"):
        raise UnsupportedMediaType(f"the body has to be {JSON}")
    if request.body.count(b"{") + request.body.count(b"[") > DEEPEST and deeper_than(request.body, DEEPEST):
        raise InvalidRequest("the body is nested too deeply")
    try:
        found = json_value(request.body)
    except WrongMember as problem:
        raise InvalidRequest(str(problem)) from problem
    if _SUSPECT.search(request.body):
        for leaf in leaves(found):
            require_storable(leaf)
    return found


def read_object(request: Request) -> Mapping[str, object]:
    """Read a body that has to be one JSON object."""
    found = read_json(request)
    if not isinstance(found, dict):
        raise InvalidRequest("the body has to be a JSON object")
    return found


def read_struct(request: Request, kind: type[Body]) -> Body:
    """Read a body into a struct; what its type does not allow is refused by name."""
    try:
        return msgspec.convert(read_json(request), kind)
    except msgspec.ValidationError as problem:
        raise InvalidRequest(str(problem)) from problem


def deeper_than(body: bytes, most: int) -> bool:
    """Say whether brackets nest deeper than ``most``, wherever they stand outside strings."""
    depth, in_string, escaped = 0, False, False
    for byte in body:
        if in_string:
            in_string = escaped or byte != 0x22
            escaped = byte == 0x5C and not escaped
        elif byte == 0x22:
            in_string = True
        elif byte in b"{[":
            depth += 1
            if depth > most:
                return True
        elif byte in b"}]":
            depth -= 1
    return False


def leaves(found: object) -> Iterator[object]:
    """Walk over everything in a JSON value that is not a container, names of members included."""
    match found:
        case dict():
            for name, item in found.items():
                yield name
                yield from leaves(item)
        case list():
            for item in found:
                yield from leaves(item)
        case _:
            yield found


def require_storable(leaf: object) -> None:
    """Refuse what can be escaped into a string and is not text, and a number that is too large to be one."""
    if isinstance(leaf, str) and ("\0" in leaf or any("\ud800" <= character <= "\udfff" for character in leaf)):
        raise InvalidRequest("a string holds a character that is not text")
    if isinstance(leaf, float) and not math.isfinite(leaf):
        raise InvalidRequest("a number is out of range")
