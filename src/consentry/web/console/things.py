"""What is mine: the list, and one thing with everybody who has access."""

from consentry.core.ports import ResourceFilter
from consentry.core.thing import ListThings, ReadThing, list_things, read_thing
from consentry.web.console import places
from consentry.web.console.lists import older, page_of
from consentry.web.console.page import ask, show
from consentry.web.forms import read_query
from consentry.web.http import Request, Response
from consentry.web.pages.visit import arrive
from consentry.web.parts import Parts

THINGS_PAGE, GRANTS_PAGE = 30, 100
LONGEST_SEARCH = 100


async def things_page(parts: Parts, request: Request) -> Response:
    """Show what is mine, or what of it has a name like the one searched for."""
    visit = await arrive(parts, request)
    query = read_query(request)
    search = query.get("search", "").strip()[:LONGEST_SEARCH]
    question = ListThings(
        who=visit.who, wanted=ResourceFilter(name=search or None), page=page_of(query, limit=THINGS_PAGE)
    )
    frame, said = await ask(visit, list_things, question)
    more = older(places.THINGS, said.next, search=search)
    return show(visit, "things.html", frame, section="resources", things=said.items, search=search, more=more)


async def thing_page(parts: Parts, request: Request) -> Response:
    """Show one thing and who has access.  This is the ``user_access_policy_uri`` of FedAuthz 3.2."""
    visit = await arrive(parts, request)
    resource_id = request.parameters["resource_id"]
    page = page_of(read_query(request), limit=GRANTS_PAGE)
    question = ReadThing(who=visit.who, resource_id=resource_id, page=page)
    frame, said = await ask(visit, read_thing, question)
    current = [row for row in said.grants.items if row.status != "ended"]
    ended = [row for row in said.grants.items if row.status == "ended"]
    more = older(places.thing(resource_id), said.grants.next)
    return show(
        visit, "thing.html", frame, section="resources", thing=said.mine, grants=current, ended=ended, more=more
    )
