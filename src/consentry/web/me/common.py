"""What every call of the API reads and writes alike: who asks, which page, times, versions.

Spec: RFC 3339 5.6, RFC 9110 8.8.3, 13.1.1.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from msgspec import Meta

from consentry.core.errors import InvalidRequest
from consentry.core.me import ByToken
from consentry.core.ports import Page
from consentry.core.sharing import Listed
from consentry.web.answers import write_json
from consentry.web.credentials import require_bearer
from consentry.web.forms import read_query
from consentry.web.http import Request, Response

LONGEST_PAGE = 200

ACT_FOR = "consentry-act-for"

FIRST = 0
LAST = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())
"""With its time zone taken off, a moment can lie beyond what a calendar of four-digit years can name."""

Moment = Annotated[datetime, Meta(tz=True)]
"""A moment as RFC 3339 writes it; without a time zone it would be nobody's."""

Scopes = Annotated[tuple[str, ...], Meta(max_length=100)]
Row = TypeVar("Row")


def who(request: Request) -> ByToken:
    """Return who asks: whoever the access token speaks for.  Without one nothing else of a request is looked at.

    With ``Consentry-Act-For`` it is the organisation of that user name, if they are its administrator.
    """
    return ByToken(token=require_bearer(request), acting_for=request.headers.get(ACT_FOR))


def read_page(request: Request) -> tuple[Page, Mapping[str, str]]:
    """Return which page of a list is wanted, and the other parameters."""
    query = dict(read_query(request))
    limit, after = query.pop("limit", "50"), query.pop("after", None)
    if not limit.isascii() or not limit.isdecimal() or len(limit) > 6 or int(limit) < 1:
        raise InvalidRequest("limit has to be a number above 0")
    return Page(limit=min(int(limit), LONGEST_PAGE), after=after), query


def filters(query: Mapping[str, str], *known: str) -> Mapping[str, str]:
    """Return the filters of a list; one that is not known is refused, since it would not narrow anything."""
    unknown = sorted(query.keys() - set(known))
    if unknown:
        raise InvalidRequest(f"there is no filter of that name; there are: {', '.join(known) or 'none'}")
    return query


def write_list(listed: Listed[Row], row: Callable[[Row], Mapping[str, object]]) -> Response:
    """Write one page of a list; ``next`` is what to give as ``after`` for the following one."""
    page: dict[str, object] = {"items": [row(each) for each in listed.items]}
    if listed.next is not None:
        page["next"] = listed.next
    return write_json(200, page)


def to_seconds(moment: datetime | None) -> int | None:
    """Return a moment as epoch seconds.  Raises `InvalidRequest` for one that `to_text` could not write again."""
    if moment is None:
        return None
    seconds = int(moment.timestamp())
    if not FIRST <= seconds <= LAST:
        raise InvalidRequest("a time has to lie between the years 1970 and 9999")
    return seconds


def to_text(seconds: int | None) -> str | None:
    """Return epoch seconds as RFC 3339 writes them."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
