"""`/me/requests`: who is asking, and my word on it."""

from collections.abc import Mapping
from typing import get_args

from msgspec import Struct

from consentry.core import owner_requests as core
from consentry.core.errors import InvalidRequest
from consentry.core.model import RequestStatus
from consentry.core.sharing import Listed
from consentry.web.answers import etag, present, refuse_problem, write_json
from consentry.web.http import Request, Response
from consentry.web.json_bodies import read_struct
from consentry.web.me.common import Moment, Scopes, filters, read_page, to_seconds, to_text, who, write_list
from consentry.web.parts import Parts
from consentry.web.route import Endpoint


class Approval(Struct, forbid_unknown_fields=True, kw_only=True):
    """Without ``scopes`` all that was asked for is allowed."""

    scopes: Scopes | None = None
    expires_at: Moment | None = None


async def _read_list(_: Parts, request: Request) -> core.ListRequests:
    page, query = read_page(request)
    status = filters(query, "status").get("status", "open")
    return core.ListRequests(who=who(request), status=None if status == "any" else _status(status), page=page)


async def _read_one(_: Parts, request: Request) -> core.ReadRequest:
    return core.ReadRequest(who=who(request), request_id=request.parameters["request_id"])


async def _read_approve(_: Parts, request: Request) -> core.Approve:
    asking = who(request)
    approval = read_struct(request, Approval) if request.body else Approval()
    return core.Approve(
        who=asking,
        request_id=request.parameters["request_id"],
        scopes=approval.scopes,
        expires_at=to_seconds(approval.expires_at),
    )


async def _read_deny(_: Parts, request: Request) -> core.Refuse:
    return core.Refuse(who=who(request), request_id=request.parameters["request_id"])


async def _read_block(_: Parts, request: Request) -> core.Refuse:
    return core.Refuse(who=who(request), request_id=request.parameters["request_id"], block=True)


def _status(text: str) -> RequestStatus:
    known: tuple[RequestStatus, ...] = get_args(RequestStatus)
    for status in known:
        if status == text:
            return status
    raise InvalidRequest(f"status has to be any or one of {', '.join(known)}")


def _members(asking: core.Asking) -> Mapping[str, object]:
    asked = asking.request
    return present(
        id=asked.request_id,
        status=asked.status,
        requester=present(name=asking.person, account=asking.username, issuer=asking.verified_by),
        client_id=asked.client_id,
        client_name=asking.app,
        resource_server=asked.resource_server,
        permissions=[
            present(resource_id=thing.resource.resource_id, resource_name=thing.name, scopes=thing.scopes)
            for thing in asking.things
        ],
        message=asked.message,
        created_at=to_text(asked.created_at),
        expires_at=to_text(asked.expires_at),
        decided_at=to_text(asked.decided_at),
        version=asked.version,
    )


def _write_list(_: Request, said: Listed[core.Asking]) -> Response:
    return write_list(said, _members)


def _write_one(_: Request, said: core.Asking) -> Response:
    return write_json(200, _members(said), etag(said.request.version))


list_all = Endpoint(read=_read_list, decide=core.list_requests, write=_write_list, refuse=refuse_problem)
read_one = Endpoint(read=_read_one, decide=core.read_request, write=_write_one, refuse=refuse_problem)
approve = Endpoint(read=_read_approve, decide=core.approve, write=_write_one, refuse=refuse_problem)
deny = Endpoint(read=_read_deny, decide=core.refuse, write=_write_one, refuse=refuse_problem)
block = Endpoint(read=_read_block, decide=core.refuse, write=_write_one, refuse=refuse_problem)
