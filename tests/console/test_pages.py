"""What the pages show: the three answers of the first one, lists, and what an empty one teaches."""

import re
from urllib.parse import unquote_plus

import pytest

from consentry.core.changes import Add
from consentry.core.context import Answer, Context
from consentry.core.events import event
from consentry.core.grantee import NamedGrantee
from consentry.core.me import BySession
from consentry.core.owner_grants import MyGrant, Share, share
from consentry.core.terms import Terms
from consentry.web.console.activity_words import KINDS, OTHER, REFUSED
from consentry.web.console.words import ICONS, PICTURES
from consentry.web.pages import render
from tests.console.visiting import DAY, Clinic, Visitor, read_forms, visible
from tests.worlds import NOON


async def test_home_answers_three_questions(clinic: Clinic, alice: Visitor) -> None:
    await clinic.asks(clinic.carol)
    form = await alice.see(f"{clinic.thing}/share")
    await alice.done(form, "/share", ("person", "bob"), ("until", "week"))
    shown = visible((await alice.see("/console")).text)
    assert "Carol asks for Health record" in shown
    assert "Bob Health record Until 22 January 2027" in shown
    assert "You shared Health record with Bob Read the record" in shown


async def test_who_ends_first_stands_first_at_home(clinic: Clinic, alice: Visitor) -> None:
    await clinic.world.grant(clinic.record, clinic.bob, expires_at=NOON + 9 * DAY)
    await clinic.world.grant(clinic.record, clinic.carol, expires_at=NOON + 2 * DAY)
    shown = visible((await alice.see("/console")).text)
    assert shown.index("Carol Health record") < shown.index("Bob Health record")


@pytest.mark.parametrize(
    ("path", "teaches"),
    [
        ("/console", "Connect an app that keeps something of yours"),
        ("/console/resources", "You can then share it with a person"),
        ("/console/people", "You share nothing"),
        ("/console/requests", "their request waits here for your word"),
        ("/console/shared", "When somebody shares a thing with you"),
        ("/console/asked", "You have asked for nothing"),
    ],
)
async def test_an_empty_page_teaches(clinic: Clinic, path: str, teaches: str) -> None:
    carol = await clinic.visit("carol")
    assert teaches in visible((await carol.see(path)).text)


async def test_people_stand_with_everything_they_can_see(clinic: Clinic, alice: Visitor) -> None:
    photos = await clinic.world.resource(clinic.alice, clinic.site.records, name="Photos")
    await clinic.world.grant(clinic.record, clinic.bob, scopes="read")
    await clinic.world.grant(photos, clinic.bob, scopes="read")
    page = await alice.see("/console/people")
    shown = visible(page.text)
    assert shown.count("Bob bob") == 1
    assert "Photos Can read the record" in shown
    after = await alice.done(page, "/stop")
    assert "Bob has no more access" in visible(after.text)
    assert len([form for form in read_forms(after.text) if form.action.endswith("/stop")]) == 1


async def test_things_are_found_by_a_part_of_their_name(clinic: Clinic, alice: Visitor) -> None:
    await clinic.world.resource(clinic.alice, clinic.site.records, name="Photos")
    every = visible((await alice.see("/console/resources")).text)
    assert "Health record Only you" in every
    assert "Photos" in every
    found = visible((await alice.see("/console/resources", search="HEALTH")).text)
    assert "Health record" in found
    assert "Photos" not in found
    assert "No thing of yours has “100%” in its name." in visible(
        (await alice.see("/console/resources", search="100%")).text
    )


async def test_the_list_says_who_can_see_each_thing_now(clinic: Clinic, alice: Visitor) -> None:
    await clinic.world.grant(clinic.record, clinic.bob)
    await clinic.world.grant(clinic.record, clinic.carol, expires_at=NOON + 60)
    assert "Health record You, Carol and Bob" in visible((await alice.see("/console/resources")).text)
    clinic.world.clock.forward(60)
    await alice.done(await alice.see(clinic.thing), "/pause")
    assert "Health record Only you" in visible((await alice.see("/console/resources")).text)


