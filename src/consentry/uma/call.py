"""One exchange with an authorization server: the request to send and the way to read the reply.  Nothing is sent here.

Spec: RFC 6749 5.2, RFC 6750 3.1, Grant 3.3.6, FedAuthz 3.2, 4.3, 6.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Generic, Protocol, TypeVar
from urllib.parse import urlencode

from consentry.uma import codes, wire_json
from consentry.uma.challenge import read_challenges
from consentry.uma.errors import (
    MalformedAnswerError,
    NeedInfoError,
    ProtocolError,
    RequestSubmittedError,
    UnreachableError,
    refusal,
)
from consentry.uma.members import WrongMember, json_object
from consentry.uma.value import value

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@value
class Reply:
    """What came back.  Header names are in lower case; of repeated headers each is kept."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)

    def lines(self, name: str) -> tuple[str, ...]:
        """Return every line of a header."""
        return tuple(text for known, text in self.headers if known == name)


@value
class Call(Generic[T_co]):
    """A request to send, and ``read``, which turns the reply into a value or raises a ``UmaError``.

    Send it without following redirects: it carries secrets for this one address.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False, hash=False)
    body: bytes = field(default=b"", repr=False)
    read: Callable[[Reply], T_co] = field(repr=False)


class Sender(Protocol):
    """Sends a call and reads its reply; ``consentry.uma.httpx.AsyncSender`` is one."""

    async def __call__(self, call: Call[T]) -> T:
        """Return what the call's reader makes of the reply; raise ``UnreachableError`` if there is none."""


def get(url: str, *, headers: Mapping[str, str], read: Callable[[Reply], T]) -> Call[T]:
    """Build a GET."""
    return Call(method="GET", url=url, headers={"accept": JSON, **headers}, read=read)


def post_form(
    url: str, *, form: Mapping[str, str | None], headers: Mapping[str, str], read: Callable[[Reply], T]
) -> Call[T]:
    """Build a POST of a form; parameters that are None are left out."""
    given = {name: text for name, text in form.items() if text is not None}
    return Call(
        method="POST",
        url=url,
        headers={"accept": JSON, "content-type": FORM, **headers},
        body=urlencode(given).encode("ascii"),
        read=read,
    )


def reader(convert: Callable[[Mapping[str, object]], T], *, status: int = 200) -> Callable[[Reply], T]:
    """Make a reader of a JSON object that comes with one status only; every other reply raises."""

    def read(reply: Reply) -> T:
        if reply.status != status:
            raise failure(reply)
        try:
            return convert(json_object(reply.body))
        except WrongMember as problem:
            raise MalformedAnswerError(str(problem)) from problem

    return read


def failure(reply: Reply) -> UnreachableError | MalformedAnswerError | ProtocolError:
    """Make the exception for a reply that is not the success that was waited for."""
    if reply.status >= 500 or reply.status == 429:
        return UnreachableError(f"the authorization server answered {reply.status}")
    if reply.status < 400:
        return MalformedAnswerError(f"the authorization server answered {reply.status}")
    try:
        return _refusal(reply)
    except WrongMember:
        return refusal(error=_code_without_body(reply), status=reply.status)


def _refusal(reply: Reply) -> ProtocolError:
    found = json_object(reply.body)
    answer = wire_json.read_error_response(found)
    if answer.error == codes.NEED_INFO:
        return NeedInfoError(
            status=reply.status, need_info=wire_json.read_need_info(found), description=answer.error_description
        )
    if answer.error == codes.REQUEST_SUBMITTED:
        return RequestSubmittedError(
            status=reply.status,
            request_submitted=wire_json.read_request_submitted(found),
            description=answer.error_description,
        )
    return refusal(
        error=answer.error,
        status=reply.status,
        description=answer.error_description,
        error_uri=answer.error_uri,
    )


def _code_without_body(reply: Reply) -> str:
    """Name the error of an answer without a usable body: a bearer challenge, or the status alone."""
    for challenge in read_challenges(reply.lines("www-authenticate")):
        if challenge.scheme.lower() == "bearer" and "error" in challenge.parameters:
            return challenge.parameters["error"]
    by_status = {401: codes.INVALID_TOKEN, 404: codes.NOT_FOUND, 405: codes.UNSUPPORTED_METHOD_TYPE}
    return by_status.get(reply.status, codes.INVALID_REQUEST)
