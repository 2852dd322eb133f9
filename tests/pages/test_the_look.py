import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from consentry.core.model import Account
from consentry.web.pages import render

HERE = Path(__file__).parent
NOW = 1_780_000_000
MOST_CSS = 30 * 1024


def view(**more: object) -> dict[str, object]:
    return {
        "realm_name": "Health",
        "nonce": "bm9uY2U",
        "now": NOW,
        "csrf": "token",
        "account": Account(account_id="a", username="alice", name="Alice <Andersson>"),
        "section": "resources",
        "counts": {"requests": 2},
        "said": "",
        "to": lambda path: path,
        **more,
    }


def components() -> str:
    return render.render_text((HERE / "components.html").read_text(), view())


def test_every_component_renders_and_escapes_what_people_typed() -> None:
    page = components()
    assert "Alice &lt;Andersson&gt;" in page
    assert "Alice <Andersson>" not in page


def test_a_page_has_no_inline_style_and_no_inline_handler() -> None:
    class Watch(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag != "style"
            assert not [name for name, _ in attrs if name == "style" or name.startswith("on")]

    Watch().feed(components())


def test_a_name_that_a_template_lacks_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render.render_text("{{ nobody }}", view())


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'symbol id="([\w-]+)"', (render.STATIC / "icons.svg").read_text()))
    templates = [*(render.STATIC.parent / "templates").glob("*.html"), HERE / "components.html"]
    named = {
        name
        for template in templates
        for name in re.findall(r'(?:icon\(|icon_name=|picture=)"([\w-]+)"', template.read_text())
    }
    assert named <= sprite


def test_the_stylesheet_is_small() -> None:
    assert len((render.STATIC / "consentry.css").read_bytes()) <= MOST_CSS


def test_what_came_from_elsewhere_is_what_the_manifest_says() -> None:
    manifest = json.loads((render.STATIC / "vendored.json").read_text())
    assert {entry["file"] for entry in manifest} == {"htmx.js", "icons.svg"}
    for entry in manifest:
        assert hashlib.sha256((render.STATIC / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert entry["licence"] in {"0BSD", "ISC"}
    notes = (render.STATIC / "VENDORED.txt").read_text()
    assert "ISC License" in notes
    assert "Zero-Clause BSD" in notes


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Alice", "A"),
        ("Dr. Bob Lindqvist", "BL"),
        ("dan@example.test", "D"),
        ("", "?"),
        ("李 小龍", "李小"),
        ("…", "?"),
    ],
)
def test_initials_stand_for_a_name(name: str, letters: str) -> None:
    assert render.initials(name) == letters


def test_times_are_told_in_words() -> None:
    assert render.distance(NOW + 3 * 86_400, NOW) == "in 3 days"
    assert render.distance(NOW - 3, NOW) == "just now"
    assert render.day(NOW) == "28 May 2026"
    assert render.iso(NOW) == "2026-05-28T20:26:40Z"