async def test_long_lists_go_on(clinic: Clinic, alice: Visitor) -> None:
    for number in range(35):
        await clinic.world.resource(clinic.alice, clinic.site.records, name=f"Note {number:02}")
    first = await alice.see("/console/resources", search="note")
    link = re.search(r'/console/resources\?search=note&amp;after=([^"]+)', first.text)
    assert link is not None
    second = await alice.see("/console/resources", search="note", after=unquote_plus(link[1]))
    shown = visible(first.text) + visible(second.text)
    assert all(f"Note {number:02}" in shown for number in range(35))


@pytest.mark.parametrize("after", ["nonsense", "1" * 300, "1.", "\N{PILE OF POO}"])
async def test_a_cursor_nobody_gave_is_a_page_with_words(clinic: Clinic, alice: Visitor, after: str) -> None:
    shown = await alice.see("/console/activity", after=after)
    assert shown.status in {400, 404}
    assert "<h1" in shown.text


async def test_activity_tells_what_happened_by_day_and_in_whose_words(clinic: Clinic, alice: Visitor) -> None:
    await alice.done(await alice.see(f"{clinic.thing}/share"), "/share", ("person", "grandma@example.test"))
    await alice.done(await alice.see(clinic.thing), "/stop")
    clinic.world.clock.forward(DAY)
    alice = await clinic.visit()
    shown = visible((await alice.see("/console/activity")).text)
    assert shown.index("Today") < shown.index("Yesterday")
    assert "You stopped sharing Health record with grandma@example.test" in shown
    assert "You shared Health record with grandma@example.test" in shown


async def test_activity_goes_on_after_forty(clinic: Clinic, alice: Visitor) -> None:
    session = BySession(digest=await clinic.world.session(clinic.alice))
    for number in range(45):
        terms = Terms(scopes=("read",), purpose=f"{number}")
        question = Share(
            who=session,
            target_kind="resource",
            target_id=clinic.record.resource_id,
            grantee=NamedGrantee(email=f"guest-{number}@example.test"),
            terms=terms,
        )
        await clinic.world.said(share, question, MyGrant)
    first = await alice.see("/console/activity")
    link = re.search(r'/console/activity\?after=([^"]+)', first.text)
    assert link is not None
    second = await alice.see("/console/activity", after=link[1])
    shown = visible(first.text) + visible(second.text)
    assert all(f"guest-{number}@example.test" in shown for number in range(45))


def test_every_icon_that_the_console_names_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'symbol id="([\w-]+)"', (render.STATIC / "icons.svg").read_text()))
    templates = "".join(each.read_text() for each in (render.STATIC.parent / "templates/console").glob("*.html"))
    named = set(re.findall(r'(?:icon\(|icon_name=|picture=)"([\w-]+)"', templates))
    named |= set(re.findall(r'ui\.(?:badge|empty)\(.*?, "(?:good|warn|bad|info)?", "([\w-]+)"', templates))
    named |= {telling.icon for telling in (*KINDS.values(), REFUSED, OTHER)}
    named |= {*ICONS.values(), *PICTURES.values()}
    assert len(named) > 25
    assert named <= sprite


async def test_activity_names_what_is_not_a_single_thing_and_who_was_refused(clinic: Clinic, alice: Visitor) -> None:
    async def happens(ctx: Context, _: None) -> Answer[None]:
        refused = event(ctx, "request.denied", owner_id=clinic.alice.account_id, actor=clinic.bob.account_id)
        detail = {"grantee": {"kind": "email", "id": "eve@example.test"}, "target": ["label", "family"]}
        wide = event(ctx, "grant.added", owner_id=clinic.alice.account_id, detail=detail)
        new = event(ctx, "something.new", owner_id=clinic.alice.account_id)
        return Answer(None, Add(record=refused), Add(record=wide), Add(record=new))

    await clinic.world.ask(happens, None)
    shown = visible((await alice.see("/console/activity")).text)
    assert "Bob tried to reach something of yours and was refused" in shown
    assert "You shared everything that is “family” with eve@example.test" in shown
    assert "Something changed" in shown
