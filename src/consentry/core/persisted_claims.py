"""The persisted claims token: what a requesting party let a client keep for the next time.

It is stored as a digest, and the claims are sealed under that digest, so that neither the database nor a stolen row
tells anything.  It works for one client and one person; using it replaces it.

Spec: Grant 3.3.1, 3.3.3, 3.3.5, 5.2, 6.2.
"""

import json
from dataclasses import asdict

from consentry.core.changes import Add, Change, Remove
from consentry.core.context import Context
from consentry.core.errors import Refusal
from consentry.core.events import event
from consentry.core.model import Claim, Client, PermissionTicket, PersistedClaims, Requester
from consentry.core.tokens import digest
from consentry.uma.value import value

MOST_KEPT = 5
"""How many tokens one client may hold for one person: for each of their devices one."""

PURPOSE = "persisted-claims:"


class Unusable(Refusal):
    """The token counts for nothing.  The client is never told; what it asks is answered as if it had sent none."""

    code = "invalid_grant"


@value
class Recalled:
    """What a persisted claims token stands for."""

    record: PersistedClaims
    requester: Requester


async def recall(ctx: Context, client: Client, secret: str) -> Recalled:
    """Return what a token of this client stands for.  Raises `Unusable`."""
    record = await ctx.store.persisted_claims(digest(secret))
    if record is None:
        raise Unusable("the persisted claims token is unknown, forgotten or of somebody disabled")
    if record.client_id != client.client_id:
        raise Unusable("the persisted claims token is another client's")
    if record.expires_at <= ctx.now:
        raise Unusable("the persisted claims token has expired")
    return Recalled(record=record, requester=kept_requester(ctx, record))


def kept_requester(ctx: Context, record: PersistedClaims) -> Requester:
    """Return what is kept.  Raises `Unusable` if it cannot be read any more."""
    try:
        text = ctx.sealer.unseal(record.claims, purpose=f"{PURPOSE}{record.digest}")
    except ValueError as problem:
        raise Unusable("what is kept was sealed with a key that is gone") from problem
    kept = json.loads(text)
    return Requester(**{**kept, "claims": tuple(Claim(**claim) for claim in kept["claims"])})


async def persist(
    ctx: Context, ticket: PermissionTicket, used: PersistedClaims | None
) -> tuple[str | None, tuple[Change, ...]]:
    """Return a new token for what this process knows, if the requesting party lets the client keep it.

    The token that was used is replaced in the same commit.  Nothing is kept longer than the lifetime after it was
    verified, however often it is used.
    """
    requester = ticket.requester
    if requester is None or requester.account_id is None or not (ticket.remember or used):
        return None, ()
    secret = ctx.new_secret()
    digested = digest(secret)
    record = PersistedClaims(
        digest=digested,
        client_id=ticket.client_id or "",
        account_id=requester.account_id,
        issuer=requester.issuer,
        subject=requester.subject,
        claims=ctx.sealer.seal(json.dumps(asdict(requester)), purpose=f"{PURPOSE}{digested}"),
        created_at=used.created_at if used else ctx.now,
        expires_at=min(ctx.now, requester.verified_at) + ctx.realm.settings.lifetimes.pct,
    )
    if used is not None:
        return secret, (Remove(record=used), Add(record=record))
    seen = event(
        ctx,
        "claims.remembered",
        owner_id=requester.account_id,
        actor=requester.account_id,
        client_id=ticket.client_id,
    )
    return secret, (*await _room(ctx, record), Add(record=record), Add(record=seen))


async def _room(ctx: Context, record: PersistedClaims) -> tuple[Change, ...]:
    """Let go of what the client has too many of for this person, the oldest first."""
    kept = await ctx.store.persisted_claims_of(record.account_id or "")
    same = sorted((each for each in kept if each.client_id == record.client_id), key=lambda each: each.created_at)
    return tuple(Remove(record=each) for each in same[: max(0, len(same) - MOST_KEPT + 1)])
