"""What can go wrong between an application and an authorization server, one class per answer a caller may want to give.

Spec: RFC 6749 5.2, RFC 6750 3.1, Grant 3.2.2, 3.3.6, 5.5, FedAuthz 3.2, 4.3, 6.
"""

from consentry.uma import codes
from consentry.uma.wire import NeedInfo, RequestSubmitted


class UmaError(Exception):
    """Everything this package raises on purpose."""


class UnreachableError(UmaError):
    """The authorization server did not answer, or answered that it cannot (5xx, 429)."""


class MalformedAnswerError(UmaError):
    """The authorization server answered something the specification does not know."""


class IssuerMismatchError(MalformedAnswerError):
    """The metadata names another issuer than the one it was asked for.  Spec: RFC 8414 3.3."""


class MissingEndpointError(UmaError):
    """The metadata does not declare the endpoint that a call needs."""


class TicketNotRotatedError(MalformedAnswerError):
    """The server gave back the ticket it was given.  Spec: Grant 5.5."""


class UntrustedIssuerError(UmaError):
    """A resource server named an authorization server that is not on the list of trusted ones."""


class InsecureUrlError(UmaError):
    """A secret would have travelled over plain HTTP to another machine."""


class UnsupportedTokenTypeError(UmaError):
    """The RPT is not a bearer token.  Spec: Grant 3.4, RFC 6749 7.1."""


class AuthorizationServerUnreachableError(UmaError):
    """The resource server says it could get no permission ticket.  Spec: Grant 3.2.2."""


class NotConnectedError(UmaError):
    """There is neither a refresh token nor leave to use client credentials, so no PAT can be had."""


class ProtocolError(UmaError):
    """The authorization server said no.  ``error`` is the protocol's code, ``status`` the HTTP status."""

    def __init__(
        self, *, error: str, status: int, description: str | None = None, error_uri: str | None = None
    ) -> None:
        super().__init__(f"{error} ({status})" if description is None else f"{error} ({status}): {description}")
        self.error = error
        self.status = status
        self.description = description
        self.error_uri = error_uri


class InvalidRequestError(ProtocolError):
    """Spec: RFC 6749 5.2, FedAuthz 3.2."""


class InvalidClientError(ProtocolError):
    """Spec: RFC 6749 5.2."""


class InvalidGrantError(ProtocolError):
    """Ticket, code, refresh token or earlier RPT is unknown, used, expired or another client's.  Spec: Grant 3.3.6."""


class InvalidScopeError(ProtocolError):
    """Spec: Grant 3.3.6, FedAuthz 4.3."""


class InvalidTokenError(ProtocolError):
    """The PAT does not count any more.  Spec: RFC 6750 3.1."""


class InvalidResourceIdError(ProtocolError):
    """Spec: FedAuthz 4.3."""


class NotFoundError(ProtocolError):
    """There is nothing at this address, or no such resource.  Spec: FedAuthz 3.2."""


class RequestDeniedError(ProtocolError):
    """The answer is no, and asking again with the same means will not change it.  Spec: Grant 3.3.6."""


class NeedInfoError(ProtocolError):
    """More must be known about the requesting party; ``need_info`` says what, and holds the next ticket."""

    def __init__(self, *, status: int, need_info: NeedInfo, description: str | None = None) -> None:
        super().__init__(error=codes.NEED_INFO, status=status, description=description)
        self.need_info = need_info


class RequestSubmittedError(ProtocolError):
    """The resource owner has been asked; ``request_submitted`` holds the ticket to come back with."""

    def __init__(self, *, status: int, request_submitted: RequestSubmitted, description: str | None = None) -> None:
        super().__init__(error=codes.REQUEST_SUBMITTED, status=status, description=description)
        self.request_submitted = request_submitted


CLASSES: dict[str, type[ProtocolError]] = {
    codes.INVALID_REQUEST: InvalidRequestError,
    codes.INVALID_CLIENT: InvalidClientError,
    codes.INVALID_GRANT: InvalidGrantError,
    codes.INVALID_SCOPE: InvalidScopeError,
    codes.INVALID_TOKEN: InvalidTokenError,
    codes.INVALID_RESOURCE_ID: InvalidResourceIdError,
    codes.NOT_FOUND: NotFoundError,
    codes.REQUEST_DENIED: RequestDeniedError,
}


def refusal(*, error: str, status: int, description: str | None = None, error_uri: str | None = None) -> ProtocolError:
    """Make the exception of a code; a code nobody registered becomes a plain ``ProtocolError``."""
    return CLASSES.get(error, ProtocolError)(error=error, status=status, description=description, error_uri=error_uri)
