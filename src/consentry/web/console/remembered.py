"""What I let apps remember about me."""

from consentry.core.remembered import Forget, ListRemembered, forget, list_remembered
from consentry.web.console import places
from consentry.web.console.page import ask, go_on, show
from consentry.web.http import Request, Response
from consentry.web.pages.cookies import Note
from consentry.web.pages.visit import arrive
from consentry.web.parts import Parts

CALLED = {
    "sub": "The number that stands for your account",
    "name": "Your name",
    "preferred_username": "The name you sign in with",
    "email": "Your e-mail address",
    "groups": "A group you are in",
    "roles": "A role you have",
    "acr": "How you signed in",
}
"""What people call the claims that are kept."""


async def remembered_page(parts: Parts, request: Request) -> Response:
    """Show every app with what it may remember."""
    visit = await arrive(parts, request)
    frame, said = await ask(visit, list_remembered, ListRemembered(who=visit.who))
    return show(visit, "remembered.html", frame, section="account", rows=said.items, called=CALLED)


async def forget_posted(parts: Parts, request: Request) -> Response:
    """Make an app forget me."""
    visit = await arrive(parts, request)
    form = visit.fields()
    await ask(visit, forget, Forget(who=visit.who, client_id=form["client_id"]))
    return go_on(visit, places.REMEMBERED, Note(text="That app no longer remembers you."))
