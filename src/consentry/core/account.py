"""A person's own account page: where they are signed in, which apps they let in, and ending both."""

from consentry.core.changes import Add, Remove
from consentry.core.context import Answer, Context
from consentry.core.errors import NotFound
from consentry.core.events import event
from consentry.core.me import BySession, signed_in
from consentry.core.model import Account, Client, Consent, Session
from consentry.core.nothing import Nothing
from consentry.uma.value import value


@value
class AccountQuestion:
    """Show my account."""

    who: BySession


@value
class AllowedApp:
    """A client and what it was allowed; None if the client is gone."""

    client: Client | None
    consent: Consent


@value
class AccountOverview:
    """What the account page shows.  The session that asks comes first, then the newest; none is over."""

    account: Account
    session: Session
    sessions: tuple[Session, ...]
    apps: tuple[AllowedApp, ...]


@value
class EndSession:
    """End one of my sessions by its public id; None: the one I am asking with."""

    who: BySession
    sid: str | None = None


async def overview(ctx: Context, question: AccountQuestion) -> Answer[AccountOverview]:
    """Return everything the account page shows."""
    found = await signed_in(ctx, question.who)
    account_id = found.account.account_id
    sessions = [each for each in await ctx.store.sessions_of(account_id) if each.expires_at > ctx.now]
    consents = await ctx.store.consents_of(account_id)
    apps = [AllowedApp(client=await ctx.store.client(each.client_id), consent=each) for each in consents]
    return Answer(
        AccountOverview(
            account=found.account,
            session=found.session,
            sessions=tuple(sorted(sessions, key=lambda each: (each != found.session, -each.created_at))),
            apps=tuple(sorted(apps, key=lambda each: each.consent.created_at, reverse=True)),
        )
    )


async def end_session(ctx: Context, question: EndSession) -> Answer[Nothing]:
    """Sign out, here or at another of my browsers."""
    found = await signed_in(ctx, question.who)
    account_id = found.account.account_id
    sid = question.sid or found.session.sid
    session = next((each for each in await ctx.store.sessions_of(account_id) if each.sid == sid), None)
    if session is None:
        raise NotFound("no such session")
    seen = event(ctx, "session.ended", owner_id=account_id, actor=account_id, about=sid)
    return Answer(Nothing(), Remove(record=session), Add(record=seen))
