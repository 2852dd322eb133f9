"""Cursors: the key of the last row of a page, as text that callers hand back unread."""

from consentry.core.errors import InvalidRequest
from consentry.core.ports import Page
from consentry.store.codec import refuse_nul

BEFORE_ALL = (2**62, "")
"""The place before the first row of a list that is newest first."""

LONGEST = 500


def newest_first(page: Page) -> tuple[int, str]:
    """Read a cursor of a list ordered by time and id.  Raises `InvalidRequest`."""
    if page.after is None:
        return BEFORE_ALL
    at, dot, key = page.after.partition(".")
    if not (dot and key and at.isascii() and at.isdecimal() and len(at) <= 18 and len(key) <= LONGEST):
        raise InvalidRequest("no such page")
    _require_text(key)
    return int(at), key


def by_id(page: Page) -> str:
    """Read a cursor of a list ordered by id.  Raises `InvalidRequest`."""
    if page.after is None:
        return ""
    if not page.after or len(page.after) > LONGEST:
        raise InvalidRequest("no such page")
    _require_text(page.after)
    return page.after


def size(page: Page) -> int:
    """Return how many rows to read: one more than the page shows tells whether there are more."""
    return page.limit + 1


def _require_text(key: str) -> None:
    if "\0" in key:
        refuse_nul()
