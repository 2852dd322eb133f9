"""One request of a browser: its cookies, the mark of its forms, and the pages and redirects it is answered with.

Spec: RFC 9700 4.2, 4.7, 4.16; Content Security Policy 3; HTML 4.10.21.3 (form-action); RFC 9110 15.4.4.
"""

import re
import secrets
from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import urlsplit

from consentry.core.context import Decision
from consentry.core.errors import Refusal
from consentry.core.framed import ForPage, Framed, framed
from consentry.core.me import BySession
from consentry.core.model import Realm
from consentry.core.tokens import digest
from consentry.web.answers import NO_STORE
from consentry.web.http import Header, Request, Response
from consentry.web.pages.cookies import (
    BROWSER,
    BROWSER_SECONDS,
    NOTE,
    NOTE_SECONDS,
    SESSION,
    Note,
    note_text,
    read_cookie,
    read_note,
    set_cookie,
)
from consentry.web.pages.fields import Fields, read_fields
from consentry.web.pages.render import render
from consentry.web.parts import Parts

Question = TypeVar("Question")
Said = TypeVar("Said")

HTML: Header = (b"content-type", b"text/html; charset=utf-8")
_SOURCE = re.compile(r"[a-z][a-z0-9+.-]*:(//[A-Za-z0-9.:-]+)?")


class Visit:
    """A browser at a realm.  Make one with `arrive`."""

    __slots__ = ("_cookies", "base", "browser", "nonce", "note", "parts", "realm", "request", "session")

    def __init__(self, parts: Parts, request: Request, realm: Realm) -> None:
        self.parts = parts
        self.request = request
        self.realm = realm
        self.base = urlsplit(request.issuer).path.rstrip("/")
        self.nonce = secrets.token_urlsafe(16)
        self.session = read_cookie(request, SESSION)
        self._cookies: tuple[Header, ...] = ()
        self.browser = read_cookie(request, BROWSER) or self._new_browser()
        self.note = read_note(request, parts.sealer, self.browser)

    # -- asking --

    @property
    def who(self) -> BySession:
        """Who is asking, as decisions want it."""
        return BySession(digest=self.session_digest)

    @property
    def session_digest(self) -> str | None:
        """The digest of the session's cookie."""
        return digest(self.session) if self.session else None

    @property
    def browser_digest(self) -> str:
        """The digest of the browser's own cookie."""
        return digest(self.browser)

    async def ask(self, decide: Decision[Question, Said], question: Question) -> Said:
        """Ask a decision; a refusal is raised, and becomes a page."""
        said = await self.parts.server.ask(self.request.realm, decide, question, caller=self.request.caller)
        if isinstance(said, Refusal):
            raise said
        return said

    async def ask_framed(self, decide: Decision[Question, Said], question: Question) -> Framed[Said]:
        """Ask for somebody who is signed in; a refusal of the question is in ``said``, for the page to show."""
        return await self.ask(framed(decide), ForPage(who=self.who, question=question))

    # -- forms --

    @property
    def csrf(self) -> str:
        """The mark of forms: it goes with the session, or with the browser as long as nobody is signed in."""
        if self.session:
            return self.parts.sealer.digest(self.session, purpose="csrf:session")
        return self.sign_in_csrf

    @property
    def sign_in_csrf(self) -> str:
        """The mark of the sign-in form: it goes with the browser."""
        return self.parts.sealer.digest(self.browser, purpose="csrf:browser")

    def fields(self) -> Fields:
        """Read the form that was posted.  Raises `ForeignForm`."""
        return read_fields(self.request, csrf=self.csrf)

    # -- answering --

    def to(self, path: str) -> str:
        """Return the address of a path below the issuer, as links have it."""
        return self.base + path

    def page(self, template: str, *, status: int = 200, form_targets: Sequence[str] = (), **view: object) -> Response:
        """Render a page.  ``form_targets`` are origins that a form on it may be redirected to."""
        standing = {
            "realm_name": self.realm.display_name or "Consentry",
            "now": int(self.parts.server.clock()),
            "nonce": self.nonce,
            "csrf": self.csrf,
            "to": self.to,
            "said": self.note,
        }
        if self.note is not None:
            self._cookies += (set_cookie(self.request, NOTE, "", seconds=0),)
        body = render(template, {**standing, **view}).encode()
        headers = (HTML, NO_STORE, page_policy(self.nonce, form_targets), *self._cookies)
        return Response(status=status, headers=headers, body=body)

    def framed_page(
        self, template: str, frame: Framed[Said], *, section: str, status: int = 200, **view: object
    ) -> Response:
        """Render a page of somebody who is signed in, with the navigation around it."""
        counts = {"requests": frame.waiting}
        return self.page(
            template, status=status, form_targets=(), account=frame.account, section=section, counts=counts, **view
        )

    def redirect(self, path: str, *, note: Note | None = None) -> Response:
        """Send the browser to a path below the issuer by 303; the page there shows the note once."""
        if note is not None:
            sealed = note_text(note, self.parts.sealer, self.browser)
            self._cookies += (set_cookie(self.request, NOTE, sealed, seconds=NOTE_SECONDS),)
        return self.leave(self.to(path))

    def leave(self, location: str) -> Response:
        """Send the browser to any address that a decision named."""
        return Response(status=303, headers=((b"location", location.encode("ascii")), NO_STORE, *self._cookies))

    def begin_session(self, secret: str, *, seconds: int) -> None:
        """Give the browser the cookie of a new session."""
        self._cookies += (set_cookie(self.request, SESSION, secret, seconds=seconds),)

    def forget_session(self) -> None:
        """Take the session's cookie away."""
        self._cookies += (set_cookie(self.request, SESSION, "", seconds=0),)

    def _new_browser(self) -> str:
        secret = secrets.token_urlsafe(32)
        self._cookies += (set_cookie(self.request, BROWSER, secret, seconds=BROWSER_SECONDS),)
        return secret


async def arrive(parts: Parts, request: Request) -> Visit:
    """Begin to answer a browser."""
    opened = await parts.server.open(request.realm)
    realm = opened.reference.realm if opened is not None else Realm(name=request.realm)
    return Visit(parts, request, realm)


def page_policy(nonce: str, form_targets: Sequence[str] = ()) -> Header:
    """Return the content security policy of a page.

    Browsers hold redirects after a form was sent to ``form-action`` too, so where a form leads to a client, the
    client's origin is in it.
    """
    # An IPv6 address cannot stand in a policy.
    targets = [target if _SOURCE.fullmatch(target) else target.partition("//")[0] for target in form_targets]
    allowed = " ".join(["'self'", *(target for target in targets if _SOURCE.fullmatch(target))])
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        f"form-action {allowed}; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types htmx"
    )
    return (b"content-security-policy", policy.encode("ascii"))
