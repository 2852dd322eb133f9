"""Audit records: what happened, to whose things, by whom.

A kind is a dotted name in the past tense (``rpt.issued``).  An event never holds a credential.
"""

import json
from collections.abc import Mapping

from consentry.core.context import Context
from consentry.core.model import Event


def event(
    ctx: Context,
    kind: str,
    *,
    outcome: str = "done",
    owner_id: str | None = None,
    actor: str | None = None,
    client_id: str | None = None,
    resource_server: str | None = None,
    resource_id: str | None = None,
    about: str | None = None,
    reason: str | None = None,
    detail: Mapping[str, object] | None = None,
) -> Event:
    """Return the record of something that happens with this answer; hand it to `Add`.

    What an organisation does, is recorded with the person who did it.
    ``owner_id`` is whose activity page shows it.  ``detail`` must be what JSON can hold.
    """
    facts = dict(detail or {})
    if ctx.caller.request_id:
        facts["request_id"] = ctx.caller.request_id
    return Event(
        event_id=ctx.new_id(),
        at=ctx.now,
        kind=kind,
        outcome=outcome,
        owner_id=owner_id,
        actor=ctx.acting if ctx.acting is not None and actor == owner_id else actor,
        client_id=client_id,
        resource_server=resource_server,
        resource_id=resource_id,
        about=about,
        reason=reason,
        detail=json.dumps(facts) if facts else "{}",
    )
