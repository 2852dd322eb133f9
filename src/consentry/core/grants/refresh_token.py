"""The refresh grant: every refresh token works once and is followed by another.

Spec: RFC 6749 6, RFC 9700 4.14, OpenID Connect Core 12, Grant 3.6.
"""

from consentry.uma.value import value


@value
class RefreshRequest:
    """Spec: RFC 6749 6."""

    refresh_token: str
    scope: tuple[str, ...] | None = None
