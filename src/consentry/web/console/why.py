"""Why somebody can see a thing of mine: the decision in words."""

from consentry.core.owner_resources import ReadMyResource, read_my_resource
from consentry.core.why import Why, why
from consentry.web.console import places
from consentry.web.console.page import ask, show
from consentry.web.forms import read_query
from consentry.web.http import Request, Response
from consentry.web.me.why import outcome_words, step_words
from consentry.web.pages.visit import arrive
from consentry.web.parts import Parts

LONGEST_NAME = 256


async def why_page(parts: Parts, request: Request) -> Response:
    """Show what is decided about somebody and a thing of mine, and why."""
    visit = await arrive(parts, request)
    resource_id = request.parameters["resource_id"]
    subject = read_query(request).get("subject", "")[:LONGEST_NAME]
    _, thing = await ask(visit, read_my_resource, ReadMyResource(who=visit.who, resource_id=resource_id))
    frame, said = await ask(visit, why, Why(who=visit.who, resource_id=resource_id, subject=subject))
    return show(
        visit,
        "why.html",
        frame,
        section="resources",
        explanation=said,
        name=thing.name,
        back=places.thing(resource_id),
        outcome_words=outcome_words,
        step_words=step_words,
    )
