"""The account page: where somebody is signed in, which apps they let in, and ending both."""

from contextlib import suppress

from consentry.core.account import AccountQuestion, AllowedApp, EndSession, end_session, overview
from consentry.core.consent import WithdrawConsent, withdraw_consent
from consentry.core.errors import LoginRequired, NotFound
from consentry.core.model import Session
from consentry.uma.value import value
from consentry.web.http import Request, Response
from consentry.web.pages.cookies import Note
from consentry.web.pages.devices import device_icon, device_name
from consentry.web.pages.scope_words import Want, explain, name_of
from consentry.web.pages.visit import Visit, arrive
from consentry.web.parts import Parts

ACCOUNT = "/account"
SIGNED_OUT = "/account/signed-out"


@value
class ShownSession:
    """A session as the page shows it."""

    sid: str
    device: str
    icon: str
    created_at: int
    expires_at: int
    is_this: bool


@value
class ShownApp:
    """An app as the page shows it."""

    client_id: str
    name: str
    since: int
    wants: tuple[Want, ...]


async def account_page(parts: Parts, request: Request) -> Response:
    """Show sessions and apps."""
    visit = await arrive(parts, request)
    frame = await visit.ask_framed(overview, AccountQuestion(who=visit.who))
    mine = frame.told()
    return visit.framed_page(
        "account.html",
        frame,
        section="account",
        sessions=[_session(each, frame.session) for each in mine.sessions],
        apps=[_app(each, visit) for each in mine.apps],
    )


async def sign_out(parts: Parts, request: Request) -> Response:
    """End the session at this browser; without one there is nothing left to do."""
    visit = await arrive(parts, request)
    visit.fields()
    with suppress(LoginRequired, NotFound):
        await visit.ask(end_session, EndSession(who=visit.who))
    visit.forget_session()
    return visit.redirect(SIGNED_OUT)


async def signed_out(parts: Parts, request: Request) -> Response:
    """Say that the session has ended."""
    visit = await arrive(parts, request)
    return visit.page(
        "message.html",
        title="You are signed out",
        text="Nobody can look at your things from this browser any more.",
        detail="",
        link=visit.to("/account/sign-in"),
        link_label="Sign in again",
        request_id="",
    )


async def end_other_session(parts: Parts, request: Request) -> Response:
    """End a session, here or elsewhere."""
    visit = await arrive(parts, request)
    form = visit.fields()
    await visit.ask(end_session, EndSession(who=visit.who, sid=form["sid"]))
    return visit.redirect(ACCOUNT, note=Note(text="Signed out there."))


async def withdraw_app(parts: Parts, request: Request) -> Response:
    """Take back what an app was allowed."""
    visit = await arrive(parts, request)
    form = visit.fields()
    await visit.ask(withdraw_consent, WithdrawConsent(who=visit.who, client_id=form["client_id"]))
    return visit.redirect(ACCOUNT, note=Note(text="That app has no access any more."))


def _session(session: Session, this: Session) -> ShownSession:
    return ShownSession(
        sid=session.sid,
        device=device_name(session.user_agent),
        icon=device_icon(session.user_agent),
        created_at=session.created_at,
        expires_at=session.expires_at,
        is_this=session.sid == this.sid,
    )


def _app(app: AllowedApp, visit: Visit) -> ShownApp:
    if app.client is None:
        return ShownApp(
            client_id=app.consent.client_id, name=app.consent.client_id, since=app.consent.created_at, wants=()
        )
    client = app.client
    return ShownApp(
        client_id=client.client_id,
        name=name_of(client),
        since=app.consent.created_at,
        wants=tuple(explain(scope, client=client, realm=visit.realm) for scope in app.consent.scope),
    )
