"""What a form on one of our pages sent: only from our own pages, and only with the mark they carry.

Spec: RFC 6749 10.12; RFC 9700 4.7; Fetch 3.2 (``Origin``), Fetch Metadata 2 (``Sec-Fetch-Site``).
"""

from typing import ClassVar
from urllib.parse import urlsplit

from consentry.core.errors import InvalidRequest, Refusal
from consentry.core.tokens import equal
from consentry.web.forms import FORM, MOST_FIELDS, decode
from consentry.web.http import Request


class ForeignForm(Refusal):
    """The form did not come from a page of ours in this browser, or that page is out of date."""

    code: ClassVar[str] = "invalid_request"
    status: ClassVar[int] = 403


class Fields:
    """The fields of a form; a name may stand several times where a page asks for `all` of it."""

    __slots__ = ("_pairs",)

    def __init__(self, body: bytes) -> None:
        pieces = body.split(b"&", MOST_FIELDS * 4) if body else []
        if len(pieces) > MOST_FIELDS * 4:
            raise InvalidRequest("the form has too many fields")
        halves = [piece.partition(b"=") for piece in pieces]
        self._pairs = tuple((decode(name), decode(text)) for name, _, text in halves)

    def all(self, name: str) -> tuple[str, ...]:
        """Return every text that came under a name, without empty ones."""
        return tuple(text for each, text in self._pairs if each == name and text)

    def get(self, name: str, default: str = "") -> str:
        """Return the one text of a name, or ``default`` if it is absent or empty."""
        found = self.all(name)
        if len(found) > 1:
            raise InvalidRequest(f"{name} was given more than once")
        return found[0] if found else default

    def __getitem__(self, name: str) -> str:
        """Return the one text of a name that has to be there."""
        text = self.get(name)
        if not text:
            raise InvalidRequest(f"{name} is required")
        return text


def read_fields(request: Request, *, csrf: str) -> Fields:
    """Read a form, once it is sure that it came from a page of ours."""
    check_origin(request)
    if request.media_type != FORM:
        raise InvalidRequest(f"the body has to be {FORM}")
    fields = Fields(request.body)
    if not equal(fields.get("csrf"), csrf):
        raise ForeignForm("this page was out of date; go back, load it again and repeat what you did")
    return fields


def check_origin(request: Request) -> None:
    """Refuse what a browser says comes from elsewhere.  Browsers that say nothing are held to the form's mark alone."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise ForeignForm("this form was sent from another site")
        return
    origin = request.headers.get("origin", "null")
    if origin not in {"null", origin_of_issuer(request)}:
        raise ForeignForm("this form was sent from another site")


def origin_of_issuer(request: Request) -> str:
    parts = urlsplit(request.issuer)
    return f"{parts.scheme}://{parts.netloc}"
