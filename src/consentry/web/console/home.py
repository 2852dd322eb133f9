"""The first page: who is asking, who can see my things, what happened."""

from consentry.core.activity import ListActivity, list_activity
from consentry.core.home import ReadHome, home
from consentry.core.people import ListPeople, list_people
from consentry.web.console import places
from consentry.web.console.activity_words import tell
from consentry.web.console.lists import older, page_of
from consentry.web.console.page import ask, scope_words, show
from consentry.web.forms import read_query
from consentry.web.http import Request, Response
from consentry.web.pages.visit import arrive
from consentry.web.parts import Parts

PEOPLE_PAGE, ACTIVITY_PAGE = 200, 40


async def home_page(parts: Parts, request: Request) -> Response:
    """Show the first page."""
    visit = await arrive(parts, request)
    frame, said = await ask(visit, home, ReadHome(who=visit.who))
    happened = [tell(row, scope_words(visit)) for row in said.happened.items]
    return show(visit, "home.html", frame, section="home", home=said, happened=happened)


async def people_page(parts: Parts, request: Request) -> Response:
    """Show with whom I share, by person."""
    visit = await arrive(parts, request)
    page = page_of(read_query(request), limit=PEOPLE_PAGE)
    frame, said = await ask(visit, list_people, ListPeople(who=visit.who, page=page))
    more = older(places.PEOPLE, said.next)
    return show(visit, "people.html", frame, section="resources", people=said.items, more=more)


async def activity_page(parts: Parts, request: Request) -> Response:
    """Show what happened."""
    visit = await arrive(parts, request)
    page = page_of(read_query(request), limit=ACTIVITY_PAGE)
    frame, said = await ask(visit, list_activity, ListActivity(who=visit.who, page=page))
    happened = [tell(row, scope_words(visit)) for row in said.items]
    more = older(places.ACTIVITY, said.next)
    return show(visit, "activity.html", frame, section="activity", happened=happened, more=more, later=page.after)
