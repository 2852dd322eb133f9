"""Typed members of a JSON object: what is there has its type, what is unknown stays unread.

Spec: Grant 1.1, RFC 7591 2.2.
"""

import json
import math
from collections.abc import Mapping, Sequence


class WrongMember(ValueError):
    """A member is missing or has the wrong type; the text names it and never repeats its value."""


def json_object(body: bytes) -> Mapping[str, object]:
    """Read a body that has to be one JSON object; a member given twice is an error."""
    found = json_value(body)
    if not isinstance(found, dict):
        raise WrongMember("the body is not a JSON object")
    return found


def json_value(body: bytes) -> object:
    """Read any JSON body."""
    try:
        found: object = json.loads(body, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError as problem:
        raise WrongMember("the body is nested too deeply") from problem
    except ValueError as problem:
        raise WrongMember("the body is not JSON, or names a member twice") from problem
    return found


def string(members: Mapping[str, object], name: str) -> str:
    """Return a member that must be a non-empty string."""
    found = members.get(name)
    if not isinstance(found, str) or not found:
        raise WrongMember(f"{name} has to be a non-empty string")
    return found


def optional_string(members: Mapping[str, object], name: str) -> str | None:
    """Return a string member, or None if it is absent or null."""
    found = members.get(name)
    if found is not None and not isinstance(found, str):
        raise WrongMember(f"{name} has to be a string")
    return found


def strings(members: Mapping[str, object], name: str) -> tuple[str, ...]:
    """Return a member that must be an array of strings."""
    if name not in members:
        raise WrongMember(f"{name} is required")
    return string_array(members[name], name)


def optional_strings(members: Mapping[str, object], name: str) -> tuple[str, ...]:
    """Return an array of strings, empty if the member is absent or null."""
    found = members.get(name)
    return () if found is None else string_array(found, name)


def string_array(found: object, name: str) -> tuple[str, ...]:
    """Return the strings of an array that holds nothing else."""
    if not isinstance(found, Sequence) or isinstance(found, str):
        raise WrongMember(f"{name} has to be an array of strings")
    texts = tuple(text for text in found if isinstance(text, str))
    if len(texts) != len(found):
        raise WrongMember(f"{name} has to be an array of strings")
    return texts


def optional_seconds(members: Mapping[str, object], name: str) -> int | None:
    """Return a number of seconds; a fraction is rounded down."""
    found = members.get(name)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        raise WrongMember(f"{name} has to be a number of seconds")
    return math.floor(found)


def optional_flag(members: Mapping[str, object], name: str) -> bool:
    """Return a boolean member, False if it is absent or null."""
    found = members.get(name)
    if found is None:
        return False
    if not isinstance(found, bool):
        raise WrongMember(f"{name} has to be true or false")
    return found


def objects(members: Mapping[str, object], name: str) -> tuple[Mapping[str, object], ...]:
    """Return an array of objects, empty if the member is absent or null."""
    found = members.get(name)
    if found is None:
        return ()
    if not isinstance(found, Sequence) or isinstance(found, str):
        raise WrongMember(f"{name} has to be an array of objects")
    return tuple(nested(item, name) for item in found)


def nested(found: object, name: str) -> Mapping[str, object]:
    """Return a JSON object found inside another."""
    if not isinstance(found, Mapping):
        raise WrongMember(f"{name} has to hold objects")
    return found


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is named twice")
    return members


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
