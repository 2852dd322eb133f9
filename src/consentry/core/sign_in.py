"""Signing in with a password.

The password itself is checked outside, where it may take its time; here is decided what that is worth.

Spec: RFC 6749 10.10; RFC 8176 2 (``pwd``); RFC 9700 4.7.
"""

from consentry.core.changes import Add, Change, Remove
from consentry.core.context import Answer, Context
from consentry.core.errors import Refusal
from consentry.core.events import event
from consentry.core.model import Account, Session
from consentry.core.tokens import digest
from consentry.uma.value import value

LONGEST_USER_AGENT = 200


class SignInFailed(Refusal):
    """Name and password do not go together; whether the name exists is not told."""

    code = "access_denied"
    status = 403


@value
class PasswordQuestion:
    """A name that somebody typed: a username, or a verified e-mail address."""

    username: str


@value
class PasswordToCheck:
    """The hash that the typed password is compared with; None where nobody of that name can sign in."""

    account_id: str | None = None
    password_hash: str | None = None

    def __repr__(self) -> str:
        return "PasswordToCheck()"


@value
class SignIn:
    """A password that was compared with ``checked``, and whether it was the right one.

    ``session_digest`` is that of the session the browser had before; it ends.
    """

    checked: PasswordToCheck
    correct: bool
    session_digest: str | None = None
    user_agent: str = ""


@value
class SignedInNow:
    """The secret of the new session, for the browser's cookie."""

    session: str
    expires_in: int

    def __repr__(self) -> str:
        return "SignedInNow()"


async def password_to_check(ctx: Context, question: PasswordQuestion) -> Answer[PasswordToCheck]:
    """Return what a typed password has to match."""
    account = await ctx.store.account_by_username(question.username)
    if account is None and "@" in question.username:
        account = await ctx.store.account_by_email(question.username)
    if account is None or account.disabled_at is not None or account.password_hash is None:
        return Answer(PasswordToCheck())
    return Answer(PasswordToCheck(account_id=account.account_id, password_hash=account.password_hash))


async def sign_in(ctx: Context, question: SignIn) -> Answer[SignedInNow]:
    """Start a session; an earlier one of this browser ends, so that nobody can have planted it."""
    account = await _account(ctx, question)
    if account is None:
        failed = event(ctx, "sign_in.failed", outcome="refused", owner_id=question.checked.account_id)
        ctx.keep(Add(record=failed))
        raise SignInFailed("that name and password do not go together")
    secret = ctx.new_secret()
    lifetime = ctx.realm.settings.lifetimes.session
    session = Session(
        digest=digest(secret),
        sid=ctx.new_id(),
        account_id=account.account_id,
        auth_time=ctx.now,
        amr=("pwd",),
        created_at=ctx.now,
        expires_at=ctx.now + lifetime,
        user_agent=question.user_agent[:LONGEST_USER_AGENT],
    )
    seen = event(ctx, "session.started", owner_id=account.account_id, actor=account.account_id, about=session.sid)
    ended = await _ended(ctx, question.session_digest)
    return Answer(SignedInNow(session=secret, expires_in=lifetime), Add(record=session), Add(record=seen), *ended)


async def _account(ctx: Context, question: SignIn) -> Account | None:
    """Return the account, unless it or its password has changed since the password was compared."""
    checked = question.checked
    account = await ctx.store.account(checked.account_id) if question.correct and checked.account_id else None
    if account is None or account.disabled_at is not None or account.password_hash != checked.password_hash:
        return None
    return account


async def _ended(ctx: Context, session_digest: str | None) -> tuple[Change, ...]:
    found = await ctx.store.session(session_digest) if session_digest else None
    return (Remove(record=found.session),) if found is not None else ()
