"""The requester's side: what others share with me, what I have asked for."""

from consentry.core.requester import ListAsked, ListSharedWithMe, Withdraw, list_asked, list_shared_with_me, withdraw
from consentry.web.console import places
from consentry.web.console.lists import older, page_of
from consentry.web.console.page import ask, go_on, show
from consentry.web.forms import read_query
from consentry.web.http import Request, Response
from consentry.web.pages.cookies import Note
from consentry.web.pages.visit import arrive
from consentry.web.parts import Parts

SHARED_PAGE = 50


async def shared_page(parts: Parts, request: Request) -> Response:
    """Show what others share with me."""
    visit = await arrive(parts, request)
    page = page_of(read_query(request), limit=SHARED_PAGE)
    frame, said = await ask(visit, list_shared_with_me, ListSharedWithMe(who=visit.who, page=page))
    more = older(places.SHARED, said.next)
    return show(visit, "shared.html", frame, section="resources", rows=said.items, more=more)


async def asked_page(parts: Parts, request: Request) -> Response:
    """Show what I have asked for."""
    visit = await arrive(parts, request)
    page = page_of(read_query(request), limit=SHARED_PAGE)
    frame, said = await ask(visit, list_asked, ListAsked(who=visit.who, page=page))
    more = older(places.ASKED, said.next)
    return show(visit, "asked.html", frame, section="requests", rows=said.items, more=more)


async def withdraw_posted(parts: Parts, request: Request) -> Response:
    """Take back a request of mine."""
    visit = await arrive(parts, request)
    visit.fields()
    await ask(visit, withdraw, Withdraw(who=visit.who, request_id=request.parameters["request_id"]))
    return go_on(visit, places.ASKED, Note(text="You no longer ask for it."))
