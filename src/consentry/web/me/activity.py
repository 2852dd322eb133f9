"""`/me/activity`: who, what, through which app, when, with what outcome, and why."""

from collections.abc import Mapping

from consentry.core import activity as core
from consentry.core.sharing import Listed
from consentry.web.answers import present, refuse_problem
from consentry.web.http import Request, Response
from consentry.web.me.common import filters, read_page, to_text, who, write_list
from consentry.web.parts import Parts
from consentry.web.route import Endpoint


async def _read(_: Parts, request: Request) -> core.ListActivity:
    page, query = read_page(request)
    filters(query)
    return core.ListActivity(who=who(request), page=page)


def _members(happened: core.Happened) -> Mapping[str, object]:
    event = happened.event
    return present(
        id=event.event_id,
        at=to_text(event.at),
        kind=event.kind,
        outcome=event.outcome,
        person=happened.person,
        client_id=event.client_id,
        client_name=happened.app,
        resource_server=event.resource_server,
        resource_id=event.resource_id,
        resource_name=happened.thing,
        about=event.about,
        reason=event.reason,
        detail=happened.detail or None,
    )


def _write(_: Request, said: Listed[core.Happened]) -> Response:
    return write_list(said, _members)


activity = Endpoint(read=_read, decide=core.list_activity, write=_write, refuse=refuse_problem)
