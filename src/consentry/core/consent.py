"""A person's yes or no to a client, and taking a yes back.

A yes is remembered for exactly this account, this client and these scopes.

Spec: OpenID Connect Core 3.1.2.4; RFC 6749 4.1.2.1; GDPR 7(3).
"""

from dataclasses import replace
from typing import Literal

from consentry.core.authorizing import Redirected, authorized, signed_in_at
from consentry.core.changes import Add, Change, Remove, Replace
from consentry.core.context import Answer, Context
from consentry.core.errors import AccessDenied, NotFound
from consentry.core.events import event
from consentry.core.interaction import (
    PendingAuthorization,
    SignInAgain,
    SignInNext,
    find_interaction,
    next_step,
    pending_of,
    usable_client,
)
from consentry.core.me import Who, me
from consentry.core.memberships import NotTheirs
from consentry.core.model import Consent, Interaction
from consentry.core.nothing import Nothing
from consentry.core.ports import SignedIn
from consentry.core.proceeding import organisations_to_ask
from consentry.core.redirection import response_uri
from consentry.uma.value import value


@value
class ConsentDecision:
    """What a person decided, for an organisation or (None) for themselves; the digests are those of `Proceed`."""

    interaction_digest: str
    browser_digest: str | None
    session_digest: str | None
    decision: Literal["allow", "deny"]
    organisation_id: str | None = None


@value
class WithdrawConsent:
    """Take back what a client was allowed; everything it holds for this person ends."""

    who: Who
    client_id: str


async def decide_consent(ctx: Context, question: ConsentDecision) -> Answer[Redirected | SignInAgain]:
    """Spend the interaction and send the browser back, with a code or with ``access_denied``."""
    interaction = await find_interaction(ctx, question.interaction_digest, question.browser_digest)
    pending = pending_of(interaction)
    client = await usable_client(ctx, pending.client_id)
    signed_in = await signed_in_at(ctx, question.session_digest)
    if signed_in is None:
        return Answer(SignInAgain())
    organisation_id = question.organisation_id
    if organisation_id is not None:
        choice = await organisations_to_ask(ctx, pending, signed_in)
        if organisation_id not in {each.account_id for each in choice}:
            raise NotTheirs("you do not act for this organisation")
    account_id = organisation_id or signed_in.account.account_id
    known = await ctx.store.consent(account_id, client.client_id)
    if isinstance(next_step(pending, client, signed_in, known), SignInNext):
        return Answer(SignInAgain())
    if question.decision == "deny":
        return _denied(ctx, interaction, pending, signed_in)
    answer = authorized(ctx, pending, signed_in, organisation_id=organisation_id)
    return Answer(
        answer.said,
        Remove(record=interaction),
        *_remembered(ctx, pending, signed_in, known, account_id),
        *answer.changes,
    )


async def withdraw_consent(ctx: Context, question: WithdrawConsent) -> Answer[Nothing]:
    """Forget a consent, end every token that came from it, and make the client forget who it was, at once."""
    account_id = await me(ctx, question.who)
    consent = await ctx.store.consent(account_id, question.client_id)
    if consent is None:
        raise NotFound("no such app")
    issued = await ctx.store.issued_to(account_id, question.client_id)
    kept = [each for each in await ctx.store.persisted_claims_of(account_id) if each.client_id == question.client_id]
    ended = [Remove(record=record) for record in (*issued, *kept)]
    seen = event(ctx, "consent.withdrawn", owner_id=account_id, actor=account_id, client_id=question.client_id)
    return Answer(Nothing(), Remove(record=consent), *ended, Add(record=seen))


def _remembered(
    ctx: Context, pending: PendingAuthorization, signed_in: SignedIn, known: Consent | None, account_id: str
) -> tuple[Change, ...]:
    if known is not None and set(pending.scope) <= set(known.scope):
        return ()
    seen = event(
        ctx,
        "consent.given",
        owner_id=account_id,
        actor=signed_in.account.account_id,
        client_id=pending.client_id,
        detail={"scope": list(pending.scope)},
    )
    if known is None:
        consent = Consent(account_id=account_id, client_id=pending.client_id, scope=pending.scope, created_at=ctx.now)
        return Add(record=consent), Add(record=seen)
    wider = tuple(dict.fromkeys((*known.scope, *pending.scope)))
    return Replace(record=replace(known, scope=wider)), Add(record=seen)


def _denied(
    ctx: Context, interaction: Interaction, pending: PendingAuthorization, signed_in: SignedIn
) -> Answer[Redirected | SignInAgain]:
    refusal = AccessDenied("the person said no")
    location = response_uri(
        pending.redirect_uri,
        error=refusal.code,
        error_description=refusal.description,
        state=pending.state,
        iss=ctx.issuer,
    )
    seen = event(
        ctx,
        "consent.refused",
        outcome="refused",
        owner_id=signed_in.account.account_id,
        actor=signed_in.account.account_id,
        client_id=pending.client_id,
    )
    return Answer(Redirected(location=location), Remove(record=interaction), Add(record=seen))
