"""People who act for an organisation, as long as they are its administrators.

An organisation is a resource owner like any other, but nobody signs in as one: its administrators act for it, and
whatever they do is recorded with who did it.  Nothing they hold for it outlives their membership.

Spec: Grant 1.1 (a resource owner may be a legal person), FedAuthz 1.3.
"""

from collections.abc import Sequence

from consentry.core.context import Context
from consentry.core.errors import InvalidGrant, Refusal
from consentry.core.model import Account, AuthorizationCode, Membership, RefreshToken

ADMINISTRATOR = "administrator"
"""The role of those who may act for an organisation; every other role only says who its staff are."""


class NotTheirs(Refusal):
    """Somebody wants to act for an organisation that is not theirs, or that there is not."""

    code = "access_denied"
    status = 403


async def act_for(ctx: Context, account_id: str, username: str) -> str:
    """Return the account id of an organisation that somebody acts for, and remember who it is.

    Raises `NotTheirs`, whether there is no such organisation or somebody is not its administrator.
    """
    organisation = await ctx.store.account_by_username(username)
    if organisation is None or not await may_act(ctx, organisation.account_id, account_id):
        raise NotTheirs("you do not act for an organisation of this name")
    ctx.acting = account_id
    return organisation.account_id


async def may_act(ctx: Context, organisation_id: str, account_id: str) -> bool:
    """Say whether somebody may act for an organisation now; both accounts have to be enabled."""
    membership = await ctx.store.membership(organisation_id, account_id)
    return membership is not None and _acts(membership, ctx.now)


async def require_actor(ctx: Context, held: AuthorizationCode | RefreshToken, unusable: str) -> None:
    """Refuse a code or refresh token of an organisation once its person does not act for that any more."""
    if held.actor_id is None:
        return
    if held.account_id is None or not await may_act(ctx, held.account_id, held.actor_id):
        raise InvalidGrant(unusable, reason="the person does not act for the organisation any more")
    ctx.acting = held.actor_id


async def organisations_of(ctx: Context, account_id: str) -> Sequence[Account]:
    """Return the organisations that somebody may act for, by name."""
    memberships = [each for each in await ctx.store.memberships_of(account_id) if _acts(each, ctx.now)]
    if not memberships:
        return ()
    found = await ctx.store.accounts_by_id([each.organisation_id for each in memberships])
    usable = (each for each in found if each.organisation and each.disabled_at is None)
    return sorted(usable, key=lambda each: (each.name or each.username, each.account_id))


def _acts(membership: Membership, now: int) -> bool:
    return membership.role == ADMINISTRATOR and (membership.until is None or membership.until > now)
