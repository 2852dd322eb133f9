"""Who is "me": whoever an access token speaks for, or whoever is signed in at the browser.

The owner's API and the owner's pages ask the same decisions; they differ only in how they say who is asking.
``acting_for`` is the user name of an organisation that they do it for.
"""

from typing import assert_never

from consentry.core.bearer import bearer, owner_of
from consentry.core.context import Context
from consentry.core.errors import LoginRequired
from consentry.core.memberships import act_for
from consentry.core.ports import SignedIn
from consentry.uma.codes import SCOPE_UMA_POLICY_MANAGER
from consentry.uma.value import value


@value
class ByToken:
    """An access token with scope ``uma_policy_manager``."""

    token: str | None
    acting_for: str | None = None

    def __repr__(self) -> str:
        return "ByToken()"


@value
class BySession:
    """The digest of the browser's session cookie."""

    digest: str | None
    acting_for: str | None = None


Who = ByToken | BySession


async def me(ctx: Context, who: Who) -> str:
    """Return the account id of whoever asks, or of the organisation that they act for.

    Raises `InvalidToken` and its kin, or `LoginRequired`; `NotTheirs` for an organisation that is not theirs.
    """
    match who:
        case ByToken():
            account_id = owner_of(await bearer(ctx, who.token, scope=SCOPE_UMA_POLICY_MANAGER))
        case BySession():
            account_id = (await signed_in(ctx, who)).account.account_id
        case _:
            assert_never(who)
    return account_id if who.acting_for is None else await act_for(ctx, account_id, who.acting_for)


async def signed_in(ctx: Context, who: BySession) -> SignedIn:
    """Return the browser's session and its account.  Raises `LoginRequired`."""
    found = await ctx.store.session(who.digest) if who.digest else None
    if found is None or found.session.expires_at <= ctx.now:
        raise LoginRequired("sign in first")
    return found
