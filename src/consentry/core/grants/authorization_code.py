"""The authorization code grant.

Spec: RFC 6749 4.1.3, 4.1.4, 10.5; RFC 7636 4.5, 4.6; OpenID Connect Core 3.1.3.
"""

from consentry.uma.value import value


@value
class CodeRequest:
    """Spec: RFC 6749 4.1.3."""

    code: str
    redirect_uri: str | None = None
    code_verifier: str | None = None
