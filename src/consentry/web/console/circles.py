"""Circles: who is in each, what they can see, and what somebody new will see."""

from consentry.core.circles import (
    AddMember,
    ListCircles,
    MakeCircle,
    ReadCircle,
    RemoveCircle,
    RemoveMember,
    RenameCircle,
    add_member,
    list_circles,
    make_circle,
    remove_circle,
    remove_member,
    rename_circle,
    see_circle,
)
from consentry.core.context import Decision
from consentry.core.form_again import Again, Filled, or_again
from consentry.core.grantee import somebody
from consentry.web.console import places
from consentry.web.console.lists import older, page_of
from consentry.web.console.page import Question, Said, ask, go_on, show
from consentry.web.forms import read_query
from consentry.web.http import Request, Response
from consentry.web.pages.cookies import Note
from consentry.web.pages.errors import sentence
from consentry.web.pages.render import plain
from consentry.web.pages.visit import Visit, arrive
from consentry.web.parts import Parts

CIRCLES_PAGE = 50
CORRECT = 422
SECTION = "resources"


async def circles_page(parts: Parts, request: Request) -> Response:
    """Show my circles, and let me make one."""
    visit = await arrive(parts, request)
    page = page_of(read_query(request), limit=CIRCLES_PAGE)
    frame, said = await ask(visit, list_circles, ListCircles(who=visit.who, page=page))
    more = older(places.CIRCLES, said.next)
    return show(visit, "circles.html", frame, section=SECTION, circles=said.items, more=more, name="", error="")


async def make_posted(parts: Parts, request: Request) -> Response:
    """Make a circle and go there, or say what is wrong with its name."""
    visit = await arrive(parts, request)
    name = visit.fields().get("name")
    form = ListCircles(who=visit.who, page=page_of({}, limit=CIRCLES_PAGE))
    question = Filled(sent=MakeCircle(who=visit.who, name=name), form=form)
    frame, said = await ask(visit, or_again(make_circle, list_circles), question)
    if not isinstance(said, Again):
        return go_on(visit, places.circle(said.circle.circle_id))
    return show(
        visit,
        "circles.html",
        frame,
        section=SECTION,
        status=CORRECT,
        circles=said.form.items,
        more=older(places.CIRCLES, said.form.next),
        name=name,
        error=sentence(str(said.problem)),
    )


async def circle_page(parts: Parts, request: Request) -> Response:
    """Show one circle: who is in it, and what all of them can see."""
    visit = await arrive(parts, request)
    frame, said = await ask(visit, see_circle, _read(visit))
    return show(visit, "circle.html", frame, section=SECTION, seen=said, errors={}, typed="")


async def add_posted(parts: Parts, request: Request) -> Response:
    """Take somebody in, and say what that gives them."""
    visit = await arrive(parts, request)
    person = visit.fields().get("person").strip()
    sent = AddMember(who=visit.who, circle_id=_circle_id(request), somebody=somebody(person))
    done = f"{plain(person)} is in this circle now, and sees what it sees."
    return await _correctable(visit, add_member, sent, done=done, field="person", typed=person)


async def rename_posted(parts: Parts, request: Request) -> Response:
    """Call a circle something else."""
    visit = await arrive(parts, request)
    name = visit.fields().get("name")
    sent = RenameCircle(who=visit.who, circle_id=_circle_id(request), name=name)
    return await _correctable(visit, rename_circle, sent, done="The circle has its new name.", field="name", typed=name)


async def leave_posted(parts: Parts, request: Request) -> Response:
    """Take somebody out.  No version: to take access away is always right."""
    visit = await arrive(parts, request)
    leaving = RemoveMember(who=visit.who, circle_id=_circle_id(request), member_id=visit.fields()["member"])
    await ask(visit, remove_member, leaving)
    note = Note(text="They are not in this circle any more. What they had through it ended at once.")
    return go_on(visit, places.circle(leaving.circle_id), note)


async def remove_posted(parts: Parts, request: Request) -> Response:
    """Remove a circle and what is shared with it."""
    visit = await arrive(parts, request)
    visit.fields()
    await ask(visit, remove_circle, RemoveCircle(who=visit.who, circle_id=_circle_id(request)))
    note = Note(text="The circle is gone, and what was shared with it is not shared with them any more.")
    return go_on(visit, places.CIRCLES, note)


async def _correctable(
    visit: Visit, decide: Decision[Question, Said], sent: Question, *, done: str, field: str, typed: str
) -> Response:
    question = Filled(sent=sent, form=_read(visit))
    frame, said = await ask(visit, or_again(decide, see_circle), question)
    if not isinstance(said, Again):
        return go_on(visit, places.circle(_circle_id(visit.request)), Note(text=done))
    errors = {field: sentence(str(said.problem))}
    return show(
        visit, "circle.html", frame, section=SECTION, status=CORRECT, seen=said.form, errors=errors, typed=typed
    )


def _read(visit: Visit) -> ReadCircle:
    return ReadCircle(who=visit.who, circle_id=_circle_id(visit.request))


def _circle_id(request: Request) -> str:
    return request.parameters["circle_id"]
