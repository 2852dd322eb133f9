"""The bare address of a realm, or of the host: whoever types it wants to see their things."""

from consentry.web.http import Request, Response
from consentry.web.pages.visit import arrive
from consentry.web.parts import Parts

CONSOLE = "/console"


async def home(parts: Parts, request: Request) -> Response:
    """Send a browser on to the console."""
    visit = await arrive(parts, request)
    return visit.redirect(CONSOLE)
