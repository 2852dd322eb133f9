"""Sends a requesting party's browser to the claims interaction endpoint, and reads what it brings back.

Spec: Grant 3.3.2, 3.3.3, 5.1; RFC 7636 4.
"""

import secrets
from collections.abc import Mapping
from dataclasses import field
from urllib.parse import urlsplit

from consentry.uma import codes
from consentry.uma.authorization import code_challenge, read_return, with_parameters
from consentry.uma.errors import InsecureUrlError, TicketNotRotatedError
from consentry.uma.metadata import Metadata, is_secure
from consentry.uma.value import value
from consentry.uma.wire import NeedInfo


@value
class ClaimsInteraction:
    """Where to send the browser, and what its session has to keep until it comes back.  Keep it for one use.

    ``code_verifier`` goes with the ticket that comes back, where the server can check it.
    """

    url: str = field(repr=False)
    issuer: str
    ticket: str = field(repr=False)
    state: str = field(repr=False)
    code_verifier: str | None = field(default=None, repr=False)


def claims_interaction(
    metadata: Metadata, need_info: NeedInfo, *, client_id: str, claims_redirect_uri: str
) -> ClaimsInteraction:
    """Begin interactive claims gathering; ``redirect_user`` goes before the endpoint of the metadata."""
    parts = urlsplit(claims_redirect_uri)
    if not parts.scheme or not parts.netloc or "#" in claims_redirect_uri:
        raise ValueError("claims_redirect_uri has to be absolute and without fragment")
    address = need_info.redirect_user or metadata.endpoint(codes.CLAIMS_INTERACTION_ENDPOINT)
    if not is_secure(address):
        raise InsecureUrlError("the claims interaction endpoint is neither https nor on this machine")
    state = secrets.token_urlsafe(32)
    parameters = {
        "client_id": client_id,
        "ticket": need_info.ticket,
        "claims_redirect_uri": claims_redirect_uri,
        "state": state,
    }
    code_verifier = None
    if codes.PROFILE_TICKET_PKCE in metadata.uma_profiles_supported:
        code_verifier = secrets.token_urlsafe(32)
        parameters |= {"code_challenge": code_challenge(code_verifier), "code_challenge_method": "S256"}
    return ClaimsInteraction(
        url=with_parameters(address, parameters),
        issuer=metadata.issuer,
        ticket=need_info.ticket,
        state=state,
        code_verifier=code_verifier,
    )


def read_claims_return(parameters: Mapping[str, str], interaction: ClaimsInteraction) -> str:
    """Return the new ticket that came back; go on with it, and with the ``code_verifier``, at the token endpoint.

    Raise ``StateMismatchError`` for a return that this session did not ask for, a ``ProtocolError`` if the round ended
    without success, and ``TicketNotRotatedError`` if the ticket is the old one.
    """
    ticket = read_return(parameters, "ticket", state=interaction.state, issuer=interaction.issuer)
    if ticket == interaction.ticket:
        raise TicketNotRotatedError("the server gave back the ticket that it was sent")
    return ticket
