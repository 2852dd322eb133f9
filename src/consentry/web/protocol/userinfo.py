"""The userinfo endpoint on the wire.

Spec: OpenID Connect Core 5.3.1, 5.3.2, 5.3.3.
"""

from consentry.core import userinfo as core
from consentry.web.answers import refuse_oauth, write_json
from consentry.web.credentials import read_bearer
from consentry.web.http import Request, Response
from consentry.web.parts import Parts
from consentry.web.route import Endpoint


async def _read(_: Parts, request: Request) -> core.UserinfoRequest:
    return core.UserinfoRequest(token=read_bearer(request))


def _write(_: Request, said: dict[str, object]) -> Response:
    return write_json(200, said)


userinfo = Endpoint(read=_read, decide=core.userinfo, write=_write, refuse=refuse_oauth)
