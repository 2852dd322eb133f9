"""The revocation endpoint on the wire.

Spec: RFC 7009 2.1, 2.2.
"""

from consentry.core import revocation as core
from consentry.core.nothing import Nothing
from consentry.web.answers import refuse_oauth, write_nothing
from consentry.web.credentials import read_client
from consentry.web.forms import read_form
from consentry.web.http import Request, Response
from consentry.web.parts import Parts
from consentry.web.route import Endpoint


async def _read(parts: Parts, request: Request) -> core.RevocationRequest:
    form = read_form(request)
    return core.RevocationRequest(
        credentials=read_client(request, form, parts.sealer),
        token=form.get("token"),
        token_type_hint=form.get("token_type_hint"),
    )


def _write(_: Request, __: Nothing) -> Response:
    return write_nothing(200)


revoke = Endpoint(read=_read, decide=core.revoke, write=_write, refuse=refuse_oauth)
