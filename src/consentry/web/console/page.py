"""What every console handler does: ask as the signed-in person, render with words, send on with a note."""

from dataclasses import replace
from typing import TypeVar

from consentry.core.context import Decision
from consentry.core.errors import LoginRequired, Refusal
from consentry.core.framed import Framed
from consentry.web.console import request_words, words
from consentry.web.console.words import ScopeWords
from consentry.web.http import Header, Request, Response
from consentry.web.pages.cookies import Note
from consentry.web.pages.errors import refuse_page
from consentry.web.pages.visit import Visit

Question = TypeVar("Question")
Said = TypeVar("Said")

BY_SCRIPT = "hx-request"


async def ask(visit: Visit, decide: Decision[Question, Said], question: Question) -> tuple[Framed[Said], Said]:
    """Ask for a page; a refusal is raised, and becomes a page of its own."""
    frame = await visit.ask_framed(decide, question)
    if isinstance(frame.said, Refusal):
        raise frame.said
    return frame, frame.said


def show(
    visit: Visit, template: str, frame: Framed[Said], *, section: str, status: int = 200, **view: object
) -> Response:
    """Render a page with the words it needs."""
    return visit.framed_page(
        f"console/{template}",
        frame,
        section=section,
        status=status,
        words=words,
        asks=request_words,
        scopes=scope_words(visit),
        issuer=visit.request.issuer,
        in_dialog=in_dialog(visit.request),
        **view,
    )


def scope_words(visit: Visit) -> ScopeWords:
    """Return what this realm's scopes are called."""
    return ScopeWords(described=visit.realm.settings.scopes)


def go_on(visit: Visit, path: str, note: Note | None = None) -> Response:
    """Send the browser on after something was done, also out of a dialog that a script opened."""
    response = visit.redirect(path, note=note)
    return leave_dialog(response) if in_dialog(visit.request) else response


def in_dialog(request: Request) -> bool:
    """Say whether a form was sent from inside a dialog."""
    return BY_SCRIPT in request.headers and request.headers.get("hx-target", "").endswith("#sheet")


def leave_dialog(response: Response) -> Response:
    """Turn a redirect into one of the whole page: a script would follow a 303 inside the dialog."""
    headers = tuple((b"hx-redirect" if name == b"location" else name, text) for name, text in response.headers)
    return replace(response, status=200, headers=headers)


def refuse(request: Request, refusal: Refusal) -> Response:
    """Write a refusal as a page, or where a script asked, so that it puts the page in the right place."""
    response = refuse_page(request, refusal)
    if BY_SCRIPT not in request.headers:
        return response
    if isinstance(refusal, LoginRequired):
        return leave_dialog(response)
    placed: tuple[Header, ...] = ((b"hx-retarget", b"#main"), (b"hx-reselect", b"#main"), (b"hx-reswap", b"outerHTML"))
    return replace(response, headers=response.headers + placed)
