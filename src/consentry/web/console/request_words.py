"""How pages say who asks for what, and what became of it."""

from urllib.parse import urlsplit

from consentry.core.owner_requests import Asking
from consentry.core.requester import MyRequest
from consentry.uma.value import value
from consentry.web.console.words import ScopeWords, listing
from consentry.web.pages.render import plain


@value
class State:
    """Where something stands, as a badge."""

    text: str
    tone: str = ""
    icon: str = ""


def asked_things(asking: Asking) -> str:
    """Return the names of what somebody asks for."""
    return listing([plain(each.name) for each in asking.things]) or "something that is gone"


def asked_scopes(asking: Asking) -> tuple[str, ...]:
    """Return every scope that a request is about, once."""
    return tuple(dict.fromkeys(scope for each in asking.things for scope in each.scopes))


def verified(asking: Asking, issuer: str) -> str:
    """Say how we know who is asking."""
    if asking.verified_by == issuer:
        return "Signed in here"
    return f"Vouched for by {urlsplit(asking.verified_by).netloc or asking.verified_by}" if asking.verified_by else ""


def asker(asking: Asking) -> str:
    """Return what to call whoever asks."""
    return plain(asking.person) or "Somebody"


def decided(asking: Asking, scopes: ScopeWords) -> str:
    """Say what became of a request."""
    what, who = asked_things(asking), asker(asking)
    match asking.request.status:
        case "approved":
            return f"You allowed it: {who} can {scopes.may(asked_scopes(asking))} ({what})."
        case "narrowed":
            return f"You allowed a part of what {who} asked for ({what})."
        case "denied":
            return f"You said no to {who} ({what})."
        case "blocked":
            return f"You said no to {who} and everything they may ask with {plain(asking.app)}."
        case "withdrawn":
            return f"{who} no longer asks for {what}."
        case "open":
            return f"{who} asks for {what}."


def asked_state(row: MyRequest, now: int) -> State:
    """Return what became of something I asked for.  A block looks like a no."""
    match row.request.status:
        case "open":
            waits = row.request.expires_at > now
            return State(text="Waiting", tone="warn", icon="hourglass") if waits else State(text="No answer")
        case "approved":
            return State(text="Allowed", tone="good", icon="check")
        case "narrowed":
            return State(text="Partly allowed", tone="good", icon="check")
        case "denied" | "blocked":
            return State(text="Denied", tone="bad", icon="ban")
        case "withdrawn":
            return State(text="Withdrawn")
