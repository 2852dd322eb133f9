"""Circles at the console: made, filled, shared with, emptied and removed, without scripts."""

from tests.console.visiting import Clinic, Visitor, visible


async def made(alice: Visitor, name: str = "My doctors") -> str:
    """Make a circle and return its path."""
    page = await alice.see("/console/circles")
    answer = await alice.press(page, "/console/circles", ("name", name))
    assert answer.status == 303, answer.text
    shown = await alice.follow(answer)
    return next(form for form in shown.text.split('"') if form.endswith("/add")).removesuffix("/add")


async def test_a_circle_is_made_filled_and_shared_with(clinic: Clinic, alice: Visitor) -> None:
    path = await made(alice)
    below = path[path.index("/console") :]
    filled = await alice.done(await alice.see(below), "/add", ("person", "bob"))
    assert "is in this circle now" in visible(filled.text)
    form = await alice.see(f"{clinic.thing}/share")
    assert "My doctors" in visible(form.text)
    shared = await alice.done(form, "/share", ("circle", below.rpartition("/")[2]), ("scope", "read"))
    assert "My doctors can read the record" in visible(shared.text)
    shown = visible((await alice.see(below)).text)
    assert "They will also see: Health record: read the record" in shown
    assert {(grant.grantee.kind, grant.grantee.id) for grant in await clinic.grants()} == {
        ("circle", below.rpartition("/")[2])
    }


async def test_leaving_and_removing_end_access_and_say_so(clinic: Clinic, alice: Visitor) -> None:
    path = await made(alice)
    below = path[path.index("/console") :]
    await alice.done(await alice.see(below), "/add", ("person", "zoe@example.test"))
    form = await alice.see(f"{clinic.thing}/share", circle=below.rpartition("/")[2])
    await alice.done(form, "/share")
    left = visible((await alice.done(await alice.see(below), "/leave")).text)
    assert "ended at once" in left
    assert "Nobody yet." in left
    removed = await alice.done(await alice.see(below), "/remove")
    assert "You have no circles" in visible(removed.text)
    assert await clinic.grants() == []


async def test_what_is_wrong_is_said_where_it_is_typed(clinic: Clinic, alice: Visitor) -> None:
    path = await made(alice)
    below = path[path.index("/console") :]
    nobody = await alice.press(await alice.see(below), "/add", ("person", "nobody-here"))
    assert (nobody.status, "Nobody here has this user name" in visible(nobody.text)) == (422, True)
    twice = await alice.press(await alice.see("/console/circles"), "/console/circles", ("name", "my DOCTORS"))
    assert (twice.status, "There is a circle with this name" in visible(twice.text)) == (422, True)
    renamed = await alice.done(await alice.see(below), below, ("name", "Family"))
    assert "Family" in visible(renamed.text)
    form = await alice.see(f"{clinic.thing}/share")
    both = await alice.press(form, "/share", ("person", "bob"), ("circle", below.rpartition("/")[2]))
    assert (both.status, "not both" in visible(both.text)) == (422, True)


async def test_a_circle_of_somebody_else_is_not_there(clinic: Clinic, alice: Visitor) -> None:
    path = await made(alice)
    carol = await clinic.visit("carol")
    assert (await alice.see(path[path.index("/console") :])).status == 200
    assert (await carol.see(path[path.index("/console") :])).status == 404
