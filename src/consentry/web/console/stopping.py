"""Stopping, pausing, resuming: one press each, with or without scripts."""

from consentry.core.owner_grants import ChangeShare, StopSharing, change_share, stop_sharing
from consentry.web.console import places
from consentry.web.console.page import ask, go_on
from consentry.web.console.undo import stopped_note
from consentry.web.console.words import paused, stopped
from consentry.web.http import Request, Response
from consentry.web.pages.cookies import Note
from consentry.web.pages.visit import arrive
from consentry.web.parts import Parts


async def stop_posted(parts: Parts, request: Request) -> Response:
    """Stop sharing, say what ended, offer to take it back.  No version: to stop is always right."""
    visit = await arrive(parts, request)
    back = visit.fields().get("back")
    question = StopSharing(who=visit.who, grant_id=request.parameters["grant_id"])
    _, said = await ask(visit, stop_sharing, question)
    row = said.grant
    note = stopped_note(visit, stopped(row), row.grant, back=back)
    return go_on(visit, places.after(back, row.grant), note)


async def pause_posted(parts: Parts, request: Request) -> Response:
    """Let a grant rest."""
    return await _rest(parts, request, paused_now=True)


async def resume_posted(parts: Parts, request: Request) -> Response:
    """Let a grant count again."""
    return await _rest(parts, request, paused_now=False)


async def _rest(parts: Parts, request: Request, *, paused_now: bool) -> Response:
    visit = await arrive(parts, request)
    back = visit.fields().get("back")
    grant_id = request.parameters["grant_id"]
    _, row = await ask(visit, change_share, ChangeShare(who=visit.who, grant_id=grant_id, paused=paused_now))
    note = Note(
        text=paused(row),
        undo=places.grant(grant_id, "resume" if paused_now else "pause"),
        fields=(("back", back),),
    )
    return go_on(visit, places.after(back, row.grant), note)
