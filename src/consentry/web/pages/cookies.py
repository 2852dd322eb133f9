"""The cookies of a browser: who it is, who is signed in at it, and what to tell it next.

Spec: RFC 6265 4.1, 5.2; draft-ietf-httpbis-rfc6265bis 4.1.3.2 (``__Host-``); RFC 9700 4.7.
"""

import json

from consentry.core.ports import Sealer
from consentry.core.tokens import digest
from consentry.uma.value import value
from consentry.web.http import Header, Request

BROWSER = "browser"
SESSION = "session"
NOTE = "note"
NOTE_SECONDS = 60
BROWSER_SECONDS = 24 * 3600
MOST_NOTE = 600


@value
class Note:
    """What the next page says once: a sentence, and perhaps the form that takes it back (a path below the issuer)."""

    text: str
    undo: str = ""
    fields: tuple[tuple[str, str], ...] = ()


def read_cookie(request: Request, kind: str) -> str | None:
    """Return a cookie of this realm.  A name that came twice counts for nothing: one of the two was planted."""
    wanted = cookie_name(request, kind)
    pairs = (pair.strip().partition("=") for pair in request.headers.get("cookie", "").split(";"))
    found = [text for name, _, text in pairs if name == wanted]
    return found[0] if len(found) == 1 and found[0] else None


def set_cookie(request: Request, kind: str, text: str, *, seconds: int) -> Header:
    """Return the header that gives the browser a cookie; with 0 seconds it takes it away."""
    secure = "; Secure" if is_secure(request) else ""
    name = cookie_name(request, kind)
    return (b"set-cookie", f"{name}={text}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}".encode("ascii"))


def cookie_name(request: Request, kind: str) -> str:
    """Return the name of a realm's cookie; only with https browsers can hold it to this host."""
    prefix = "__Host-" if is_secure(request) else ""
    return f"{prefix}consentry-{kind}-{request.realm}"


def is_secure(request: Request) -> bool:
    """Say whether people reach the realm by https."""
    return request.issuer.startswith("https:")


def note_text(note: Note, sealer: Sealer, browser: str) -> str:
    """Return a note as a cookie can hold it: sealed, so that nobody else puts words into our mouth."""
    packed = json.dumps([note.text[:MOST_NOTE], note.undo, note.fields], ensure_ascii=False)
    return sealer.seal(packed, purpose=_purpose(browser))


def read_note(request: Request, sealer: Sealer, browser: str) -> Note | None:
    """Return the note that an earlier answer left for this page of this browser."""
    sealed = read_cookie(request, NOTE)
    if sealed is None:
        return None
    try:
        text, undo, fields = json.loads(sealer.unseal(sealed, purpose=_purpose(browser)))
    except ValueError:
        return None
    return Note(text=text, undo=undo, fields=tuple((name, each) for name, each in fields))


def _purpose(browser: str) -> str:
    return f"note:{digest(browser)}"
