"""What happened, told to the person whose things it happened to."""

from collections.abc import Mapping

from consentry.core.activity import Happened
from consentry.core.model import Event
from consentry.uma.value import value
from consentry.web.console.words import ScopeWords
from consentry.web.pages.render import plain


@value
class Told:
    """One entry of the activity page; ``tone`` is that of its dot."""

    text: str
    at: int
    icon: str
    tone: str = ""
    sub: str = ""

    @property
    def day(self) -> int:
        """The number of the day it happened on (UTC)."""
        return self.at // 86_400


@value
class Telling:
    """The icon, the tone and the sentence of a kind of event; ``{who}``, ``{thing}`` and ``{app}`` are filled in."""

    icon: str
    tone: str
    sentence: str


KINDS: Mapping[str, Telling] = {
    "grant.added": Telling(icon="user-plus", tone="good", sentence="You shared {thing} with {who}"),
    "grant.changed": Telling(icon="pencil", tone="info", sentence="You changed what {who} may do with {thing}"),
    "grant.accepted": Telling(icon="user-check", tone="good", sentence="{who} used your invitation to {thing}"),
    "grant.passed_on": Telling(icon="user-plus", tone="info", sentence="{thing} was passed on to {who}"),
    "grant.taken_back": Telling(icon="user-x", tone="", sentence="{thing} is no longer passed on to {who}"),
    "grant.removed": Telling(icon="user-x", tone="bad", sentence="You stopped sharing {thing} with {who}"),
    "circle.made": Telling(icon="users", tone="info", sentence="You made a circle"),
    "circle.renamed": Telling(icon="pencil", tone="info", sentence="You renamed a circle"),
    "circle.member_added": Telling(icon="user-plus", tone="good", sentence="You took somebody into a circle"),
    "circle.member_removed": Telling(icon="user-x", tone="bad", sentence="You took somebody out of a circle"),
    "circle.removed": Telling(icon="user-x", tone="bad", sentence="You removed a circle and what it could see"),
    "rpt.issued": Telling(icon="eye", tone="info", sentence="{who} got access to {thing}"),
    "rpt.revoked": Telling(icon="ban", tone="", sentence="{app} gave back its access to {thing}"),
    "request.submitted": Telling(icon="hand", tone="warn", sentence="{who} asked for {thing}"),
    "request.approved": Telling(icon="circle-check", tone="good", sentence="You allowed what {who} asked for"),
    "request.narrowed": Telling(
        icon="circle-check", tone="good", sentence="You allowed a part of what {who} asked for"
    ),
    "request.denied": Telling(icon="ban", tone="bad", sentence="You said no to {who}"),
    "request.blocked": Telling(icon="ban", tone="bad", sentence="You said no to {who}, and to whatever they ask next"),
    "request.withdrawn": Telling(icon="undo-2", tone="", sentence="{who} no longer asks"),
    "claims.needed": Telling(
        icon="user-round", tone="", sentence="{app} tried to reach {thing} without saying for whom"
    ),
    "ticket.reused": Telling(
        icon="triangle-alert", tone="warn", sentence="{app} used a ticket twice; what came of it ended"
    ),
    "authorization_code.reused": Telling(
        icon="triangle-alert", tone="warn", sentence="A sign-in of {app} was used twice; we ended it"
    ),
    "refresh_token.reused": Telling(
        icon="triangle-alert", tone="warn", sentence="An old key of {app} was used again; we ended its access"
    ),
    "resource.registered": Telling(icon="plus", tone="good", sentence="{app} put {thing} under your protection"),
    "resource.updated": Telling(icon="pencil", tone="", sentence="{app} changed how it describes {thing}"),
    "resource.deleted": Telling(icon="trash-2", tone="", sentence="{app} removed something; all sharing of it ended"),
    "claims.gathered": Telling(icon="user-check", tone="", sentence="You told {app} that it is you who asks"),
    "claims.refused": Telling(icon="user-x", tone="bad", sentence="You did not tell {app} who you are"),
    "claims.remembered": Telling(icon="user-check", tone="good", sentence="{app} may remember who you are"),
    "claims.forgotten": Telling(icon="trash-2", tone="", sentence="{app} no longer remembers who you are"),
    "session.started": Telling(icon="log-in", tone="", sentence="You signed in"),
    "session.ended": Telling(icon="log-out", tone="", sentence="You signed out"),
    "sign_in.failed": Telling(icon="triangle-alert", tone="warn", sentence="Somebody tried to sign in as you"),
    "consent.given": Telling(icon="app-window", tone="good", sentence="You let {app} in"),
    "consent.refused": Telling(icon="app-window", tone="bad", sentence="You did not let {app} in"),
    "consent.withdrawn": Telling(icon="app-window", tone="bad", sentence="You ended what {app} was allowed"),
    "authorization.granted": Telling(icon="app-window", tone="", sentence="{app} signed you in"),
    "token.issued": Telling(icon="key-round", tone="", sentence="{app} got a key that you allowed"),
    "token.refreshed": Telling(icon="key-round", tone="", sentence="{app} renewed its key"),
    "token.revoked": Telling(icon="key-round", tone="", sentence="{app} gave back its key"),
    "realm_file.applied": Telling(icon="settings", tone="", sentence="Whoever runs this server changed its set-up"),
}
REFUSED = Telling(icon="ban", tone="warn", sentence="{who} tried to reach {thing} and was refused")
OTHER = Telling(icon="activity", tone="", sentence="Something changed")
WITH_APP = frozenset({"rpt.issued", "request.submitted", "request.denied"})
WITH_SCOPES = frozenset({"grant.added", "grant.changed"})


def tell(row: Happened, scopes: ScopeWords) -> Told:
    """Say in a sentence what an event was."""
    kind = _telling(row.event)
    text = kind.sentence.format(who=_who(row), thing=_thing(row), app=plain(row.app or "An app"))
    return Told(
        text=text[:1].upper() + text[1:], at=row.event.at, icon=kind.icon, tone=kind.tone, sub=_sub(row, scopes)
    )


def _telling(event: Event) -> Telling:
    # The owner's no and the refusal that a client then hears are of one kind; who did it tells them apart.
    if event.kind == "request.denied" and event.actor != event.owner_id:
        return REFUSED
    return KINDS.get(event.kind, OTHER)


def _who(row: Happened) -> str:
    named = row.detail.get("grantee")
    if row.person is None and isinstance(named, dict) and named.get("kind") == "email":
        return str(named.get("id"))
    return plain(row.person or "somebody we do not know")


def _thing(row: Happened) -> str:
    target = row.detail.get("target")
    if row.thing is None and isinstance(target, list) and len(target) == 2 and target[0] != "resource":
        return f"everything that is “{target[1]}”"
    return plain(row.thing or "something of yours")


def _sub(row: Happened, scopes: ScopeWords) -> str:
    if row.event.kind in WITH_APP:
        return plain(row.app or "")
    granted = row.detail.get("scopes")
    if row.event.kind in WITH_SCOPES and isinstance(granted, list):
        return ", ".join(scopes.label(str(scope)) for scope in granted)
    return ""
