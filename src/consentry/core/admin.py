"""The realm's administrators: accounts with the role `realm-admin`.

Passwords are hashed before these decisions run.
"""

from collections.abc import Sequence
from dataclasses import replace

from consentry.core.changes import Add, Change, Remove, Replace
from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidRequest, NotFound
from consentry.core.events import event
from consentry.core.model import Account
from consentry.core.realm_file.check import check_account
from consentry.core.realm_file.entries import AccountEntry
from consentry.core.realm_file.present import every
from consentry.uma.value import value

ADMIN_ROLE = "realm-admin"


@value
class CreateAdmin:
    """A new account that may administer the realm."""

    username: str
    password_hash: str
    name: str = ""
    email: str | None = None


@value
class RecoverAdmin:
    """An administrator who cannot get in any more: a new password, the role, and nobody else signed in."""

    username: str
    password_hash: str


@value
class ListAdmins:
    """Who may administer the realm."""


@value
class ResignDefault:
    """Another realm becomes the default one."""


async def create_admin(ctx: Context, request: CreateAdmin) -> Answer[Account]:
    """Make an account with the role.  Raises `InvalidRequest`."""
    for member, message in check_account(AccountEntry(username=request.username, email=request.email)):
        raise InvalidRequest(f"{member} {message}")
    if await ctx.store.account_by_username(request.username):
        raise InvalidRequest("there is such an account already: use `consentry admin recover`, or another name")
    account = Account(
        account_id=ctx.new_id(),
        username=request.username,
        name=request.name,
        email=request.email,
        password_hash=request.password_hash,
        roles=(ADMIN_ROLE,),
        created_at=ctx.now,
    )
    return Answer(account, Add(record=account), _told(ctx, "admin.created", account))


async def recover_admin(ctx: Context, request: RecoverAdmin) -> Answer[Account]:
    """Let somebody in again as an administrator, and end every session of the account.  Raises `NotFound`."""
    account = await ctx.store.account_by_username(request.username)
    if account is None:
        raise NotFound("no such account: use `consentry admin create`")
    recovered = replace(
        account,
        password_hash=request.password_hash,
        roles=(*(role for role in account.roles if role != ADMIN_ROLE), ADMIN_ROLE),
        disabled_at=None,
    )
    sessions = await ctx.store.sessions_of(account.account_id)
    ended: list[Change] = [Remove(record=session) for session in sessions]
    return Answer(recovered, Replace(record=recovered), *ended, _told(ctx, "admin.recovered", recovered))


async def list_admins(ctx: Context, request: ListAdmins) -> Answer[Sequence[Account]]:
    """Return the accounts with the role, by name."""
    del request
    accounts = await every(ctx.store.accounts, key=lambda account: account.account_id)
    return Answer(sorted((one for one in accounts if ADMIN_ROLE in one.roles), key=lambda one: one.username))


async def resign_default(ctx: Context, request: ResignDefault) -> Answer[bool]:
    """Stop being the default realm; say whether that changed anything."""
    del request
    if not ctx.realm.default:
        return Answer(False)  # noqa: FBT003 - the answer is a yes or no
    return Answer(True, Replace(record=replace(ctx.realm, default=False)))  # noqa: FBT003


def _told(ctx: Context, kind: str, account: Account) -> Change:
    return Add(record=event(ctx, kind, owner_id=account.account_id, about=account.account_id, reason="command line"))
