"""Somebody is asked whether a client may use who they are, and answers.

They are always asked: whoever follows a link of a client takes part knowingly, or not at all.

Spec: Grant 3.3.2, 3.3.3, 5.1, 6.2; RFC 9207 2.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from consentry.core.authorizing import Redirected, signed_in_at
from consentry.core.changes import Add, Remove
from consentry.core.claims_pending import PendingClaims, held_ticket, pending_claims_of, will_do
from consentry.core.context import Answer, Context
from consentry.core.errors import AccessDenied, InvalidRequest, Refusal
from consentry.core.events import event
from consentry.core.interaction import ShowSignIn, SignInAgain, find_interaction, usable_client
from consentry.core.model import Account, Client, Event, Interaction, PermissionTicket, PersistedClaims
from consentry.core.permission_ticket import rotated
from consentry.core.ports import SignedIn
from consentry.core.redirection import response_uri
from consentry.core.requesting_party import merged, requester_of
from consentry.uma.value import value

RETURN_LIFETIME = 120
"""How many seconds the client has to show the ticket that the browser brings back."""


@value
class ShowClaims:
    """Ask whether the client may go on as this account; ``remembered``: it may keep the claims already."""

    client: Client
    account: Account
    redirect_uri: str
    remembered: bool


@value
class ClaimsDecision:
    """What a person decided; the digests are those of `Proceed`.  ``remember``: the client may keep the claims."""

    interaction_digest: str
    browser_digest: str | None
    session_digest: str | None
    decision: Literal["continue", "cancel"]
    remember: bool = False


async def show_claims(
    ctx: Context, interaction: Interaction, signed_in: SignedIn | None
) -> Answer[ShowSignIn | ShowClaims | Redirected]:
    """Say what gathering claims waits for."""
    pending = pending_claims_of(interaction)
    client = await usable_client(ctx, pending.client_id)
    held = await held_ticket(ctx, pending)
    if held is None:
        return Answer(_ended(ctx, pending), Remove(record=interaction))
    if signed_in is None or not will_do(pending, held, signed_in):
        return Answer(ShowSignIn(client=client, redirect_uri=pending.claims_redirect_uri))
    remembered = held.remember or await _remembered(ctx, signed_in, client)
    return Answer(
        ShowClaims(
            client=client,
            account=signed_in.account,
            redirect_uri=pending.claims_redirect_uri,
            remembered=remembered,
        )
    )


async def decide_claims(ctx: Context, question: ClaimsDecision) -> Answer[Redirected | SignInAgain]:
    """Spend the interaction and send the browser back, with a new ticket or with ``access_denied``."""
    interaction = await find_interaction(ctx, question.interaction_digest, question.browser_digest)
    pending = pending_claims_of(interaction)
    client = await usable_client(ctx, pending.client_id)
    held = await held_ticket(ctx, pending)
    if held is None:
        return Answer(_ended(ctx, pending), Remove(record=interaction))
    signed_in = await signed_in_at(ctx, question.session_digest)
    if signed_in is None or not will_do(pending, held, signed_in):
        return Answer(SignInAgain())
    if question.decision == "cancel":
        return _cancelled(ctx, interaction, pending, held, signed_in)
    remember = question.remember or held.remember or await _remembered(ctx, signed_in, client)
    return _gathered(ctx, interaction, pending, held, signed_in, remember=remember)


def live_for(kept: Sequence[PersistedClaims], client_id: str, now: int) -> bool:
    """Tell whether a client is being allowed to keep claims now."""
    return any(each.client_id == client_id and each.expires_at > now for each in kept)


async def _remembered(ctx: Context, signed_in: SignedIn, client: Client) -> bool:
    kept = await ctx.store.persisted_claims_of(signed_in.account.account_id)
    return live_for(kept, client.client_id, ctx.now)


def _gathered(
    ctx: Context,
    interaction: Interaction,
    pending: PendingClaims,
    held: PermissionTicket,
    signed_in: SignedIn,
    *,
    remember: bool,
) -> Answer[Redirected | SignInAgain]:
    said = requester_of(signed_in.account, own_issuer=ctx.issuer, now=ctx.now)
    requester = merged(held.requester, said)
    if requester is None:
        return Answer(SignInAgain())
    secret = ctx.new_secret()
    ticket = replace(
        rotated(ctx, held, secret, lifetime=RETURN_LIFETIME),
        requester=requester,
        remember=remember,
        code_challenge=pending.code_challenge,
    )
    location = response_uri(pending.claims_redirect_uri, ticket=secret, state=pending.state, iss=ctx.issuer)
    seen = _event(ctx, "claims.gathered", held, signed_in)
    return Answer(
        Redirected(location=location),
        Remove(record=interaction),
        Remove(record=held),
        Add(record=ticket),
        Add(record=seen),
    )


def _cancelled(
    ctx: Context, interaction: Interaction, pending: PendingClaims, held: PermissionTicket, signed_in: SignedIn
) -> Answer[Redirected | SignInAgain]:
    return Answer(
        _back_with(ctx, pending, AccessDenied("the person said no")),
        Remove(record=interaction),
        Remove(record=held),
        Add(record=_event(ctx, "claims.refused", held, signed_in)),
    )


def _ended(ctx: Context, pending: PendingClaims) -> Redirected:
    """Go back with empty hands: somebody has shown a spent ticket of this process again."""
    return _back_with(ctx, pending, InvalidRequest("the process has ended"))


def _event(ctx: Context, kind: str, held: PermissionTicket, signed_in: SignedIn) -> Event:
    """Return what stands on the requesting party's own page: nothing about what is asked for."""
    account_id = signed_in.account.account_id
    return event(
        ctx,
        kind,
        outcome="refused" if kind == "claims.refused" else "done",
        owner_id=account_id,
        actor=account_id,
        client_id=held.client_id,
        about=held.family,
    )


def _back_with(ctx: Context, pending: PendingClaims, refusal: Refusal) -> Redirected:
    location = response_uri(
        pending.claims_redirect_uri,
        error=refusal.code,
        error_description=refusal.description,
        state=pending.state,
        iss=ctx.issuer,
    )
    return Redirected(location=location)
