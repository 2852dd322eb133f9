"""Refusals: answers that say no, one class per error code.

``description`` is for the developer at the other end and never echoes secrets or input; ``reason`` is for the log and
the audit.  Spec: RFC 6749 4.1.2.1 and 5.2, RFC 6750 3.1, Grant 3.3.6, FedAuthz 3.2, 4.3, 6.
"""

from typing import ClassVar


class Refusal(Exception):
    """An answer that says no.  Raise it; what must be kept even then was handed to ``Context.keep`` before."""

    code: ClassVar[str] = "server_error"
    status: ClassVar[int] = 400

    def __init__(self, description: str, *, reason: str | None = None) -> None:
        super().__init__(description)
        self.description = description
        self.reason = reason or description


class InvalidRequest(Refusal):
    """A parameter is missing, malformed, repeated or contradicts another.  Spec: RFC 6749 5.2."""

    code = "invalid_request"


class InvalidClient(Refusal):
    """Client authentication failed.  Spec: RFC 6749 5.2."""

    code = "invalid_client"
    status = 401


class InvalidGrant(Refusal):
    """Code, refresh token, ticket or earlier RPT is unknown, used, expired or somebody else's.  Spec: RFC 6749 5.2."""

    code = "invalid_grant"


class UnauthorizedClient(Refusal):
    """The client is not registered for what it asks.  Spec: RFC 6749 5.2."""

    code = "unauthorized_client"


class UnsupportedGrantType(Refusal):
    """Spec: RFC 6749 5.2."""

    code = "unsupported_grant_type"


class InvalidScope(Refusal):
    """Spec: RFC 6749 5.2, Grant 3.3.6, FedAuthz 4.3."""

    code = "invalid_scope"


class UnsupportedResponseType(Refusal):
    """Spec: RFC 6749 4.1.2.1."""

    code = "unsupported_response_type"


class AccessDenied(Refusal):
    """The person said no.  Spec: RFC 6749 4.1.2.1."""

    code = "access_denied"


class LoginRequired(Refusal):
    """Spec: OpenID Connect Core 3.1.2.6."""

    code = "login_required"


class ConsentRequired(Refusal):
    """Spec: OpenID Connect Core 3.1.2.6."""

    code = "consent_required"


class InvalidResourceId(Refusal):
    """Spec: FedAuthz 4.3."""

    code = "invalid_resource_id"


class NotFound(Refusal):
    """No such object for this caller: unknown, foreign and gone look the same.  Spec: FedAuthz 3.2."""

    code = "not_found"
    status = 404


class UnsupportedMethodType(Refusal):
    """Spec: FedAuthz 3.2."""

    code = "unsupported_method_type"
    status = 405


class MissingToken(Refusal):
    """No token at all: the challenge carries no error code.  Spec: RFC 6750 3.1."""

    code = "missing_token"
    status = 401


class InvalidToken(Refusal):
    """The bearer token is unknown, expired or revoked.  Spec: RFC 6750 3.1."""

    code = "invalid_token"
    status = 401


class InvalidDpopProof(Refusal):
    """The proof of a key is missing or wrong.  Spec: RFC 9449 5."""

    code = "invalid_dpop_proof"


class KeyNotProven(InvalidToken):
    """An access token was not presented with the key that it is bound to.  Spec: RFC 9449 7.1, 7.2."""


class ProofNotAccepted(KeyNotProven):
    """An access token came with a proof that is missing or wrong.  Spec: RFC 9449 7.1."""

    code = "invalid_dpop_proof"


class InsufficientScope(Refusal):
    """The bearer token is good, but not for this.  Spec: RFC 6750 3.1."""

    code = "insufficient_scope"
    status = 403


class Conflict(Refusal):
    """The object has changed since it was read (``If-Match``).  Spec: RFC 9110 13.1.1."""

    code = "conflict"
    status = 412


class Contended(Refusal):
    """Others were faster too often; trying again is safe."""

    code = "temporarily_unavailable"
    status = 503


class Unavailable(Refusal):
    """A part that is needed does not answer."""

    code = "temporarily_unavailable"
    status = 503
