"""What a process knows about the requesting party: from its ticket, a persisted claims token, what is pushed now.

Spec: Grant 3.3.1, 3.3.4, 5.7.
"""

from consentry.core.changes import Add
from consentry.core.claims import BadClaimToken, ClaimToken
from consentry.core.context import Context
from consentry.core.events import event
from consentry.core.model import Client, PermissionTicket, PersistedClaims, Requester
from consentry.core.persisted_claims import Recalled, Unusable, recall
from consentry.core.ports import Surroundings
from consentry.core.requesting_party import as_of_today, may_push, merged, requester_from, same_people
from consentry.uma.value import value


@value
class Gathered:
    """Who asks, as far as is known; ``bad`` is what is wrong with what was pushed; ``used`` is the PCT that counted."""

    requester: Requester | None
    bad: str | None = None
    used: PersistedClaims | None = None


async def gathered(
    ctx: Context,
    client: Client,
    ticket: PermissionTicket,
    *,
    pushed: ClaimToken | BadClaimToken | None,
    pct: str | None,
) -> Gathered:
    """Put together what counts.  What speaks of somebody else is left out, whoever of the two may be asking."""
    known = ticket.requester
    recalled = await _recalled(ctx, client, ticket, pct) if pct else None
    said = _verified(ctx, client, pushed) if pushed is not None else None
    if isinstance(said, Requester) and recalled is not None and not same_people(recalled.requester, said):
        return Gathered(requester=known, bad="the claim token and the persisted claims speak of different people")
    used = None
    if recalled is not None:
        known, used = _with_recalled(recalled, known), recalled.record
    if said is None or isinstance(said, str):
        return Gathered(requester=known, bad=said, used=used)
    together = merged(known, said)
    if together is None:
        return Gathered(requester=known, bad="the claim token speaks of somebody else than before", used=used)
    return Gathered(requester=together, used=used)


def today(ctx: Context, found: Gathered, around: Surroundings) -> Gathered:
    """Hold what was said about one of our own people against what is true today."""
    requester = found.requester
    if requester is None or requester.account_id is None:
        return found
    account = around.account
    if account is None or account.disabled_at is not None:
        return Gathered(requester=None, bad=found.bad or "the requesting party's account is gone or disabled")
    current = as_of_today(requester, account, own_issuer=ctx.issuer)
    return Gathered(requester=current, bad=found.bad, used=found.used)


def _verified(ctx: Context, client: Client, pushed: ClaimToken | BadClaimToken) -> Requester | str:
    """Return who a pushed claim token speaks of, or why it counts for nothing."""
    if isinstance(pushed, BadClaimToken):
        return pushed.reason
    if pushed.realm_version != ctx.realm.version:
        return "the claim token was verified with keys that have changed since"
    if not may_push(pushed, client, own_issuer=ctx.issuer, trusted=ctx.trusted_issuers):
        return "the claim token was not made for this client"
    return requester_from(pushed, own_issuer=ctx.issuer)


async def _recalled(ctx: Context, client: Client, ticket: PermissionTicket, pct: str) -> Recalled | None:
    """Return what a PCT stands for; one that cannot count is left out and recorded.  Spec: Grant 5.2."""
    try:
        found = await recall(ctx, client, pct)
        if ticket.requester is not None and not same_people(found.requester, ticket.requester):
            raise Unusable("the persisted claims speak of somebody else than before")
    except Unusable as problem:
        ignored = event(
            ctx,
            "persisted_claims.ignored",
            outcome="refused",
            client_id=client.client_id,
            resource_server=ticket.resource_server,
            about=ticket.family,
            reason=problem.reason,
        )
        ctx.keep(Add(record=ignored))
        return None
    return found


def _with_recalled(recalled: Recalled, known: Requester | None) -> Requester | None:
    """Lay what the process knows over what was kept from an earlier one."""
    return recalled.requester if known is None else merged(recalled.requester, known)
