"""Calls of a client: discovery, the token endpoint, revocation.  Each returns a ``Call``; nothing is sent.

Spec: Grant 2, 3.3.1, 3.3.5, 3.3.6, 3.6, 3.7, 5.5, RFC 6749 4.1.3, 4.4.2, 6, RFC 7009 2.1, RFC 8414 3.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field

from consentry.uma import codes, wire_json
from consentry.uma.call import Call, Reply, failure, get, post_form, reader
from consentry.uma.client_authentication import ClientAuthentication
from consentry.uma.errors import NeedInfoError, RequestSubmittedError, TicketNotRotatedError
from consentry.uma.metadata import Metadata, read_metadata, well_known_urls
from consentry.uma.value import value
from consentry.uma.wire import TokenResponse


@value
class ClaimToken:
    """A pushed claim token and its format: never one without the other.  Spec: Grant 3.3.1."""

    claim_token: str = field(repr=False)
    claim_token_format: str = codes.CLAIM_TOKEN_FORMAT_ID_TOKEN


def discover(issuer: str) -> tuple[Call[Metadata], ...]:
    """Return the calls to try one after another while they raise ``NotFoundError``; usually the first answers."""
    read = reader(lambda found: read_metadata(found, issuer=issuer))
    return tuple(get(url, headers={}, read=read) for url in well_known_urls(issuer))


def fetch_jwks(metadata: Metadata) -> Call[Mapping[str, object]]:
    """Fetch the keys that the authorization server signs with."""
    return get(metadata.endpoint(codes.JWKS_URI), headers={}, read=reader(lambda found: found))


def uma_ticket_grant(
    metadata: Metadata,
    *,
    client: ClientAuthentication,
    ticket: str,
    claim_token: ClaimToken | None = None,
    pct: str | None = None,
    rpt: str | None = None,
    scope: Sequence[str] = (),
    code_verifier: str | None = None,
) -> Call[TokenResponse]:
    """Ask for an RPT with the latest ticket of the process.

    ``code_verifier`` belongs to a ticket that a claims interaction brought back.

    Reading raises ``NeedInfoError`` and ``RequestSubmittedError`` with the next ticket in them, ``RequestDeniedError``,
    ``InvalidGrantError``, ``InvalidScopeError``, and ``TicketNotRotatedError`` if the next ticket is the old one.
    """
    form = {
        "grant_type": codes.GRANT_UMA_TICKET,
        "ticket": ticket,
        "claim_token": None if claim_token is None else claim_token.claim_token,
        "claim_token_format": None if claim_token is None else claim_token.claim_token_format,
        "pct": pct,
        "rpt": rpt,
        "scope": _joined(scope),
        "code_verifier": code_verifier,
    }
    return _token_call(metadata, client=client, form=form, read=_rotating(ticket))


def exchange_code(
    metadata: Metadata, *, client: ClientAuthentication, code: str, redirect_uri: str, code_verifier: str
) -> Call[TokenResponse]:
    """Exchange an authorization code, with the PKCE verifier that its request was made with."""
    form = {
        "grant_type": codes.GRANT_AUTHORIZATION_CODE,
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": code_verifier,
    }
    return _token_call(metadata, client=client, form=form, read=_read_tokens)


def client_credentials(
    metadata: Metadata, *, client: ClientAuthentication, scope: Sequence[str] = ()
) -> Call[TokenResponse]:
    """Ask for a token in the client's own name; with scope ``uma_protection`` a PAT for its own resources."""
    form = {"grant_type": codes.GRANT_CLIENT_CREDENTIALS, "scope": _joined(scope)}
    return _token_call(metadata, client=client, form=form, read=_read_tokens)


def refresh(
    metadata: Metadata, *, client: ClientAuthentication, refresh_token: str, scope: Sequence[str] = ()
) -> Call[TokenResponse]:
    """Refresh any token.  The answer may hold a new refresh token: keep it, the old one is dead then."""
    form = {
        "grant_type": codes.GRANT_REFRESH_TOKEN,
        "refresh_token": refresh_token,
        "scope": _joined(scope),
    }
    return _token_call(metadata, client=client, form=form, read=_read_tokens)


def revoke(metadata: Metadata, *, client: ClientAuthentication, token: str, token_type_hint: str) -> Call[None]:
    """Give a token back; hints are ``access_token``, ``refresh_token`` and ``pct``."""
    proof = client.credentials(issuer=metadata.issuer)
    return post_form(
        metadata.endpoint(codes.REVOCATION_ENDPOINT),
        form={"token": token, "token_type_hint": token_type_hint, **proof.form},
        headers=proof.headers,
        read=_read_nothing,
    )


def _token_call(
    metadata: Metadata,
    *,
    client: ClientAuthentication,
    form: Mapping[str, str | None],
    read: Callable[[Reply], TokenResponse],
) -> Call[TokenResponse]:
    proof = client.credentials(issuer=metadata.issuer)
    return post_form(
        metadata.endpoint(codes.TOKEN_ENDPOINT), form={**form, **proof.form}, headers=proof.headers, read=read
    )


def _rotating(ticket: str) -> Callable[[Reply], TokenResponse]:
    def read(reply: Reply) -> TokenResponse:
        try:
            return _read_tokens(reply)
        except NeedInfoError as answer:
            _require_new(answer.need_info.ticket, ticket, answer)
            raise
        except RequestSubmittedError as answer:
            _require_new(answer.request_submitted.ticket, ticket, answer)
            raise

    return read


def _require_new(received: str, sent: str, answer: Exception) -> None:
    if received == sent:
        raise TicketNotRotatedError("the server gave back the ticket that it was sent") from answer


_read_tokens = reader(wire_json.read_token_response)


def _read_nothing(reply: Reply) -> None:
    if reply.status not in (200, 204):
        raise failure(reply)


def _joined(scope: Sequence[str]) -> str | None:
    return " ".join(scope) or None
