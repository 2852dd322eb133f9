"""Where a list goes on: the cursor in the address, and the link to what is older."""

from collections.abc import Mapping
from urllib.parse import urlencode

from consentry.core.errors import NotFound
from consentry.core.ports import Page

LONGEST_CURSOR = 200


def page_of(query: Mapping[str, str], *, limit: int) -> Page:
    """Read which part of a list is wanted."""
    after = query.get("after")
    if after is not None and len(after) > LONGEST_CURSOR:
        raise NotFound("no such page")
    return Page(limit=limit, after=after)


def older(path: str, next: str | None, **query: str) -> str:
    """Return the address (below the issuer) of what follows in a list, empty if nothing does."""
    if next is None:
        return ""
    pairs = {name: text for name, text in {**query, "after": next}.items() if text}
    return f"{path}?{urlencode(pairs)}"
