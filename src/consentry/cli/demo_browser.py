"""A browser without scripts, for the parts of people that a program has to play: it follows redirects and fills forms.

It relies on nothing but what is promised about our pages: the sign-in form has ``username`` and ``password``, the
consent form has buttons named ``decision``, and hidden fields go back as they are.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx2

MOST_PAGES = 6


class NoWayInError(Exception):
    """The pages are not what they should be, or the password is wrong."""


@dataclass(slots=True, kw_only=True)
class Form:
    """A form as a page has it."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: set[str] = field(default_factory=set)


class Browser:
    """One person's browser; ``http`` keeps the cookies and follows redirects."""

    def __init__(self, http: httpx2.AsyncClient, *, username: str, password: str) -> None:
        self.http = http
        self._person = {"username": username, "password": password}

    async def visit(self, address: str) -> httpx2.Response:
        """Open a page; on the way there, sign in and agree where that is asked."""
        shown = await self.http.get(address)
        for _ in range(MOST_PAGES):
            form = self._form_on_the_way(shown)
            if form is None:
                return shown
            shown = await self.submit(shown, form)
            if shown.status_code >= 400:
                raise NoWayInError(f"{shown.url.copy_with(query=None)} answered {shown.status_code}")
        raise NoWayInError("the pages lead nowhere")

    async def press(self, shown: httpx2.Response, action: str, **fields: str) -> httpx2.Response:
        """Send the form of a page whose address ends with ``action``, with these fields filled in."""
        form = next((form for form in read_forms(shown.text) if form.action.endswith(action)), None)
        if form is None:
            raise NoWayInError(f"there is no form for {action} on {shown.url.copy_with(query=None)}")
        form.fields |= fields
        return await self.submit(shown, form)

    async def submit(self, shown: httpx2.Response, form: Form) -> httpx2.Response:
        """Send a form as the page has it."""
        address = httpx2.URL(urljoin(str(shown.url), form.action))
        origin = f"{address.scheme}://{address.netloc.decode()}"
        return await self.http.post(address, data=form.fields, headers={"origin": origin})

    def _form_on_the_way(self, shown: httpx2.Response) -> Form | None:
        """Return the sign-in or consent form of a page, filled in."""
        for form in read_forms(shown.text):
            if "username" in form.fields:
                form.fields |= self._person
                return form
            if "decision" in form.buttons:
                form.fields["decision"] = "allow"
                return form
        return None


def read_forms(page: str) -> list[Form]:
    """Return the forms of a page."""
    reading = _Reading()
    reading.feed(page)
    return reading.forms


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        members = {name: text or "" for name, text in attrs}
        if tag == "form":
            self.forms.append(Form(action=members.get("action", "")))
        elif self.forms and "name" in members:
            if tag == "button":
                self.forms[-1].buttons.add(members["name"])
            elif tag == "input" and members.get("type") not in {"checkbox", "radio"}:
                self.forms[-1].fields[members["name"]] = members.get("value", "")
