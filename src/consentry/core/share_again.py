"""Taking back that sharing was stopped: the same grant once more, under a new id.

Tokens that lived on the old one stay without it; their holders ask again and get what they had.
"""

from dataclasses import replace

from consentry.core.changes import Add
from consentry.core.context import Answer, Context
from consentry.core.errors import Conflict, NotFound
from consentry.core.me import Who, me
from consentry.core.model import Grant, UsedOnce
from consentry.core.owner_grants import MyGrant, grant_event, shown
from consentry.core.terms import Terms, check_target, check_terms
from consentry.core.tokens import digest
from consentry.uma.value import value

PURPOSE = "share-again"
REMEMBERED = 86_400
"""How long (seconds) a second press of Undo is told from the first; longer than anybody can press it."""


@value
class ShareAgain:
    """A grant of mine as it was when it was stopped."""

    who: Who
    stopped: Grant


async def share_again(ctx: Context, request: ShareAgain) -> Answer[MyGrant]:
    """Share as before, once.  Raises `InvalidRequest` if that would have ended by now."""
    owner_id = await me(ctx, request.who)
    stopped = request.stopped
    if stopped.owner_id != owner_id:
        raise NotFound("no such grant")
    once = UsedOnce(purpose=PURPOSE, digest=digest(stopped.grant_id), expires_at=ctx.now + REMEMBERED)
    if await ctx.store.used_once(once.purpose, once.digest):
        raise Conflict("it is shared again already")
    terms = _terms(stopped)
    await check_target(ctx, owner_id, stopped.target_kind, stopped.target_id, terms)
    await check_terms(ctx, terms)
    grant = replace(stopped, grant_id=ctx.new_id(), created_at=ctx.now, created_by=owner_id, parent=None, version=1)
    rows = await shown(ctx, owner_id, grant)
    return Answer(rows[0], Add(record=once), Add(record=grant), Add(record=grant_event(ctx, "grant.added", grant)))


def _terms(grant: Grant) -> Terms:
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
