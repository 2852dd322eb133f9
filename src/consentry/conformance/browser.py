"""A person at a browser without scripts: follows redirects, signs in, presses buttons, stops at the client's address.

Spec: Grant 3.3.2, 3.3.3; RFC 6749 4.1.1, 4.1.2.
"""

import asyncio
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2

from consentry.conformance.forms import Form, forms_of, title_of
from consentry.conformance.outcome import Unprepared
from consentry.conformance.profile import Button, Person, Profile, Step
from consentry.conformance.wire import Answer, Wire
from consentry.uma.value import value

MOST_PAGES = 15
"""A walk that is longer goes in circles."""

REDIRECTS = (301, 302, 303, 307, 308)


@value
class Arrived:
    """Where a walk ended: at an address outside the server (``location``), or on a page nothing more is done with."""

    answer: Answer
    location: str | None = None

    @property
    def parameters(self) -> dict[str, str]:
        """The query of the address the browser was sent to."""
        return dict(parse_qsl(urlsplit(self.location or "").query, keep_blank_values=True))

    @property
    def title(self) -> str:
        """What the last page is called, for messages."""
        return f"{self.answer.status} {title_of(self.answer.text)!r}"


class Browser:
    """Cookies of one person.  One walk at a time."""

    def __init__(self, http: httpx2.AsyncClient, profile: Profile, person: Person | None) -> None:
        self._http = http
        self._profile = profile
        self._person = person
        self.busy = asyncio.Lock()

    async def close(self) -> None:
        """Forget everything."""
        await self._http.aclose()

    def wire(self, wire: Wire | None = None) -> Wire:
        """Return this browser's own wire; what it sends is recorded where ``wire`` records."""
        return Wire(self._http, None if wire is None else wire.seen)

    async def walk(
        self,
        url: str,
        *,
        until: str = "",
        wire: Wire | None = None,
        press: Button | None = None,
        tick: Button | None = None,
    ) -> Arrived:
        """Open an address and go on as far as possible: until the browser is sent to one that starts with ``until``.

        Sign-in forms are filled in.  ``press`` is pressed wherever it is found, after ticking the box ``tick``; without
        it the walk ends at the first page that is not for signing in.
        """
        async with self.busy:
            sending = self.wire(wire)
            answer = await sending.send("GET", url, headers=_HTML)
            for _ in range(MOST_PAGES):
                location = _location(answer)
                if location is not None and until and location.startswith(until):
                    return Arrived(answer=answer, location=location)
                following = await self._next(sending, answer, press=press, tick=tick)
                if following is None:
                    return Arrived(answer=answer)
                answer = following
        raise Unprepared(f"the browser went through {MOST_PAGES} pages and did not arrive")

    async def submit(self, form: Form, fields: dict[str, str], *, wire: Wire | None = None, origin: str = "") -> Answer:
        """Send a form, from a page of the server itself unless another ``origin`` is given."""
        return await _submit(self.wire(wire), form, fields, origin=origin)

    async def do(self, step: Step, *, url: str, wire: Wire) -> Answer:
        """Open a page, fill in the form that a step describes, and send it."""
        shown = await self.walk(url, wire=wire)
        forms = forms_of(shown.answer.text, shown.answer.url)
        form = next((each for each in forms if _fits(each, step)), None)
        if form is None:
            raise Unprepared(f"no such form on the page {shown.title} at {url}")
        answer = await self.submit(form, form.filled(fill=dict(step.fill), press=step.press, tick=None), wire=wire)
        return answer.set_up(200, 201, 204, *REDIRECTS)

    async def _next(self, sending: Wire, answer: Answer, *, press: Button | None, tick: Button | None) -> Answer | None:
        """Take the one step that an answer leaves: follow, sign in, or press; None if there is nothing to do."""
        location = _location(answer)
        if location is not None:
            return await sending.send("GET", location, headers=_HTML)
        forms = forms_of(answer.text, answer.url)
        sign_in = self._profile.sign_in
        form = next((each for each in forms if sign_in.password in each.passwords), None)
        if form is not None and self._person is not None and answer.status < 400:
            person = {sign_in.username: self._person.username, sign_in.password: self._person.password}
            button = form.buttons[0] if form.buttons else None
            return await _submit(sending, form, form.filled(fill=person, press=button, tick=None))
        form = next((each for each in forms if press is not None and each.has(press)), None)
        if form is not None:
            return await _submit(sending, form, form.filled(fill={}, press=press, tick=tick))
        return None


_HTML = {"accept": "text/html,application/xhtml+xml"}


async def _submit(sending: Wire, form: Form, fields: dict[str, str], *, origin: str = "") -> Answer:
    if form.method == "GET":
        return await sending.send("GET", str(httpx2.URL(form.action, params=fields)), headers=_HTML)
    parts = urlsplit(form.action)
    own = f"{parts.scheme}://{parts.netloc}"
    site = "cross-site" if origin else "same-origin"
    headers = {**_HTML, "origin": origin or own, "sec-fetch-site": site}
    return await sending.send("POST", form.action, form=fields, headers=headers)


def _location(answer: Answer) -> str | None:
    found = answer.headers.get("location")
    return urljoin(answer.url, found) if answer.status in REDIRECTS and found else None


def _fits(form: Form, step: Step) -> bool:
    texts = (form.action, *(text for _, text in form.fields))
    return (not step.has or any(step.has in text for text in texts)) and (step.press is None or form.has(step.press))
