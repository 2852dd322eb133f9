"""The token endpoint on the wire.

Spec: RFC 6749 3.2, 4.1.3, 4.4.2, 5.1, 6; Grant 3.3.1, 3.3.5, 3.3.6.
"""

from collections.abc import Mapping
from typing import assert_never

from consentry.core import token as core
from consentry.core.claims import BadClaimToken, ClaimToken
from consentry.core.client_authentication import Credentials, authenticate
from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidRequest, Refusal
from consentry.core.grants.authorization_code import CodeRequest
from consentry.core.grants.client_credentials import ClientCredentialsRequest
from consentry.core.grants.refresh_token import RefreshRequest
from consentry.core.grants.uma_ticket import Outcome, RequestDenied, TicketRequest
from consentry.core.issued import TokenIssued
from consentry.core.scopes import parse_scope
from consentry.uma import codes
from consentry.uma.value import value
from consentry.uma.wire import NeedInfo, RequestSubmitted, RequiredClaim
from consentry.web.answers import present, refuse_oauth, write_json
from consentry.web.credentials import read_client
from consentry.web.forms import read_form, required
from consentry.web.http import Request, Response
from consentry.web.parts import Parts
from consentry.web.route import Endpoint, ReadAgain


@value
class Reading:
    """A token request as far as it could be read; what is wrong with its grant is told to its own client only."""

    credentials: Credentials
    grant: core.Grant | core.UnknownGrant | Refusal


async def _read(parts: Parts, request: Request) -> Reading:
    form = read_form(request)
    credentials = read_client(request, form, parts.sealer)
    try:
        return Reading(credentials=credentials, grant=await _grant(parts, request, form))
    except Refusal as refusal:
        return Reading(credentials=credentials, grant=refusal)


async def _grant(parts: Parts, request: Request, form: Mapping[str, str]) -> core.Grant | core.UnknownGrant:
    match required(form, "grant_type"):
        case codes.GRANT_UMA_TICKET:
            return await _ticket(parts, request, form)
        case codes.GRANT_AUTHORIZATION_CODE:
            return CodeRequest(
                code=required(form, "code"),
                redirect_uri=form.get("redirect_uri"),
                code_verifier=form.get("code_verifier"),
            )
        case codes.GRANT_CLIENT_CREDENTIALS:
            return ClientCredentialsRequest(scope=parse_scope(form.get("scope")))
        case codes.GRANT_REFRESH_TOKEN:
            return RefreshRequest(refresh_token=required(form, "refresh_token"), scope=parse_scope(form.get("scope")))
        case unknown:
            return core.UnknownGrant(grant_type=unknown)


async def _ticket(parts: Parts, request: Request, form: Mapping[str, str]) -> TicketRequest:
    return TicketRequest(
        ticket=required(form, "ticket"),
        claim_token=await _claim_token(parts, request, form),
        pct=form.get("pct"),
        rpt=form.get("rpt"),
        scope=parse_scope(form.get("scope")) or (),
        code_verifier=form.get("code_verifier"),
    )


async def _claim_token(parts: Parts, request: Request, form: Mapping[str, str]) -> ClaimToken | BadClaimToken | None:
    """Find out what the pushed claim token proves; half a pair is a malformed request.  Spec: Grant 3.3.1."""
    text, claim_token_format = form.get("claim_token"), form.get("claim_token_format")
    if text is None and claim_token_format is None:
        return None
    if text is None or claim_token_format is None:
        raise InvalidRequest("claim_token and claim_token_format come together")
    return await parts.claim_tokens.verify(request.realm, text=text, format=claim_token_format)


async def _decide(ctx: Context, reading: Reading) -> Answer[Outcome]:
    """Ask, unless the grant cannot be read or its claim token was verified with what another version trusts."""
    grant = reading.grant
    if isinstance(grant, Refusal):
        await authenticate(ctx, reading.credentials)
        raise grant
    pushed = grant.claim_token if isinstance(grant, TicketRequest) else None
    if pushed is not None and pushed.realm_version not in (None, ctx.realm.version):
        raise ReadAgain("the realm has changed since the claim token was verified")
    return await core.token(ctx, core.TokenRequest(credentials=reading.credentials, grant=grant))


def _write(_: Request, said: Outcome) -> Response:
    match said:
        case TokenIssued():
            return write_json(200, _issued(said))
        case NeedInfo():
            return write_json(403, _need_info(said))
        case RequestSubmitted():
            members = present(error=codes.REQUEST_SUBMITTED, ticket=said.ticket, interval=said.interval)
            return write_json(403, members)
        case RequestDenied():
            return write_json(403, {"error": codes.REQUEST_DENIED})
        case _:
            assert_never(said)


def _issued(said: TokenIssued) -> Mapping[str, object]:
    return present(
        access_token=said.access_token,
        token_type=said.token_type,
        expires_in=said.expires_in,
        refresh_token=said.refresh_token,
        scope=None if said.scope is None else " ".join(said.scope),
        id_token=said.id_token,
        pct=said.pct,
        upgraded=True if said.upgraded else None,
    )


def _need_info(said: NeedInfo) -> Mapping[str, object]:
    claims = [_required_claim(claim) for claim in said.required_claims]
    return present(
        error=codes.NEED_INFO,
        ticket=said.ticket,
        required_claims=claims or None,
        redirect_user=said.redirect_user,
    )


def _required_claim(claim: RequiredClaim) -> Mapping[str, object]:
    return present(
        claim_token_format=claim.claim_token_format or None,
        claim_type=claim.claim_type,
        friendly_name=claim.friendly_name,
        issuer=claim.issuer or None,
        name=claim.name,
    )


token = Endpoint(read=_read, decide=_decide, write=_write, refuse=refuse_oauth)
