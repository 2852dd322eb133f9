"""The userinfo endpoint: who the person behind an access token is, as far as its scopes tell.

Spec: OpenID Connect Core 5.3, 5.4; RFC 6750 3.1.
"""

from consentry.core.bearer import UNUSABLE, bearer, owner_of
from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidToken
from consentry.core.standard_claims import standard_claims
from consentry.uma.codes import SCOPE_OPENID
from consentry.uma.value import value


@value
class UserinfoRequest:
    """An access token with scope ``openid``.  Spec: OpenID Connect Core 5.3.1."""

    token: str | None


async def userinfo(ctx: Context, request: UserinfoRequest) -> Answer[dict[str, object]]:
    """Return ``sub`` and the claims that the token's scopes stand for."""
    token = await bearer(ctx, request.token, scope=SCOPE_OPENID)
    account = await ctx.store.account(owner_of(token))
    if account is None or account.disabled_at is not None:
        raise InvalidToken(UNUSABLE, reason="the account is gone or disabled")
    return Answer(standard_claims(account, token.scope))
