"""How pages say it: people, scopes, grants and requests in plain words, never an id where a name exists."""

from collections.abc import Sequence
from zlib import crc32

from consentry.core.model import Account, Grantee
from consentry.core.owner_grants import MyGrant
from consentry.core.owner_resources import MyResource
from consentry.core.people import Person
from consentry.core.realm import ScopeDescription
from consentry.core.requester import SharedWithMe
from consentry.core.thing import SeenThing
from consentry.uma.value import value
from consentry.web.pages.render import day, plain

ICONS = {"read": "eye", "view": "eye", "write": "pencil", "edit": "pencil", "add": "plus", "share": "share-2"}
"""Icons for scopes that the realm gives none, by the first word of their names."""

DAY = 86_400
PICTURES = {
    "health": "heart-pulse",
    "blood": "heart-pulse",
    "record": "heart-pulse",
    "photo": "image",
    "picture": "image",
    "album": "image",
    "calendar": "calendar-clock",
    "contact": "contact",
    "mail": "mail",
    "folder": "folder",
    "door": "door-open",
}
"""Icons for things, by a word in their type or name."""


@value
class ScopeWords:
    """What a realm's scopes are called."""

    described: tuple[ScopeDescription, ...]

    def label(self, scope: str) -> str:
        """Return what a scope lets somebody do: its description, or its name as it is."""
        return self._of(scope).description or _spoken(scope)

    def icon(self, scope: str) -> str:
        """Return the icon that stands for a scope."""
        first = _last(scope).partition("_")[0].partition("-")[0].casefold()
        return self._of(scope).icon or ICONS.get(first, "key-round")

    def may(self, scopes: Sequence[str]) -> str:
        """Return what scopes let somebody do, to stand after `can`: `read the record and add entries`."""
        return listing([_lowered(self.label(scope)) for scope in scopes]) or "use it"

    def _of(self, scope: str) -> ScopeDescription:
        found = (each for each in self.described if each.name == scope)
        return next(found, ScopeDescription(name=scope))


def listing(texts: Sequence[str]) -> str:
    """Return `a`, `a and b`, or `a, b and c`."""
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} and {texts[-1]}"


def grantee(row: MyGrant) -> str:
    """Return what to call whoever a grant is for."""
    return plain(row.person or row.app or _unknown(row.grant.grantee))


def grantee_hint(row: MyGrant) -> str:
    """Return what else is known of whoever a grant is for."""
    match row.grant.grantee.kind:
        case "account":
            return row.username or ""
        case "email":
            return "Whoever signs in with this address"
        case "client":
            return "An app, whoever uses it"
        case "claims":
            return "Whoever proves this when they ask"
        case "circle":
            return "Everybody in this circle"
        case "organisation":
            role = row.grant.grantee.role
            return f"Everybody there who is {role}" if role else "Everybody who belongs there"


def target(row: MyGrant) -> str:
    """Return what a grant is about."""
    match row.grant.target_kind:
        case "resource":
            return plain(row.thing or "A thing that is gone")
        case "label":
            return f"Everything labelled {row.grant.target_id}"
        case "type":
            return f"Everything of type {_last(row.grant.target_id)}"


def end(at: int | None) -> str:
    """Return until when, to stand at the end of a sentence."""
    return "without an end date" if at is None else f"until {day(at)}"


def shared(row: MyGrant, scopes: ScopeWords) -> str:
    """Say what a grant now allows."""
    grant = row.grant
    app = f" with {through(row.apps)}" if row.apps else ""
    return f"{target(row)}: {grantee(row)} can {scopes.may(grant.scopes)}{app}, {end(grant.expires_at)}."


def through(apps: Sequence[str]) -> str:
    """Return the names of apps."""
    return listing([plain(app) for app in apps])


def stopped(row: MyGrant) -> str:
    """Say what has ended, and what cannot be called back."""
    return f"{grantee(row)} has no more access to {target(row)}. It ended at once. Copies made before stay."


def paused(row: MyGrant) -> str:
    """Say that a grant rests, or that it counts again."""
    if row.grant.paused_at is not None:
        return f"{grantee(row)} has no access to {target(row)} until you resume it."
    return f"{grantee(row)} has access to {target(row)} again."


def first_name(account: Account) -> str:
    """Return how to greet somebody."""
    words = [word for word in plain(account.name).split() if not word.endswith(".")]
    return words[0] if words else plain(account.username)


def day_name(at: int, now: int) -> str:
    """Return what to call the day of a moment (UTC)."""
    return {0: "Today", 1: "Yesterday"}.get(now // DAY - at // DAY) or day(at)


def things_of(person: Person) -> str:
    """Return what somebody can see, in a line."""
    names = list(dict.fromkeys(target(row) for row in person.grants))
    return listing(names) if len(names) <= 2 else f"{names[0]}, {names[1]} and {len(names) - 2} more"


def seen_by(thing: SeenThing) -> str:
    """Return who can see a thing now, in a line."""
    names = list(dict.fromkeys(grantee(row) for row in thing.grants if row.grant.allow))
    if not names:
        return "Only you" if thing.complete else f"Kept by {plain(thing.mine.kept_by)}"
    return f"You, {names[0]} and {len(names) - 1} more" if len(names) > 2 else listing(["You", *names])


def all_paused(person: Person) -> bool:
    """Tell whether everything that somebody may see rests."""
    return all(row.status == "paused" for row in person.grants)


def anchor(person: Person) -> str:
    """Return where on the page of people somebody stands: a number made of who it is."""
    return f"p{crc32(repr(person.grantee).encode()):x}"


def picture(thing: MyResource) -> str:
    """Return the icon that stands for a thing, by words in its type and name."""
    said = f"{thing.resource.type or ''} {thing.name}".casefold()
    return next((icon for word, icon in PICTURES.items() if word in said), "file-text")


def shared_thing(row: SharedWithMe) -> str:
    """Return what somebody else shares with me."""
    if row.thing is not None:
        return plain(row.thing)
    return "Something that is gone" if row.grant.target_kind == "resource" else "Several things"


def _unknown(of: Grantee) -> str:
    if of.kind == "claims":
        return listing([f"{claim.name} {claim.value}" for claim in of.claims]) or "Nobody"
    return of.id if of.kind in ("email", "client") else "Somebody who is gone"


def _spoken(scope: str) -> str:
    """Return a name that nobody described: the last part of an address, with spaces."""
    words = _last(scope).replace("_", " ").replace("-", " ").strip()
    return (words[:1].upper() + words[1:]) or scope


def _last(name: str) -> str:
    return name.rstrip("/").rpartition("/")[2] or name


def _lowered(text: str) -> str:
    """Let a label stand inside a sentence; what is written in capitals stays so."""
    plain = text.rstrip(".")
    return plain if plain[1:2].isupper() else plain[:1].lower() + plain[1:]
