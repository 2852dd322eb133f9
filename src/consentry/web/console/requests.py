"""Who is asking, and my word: allow, allow less, deny, block."""

from consentry.core.form_again import Again, Filled, or_again
from consentry.core.framed import Framed
from consentry.core.home import ReadInbox, inbox
from consentry.core.owner_requests import Approve, Asking, ReadRequest, Refuse, approve, read_request
from consentry.core.owner_requests import refuse as refuse_request
from consentry.core.terms import WrongEnd
from consentry.web.console import places
from consentry.web.console.lists import older, page_of
from consentry.web.console.page import Said, ask, go_on, scope_words, show
from consentry.web.console.request_words import asked_scopes, decided
from consentry.web.console.terms import PRESETS, Typed, typed
from consentry.web.forms import read_query
from consentry.web.http import Request, Response
from consentry.web.pages.cookies import Note
from consentry.web.pages.errors import sentence
from consentry.web.pages.visit import Visit, arrive
from consentry.web.parts import Parts

ASKING_PAGE = 20
CORRECT = 422


async def requests_page(parts: Parts, request: Request) -> Response:
    """Show who asks, and my last decisions."""
    visit = await arrive(parts, request)
    page = page_of(read_query(request), limit=ASKING_PAGE)
    frame, said = await ask(visit, inbox, ReadInbox(who=visit.who, page=page))
    more = older(places.REQUESTS, said.asking.next)
    return show(
        visit, "requests.html", frame, section="requests", asking=said.asking.items, decided=said.decided, more=more
    )


async def request_page(parts: Parts, request: Request) -> Response:
    """Show one request, with the form that allows less of it."""
    visit = await arrive(parts, request)
    question = ReadRequest(who=visit.who, request_id=request.parameters["request_id"])
    frame, said = await ask(visit, read_request, question)
    return _page(visit, frame, said, Typed(scopes=asked_scopes(said)))


async def allow_posted(parts: Parts, request: Request) -> Response:
    """Allow all of it, or (``less``) what is ticked."""
    visit = await arrive(parts, request)
    form = visit.fields()
    entered, less = typed(form), form.get("less") == "yes"
    question = Approve(
        who=visit.who,
        request_id=request.parameters["request_id"],
        scopes=entered.scopes if less else None,
        expires_at=entered.terms(int(parts.server.clock())).expires_at,
    )
    read = ReadRequest(who=visit.who, request_id=question.request_id)
    frame, said = await ask(visit, or_again(approve, read_request), Filled(sent=question, form=read))
    if isinstance(said, Again):
        return _page(visit, frame, said.form, entered, problem=said.problem)
    return _on(visit, said, back=form.get("back"))


async def deny_posted(parts: Parts, request: Request) -> Response:
    """Say no.  It needs no reason."""
    return await _no(parts, request, block=False)


async def block_posted(parts: Parts, request: Request) -> Response:
    """Say no, now and to whatever else this person asks with this app."""
    return await _no(parts, request, block=True)


async def _no(parts: Parts, request: Request, *, block: bool) -> Response:
    visit = await arrive(parts, request)
    back = visit.fields().get("back")
    question = Refuse(who=visit.who, request_id=request.parameters["request_id"], block=block)
    read = ReadRequest(who=visit.who, request_id=question.request_id)
    frame, said = await ask(visit, or_again(refuse_request, read_request), Filled(sent=question, form=read))
    if isinstance(said, Again):
        return _page(visit, frame, said.form, Typed(scopes=asked_scopes(said.form)), problem=said.problem)
    return _on(visit, said, back=back)


def _on(visit: Visit, asking: Asking, *, back: str) -> Response:
    path = places.BACK.get(back, places.REQUESTS)
    return go_on(visit, path, Note(text=decided(asking, scope_words(visit))))


def _page(
    visit: Visit, frame: Framed[Said], asking: Asking, entered: Typed, *, problem: Exception | None = None
) -> Response:
    status = CORRECT if problem else 200
    return show(
        visit,
        "request.html",
        frame,
        section="requests",
        status=status,
        asking=asking,
        typed=entered,
        presets=PRESETS,
        errors=_errors(problem, entered),
        back=places.REQUESTS,
    )


def _errors(problem: Exception | None, entered: Typed) -> dict[str, str]:
    if problem is None:
        return {}
    if isinstance(problem, WrongEnd):
        return {"until": "Choose an end that lies in the future."}
    if not entered.scopes:
        return {"scope": "Tick at least one, or deny."}
    return {"form": sentence(str(problem))}
