"""With whom something is shared, as people and programs name them."""

import re

from consentry.core.context import Context
from consentry.core.errors import InvalidRequest
from consentry.core.model import Claim, Grantee
from consentry.uma.value import value

ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
MOST_CLAIMS = 10
LONGEST_ROLE = 100


@value
class NamedGrantee:
    """Exactly one of: a user name, an e-mail address, a circle, an organisation, a client id, claims.

    A circle goes by its id, an organisation by its user name (with ``role``: only those who have it there).
    """

    account: str | None = None
    email: str | None = None
    circle: str | None = None
    organisation: str | None = None
    role: str | None = None
    client: str | None = None
    claims: tuple[Claim, ...] = ()


class NoSuchGrantee(InvalidRequest):
    """Nobody is called that, or nobody can be."""


def somebody(text: str) -> NamedGrantee:
    """Read what a person typed: an address has an ``@``, everything else is a user name."""
    typed = text.strip()
    return NamedGrantee(email=typed) if "@" in typed else NamedGrantee(account=typed)


async def resolve(ctx: Context, named: NamedGrantee, owner_id: str | None = None) -> Grantee:
    """Return whom a name stands for.  Raises `InvalidRequest` if it is nobody, or more than one thing.

    ``owner_id``: whose circles count; without one, nobody's.
    """
    _require_one(named)
    if named.account:
        return await _account(ctx, named.account)
    if named.email:
        return Grantee(kind="email", id=_address(named.email))
    if named.circle:
        return await _circle(ctx, named.circle, owner_id)
    if named.organisation:
        return await _organisation(ctx, named.organisation, named.role)
    if named.client:
        return await _client(ctx, named.client)
    return Grantee(kind="claims", claims=_claims(named.claims))


def _require_one(named: NamedGrantee) -> None:
    kinds = (named.account, named.email, named.circle, named.organisation, named.client, named.claims)
    if sum(map(bool, kinds)) != 1:
        raise InvalidRequest("name exactly one of account, email, circle, organisation, client and claims")
    if named.role and not named.organisation:
        raise InvalidRequest("a role is one in an organisation: name that too")


async def _account(ctx: Context, username: str) -> Grantee:
    account = await ctx.store.account_by_username(username)
    if account is None:
        raise NoSuchGrantee("nobody here has this user name")
    return Grantee(kind="account", id=account.account_id)


async def _client(ctx: Context, client_id: str) -> Grantee:
    if await ctx.store.client(client_id) is None:
        raise NoSuchGrantee("there is no such client")
    return Grantee(kind="client", id=client_id)


async def _circle(ctx: Context, circle_id: str, owner_id: str | None) -> Grantee:
    circle = await ctx.store.circle(owner_id, circle_id) if owner_id else None
    if circle is None:
        raise NoSuchGrantee("you have no such circle")
    return Grantee(kind="circle", id=circle.circle_id)


async def _organisation(ctx: Context, username: str, role: str | None) -> Grantee:
    account = await ctx.store.account_by_username(username)
    if account is None or not account.organisation:
        raise NoSuchGrantee("no organisation here has this user name")
    if role is not None and not 1 <= len(role) <= LONGEST_ROLE:
        raise InvalidRequest(f"a role has 1 to {LONGEST_ROLE} characters")
    return Grantee(kind="organisation", id=account.account_id, role=role)


def _address(text: str) -> str:
    if not ADDRESS.fullmatch(text):
        raise NoSuchGrantee("this is not an e-mail address")
    return text.casefold()


def _claims(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    if len(claims) > MOST_CLAIMS or not all(claim.issuer and claim.name and claim.value for claim in claims):
        raise InvalidRequest(f"at most {MOST_CLAIMS} claims, each with issuer, name and value")
    return claims
