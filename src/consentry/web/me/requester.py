"""`/me/shared-with-me` and `/me/asked`: what others share with me, and what I have asked for."""

from collections.abc import Mapping

from consentry.core import requester as core
from consentry.core.model import AccessRequest
from consentry.core.sharing import Listed
from consentry.web.answers import present, refuse_problem, write_nothing
from consentry.web.http import Request, Response
from consentry.web.me.common import filters, read_page, to_text, who, write_list
from consentry.web.parts import Parts
from consentry.web.route import Endpoint


async def _read_shared(_: Parts, request: Request) -> core.ListSharedWithMe:
    page, query = read_page(request)
    filters(query)
    return core.ListSharedWithMe(who=who(request), page=page)


async def _read_asked(_: Parts, request: Request) -> core.ListAsked:
    page, query = read_page(request)
    filters(query)
    return core.ListAsked(who=who(request), page=page)


async def _read_withdraw(_: Parts, request: Request) -> core.Withdraw:
    return core.Withdraw(who=who(request), request_id=request.parameters["request_id"])


def _shared_members(shared: core.SharedWithMe) -> Mapping[str, object]:
    """Return what its grantee may see of a grant: neither the owner's labels nor the owner's note."""
    grant = shared.grant
    return present(
        id=grant.grant_id,
        owner=shared.owner,
        resource_id=grant.target_id if grant.target_kind == "resource" else None,
        resource_name=shared.thing,
        type=grant.target_id if grant.target_kind == "type" else None,
        scopes=grant.scopes,
        status=shared.status,
        not_before=to_text(grant.not_before),
        expires_at=to_text(grant.expires_at),
        purpose=grant.purpose,
        client_ids=grant.client_ids or None,
        max_uses=grant.max_uses,
        uses=grant.uses if grant.max_uses is not None else None,
        ask_me=grant.ask_me or None,
        reshare=grant.reshare or None,
        created_at=to_text(grant.created_at),
    )


def _asked_members(mine: core.MyRequest) -> Mapping[str, object]:
    asked = mine.request
    return present(
        id=asked.request_id,
        # Whoever is blocked is not told: to them it is a no like any other.
        status="denied" if asked.status == "blocked" else asked.status,
        owner=mine.owner,
        client_id=asked.client_id,
        client_name=mine.app,
        permissions=[{"resource_id": each.resource_id, "scopes": each.scopes} for each in asked.permissions],
        created_at=to_text(asked.created_at),
        expires_at=to_text(asked.expires_at) if asked.status == "open" else None,
        decided_at=to_text(asked.decided_at),
    )


def _write_shared(_: Request, said: Listed[core.SharedWithMe]) -> Response:
    return write_list(said, _shared_members)


def _write_asked(_: Request, said: Listed[core.MyRequest]) -> Response:
    return write_list(said, _asked_members)


def _write_withdrawn(_: Request, __: AccessRequest) -> Response:
    return write_nothing(204)


shared_with_me = Endpoint(
    read=_read_shared, decide=core.list_shared_with_me, write=_write_shared, refuse=refuse_problem
)
asked = Endpoint(read=_read_asked, decide=core.list_asked, write=_write_asked, refuse=refuse_problem)
withdraw = Endpoint(read=_read_withdraw, decide=core.withdraw, write=_write_withdrawn, refuse=refuse_problem)
