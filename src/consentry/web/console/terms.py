"""What the share form says about how: scopes, until when, what for, through which apps."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

from consentry.core.grantee import NamedGrantee, somebody
from consentry.core.model import Grant
from consentry.core.owner_grants import MyGrant
from consentry.core.terms import Terms
from consentry.uma.value import value
from consentry.web.pages.fields import Fields

DAY = 86_400
WEEK, MONTH = 7 * DAY, 30 * DAY
NEVER_VALID = 0
"""An end that no decision accepts: what a date that cannot be read counts as."""

KEEP = "keep"
PRESETS = (
    ("today", "Today"),
    ("week", "7 days"),
    ("month", "30 days"),
    ("date", "A date"),
    ("never", "No end"),
)


@value
class Typed:
    """What stands in the form: what was typed, or what it begins with."""

    person: str = ""
    circle: str = ""
    scopes: tuple[str, ...] = ()
    until: str = "month"
    date: str = ""
    purpose: str = ""
    apps: tuple[str, ...] = ()

    def grantee(self) -> NamedGrantee:
        """Return whom a decision is to share with: a circle, or whoever was typed; both together it refuses."""
        named = somebody(self.person) if self.person or not self.circle else NamedGrantee()
        return replace(named, circle=self.circle or None)

    def terms(self, now: int, kept: Grant | None = None) -> Terms:
        """Return what a decision takes; what the form has no field for stays as in the grant that is changed."""
        keeps = kept is not None and self.until == KEEP
        return Terms(
            scopes=self.scopes,
            not_before=kept.not_before if kept else None,
            expires_at=kept.expires_at if kept and keeps else ends_at(self.until, self.date, now),
            purpose=self.purpose or None,
            client_ids=self.apps,
            note=kept.note if kept else None,
            max_uses=kept.max_uses if kept else None,
            ask_me=kept.ask_me if kept else False,
            reshare=kept.reshare if kept else 0,
        )


def typed(form: Fields) -> Typed:
    """Read the form."""
    return Typed(
        person=form.get("person").strip(),
        circle=form.get("circle"),
        scopes=form.all("scope"),
        until=form.get("until", "month"),
        date=form.get("date"),
        purpose=form.get("purpose").strip(),
        apps=form.all("app"),
    )


def begun(row: MyGrant) -> Typed:
    """Return the form as it begins when a grant is changed."""
    grant = row.grant
    return Typed(
        scopes=grant.scopes,
        until="month" if row.status == "ended" else KEEP,
        purpose=grant.purpose or "",
        apps=grant.client_ids,
    )


def ends_at(until: str, chosen: str, now: int) -> int | None:
    """Return when a choice ends (epoch seconds); a chosen day and today count to their last second (UTC)."""
    match until:
        case "never":
            return None
        case "today":
            return _last_second(datetime.fromtimestamp(now, UTC).date())
        case "week":
            return now + WEEK
        case "month":
            return now + MONTH
        case "date":
            return _read(chosen)
    return NEVER_VALID


def _read(text: str) -> int:
    try:
        return _last_second(date.fromisoformat(text))
    except ValueError:
        return NEVER_VALID


def _last_second(day: date) -> int:
    return int(datetime.combine(day, time(23, 59, 59), UTC).timestamp())
