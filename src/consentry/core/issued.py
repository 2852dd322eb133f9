"""What a successful token request says.

Spec: RFC 6749 5.1, OpenID Connect Core 3.1.3.3, Grant 3.3.5.
"""

from consentry.uma.codes import TOKEN_TYPE_BEARER
from consentry.uma.value import value


@value
class TokenIssued:
    """The answer to a token request.  ``scope`` None means that it is not shown, as with RPTs.

    ``repr`` shows no secret.
    """

    access_token: str
    expires_in: int
    token_type: str = TOKEN_TYPE_BEARER
    refresh_token: str | None = None
    scope: tuple[str, ...] | None = None
    id_token: str | None = None
    pct: str | None = None
    upgraded: bool = False

    def __repr__(self) -> str:
        return f"TokenIssued(expires_in={self.expires_in}, scope={self.scope}, upgraded={self.upgraded})"
