"""The share form: for somebody new, or to change what somebody has."""

from consentry.core.errors import Conflict
from consentry.core.form_again import Again, Filled, or_again
from consentry.core.framed import Framed
from consentry.core.grantee import NoSuchGrantee
from consentry.core.owner_grants import ChangeShare, Share, change_share, share
from consentry.core.terms import WrongEnd
from consentry.core.thing import ReadShareForm, ShareForm, read_share_form
from consentry.web.console import places
from consentry.web.console.page import Said, ask, go_on, scope_words, show
from consentry.web.console.terms import KEEP, PRESETS, Typed, begun, typed
from consentry.web.console.undo import changed_note, seal, unseal, version_of
from consentry.web.console.words import shared
from consentry.web.forms import read_query
from consentry.web.http import Request, Response
from consentry.web.pages.cookies import Note
from consentry.web.pages.errors import sentence
from consentry.web.pages.visit import Visit, arrive
from consentry.web.parts import Parts

CORRECT = 422


async def share_page(parts: Parts, request: Request) -> Response:
    """Show the form that shares a thing with somebody new."""
    visit = await arrive(parts, request)
    question = ReadShareForm(who=visit.who, resource_id=request.parameters["resource_id"])
    frame, said = await ask(visit, read_share_form, question)
    query = read_query(request)
    person, circle = query.get("with", "")[:200], query.get("circle", "")[:200]
    least = said.mine.resource.resource_scopes[:1]
    return _page(visit, frame, said, Typed(person=person, circle=circle, scopes=least))


async def share_posted(parts: Parts, request: Request) -> Response:
    """Share, and say what that means; or show what has to be corrected."""
    visit = await arrive(parts, request)
    entered = typed(visit.fields())
    resource_id = request.parameters["resource_id"]
    sent = Share(
        who=visit.who,
        target_kind="resource",
        target_id=resource_id,
        grantee=entered.grantee(),
        terms=entered.terms(int(parts.server.clock())),
    )
    question = Filled(sent=sent, form=ReadShareForm(who=visit.who, resource_id=resource_id))
    frame, said = await ask(visit, or_again(share, read_share_form), question)
    if isinstance(said, Again):
        return _page(visit, frame, said.form, entered, problem=said.problem)
    undo = (("back", "thing"),)
    note = Note(text=shared(said, scope_words(visit)), undo=places.grant(said.grant.grant_id, "stop"), fields=undo)
    return go_on(visit, places.thing(resource_id), note)


async def change_page(parts: Parts, request: Request) -> Response:
    """Show the form that changes what somebody has."""
    visit = await arrive(parts, request)
    question = ReadShareForm(who=visit.who, grant_id=request.parameters["grant_id"])
    frame, said = await ask(visit, read_share_form, question)
    return _page(visit, frame, said, begun(said.grant) if said.grant else Typed())


async def change_posted(parts: Parts, request: Request) -> Response:
    """Change what somebody has, unless it has become something else since the form was shown: then show both."""
    visit = await arrive(parts, request)
    form = visit.fields()
    entered, before = typed(form), unseal(visit, form["before"]).grant
    grant_id = request.parameters["grant_id"]
    sent = ChangeShare(
        who=visit.who,
        grant_id=grant_id,
        terms=entered.terms(int(parts.server.clock()), before),
        version=version_of(form["version"]),
    )
    question = Filled(sent=sent, form=ReadShareForm(who=visit.who, grant_id=grant_id))
    frame, said = await ask(visit, or_again(change_share, read_share_form), question)
    if isinstance(said, Again):
        return _page(visit, frame, said.form, entered, problem=said.problem)
    note = changed_note(visit, shared(said, scope_words(visit)), before, said, back="thing")
    return go_on(visit, places.after("", said.grant), note)


def _page(
    visit: Visit,
    frame: Framed[Said],
    form: ShareForm,
    entered: Typed,
    *,
    problem: Exception | None = None,
) -> Response:
    row = form.grant
    return show(
        visit,
        "share.html",
        frame,
        section="resources",
        status=CORRECT if problem else 200,
        form=form,
        row=row,
        typed=entered,
        presets=[(KEEP, ""), *PRESETS] if row and row.status != "ended" else PRESETS,
        errors=_errors(problem, entered, new=row is None),
        before=seal(visit, row.grant) if row else "",
        back=places.thing(form.mine.resource.resource_id),
        action=places.grant(row.grant.grant_id) if row else f"{places.thing(form.mine.resource.resource_id)}/share",
    )


def _errors(problem: Exception | None, entered: Typed, *, new: bool) -> dict[str, str]:
    """Return what is wrong, by the field where it is said; `form` stands above all of them."""
    if problem is None:
        return {}
    if isinstance(problem, Conflict):
        return {"clash": "It was changed somewhere else while you were looking at it."}
    if new and not entered.person and not entered.circle:
        return {"person": "Who is it? Type a user name or an e-mail address."}
    if new and entered.person and entered.circle:
        return {"person": "Type somebody, or choose a circle; not both."}
    if not entered.scopes:
        return {"scope": "Tick at least one."}
    text = sentence(str(problem))
    match problem:
        case NoSuchGrantee():
            return {"person": text} if new else {"form": text}
        case WrongEnd():
            return {"until": "Choose an end that lies in the future."}
    return {"form": text}
