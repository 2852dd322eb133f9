"""The claims interaction endpoint: a client sends somebody here to say who they are.

The client and its claims redirect URI are checked first.  A fault there is shown to the person and never redirected;
every other fault goes back to the client.  Opening spends the ticket; the same browser may come again.

Spec: Grant 3.3.2, 3.3.3, 5.1; RFC 6749 4.1.2.1; RFC 7636 4.3; RFC 9207 2.
"""

from dataclasses import field, replace

from consentry.core.authorization_checks import LONGEST_STATE
from consentry.core.authorizing import Redirected
from consentry.core.changes import Add
from consentry.core.claims_pending import PendingClaims, pending_claims_of
from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidGrant, InvalidRequest, NotFound, Refusal, UnauthorizedClient
from consentry.core.events import event
from consentry.core.interaction import Continue, InteractionOver, find_interaction, waiting
from consentry.core.model import Client, PermissionTicket
from consentry.core.permission_ticket import rotated, spend
from consentry.core.pkce import is_challenge
from consentry.core.redirection import response_uri
from consentry.core.tokens import digest
from consentry.uma.codes import GRANT_UMA_TICKET
from consentry.uma.value import value


@value
class ClaimsInteractionRequest:
    """The parameters as they came, and which browser brought them.  ``repeated``: those that came more than once.

    Spec: Grant 3.3.2.
    """

    browser_digest: str
    client_id: str | None = None
    ticket: str | None = field(default=None, repr=False)
    claims_redirect_uri: str | None = None
    state: str | None = None
    code_challenge: str | None = None
    code_challenge_method: str | None = None
    repeated: frozenset[str] = frozenset()


async def interact(ctx: Context, request: ClaimsInteractionRequest) -> Answer[Redirected | Continue]:
    """Begin to gather claims, or go on.  Raises a refusal only where nothing may be redirected."""
    client, claims_redirect_uri = await trusted_client(ctx, request)
    try:
        return await _begin(ctx, request, client, claims_redirect_uri)
    except Refusal as refusal:
        failed = event(ctx, "claims.failed", outcome="refused", client_id=client.client_id, reason=refusal.reason)
        return Answer(_error_response(ctx, request, claims_redirect_uri, refusal), Add(record=failed))


async def trusted_client(ctx: Context, request: ClaimsInteractionRequest) -> tuple[Client, str]:
    """Return the client and where to send the browser.  What is refused here must not be redirected.

    Only claims redirect URIs count, and only character by character.  Spec: Grant 3.3.2, 3.3.3.
    """
    if not ctx.realm.settings.interactive_claims:
        raise NotFound("this realm gathers no claims from people")
    if request.repeated & {"client_id", "claims_redirect_uri"}:
        raise InvalidRequest("a parameter was given more than once")
    client = await ctx.store.client(request.client_id) if request.client_id else None
    if client is None or client.disabled_at is not None:
        raise InvalidRequest("client_id is missing or unknown")
    registered = client.claims_redirect_uris
    if request.claims_redirect_uri is None:
        if len(registered) != 1:
            raise InvalidRequest("claims_redirect_uri is missing, and the client did not register exactly one")
        return client, registered[0]
    if request.claims_redirect_uri not in registered:
        raise InvalidRequest("claims_redirect_uri is not one that the client registered for this")
    return client, request.claims_redirect_uri


async def _begin(
    ctx: Context, request: ClaimsInteractionRequest, client: Client, claims_redirect_uri: str
) -> Answer[Redirected | Continue]:
    pending = _checked(ctx, request, client, claims_redirect_uri)
    secret = _secret(ctx, request)
    if await _is_known(ctx, request, pending, secret):
        return Answer(Continue(interaction=secret))
    ticket = await _spent(ctx, client, request.ticket or "")
    held = rotated(ctx, ticket, ctx.new_secret(), lifetime=ctx.realm.settings.lifetimes.interaction)
    pending = replace(pending, held=held.digest)
    interaction = waiting(ctx, "claims", pending.to_text(), browser_digest=request.browser_digest, secret=secret)
    return Answer(Continue(interaction=secret), Add(record=held), Add(record=interaction))


def _checked(
    ctx: Context, request: ClaimsInteractionRequest, client: Client, claims_redirect_uri: str
) -> PendingClaims:
    if request.repeated:
        raise InvalidRequest("a parameter was given more than once")
    if GRANT_UMA_TICKET not in client.grant_types:
        raise UnauthorizedClient("the client is not registered for the UMA grant")
    if not request.ticket:
        raise InvalidRequest("ticket is required")
    if request.state is not None and len(request.state) > LONGEST_STATE:
        raise InvalidRequest(f"state has at most {LONGEST_STATE} characters")
    max_age = ctx.realm.settings.claims_max_age
    return PendingClaims(
        client_id=client.client_id,
        claims_redirect_uri=claims_redirect_uri,
        state=request.state,
        code_challenge=_challenge(request),
        fresh_from=ctx.now - max_age if max_age else 0,
    )


def _challenge(request: ClaimsInteractionRequest) -> str | None:
    if request.code_challenge is None:
        if request.code_challenge_method is not None:
            raise InvalidRequest("code_challenge_method comes with a code_challenge")
        return None
    if request.code_challenge_method != "S256":
        raise InvalidRequest("code_challenge_method has to be S256")
    if not is_challenge(request.code_challenge):
        raise InvalidRequest("code_challenge is not the base64url of a SHA-256 digest")
    return request.code_challenge


def _secret(ctx: Context, request: ClaimsInteractionRequest) -> str:
    """Return the secret of the interaction, always the same for this ticket in this browser and no other."""
    return ctx.sealer.digest(request.ticket or "", purpose=f"claims-interaction:{request.browser_digest}")


async def _is_known(ctx: Context, request: ClaimsInteractionRequest, pending: PendingClaims, secret: str) -> bool:
    """Tell whether this browser has asked this before: the page was loaded again.  Spec: Grant 3.3.2."""
    try:
        found = await find_interaction(ctx, digest(secret), request.browser_digest)
    except InteractionOver:
        return False
    before = pending_claims_of(found)
    return replace(before, held=pending.held, fresh_from=pending.fresh_from) == pending


async def _spent(ctx: Context, client: Client, secret: str) -> PermissionTicket:
    ticket = await spend(ctx, client, secret)
    if ticket.code_challenge is not None:
        raise InvalidGrant("this ticket has to be shown at the token endpoint first")
    return ticket


def _error_response(
    ctx: Context, request: ClaimsInteractionRequest, claims_redirect_uri: str, refusal: Refusal
) -> Redirected:
    """Return the redirect that tells the client about a fault.  Spec: Grant 3.3.3, RFC 6749 4.1.2.1, RFC 9207 2."""
    state = request.state if "state" not in request.repeated else None
    # The codes are those of an authorization response, which knows no invalid_grant.
    code = InvalidRequest.code if isinstance(refusal, InvalidGrant) else refusal.code
    location = response_uri(
        claims_redirect_uri, error=code, error_description=refusal.description, state=state, iss=ctx.issuer
    )
    return Redirected(location=location)
