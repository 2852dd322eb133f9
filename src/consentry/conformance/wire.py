"""Requests and answers, and the record of them that a report shows; secrets in it are shortened."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Self
from urllib.parse import urlencode

import httpx2

from consentry.conformance.outcome import Failed, Unprepared
from consentry.uma.value import value

SECRETS = (
    "access_token refresh_token id_token claim_token client_secret client_assertion ticket pct rpt token code "
    "code_verifier password csrf registration_access_token initial_access_token"
).split()
_IN_FORM = re.compile(rf"(?P<head>(?:^|[?&])(?:{'|'.join(SECRETS)})=)(?P<first>[^&\s]{{0,6}})[^&\s]*")
_IN_JSON = re.compile(rf'(?P<head>"(?:{"|".join(SECRETS)})"\s*:\s*")(?P<first>[^"]{{0,6}})[^"]*')
_IN_PAGE = re.compile(r'(?P<head>(?:ticket|csrf)" value=")(?P<first>[^"]{0,6})[^"]*')
_IN_HEADER = re.compile(r"^(?P<head>\S+ )?(?P<first>\S{0,6}).*")
SECRET_HEADERS = {"authorization", "cookie", "set-cookie", "dpop"}
SHOWN_HEADERS = {
    "authorization", "content-type", "location", "www-authenticate", "allow", "cache-control", "dpop",
}  # fmt: skip
LONGEST_SHOWN = 1_500
LARGEST_ANSWER = 4 << 20

Fields = Mapping[str, str] | Sequence[tuple[str, str]]


@value
class Exchange:
    """One request and its answer as a report shows them."""

    method: str
    url: str
    sent: str
    status: int
    headers: Mapping[str, str]
    body: str


@value
class Answer:
    """What a server said."""

    status: int
    headers: httpx2.Headers
    text: str
    url: str

    @property
    def code(self) -> str | None:
        """The error code, if the answer is JSON that has one."""
        found = self.loose.get("error")
        return found if isinstance(found, str) else None

    @property
    def loose(self) -> Mapping[str, object]:
        """The members of the JSON object in the body; none if there is no such object."""
        try:
            found: object = json.loads(self.text)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def members(self) -> Mapping[str, object]:
        """The members of the JSON object that the body has to be."""
        found = self.json
        if not isinstance(found, dict):
            raise Failed(f"the body of {self} is not a JSON object")
        return found

    @property
    def json(self) -> object:
        """The JSON that the body has to be."""
        try:
            found: object = json.loads(self.text)
        except ValueError as problem:
            raise Failed(f"the body of {self} is not JSON") from problem
        return found

    def string(self, name: str) -> str:
        """Return a member that has to be a string with something in it."""
        found = self.members.get(name)
        if not isinstance(found, str) or not found:
            raise Failed(f"{self} has no string member {name}")
        return found

    def expect(self, *statuses: int) -> Self:
        """Fail unless the status is one of these."""
        if self.status not in statuses:
            raise Failed(f"expected {' or '.join(map(str, statuses))}, got {self}")
        return self

    def refuses(self, code: str, *statuses: int) -> Self:
        """Fail unless this is an error with a code; status 400 if none is named."""
        allowed = statuses or (400,)
        if self.status not in allowed or self.code != code:
            raise Failed(f"expected {' or '.join(map(str, allowed))} {code}, got {self}")
        return self

    def set_up(self, *statuses: int) -> Self:
        """Give the case up unless the status is one of these: without it there is nothing to test."""
        if self.status not in statuses:
            raise Unprepared(f"the kit needed {' or '.join(map(str, statuses))} from {self.url}, got {self}")
        return self

    def __str__(self) -> str:
        """Name the answer in few words."""
        return f"{self.status} {self.code}" if self.code else str(self.status)


class Wire:
    """Sends requests and remembers them."""

    def __init__(self, http: httpx2.AsyncClient, seen: list[Exchange] | None = None) -> None:
        self._http = http
        self.seen: list[Exchange] = [] if seen is None else seen

    async def send(
        self,
        method: str,
        url: str,
        *,
        bearer: str | None = None,
        form: Fields | None = None,
        document: object = None,
        body: bytes | None = None,
        media_type: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a form, a JSON document, or bytes; redirects are not followed."""
        lines = dict(headers or {})
        if bearer is not None:
            lines["authorization"] = f"Bearer {bearer}"
        if form is not None:
            pairs = list(form.items()) if isinstance(form, Mapping) else list(form)
            body, media_type = urlencode(pairs).encode(), media_type or "application/x-www-form-urlencoded"
        elif document is not None:
            body, media_type = json.dumps(document).encode(), media_type or "application/json"
        if media_type is not None:
            lines["content-type"] = media_type
        try:
            response = await self._http.request(method, url, headers=lines, content=body, follow_redirects=False)
        except (httpx2.RequestError, httpx2.InvalidURL) as problem:
            raise Unprepared(f"{method} {shortened(url)}: {type(problem).__name__} {problem}") from problem
        answer = Answer(
            status=response.status_code,
            headers=response.headers,
            text=response.text[:LARGEST_ANSWER],
            url=str(response.request.url),
        )
        self.seen.append(_exchange(method, url, lines, body, answer))
        return answer


def _exchange(method: str, url: str, lines: Mapping[str, str], body: bytes | None, answer: Answer) -> Exchange:
    sent = "\n".join(f"{name}: {_header(name, text)}" for name, text in lines.items() if name.lower() in SHOWN_HEADERS)
    if body:
        sent += f"\n\n{shortened(body.decode(errors='replace'))}"
    shown = {name: _header(name, text) for name, text in answer.headers.items() if name.lower() in SHOWN_HEADERS}
    return Exchange(
        method=method,
        url=shortened(url),
        sent=sent.strip()[:LONGEST_SHOWN],
        status=answer.status,
        headers=shown,
        body=shortened(answer.text)[:LONGEST_SHOWN],
    )


def shortened(text: str) -> str:
    """Cut secrets in a form, a query, a JSON document or a page down to their first characters."""
    for pattern in (_IN_FORM, _IN_JSON, _IN_PAGE):
        text = pattern.sub(r"\g<head>\g<first>…", text)
    return text


def _header(name: str, text: str) -> str:
    if name.lower() in SECRET_HEADERS:
        return _IN_HEADER.sub(lambda found: f"{found['head'] or ''}{found['first']}…", text)
    return shortened(text)
