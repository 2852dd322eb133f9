"""What I let apps remember about me, and making them forget it.

Spec: Grant 3.3.3, 3.7, 6.2; GDPR 7(3), 15, 17.
"""

from collections.abc import Sequence

from consentry.core.changes import Add, Remove
from consentry.core.context import Answer, Context
from consentry.core.errors import NotFound
from consentry.core.events import event
from consentry.core.me import Who, me
from consentry.core.model import Claim, PersistedClaims
from consentry.core.nothing import Nothing
from consentry.core.persisted_claims import Unusable, kept_requester
from consentry.core.sharing import Listed, names
from consentry.uma.value import value


@value
class Remembered:
    """What one app may remember: every claim that it can still use, since when and until when."""

    client_id: str
    app: str
    claims: tuple[Claim, ...]
    created_at: int
    expires_at: int


@value
class ListRemembered:
    who: Who


@value
class Forget:
    who: Who
    client_id: str


async def list_remembered(ctx: Context, request: ListRemembered) -> Answer[Listed[Remembered]]:
    """List what apps may remember about me, those first that I allowed last."""
    account_id = await me(ctx, request.who)
    kept = [each for each in await ctx.store.persisted_claims_of(account_id) if each.expires_at > ctx.now]
    by_client: dict[str, list[PersistedClaims]] = {}
    for each in sorted(kept, key=lambda each: each.created_at, reverse=True):
        by_client.setdefault(each.client_id, []).append(each)
    known = await names(ctx, account_id, clients=tuple(by_client))
    return Answer(
        Listed(
            items=tuple(
                Remembered(
                    client_id=client_id,
                    app=known.app(client_id) or client_id,
                    claims=_claims(ctx, rows),
                    created_at=min(each.created_at for each in rows),
                    expires_at=max(each.expires_at for each in rows),
                )
                for client_id, rows in by_client.items()
            )
        )
    )


async def forget(ctx: Context, request: Forget) -> Answer[Nothing]:
    """Make an app forget me: no token of it counts any more."""
    account_id = await me(ctx, request.who)
    kept = await ctx.store.persisted_claims_of(account_id)
    rows = [each for each in kept if each.client_id == request.client_id]
    if not rows:
        raise NotFound("nothing is remembered there")
    seen = event(ctx, "claims.forgotten", owner_id=account_id, actor=account_id, client_id=request.client_id)
    return Answer(Nothing(), *(Remove(record=each) for each in rows), Add(record=seen))


def _claims(ctx: Context, rows: Sequence[PersistedClaims]) -> tuple[Claim, ...]:
    """Return what several tokens of one app hold, each claim once."""
    found: dict[Claim, None] = {}
    for each in rows:
        try:
            found.update(dict.fromkeys(claim for claim in kept_requester(ctx, each).claims if claim.value))
        except Unusable:
            continue  # What nobody can read any more nobody remembers.
    return tuple(found)
