"""Scopes: reading them, and what of them somebody may have.  Pure.

Spec: RFC 6749 3.3, 6; OpenID Connect Core 11.
"""

import re
from collections.abc import Collection

from consentry.core.errors import InvalidScope

MOST_SCOPES = 100
_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


def parse_scope(text: str | None) -> tuple[str, ...] | None:
    """Read a ``scope`` parameter: each name once, in the order given; absent and empty are the same."""
    if not text:
        return None
    names = tuple(dict.fromkeys(name for name in text.split(" ") if name))
    if len(names) > MOST_SCOPES:
        raise InvalidScope(f"at most {MOST_SCOPES} scopes can be asked for at once")
    if not all(map(is_scope, names)):
        raise InvalidScope("a scope has a character that is not allowed")
    return names or None


def is_scope(name: str) -> bool:
    """Say whether a name can be a scope: printable ASCII without space, quote and backslash."""
    return _TOKEN.fullmatch(name) is not None


def narrow(asked: tuple[str, ...] | None, allowed: Collection[str]) -> tuple[str, ...]:
    """Return what was asked if all of it is allowed, and everything allowed if nothing was asked."""
    if asked is None:
        return tuple(allowed)
    if not set(asked) <= set(allowed):
        raise InvalidScope("a scope was asked for that is not available here")
    return asked


def without(scope: Collection[str], dropped: Collection[str]) -> tuple[str, ...]:
    """Return the scopes but for some, in their order."""
    return tuple(name for name in scope if name not in dropped)
