"""New terms for a grant where only some of them are named: what is not named stays.

Spec: RFC 7396 2.
"""

from dataclasses import fields, replace

from consentry.core.context import Answer, Context
from consentry.core.me import Who
from consentry.core.model import Grant
from consentry.core.owner_grants import ChangeShare, MyGrant, ReadMyGrant, change_share, read_my_grant
from consentry.core.terms import Terms
from consentry.uma.value import value


@value
class PatchShare:
    """``named`` are the members of ``terms`` that count; ``paused`` None leaves it as it is."""

    who: Who
    grant_id: str
    terms: Terms
    named: frozenset[str]
    paused: bool | None = None
    version: int | None = None


async def patch_share(ctx: Context, request: PatchShare) -> Answer[MyGrant]:
    """Change what is named of a grant of mine."""
    current = await read_my_grant(ctx, ReadMyGrant(who=request.who, grant_id=request.grant_id))
    changed = ChangeShare(
        who=request.who,
        grant_id=request.grant_id,
        terms=patched(current.said.grant, request) if request.named else None,
        paused=request.paused,
        version=request.version,
    )
    return await change_share(ctx, changed)


def patched(grant: Grant, request: PatchShare) -> Terms:
    """Return a grant's terms with the named ones replaced."""
    current = Terms(
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
    named = {each.name: getattr(request.terms, each.name) for each in fields(Terms) if each.name in request.named}
    return replace(current, **named)
