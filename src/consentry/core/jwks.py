"""The realm's public keys.

Spec: RFC 7517 5, OpenID Connect Core 10.1.
"""

from consentry.core.context import Answer, Context
from consentry.core.nothing import Nothing


async def jwks(ctx: Context, _question: Nothing) -> Answer[dict[str, object]]:
    """Return the JWK set that everything this realm signs can be verified with."""
    return Answer(ctx.keys.jwks)
