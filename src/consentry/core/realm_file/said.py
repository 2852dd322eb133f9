"""Laying what a file says over what is there."""

import json
from typing import TypeVar

from consentry.core.realm_file.problem import epoch, rfc3339

T = TypeVar("T")


def said(word: T | None, otherwise: T) -> T:
    """Return what the file says, or what is there if it says nothing."""
    return otherwise if word is None else word


def said_text(word: str | None, otherwise: str | None) -> str | None:
    """Return text that may be absent: an empty text takes it away."""
    return otherwise if word is None else word or None


def said_number(word: int | None, otherwise: int | None) -> int | None:
    """Return a number that may be absent: zero takes it away."""
    return otherwise if word is None else word or None


def said_moment(word: str | None, otherwise: int | None) -> int | None:
    """Return a time that may be absent: an empty text takes it away."""
    return otherwise if word is None else epoch(word)


def said_since(word: bool | None, otherwise: int | None, *, now: int) -> int | None:  # noqa: FBT001 - a file's word
    """Return since when something is so: from now on if the file says so and it was not."""
    if word is None:
        return otherwise
    return said(otherwise, now) if word else None


def said_json(word: dict[str, object] | None, otherwise: str | None) -> str | None:
    """Return a JSON object as text: an empty one takes it away."""
    return otherwise if word is None else json.dumps(word, sort_keys=True) if word else None


def shown_moment(at: int | None) -> str:
    """Write a time that may be absent."""
    return "" if at is None else rfc3339(at)


def shown_json(text: str | None) -> dict[str, object]:
    """Write JSON text that may be absent as an object."""
    shown: object = json.loads(text) if text else {}
    return dict(shown) if isinstance(shown, dict) else {}
