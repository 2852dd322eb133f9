"""An RPT as a signed text that its resource server can check without asking, for those registered that way.

It is stored by the digest of the whole text like any other, so that introspection and revocation still know it; it
lives five minutes at most, because whoever does not ask learns of nothing in between.

Spec: RFC 9068 2.1, 2.2; RFC 9449 6.1; FedAuthz 5.1.1.
"""

from collections.abc import Mapping
from dataclasses import replace

from consentry.core.changes import Add, Change
from consentry.core.context import Answer, Context
from consentry.core.issued import TokenIssued
from consentry.core.keys import UnknownKey
from consentry.core.model import GrantedPermission, Rpt
from consentry.core.tokens import digest
from consentry.uma.codes import JWT_TYPE_ACCESS_TOKEN

ALGORITHM = "ES256"
LONGEST_LIFE = 300
LARGEST = 8_192
"""Characters; web servers commonly refuse a header line that is longer."""


async def spelled(ctx: Context, issued: TokenIssued, changes: tuple[Change, ...]) -> Answer[TokenIssued]:
    """Return an answer with its RPT spelled as the resource server wants it.  Anything but an RPT stays as it is.

    One that would be too large, or that the realm has no key to sign, stays opaque.
    """
    rpt = next((each.record for each in changes if isinstance(each, Add) and isinstance(each.record, Rpt)), None)
    if rpt is None or not await _wants_signed(ctx, rpt):
        return Answer(issued, *changes)
    short = replace(rpt, expires_at=min(rpt.expires_at, ctx.now + LONGEST_LIFE))
    try:
        text = ctx.keys.sign(claims_of(ctx, short), alg=ALGORITHM, typ=JWT_TYPE_ACCESS_TOKEN)
    except UnknownKey:
        return Answer(issued, *changes)
    if len(text) > LARGEST:
        return Answer(issued, *changes)
    stored = Add(record=replace(short, digest=digest(text)))
    said = replace(issued, access_token=text, expires_in=short.expires_at - ctx.now)
    return Answer(said, *(stored if isinstance(each, Add) and each.record is rpt else each for each in changes))


def claims_of(ctx: Context, rpt: Rpt) -> Mapping[str, object]:
    """Return what a signed RPT says: what introspection would, at this moment, and never ``scope``."""
    claims: dict[str, object] = {
        "iss": ctx.issuer,
        "aud": rpt.resource_server,
        # Nobody known: then the client speaks for itself (RFC 9068 2.2).
        "sub": rpt.requester.subject or rpt.client_id,
        "client_id": rpt.client_id,
        "iat": rpt.issued_at,
        "exp": rpt.expires_at,
        "jti": ctx.new_id(),
        "permissions": [_permission(each) for each in rpt.permissions],
    }
    return claims if rpt.jkt is None else {**claims, "cnf": {"jkt": rpt.jkt}}


async def _wants_signed(ctx: Context, rpt: Rpt) -> bool:
    resource_server = await ctx.store.client(rpt.resource_server)
    return resource_server is not None and resource_server.access_token_format == "jwt"


def _permission(permission: GrantedPermission) -> dict[str, object]:
    members = {
        "resource_id": permission.resource_id,
        "resource_scopes": permission.scopes,
        "exp": permission.expires_at,
        "iat": permission.issued_at,
        "nbf": permission.not_before,
    }
    return {name: item for name, item in members.items() if item is not None}
