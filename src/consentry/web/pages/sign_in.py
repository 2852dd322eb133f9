"""The sign-in page, on the way to a client or on its own.

Spec: RFC 9700 4.7, 4.11, 4.12; OpenID Connect Core 3.1.2.3.
"""

import re
from urllib.parse import quote

from consentry.core.interaction import ShowSignIn
from consentry.core.proceeding import Proceed, proceed
from consentry.core.redirection import origin_of
from consentry.core.sign_in import PasswordQuestion, SignIn, SignInFailed, password_to_check, sign_in
from consentry.core.tokens import digest
from consentry.web.forms import read_query
from consentry.web.http import Request, Response
from consentry.web.pages.fields import Fields, read_fields
from consentry.web.pages.scope_words import name_of
from consentry.web.pages.visit import Visit, arrive
from consentry.web.parts import Parts

SIGN_IN = "/account/sign-in"
CONTINUE = "/continue"
HOME = "/console"
LONGEST_NAME = 256
TRY_AGAIN = "That name and password do not go together. Look at both and try again."
_OURS = re.compile(r"/(?:console|account)(?:[/?][A-Za-z0-9/?&=%._~:+-]*)?")


async def sign_in_page(parts: Parts, request: Request) -> Response:
    """Show the sign-in form on its own; ``to`` is where it leads, a page of ours."""
    visit = await arrive(parts, request)
    return show_sign_in(visit, {"to": ours(read_query(request).get("to", ""))})


async def sign_in_posted(parts: Parts, request: Request) -> Response:
    """Check name and password, start a session, send the browser on."""
    visit = await arrive(parts, request)
    form = read_fields(request, csrf=visit.sign_in_csrf)
    try:
        started = await visit.ask(sign_in, await _checked(visit, form))
    except SignInFailed:
        return await _failed(visit, form)
    visit.begin_session(started.session, seconds=started.expires_in)
    interaction = form.get("interaction")
    return visit.redirect(where_on(interaction) if interaction else ours(form.get("to")))


def show_sign_in(
    visit: Visit,
    hidden: dict[str, str],
    *,
    wanted: ShowSignIn | None = None,
    username: str = "",
    error: str = "",
    status: int = 200,
) -> Response:
    """Render the sign-in form; ``hidden`` says where it leads, ``wanted`` for which client."""
    return visit.page(
        "sign_in.html",
        status=status,
        form_targets=[origin_of(wanted.redirect_uri)] if wanted else [],
        csrf=visit.sign_in_csrf,
        client_name=name_of(wanted.client) if wanted else "",
        action=visit.to(SIGN_IN),
        hidden=hidden,
        username=username or (wanted.login_hint or "" if wanted else ""),
        error=error,
    )


def ours(path: str) -> str:
    """Return a path below the issuer if it is one of our own pages, else the home page."""
    return path if _OURS.fullmatch(path) else HOME


def where_on(interaction: str) -> str:
    """Return the path at which an interaction goes on."""
    return f"{CONTINUE}?interaction={quote(interaction, safe='')}"


async def _checked(visit: Visit, form: Fields) -> SignIn:
    """Compare the password; an unknown name takes as long as a wrong password."""
    username, password = form.get("username").strip(), form.get("password")
    if len(username) > LONGEST_NAME:
        username = ""
    to_check = await visit.ask(password_to_check, PasswordQuestion(username=username))
    return SignIn(
        checked=to_check,
        correct=await visit.parts.passwords.matches(to_check.password_hash, password),
        session_digest=visit.session_digest,
        user_agent=visit.request.headers.get("user-agent", ""),
    )


async def _failed(visit: Visit, form: Fields) -> Response:
    username, interaction = form.get("username")[:LONGEST_NAME], form.get("interaction")
    if not interaction:
        hidden = {"to": ours(form.get("to"))}
        return show_sign_in(visit, hidden, username=username, error=TRY_AGAIN, status=403)
    question = Proceed(interaction_digest=digest(interaction), browser_digest=visit.browser_digest, session_digest=None)
    wanted = await visit.ask(proceed, question)
    return show_sign_in(
        visit,
        {"interaction": interaction},
        wanted=wanted if isinstance(wanted, ShowSignIn) else None,
        username=username,
        error=TRY_AGAIN,
        status=403,
    )
