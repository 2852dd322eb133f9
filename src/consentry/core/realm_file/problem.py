"""What is wrong with a realm file, and where."""

from collections.abc import Iterator
from datetime import UTC, datetime

from consentry.uma.value import value


@value
class Problem:
    """``path`` is a JSON path into the file (``$.clients[1].redirect_uris[0]``)."""

    path: str
    message: str


def moment(member: str, text: str | None) -> Iterator[tuple[str, str]]:
    """Complain about a time that cannot be read."""
    if text and epoch(text) is None:
        yield member, "has to be a time with its offset, such as 2027-01-31T12:00:00Z"


def epoch(text: str) -> int | None:
    """Read an RFC 3339 time as epoch seconds; None if it is none, or one that could not be written again."""
    try:
        read = datetime.fromisoformat(text)
        at = int(read.timestamp()) if read.tzinfo else None
        if at is not None:
            rfc3339(at)
    except (ValueError, OverflowError):
        return None
    return at


def rfc3339(at: int) -> str:
    """Write epoch seconds as an RFC 3339 time."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
