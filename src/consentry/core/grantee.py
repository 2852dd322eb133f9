"""With whom something is shared, as people and programs name them."""

import re

from consentry.core.context import Context
from consentry.core.errors import InvalidRequest
from consentry.core.model import Claim, Grantee
from consentry.uma.value import value

ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
MOST_CLAIMS = 10


@value
class NamedGrantee:
    """Exactly one of: a user name, an e-mail address, a client id, claims that must have been verified."""

    account: str | None = None
    email: str | None = None
    client: str | None = None
    claims: tuple[Claim, ...] = ()


class NoSuchGrantee(InvalidRequest):
    """Nobody is called that, or nobody can be."""


def somebody(text: str) -> NamedGrantee:
    """Read what a person typed: an address has an ``@``, everything else is a user name."""
    typed = text.strip()
    return NamedGrantee(email=typed) if "@" in typed else NamedGrantee(account=typed)


async def resolve(ctx: Context, named: NamedGrantee) -> Grantee:
    """Return whom a name stands for.  Raises `InvalidRequest` if it is nobody, or more than one thing."""
    if sum(map(bool, (named.account, named.email, named.client, named.claims))) != 1:
        raise InvalidRequest("name exactly one of account, email, client and claims")
    if named.account:
        account = await ctx.store.account_by_username(named.account)
        if account is None:
            raise NoSuchGrantee("nobody here has this user name")
        return Grantee(kind="account", id=account.account_id)
    if named.email:
        return Grantee(kind="email", id=_address(named.email))
    if named.client:
        if await ctx.store.client(named.client) is None:
            raise NoSuchGrantee("there is no such client")
        return Grantee(kind="client", id=named.client)
    return Grantee(kind="claims", claims=_claims(named.claims))


def _address(text: str) -> str:
    if not ADDRESS.fullmatch(text):
        raise NoSuchGrantee("this is not an e-mail address")
    return text.casefold()


def _claims(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    if len(claims) > MOST_CLAIMS or not all(claim.issuer and claim.name and claim.value for claim in claims):
        raise InvalidRequest(f"at most {MOST_CLAIMS} claims, each with issuer, name and value")
    return claims
