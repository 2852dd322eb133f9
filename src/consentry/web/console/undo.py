"""Undo: the state before, sealed into a form that only the same session can send back.

The seal says that we wrote it; what it may still change is decided anew when it comes back.
"""

import msgspec

from consentry.core.errors import Conflict
from consentry.core.model import Grant
from consentry.core.owner_grants import ChangeShare, MyGrant, change_share
from consentry.core.share_again import ShareAgain, share_again
from consentry.core.terms import Terms
from consentry.uma.value import value
from consentry.web.console import places
from consentry.web.console.page import ask, go_on, scope_words
from consentry.web.console.words import shared
from consentry.web.http import Request, Response
from consentry.web.pages.cookies import Note
from consentry.web.pages.fields import Fields, ForeignForm
from consentry.web.pages.visit import Visit, arrive
from consentry.web.parts import Parts

MOST_SEALED = 1_800
"""A note travels in a cookie; what would not fit there cannot be taken back by one press."""

SECONDS = 3_600


@value
class Before:
    """A grant as it was at a moment (epoch seconds)."""

    at: int
    grant: Grant


def seal(visit: Visit, grant: Grant) -> str:
    """Return a grant as a form field can carry it."""
    before = Before(at=int(visit.parts.server.clock()), grant=grant)
    return visit.parts.sealer.seal(msgspec.json.encode(before).decode(), purpose=_purpose(visit))


def unseal(visit: Visit, sealed: str) -> Before:
    """Return what a form carried.  Raises `ForeignForm` if it is not from this session."""
    try:
        return msgspec.json.decode(visit.parts.sealer.unseal(sealed, purpose=_purpose(visit)), type=Before)
    except ValueError as problem:
        raise ForeignForm("this page was out of date; go back, load it again and repeat what you did") from problem


def stopped_note(visit: Visit, text: str, grant: Grant, *, back: str) -> Note:
    """Say that sharing ended, and offer to share again."""
    return _note(text, seal(visit, grant), (("back", back),))


def changed_note(visit: Visit, text: str, before: Grant, row: MyGrant, *, back: str) -> Note:
    """Say that something changed, and offer the terms it had before."""
    return _note(text, seal(visit, before), (("back", back), ("version", str(row.grant.version))))


async def undo(parts: Parts, request: Request) -> Response:
    """Put a grant back as it was before it was stopped or changed."""
    visit = await arrive(parts, request)
    form = visit.fields()
    before = unseal(visit, form["before"])
    if int(parts.server.clock()) - before.at > SECONDS:
        raise Conflict("this was too long ago to be taken back")
    row = await _back(visit, form, before.grant)
    path = places.after(form.get("back"), row.grant)
    return go_on(visit, path, Note(text=shared(row, scope_words(visit))))


async def _back(visit: Visit, form: Fields, grant: Grant) -> MyGrant:
    version = form.get("version")
    if not version:
        _, row = await ask(visit, share_again, ShareAgain(who=visit.who, stopped=grant))
        return row
    question = ChangeShare(who=visit.who, grant_id=grant.grant_id, terms=terms_of(grant), version=version_of(version))
    _, row = await ask(visit, change_share, question)
    return row


def terms_of(grant: Grant) -> Terms:
    """Return how something is shared by a grant."""
    return Terms(
        scopes=grant.scopes,
        not_before=grant.not_before,
        expires_at=grant.expires_at,
        purpose=grant.purpose,
        client_ids=grant.client_ids,
        note=grant.note,
        max_uses=grant.max_uses,
        ask_me=grant.ask_me,
        reshare=grant.reshare,
    )


def version_of(text: str) -> int:
    """Read the version that a form was made from."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise Conflict("it has changed since it was read")
    return int(text)


def _note(text: str, sealed: str, fields: tuple[tuple[str, str], ...]) -> Note:
    if len(sealed) > MOST_SEALED:
        return Note(text=text)
    return Note(text=text, undo=places.UNDO, fields=(("before", sealed), *fields))


def _purpose(visit: Visit) -> str:
    return f"undo:{visit.session_digest}"
