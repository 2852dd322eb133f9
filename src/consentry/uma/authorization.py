"""Sends an owner's browser to the authorization endpoint, and reads what it brings back.

Spec: RFC 6749 4.1.1, 4.1.2, RFC 7636 4, RFC 9207 2.4, FedAuthz 1.3.
"""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import field
from hashlib import sha256
from hmac import compare_digest
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from consentry.uma import codes
from consentry.uma.errors import MalformedAnswerError, UmaError, refusal
from consentry.uma.metadata import Metadata
from consentry.uma.value import value


class StateMismatchError(UmaError):
    """The browser brought an answer that this session did not ask for.  Spec: RFC 6749 10.12, Grant 5.1."""


@value
class AuthorizationRequest:
    """Where to send the browser, and what its session has to keep until it comes back.  Keep it for one use."""

    url: str = field(repr=False)
    issuer: str
    redirect_uri: str
    state: str = field(repr=False)
    code_verifier: str = field(repr=False)


def authorization_request(
    metadata: Metadata, *, client_id: str, redirect_uri: str, scope: Sequence[str]
) -> AuthorizationRequest:
    """Begin an authorization code flow with PKCE; ``scope`` is ``uma_protection`` for a PAT."""
    state, code_verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    parameters = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(scope),
        "state": state,
        "code_challenge": code_challenge(code_verifier),
        "code_challenge_method": "S256",
    }
    return AuthorizationRequest(
        url=with_parameters(metadata.endpoint(codes.AUTHORIZATION_ENDPOINT), parameters),
        issuer=metadata.issuer,
        redirect_uri=redirect_uri,
        state=state,
        code_verifier=code_verifier,
    )


def read_authorization_response(parameters: Mapping[str, str], request: AuthorizationRequest) -> str:
    """Return the authorization code that came back.

    Raise ``StateMismatchError`` for an answer to another question or from another server, and a ``ProtocolError``
    (``access_denied`` …) if the answer is no.
    """
    return read_return(parameters, "code", state=request.state, issuer=request.issuer)


def read_return(parameters: Mapping[str, str], name: str, *, state: str, issuer: str) -> str:
    """Return one parameter of a browser's return, after checking that the return belongs to this session."""
    if not compare_digest(parameters.get("state", "").encode(), state.encode()):
        raise StateMismatchError("the state is not the one that was sent")
    if parameters.get("iss", issuer) != issuer:
        raise StateMismatchError("the answer comes from another authorization server")
    if "error" in parameters:
        raise refusal(error=parameters["error"], status=400, description=parameters.get("error_description"))
    if not parameters.get(name):
        raise MalformedAnswerError(f"the answer has neither {name} nor error")
    return parameters[name]


def code_challenge(code_verifier: str) -> str:
    """Return the S256 challenge of a verifier.  Spec: RFC 7636 4.2."""
    return urlsafe_b64encode(sha256(code_verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """Add parameters to the query an address already has; one that is there already is replaced."""
    parts = urlsplit(url)
    kept = [(name, text) for name, text in parse_qsl(parts.query, keep_blank_values=True) if name not in parameters]
    return urlunsplit(parts._replace(query=urlencode([*kept, *parameters.items()])))
