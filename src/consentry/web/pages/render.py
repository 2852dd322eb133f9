"""Templates to text: every text escaped, every unknown name an error, times in words.

Nothing here knows a request; `consentry.web.pages.page` puts both together.
"""

import hashlib
import unicodedata
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zlib import crc32

from babel.dates import format_date, format_datetime, format_timedelta
from jinja2 import Environment, PackageLoader, StrictUndefined

STATIC = Path(__file__).resolve().parent.parent / "static"
LOCALE = "en_GB"
TONES = 6
JUST_NOW = 45


def render(template: str, view: dict[str, object]) -> str:
    """Return a page as HTML.  ``view`` has to hold every name the template uses."""
    return _environment().get_template(template).render(view)


def render_text(source: str, view: dict[str, object]) -> str:
    """Return what a template given as text makes of a view; for trying out parts."""
    return _environment().from_string(source).render(view)


def asset(name: str) -> str:
    """Return the address of a static file, which changes with its content."""
    return f"/static/{name}?v={fingerprint(name)}"


def initials(name: str) -> str:
    """Return up to two letters that stand for a person or an app; titles such as `Dr.` do not count."""
    words = [word for word in name.partition("@")[0].split() if word[0].isalnum() and not word.endswith(".")]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[0] for word in words]
    return "".join(letters).upper() or "?"


def tone(name: str) -> int:
    """Return the number of the colour that always goes with this name."""
    return crc32(name.encode()) % TONES


def plain(text: str) -> str:
    """Return text without characters that hide or turn what follows, as names from elsewhere may have them."""
    return "".join(letter for letter in text if unicodedata.category(letter) not in {"Cc", "Cf", "Zl", "Zp"}).strip()


def day(at: int) -> str:
    """Return a date in words."""
    return format_date(_moment(at), format="d MMMM y", locale=LOCALE)


def moment(at: int) -> str:
    """Return a date and time in words, with its time zone."""
    return format_datetime(_moment(at), format="d MMMM y, HH:mm 'UTC'", locale=LOCALE)


def iso(at: int) -> str:
    """Return a time as machines read it (RFC 3339)."""
    return _moment(at).strftime("%Y-%m-%dT%H:%M:%SZ")


def distance(at: int, now: int) -> str:
    """Return how far a time is from now: `in 3 days`, `5 minutes ago`, `just now`."""
    if -JUST_NOW < at - now <= 0:
        return "just now"
    return format_timedelta(at - now, add_direction=True, locale=LOCALE)


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


@cache
def fingerprint(name: str) -> str:
    """Return what changes when a static file changes."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("consentry.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["asset"] = asset
    environment.filters.update(
        plain=plain, initials=initials, tone=tone, day=day, moment=moment, iso=iso, distance=distance
    )
    return environment
