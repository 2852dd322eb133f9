"""Addresses of the console, below the issuer."""

from urllib.parse import quote

from consentry.core.model import Grant

HOME = "/console"
THINGS = "/console/resources"
PEOPLE = "/console/people"
CIRCLES = "/console/circles"
GRANTS = "/console/grants"
REQUESTS = "/console/requests"
ACTIVITY = "/console/activity"
SHARED = "/console/shared"
ASKED = "/console/asked"
REMEMBERED = "/console/remembered"
UNDO = "/console/undo"

BACK = {"home": HOME, "people": PEOPLE, "circles": CIRCLES, "requests": REQUESTS}
"""What a form may say in ``back``: the page it stands on."""


def thing(resource_id: str) -> str:
    """Return where one thing is shown."""
    return f"{THINGS}/{quote(resource_id, safe='')}"


def circle(circle_id: str, deed: str = "") -> str:
    """Return where a circle is shown, or where something is done with it."""
    return f"{CIRCLES}/{quote(circle_id, safe='')}{'/' if deed else ''}{deed}"


def grant(grant_id: str, deed: str = "") -> str:
    """Return where a grant is changed, or where something is done with it."""
    return f"{GRANTS}/{quote(grant_id, safe='')}{'/' if deed else ''}{deed}"


def after(back: str, changed: Grant) -> str:
    """Return where to go when something was done with a grant: back, or to the thing it is about."""
    if back in BACK:
        return BACK[back]
    return thing(changed.target_id) if changed.target_kind == "resource" else PEOPLE
