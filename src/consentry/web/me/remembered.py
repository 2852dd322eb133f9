"""`/me/remembered`: what I let apps remember about me."""

from collections.abc import Mapping

from consentry.core import remembered as core
from consentry.core.nothing import Nothing
from consentry.core.sharing import Listed
from consentry.web.answers import present, refuse_problem, write_nothing
from consentry.web.forms import read_query
from consentry.web.http import Request, Response
from consentry.web.me.common import filters, to_text, who, write_list
from consentry.web.parts import Parts
from consentry.web.route import Endpoint


async def _read_list(_: Parts, request: Request) -> core.ListRemembered:
    asking = who(request)
    filters(read_query(request))
    return core.ListRemembered(who=asking)


async def _read_forget(_: Parts, request: Request) -> core.Forget:
    return core.Forget(who=who(request), client_id=request.parameters["client_id"])


def _members(kept: core.Remembered) -> Mapping[str, object]:
    return present(
        client_id=kept.client_id,
        client_name=kept.app,
        claims=[{"issuer": each.issuer, "name": each.name, "value": each.value} for each in kept.claims],
        created_at=to_text(kept.created_at),
        expires_at=to_text(kept.expires_at),
    )


def _write_list(_: Request, said: Listed[core.Remembered]) -> Response:
    return write_list(said, _members)


def _write_forgotten(_: Request, __: Nothing) -> Response:
    return write_nothing(204)


list_all = Endpoint(read=_read_list, decide=core.list_remembered, write=_write_list, refuse=refuse_problem)
forget = Endpoint(read=_read_forget, decide=core.forget, write=_write_forgotten, refuse=refuse_problem)
