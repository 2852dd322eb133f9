"""The UMA grant: a permission ticket becomes an RPT, or the client hears what is missing.

The ticket is spent as soon as an authenticated client shows it, whatever follows; the errors come in the order ticket,
earlier RPT, scope, claims, owner's word.

Spec: Grant 3.3.1, 3.3.4, 3.3.5, 3.3.6, 5.5.
"""

from dataclasses import field, replace

from consentry.core.access_request import ask_owner, blocked, narrowed
from consentry.core.asking import question
from consentry.core.assessment import Assessment, assess
from consentry.core.changes import Add
from consentry.core.claims import BadClaimToken, ClaimToken
from consentry.core.claims_gathering import gathered, today
from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidGrant
from consentry.core.interaction import CLAIMS_INTERACTION
from consentry.core.issued import TokenIssued
from consentry.core.model import Client, PermissionTicket, Requester, TrustedIssuer
from consentry.core.permission_ticket import UNUSABLE, proven, rotated, spend, ticket_event
from consentry.core.persisted_claims import persist
from consentry.core.ports import Surroundings
from consentry.core.requested_scopes import Wanted, requested_scopes
from consentry.core.requesting_party import OF_ACCOUNT
from consentry.core.requesting_party_token import earlier_rpt, issue
from consentry.uma.codes import CLAIM_TOKEN_FORMAT_ID_TOKEN
from consentry.uma.value import value
from consentry.uma.wire import NeedInfo, RequestSubmitted, RequiredClaim


@value
class TicketRequest:
    """Spec: Grant 3.3.1.  ``claim_token`` has been verified, or found bad, before the decision.

    ``code_verifier`` belongs to a ticket that an interaction brought back (RFC 7636 4.5).
    """

    ticket: str = field(repr=False)
    claim_token: ClaimToken | BadClaimToken | None = None
    pct: str | None = field(default=None, repr=False)
    rpt: str | None = field(default=None, repr=False)
    scope: tuple[str, ...] = ()
    code_verifier: str | None = field(default=None, repr=False)


@value
class RequestDenied:
    """The requesting party may not.  Spec: Grant 3.3.6."""


Outcome = TokenIssued | NeedInfo | RequestSubmitted | RequestDenied


async def redeem(ctx: Context, client: Client, request: TicketRequest) -> Answer[Outcome]:
    """Answer a request for an RPT.  Spec: Grant 3.3.1."""
    ticket = proven(await spend(ctx, client, request.ticket), request.code_verifier)
    ticket = replace(ticket, scope=request.scope or ticket.scope)
    earlier = await earlier_rpt(ctx, client, ticket, request.rpt) if request.rpt else None
    found = await gathered(ctx, client, ticket, pushed=request.claim_token, pct=request.pct)
    around = await _surroundings(ctx, client, ticket, found.requester)
    found = today(ctx, found, around)
    wanted = requested_scopes(ticket.permissions, around.resources, registered=client.scope, requested=ticket.scope)
    ticket = replace(ticket, requester=found.requester)
    asked = question(
        ctx,
        owner_id=ticket.owner_id,
        requester=found.requester,
        client_id=client.client_id,
        circles=around.circles,
        memberships=around.memberships,
    )
    assessed = assess(asked, wanted, around.grants)
    if found.bad is None and await _enough(ctx, ticket, assessed, around):
        answer = issue(ctx, client, ticket, assessed.granted, earlier, grants=around.grants)
        pct, kept = await persist(ctx, ticket, found.used)
        return Answer(replace(answer.said, pct=pct), *answer.changes, *kept)
    return _not_yet(ctx, ticket, wanted, assessed, around, client=client, bad=found.bad)


