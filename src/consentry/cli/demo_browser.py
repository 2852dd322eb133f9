"""A browser without scripts, for the parts of people that a program has to play: it follows redirects and fills forms.

It relies on nothing but what is promised about our pages: the sign-in form has ``username`` and ``password``, the
consent form has a button ``decision``, and hidden fields go back as they are.
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
    """One person's browser."""

    def __init__(self, username: str, password: str) -> None:
        self._person = {"username": username, "password": password}
        self.http = httpx2.Client(follow_redirects=True, timeout=30)

    def close(self) -> None:
        """Close the connections and forget the cookies."""
        self.http.close()

    def visit(self, address: str) -> httpx2.Response:
        """Open a page, and sign in and agree on the way there."""
        shown = self.http.get(address)
        for _ in range(MOST_PAGES):
            form = self._form_on_the_way(shown)
            if form is None:
                return shown
            shown = self.http.post(urljoin(str(shown.url), form.action), data=form.fields)
            if shown.status_code >= 400:
                raise NoWayInError(f"{shown.url.copy_with(query=None)} answered {shown.status_code}")
        raise NoWayInError("the pages lead nowhere")

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
            elif tag == "input":
                self.forms[-1].fields[members["name"]] = members.get("value", "")
