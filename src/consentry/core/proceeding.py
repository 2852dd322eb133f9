"""Going on with what a browser began: what it is to show, or the way back to the client.

Spec: OpenID Connect Core 3.1.2.3, 3.1.2.4; RFC 6749 4.1.2; Grant 3.3.2.
"""

from typing import assert_never

from consentry.core.authorizing import Redirected, authorized, signed_in_at
from consentry.core.changes import Remove
from consentry.core.claims_consent import ShowClaims, show_claims
from consentry.core.context import Answer, Context
from consentry.core.interaction import (
    ConsentNext,
    Done,
    PendingAuthorization,
    ShowSignIn,
    SignInNext,
    find_interaction,
    next_step,
    pending_of,
    usable_client,
)
from consentry.core.memberships import organisations_of
from consentry.core.model import Account, Client
from consentry.core.ports import SignedIn
from consentry.uma.codes import SCOPE_UMA_PROTECTION
from consentry.uma.value import value


@value
class Proceed:
    """A browser comes back to an interaction; all three are digests of secrets it holds."""

    interaction_digest: str
    browser_digest: str | None
    session_digest: str | None


@value
class ShowConsent:
    """Ask whether the client may have these scopes: ``new`` for the first time, ``known`` was allowed before.

    ``organisations``: for which the person may say so instead.
    """

    client: Client
    account: Account
    organisations: tuple[Account, ...]
    redirect_uri: str
    new: tuple[str, ...]
    known: tuple[str, ...]


async def proceed(ctx: Context, question: Proceed) -> Answer[ShowSignIn | ShowConsent | ShowClaims | Redirected]:
    """Say what an interaction waits for; if for nothing, it is spent and the client gets its code."""
    interaction = await find_interaction(ctx, question.interaction_digest, question.browser_digest)
    if interaction.kind == "claims":
        return await show_claims(ctx, interaction, await signed_in_at(ctx, question.session_digest))
    pending = pending_of(interaction)
    client = await usable_client(ctx, pending.client_id)
    signed_in = await signed_in_at(ctx, question.session_digest)
    consent = await ctx.store.consent(signed_in.account.account_id, client.client_id) if signed_in else None
    organisations = await organisations_to_ask(ctx, pending, signed_in)
    step = next_step(pending, client, signed_in, consent, choice=bool(organisations))
    if signed_in is None or isinstance(step, SignInNext):
        return Answer(ShowSignIn(client=client, redirect_uri=pending.redirect_uri, login_hint=pending.login_hint))
    match step:
        case ConsentNext():
            return Answer(_consent(pending, client, signed_in, organisations, step))
        case Done():
            answer = authorized(ctx, pending, signed_in)
            return Answer(answer.said, Remove(record=interaction), *answer.changes)
        case _:
            assert_never(step)


async def organisations_to_ask(
    ctx: Context, pending: PendingAuthorization, signed_in: SignedIn | None
) -> tuple[Account, ...]:
    """Return the organisations for which a resource server may get a PAT from this person.  Spec: FedAuthz 1.3."""
    if signed_in is None or SCOPE_UMA_PROTECTION not in pending.scope:
        return ()
    return tuple(await organisations_of(ctx, signed_in.account.account_id))


def _consent(
    pending: PendingAuthorization,
    client: Client,
    signed_in: SignedIn,
    organisations: tuple[Account, ...],
    step: ConsentNext,
) -> ShowConsent:
    return ShowConsent(
        client=client,
        account=signed_in.account,
        organisations=organisations,
        redirect_uri=pending.redirect_uri,
        new=step.new,
        known=step.known,
    )
