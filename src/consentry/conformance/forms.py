"""The forms of an HTML page, as a browser without scripts sees them."""

from html.parser import HTMLParser
from typing import TypeAlias
from urllib.parse import urljoin

from consentry.conformance.profile import Button
from consentry.uma.value import value

Attributes: TypeAlias = list[tuple[str, str | None]]


@value
class Form:
    """A form: where it goes, what it sends as it stands, its buttons, boxes and the names of its password fields."""

    action: str
    method: str
    fields: tuple[tuple[str, str], ...]
    buttons: tuple[Button, ...]
    boxes: tuple[Button, ...]
    passwords: tuple[str, ...]

    def has(self, button: Button) -> bool:
        """Tell whether there is such a button."""
        return any(_same(button, each) for each in self.buttons)

    def filled(self, *, fill: dict[str, str], press: Button | None, tick: Button | None) -> dict[str, str]:
        """Return what is sent after filling in, ticking and pressing."""
        sent = dict(self.fields) | fill
        for wanted, there in ((tick, self.boxes), (press, self.buttons)):
            if wanted is not None:
                found = next((each for each in there if _same(wanted, each)), wanted)
                sent[found.name] = found.value or ""
        return sent


def forms_of(page: str, url: str) -> list[Form]:
    """Read the forms of a page that came from an address."""
    reading = _Forms(url)
    reading.feed(page)
    reading.close()
    return reading.finished()


def title_of(page: str) -> str:
    """Return what a page is called."""
    reading = _Forms("")
    reading.feed(page)
    return " ".join(reading.title.split())


def _same(wanted: Button, there: Button) -> bool:
    return wanted.name == there.name and wanted.value in (None, there.value)


class _Forms(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._forms: list[dict[str, str]] = []
        self._parts: list[_Parts] = []
        self._in_title = False
        self._choice: str | None = None
        self.title = ""

    def finished(self) -> list[Form]:
        return [
            Form(
                action=urljoin(self._url, members.get("action") or self._url),
                method=members.get("method", "get").upper(),
                fields=tuple(parts.fields),
                buttons=tuple(parts.buttons),
                boxes=tuple(parts.boxes),
                passwords=tuple(parts.passwords),
            )
            for members, parts in zip(self._forms, self._parts, strict=True)
        ]

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        members = {name: text if text is not None else "" for name, text in attrs}
        if tag == "title":
            self._in_title = True
        elif tag == "form":
            self._forms.append(members)
            self._parts.append(_Parts())
        elif self._parts and tag in {"input", "button", "textarea"}:
            self._parts[-1].add(tag, members)
        elif self._parts and tag == "select":
            self._choice = members.get("name")
        elif self._parts and tag == "option" and self._choice and "selected" in members:
            self._parts[-1].fields.append((self._choice, members.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


class _Parts:
    def __init__(self) -> None:
        self.fields: list[tuple[str, str]] = []
        self.buttons: list[Button] = []
        self.boxes: list[Button] = []
        self.passwords: list[str] = []

    def add(self, tag: str, members: dict[str, str]) -> None:
        kind = members.get("type", "submit" if tag == "button" else "text").lower()
        name = members.get("name")
        if not name or "disabled" in members:
            return
        if kind in {"submit", "image"}:
            self.buttons.append(Button(name=name, value=members.get("value", "")))
        elif kind in {"checkbox", "radio"}:
            self.boxes.append(Button(name=name, value=members.get("value", "on")))
            if "checked" in members:
                self.fields.append((name, members.get("value", "on")))
        elif kind not in {"button", "reset", "file"}:
            self.fields.append((name, members.get("value", "")))
            if kind == "password":
                self.passwords.append(name)