def _not_yet(
    ctx: Context,
    ticket: PermissionTicket,
    wanted: tuple[Wanted, ...],
    assessed: Assessment,
    around: Surroundings,
    *,
    client: Client,
    bad: str | None,
) -> Answer[Outcome]:
    """Choose among what could help, the owner's word, and no.  Spec: Grant 3.3.4, 3.3.6."""
    if bad is not None or ticket.requester is None or assessed.missing:
        return _need_info(ctx, client, ticket, assessed, bad)
    if ctx.realm.settings.pending_requests and not assessed.forbidden and not blocked(around, ticket, ctx.now):
        return ask_owner(ctx, ticket, wanted, around)
    denied = ticket_event(ctx, "request.denied", ticket, reason="not shared with the requesting party")
    return Answer(RequestDenied(), Add(record=denied))


async def _surroundings(
    ctx: Context, client: Client, ticket: PermissionTicket, requester: Requester | None
) -> Surroundings:
    around = await ctx.store.surroundings(
        ticket.owner_id,
        ticket.resource_server,
        tuple(permission.resource_id for permission in ticket.permissions),
        requester=requester,
        client_id=client.client_id,
    )
    registered = {resource.resource_id: set(resource.resource_scopes) for resource in around.resources}
    for permission in ticket.permissions:
        if not set(permission.scopes) <= registered.get(permission.resource_id, set()) or (
            permission.resource_id not in registered
        ):
            raise InvalidGrant(UNUSABLE, reason="a resource or scope of the ticket is gone")
    return around


async def _enough(ctx: Context, ticket: PermissionTicket, assessed: Assessment, around: Surroundings) -> bool:
    """Tell whether what can be granted is enough to grant it.  Spec: Grant 3.3.4."""
    if narrowed(around, ticket):
        return bool(assessed.granted)
    resource_server = await ctx.store.client(ticket.resource_server)
    partial = resource_server.partial if resource_server else None
    match partial or ctx.realm.settings.partial:
        case "ticket":
            return assessed.complete
        case "all":
            return assessed.full
        case "any":
            return bool(assessed.granted)


def _need_info(
    ctx: Context, client: Client, ticket: PermissionTicket, assessed: Assessment, bad: str | None
) -> Answer[NeedInfo]:
    """Say what to push or where to send the person, with a fresh ticket; never what value is expected.

    Spec: Grant 3.3.6.
    """
    secret = ctx.new_secret()
    successor = rotated(ctx, ticket, secret, lifetime=ctx.realm.settings.lifetimes.ticket)
    said = NeedInfo(
        ticket=secret,
        required_claims=_required_claims(ctx, ticket, assessed),
        redirect_user=_redirect_user(ctx, client, ticket, assessed),
    )
    needed = ticket_event(ctx, "claims.needed", ticket, reason=bad or "the requesting party is not known well enough")
    return Answer(said, Add(record=successor), Add(record=needed))


def _redirect_user(ctx: Context, client: Client, ticket: PermissionTicket, assessed: Assessment) -> str | None:
    """Return where the person can say who they are, if that page could tell anything new.  Spec: Grant 3.3.6."""
    if not ctx.realm.settings.interactive_claims or not client.claims_redirect_uris:
        return None
    known = ticket.requester is not None and ticket.requester.account_id is not None
    ours = any(claim.issuer == ctx.issuer and claim.name in OF_ACCOUNT for claim in assessed.missing)
    return f"{ctx.issuer}{CLAIMS_INTERACTION}" if ours or not known else None


def _required_claims(ctx: Context, ticket: PermissionTicket, assessed: Assessment) -> tuple[RequiredClaim, ...]:
    named = tuple(
        RequiredClaim(claim_token_format=(CLAIM_TOKEN_FORMAT_ID_TOKEN,), name=claim.name, issuer=(claim.issuer,))
        for claim in assessed.missing
    )
    if named and ticket.requester is not None:
        return named
    issuers = (ctx.issuer, *(trusted.issuer for trusted in _usable_issuers(ctx, ticket)))
    identity = RequiredClaim(
        claim_token_format=(CLAIM_TOKEN_FORMAT_ID_TOKEN,),
        name="sub",
        friendly_name="Who is asking",
        issuer=issuers,
    )
    return (identity,)


def _usable_issuers(ctx: Context, ticket: PermissionTicket) -> list[TrustedIssuer]:
    return [trusted for trusted in ctx.trusted_issuers if ticket.client_id in trusted.client_ids]
