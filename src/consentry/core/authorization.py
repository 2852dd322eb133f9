"""The authorization endpoint: from a request to what the browser is sent to.

The client and its redirect URI are checked first.  A fault there is shown to the person and never redirected; every
other fault goes back to the client.

Spec: RFC 6749 3.1, 4.1.1, 4.1.2.1; RFC 7636 4.3; RFC 9207 2; OpenID Connect Core 3.1.2.1, 3.1.2.2, 3.1.2.6, 6.
"""

from consentry.core.authorization_checks import AuthorizationRequest, check, error_response, trusted_client
from consentry.core.authorizing import Redirected, authorized, signed_in_at
from consentry.core.changes import Add
from consentry.core.context import Answer, Context
from consentry.core.errors import ConsentRequired, LoginRequired, Refusal
from consentry.core.interaction import Continue, Done, PendingAuthorization, SignInNext, Step, next_step, waiting
from consentry.core.proceeding import organisations_to_ask


async def authorize(ctx: Context, request: AuthorizationRequest) -> Answer[Redirected | Continue]:
    """Answer an authorization request.  Raises a refusal only where nothing may be redirected."""
    client, redirect_uri = await trusted_client(ctx, request)
    signed_in = await signed_in_at(ctx, request.session_digest)
    try:
        pending = check(ctx, request, client=client, redirect_uri=redirect_uri, signed_in=signed_in)
        consent = await ctx.store.consent(signed_in.account.account_id, client.client_id) if signed_in else None
        choice = bool(await organisations_to_ask(ctx, pending, signed_in))
        step = next_step(pending, client, signed_in, consent, choice=choice)
        if isinstance(step, Done) and signed_in is not None:
            return authorized(ctx, pending, signed_in)
        if request.prompt == "none":
            _refuse_to_ask(step)
    except Refusal as refusal:
        return Answer(error_response(ctx, request, redirect_uri, refusal))
    return _wait(ctx, pending, request.browser_digest)


def _refuse_to_ask(step: Step) -> None:
    if isinstance(step, SignInNext):
        raise LoginRequired("the person has to sign in")
    raise ConsentRequired("the person has to be asked")


def _wait(ctx: Context, pending: PendingAuthorization, browser_digest: str) -> Answer[Redirected | Continue]:
    secret = ctx.new_secret()
    interaction = waiting(ctx, "authorization", pending.to_text(), browser_digest=browser_digest, secret=secret)
    return Answer(Continue(interaction=secret), Add(record=interaction))
