"""Nobody else's: every address of the console, its wrong owner, a missing mark, and texts that would be markup."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from consentry.core.model import Circle
from consentry.web.console.routes import ROUTES
from tests.console.visiting import Clinic, Visitor, visible
from tests.pages.browsing import PATH, Browser
from tests.worlds import NOON

NAMED = [route for route in ROUTES if "{" in route.path]
POSTS = [route.path for route in ROUTES if "POST" in route.methods]
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "{{ 7*7 }}${7*7}",
    "</title></main><form action=//evil.example>",
    "\N{RIGHT-TO-LEFT OVERRIDE}drocer\N{POP DIRECTIONAL FORMATTING}",
)


async def fill(clinic: Clinic) -> dict[str, str]:
    """Give Alice one of everything; return what the names in paths stand for."""
    grant = await clinic.world.grant(clinic.record, clinic.bob)
    asked = await clinic.asks(clinic.carol)
    circle = Circle(circle_id="family", owner_id=clinic.alice.account_id, name="Family", created_at=NOON)
    await clinic.world.add(circle)
    return {
        "{circle_id}": circle.circle_id,
        "{resource_id}": clinic.record.resource_id,
        "{grant_id}": grant.grant_id,
        "{request_id}": asked.request_id,
    }


def path_of(template: str, ids: dict[str, str]) -> str:
    for name, text in ids.items():
        template = template.replace(name, text)
    return template


@pytest.mark.parametrize("template", [route.path for route in NAMED])
async def test_somebody_elses_looks_like_unknown(clinic: Clinic, template: str) -> None:
    ids = await fill(clinic)
    before = await clinic.grants()
    bob = await clinic.visit("bob")
    csrf = await bob.csrf()
    unknown = dict.fromkeys(ids, "unknown")
    form = [("csrf", csrf), ("person", "carol"), ("scope", "read"), ("version", "1"), ("member", "carol")]
    route = next(route for route in NAMED if route.path == template)
    for method in route.methods:
        answers = []
        for named in (ids, unknown):
            path = path_of(template, named)
            sent = await (bob.see(path) if method == "GET" else bob.send(f"{PATH}{path}", form))
            answers.append((sent.status, re.sub(r"[0-9a-f]+-[0-9a-f]+|nonce=\S+", "", sent.text)))
        assert answers[0] == answers[1]
        # A change needs the sealed state of a grant that was one's own to look at.
        assert answers[0][0] == (400 if template == "/console/grants/{grant_id}" and method == "POST" else 404)
    assert await clinic.grants() == before


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("csrf", [None, "wrong"])
async def test_a_form_without_our_mark_does_nothing(
    clinic: Clinic, alice: Visitor, path: str, csrf: str | None
) -> None:
    ids = await fill(clinic)
    before = await clinic.grants()
    form = [("person", "carol"), ("scope", "read"), *([("csrf", csrf)] if csrf else [])]
    answer = await alice.send(f"{PATH}{path_of(path, ids)}", form)
    assert answer.status == 403
    assert "Nothing was changed" in visible(answer.text)
    right = [*form[:2], ("csrf", await alice.csrf())]
    foreign = await alice.send(f"{PATH}{path_of(path, ids)}", right, {"sec-fetch-site": "cross-site"})
    assert foreign.status == 403
    assert await clinic.grants() == before


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
async def test_who_is_not_signed_in_is_sent_to_sign_in(clinic: Clinic, route: object) -> None:
    template = str(getattr(route, "path", ""))
    path = path_of(template, await fill(clinic))
    stranger = Browser(clinic.site.app)
    if "GET" in next(each for each in ROUTES if each.path == template).methods:
        answer = await stranger.get(f"{PATH}{path}")
        assert answer.status == 303
        assert answer.location.startswith(f"{PATH}/account/sign-in?to=/console")
    else:
        assert (await stranger.post(f"{PATH}{path}", {})).status == 403


async def test_a_script_that_meets_the_sign_in_leaves_the_whole_page(clinic: Clinic) -> None:
    stranger = Visitor(clinic.site.app)
    answer = await stranger.opened("/console", {"hx-request": "true"})
    assert answer.status == 200
    assert answer.headers["hx-redirect"].startswith(f"{PATH}/account/sign-in")


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_texts_of_others_are_shown_as_texts(clinic: Clinic, payload: str) -> None:
    world = clinic.world
    ids = await fill(clinic)
    await world.replace(replace(clinic.bob, name=payload))
    await world.replace(replace(clinic.carol, name=payload))
    await world.replace(replace(clinic.surgery, client_name=payload))
    record = replace(clinic.record, name=payload, description=payload, type=payload, labels=(payload,))
    await world.replace(record)
    (grant,) = await clinic.grants()
    await world.replace(replace(grant, purpose=payload, client_ids=("surgery",)))
    asked = await clinic.asks(name="two")
    await world.replace(replace(asked, message=payload))
    alice, bob = await clinic.visit(), await clinic.visit("bob")
    for route in ROUTES:
        if "GET" not in route.methods:
            continue
        for visitor in (alice, bob):
            shown = await visitor.see(path_of(route.path, ids), search=payload, **{"with": payload})
            assert shown.status in {200, 400, 404}
            check_inert(shown.text, payload)
    stopped = await alice.done(await alice.see(clinic.thing), "/stop")
    check_inert(stopped.text, payload)


def check_inert(text: str, payload: str) -> None:
    found = Elements()
    found.feed(text)
    assert not found.foreign
    assert ">49<" not in text
    if payload.startswith("\N{RIGHT-TO-LEFT OVERRIDE}"):
        assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in visible(text)


class Elements(HTMLParser):
    """Collects what none of our templates has."""

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        members = dict(attrs)
        ours = (members.get("src") or "").startswith("/static/") and "nonce" in members
        if tag in {"img", "iframe", "object", "base"} or (tag == "script" and not ours):
            self.foreign.append(tag)
        if tag == "form" and not (members.get("action") or "").startswith(PATH):
            self.foreign.append(str(members))
        self.foreign += [name for name in members if name.startswith("on")]


async def test_no_page_shows_an_internal_id(clinic: Clinic, alice: Visitor) -> None:
    ids = await fill(clinic)
    hidden = [clinic.bob.account_id, clinic.carol.account_id, clinic.alice.account_id, *ids.values()]
    for route in ROUTES:
        if "GET" in route.methods:
            shown = visible((await alice.see(path_of(route.path, ids))).text)
            assert not [each for each in hidden if each in shown]


async def test_a_note_that_somebody_planted_is_not_shown(clinic: Clinic, alice: Visitor) -> None:
    await alice.see("/console")
    name = next(name for name in alice.cookies if "session" in name).replace("session", "note")
    alice.cookies[name] = "v1.00000000.d2UgYXJlIG5vdCB1cw=="
    assert "data-toast" not in (await alice.see("/console")).text


async def test_a_note_is_shown_once(clinic: Clinic, alice: Visitor) -> None:
    await clinic.world.grant(clinic.record, clinic.bob)
    stopped = await alice.done(await alice.see(clinic.thing), "/stop")
    assert "data-toast" in stopped.text
    assert "data-toast" not in (await alice.see(clinic.thing)).text
