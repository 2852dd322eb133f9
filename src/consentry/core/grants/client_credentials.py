"""The client credentials grant: a client acts for itself, or for the organisation it belongs to.

Spec: RFC 6749 4.4; FedAuthz 1.3.
"""

from consentry.uma.value import value


@value
class ClientCredentialsRequest:
    """Spec: RFC 6749 4.4.2."""

    scope: tuple[str, ...] | None = None
