"""The address at which a worker tells the process that started it whether it is ready."""

import hmac

from consentry.core.errors import NotFound, Unavailable
from consentry.web.answers import write_json
from consentry.web.http import Request, Response
from consentry.web.parts import Parts
from consentry.web.route import Route
from consentry.web.supervision import READY_PATH, TOKEN_HEADER


async def ready(parts: Parts, request: Request) -> Response:
    """Say whether this worker reaches its database; for nobody but the process that started it."""
    given = request.headers.get(TOKEN_HEADER, "")
    if not parts.management_token or not hmac.compare_digest(given.encode(), parts.management_token.encode()):
        raise NotFound("nothing is at this address")
    try:
        await parts.server.database.realms()
    except Exception as problem:
        raise Unavailable("the database does not answer") from problem
    return write_json(200, {"status": "ready"})


ROUTES = (Route(path=READY_PATH, methods={"GET": ready}, guard="management", at_root=True),)
