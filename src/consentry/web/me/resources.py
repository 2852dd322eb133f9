"""`/me/resources`: what is mine, wherever it is kept."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct

from consentry.core import owner_resources as core
from consentry.core.ports import ResourceFilter
from consentry.core.sharing import Listed
from consentry.web.answers import etag, expected_version, present, refuse_problem, write_json
from consentry.web.http import Request, Response
from consentry.web.json_bodies import read_struct
from consentry.web.me.common import filters, read_page, to_text, who, write_list
from consentry.web.parts import Parts
from consentry.web.route import Endpoint


class ResourceChange(Struct, forbid_unknown_fields=True, kw_only=True):
    """How I put one of my things in order; what is left out stays."""

    labels: Annotated[tuple[str, ...], Meta(max_length=100)] | None = None
    favourite: bool | None = None


async def _read_list(_: Parts, request: Request) -> core.ListMyResources:
    page, query = read_page(request)
    wanted = filters(query, "name", "type", "label", "resource_server")
    return core.ListMyResources(who=who(request), wanted=ResourceFilter(**wanted), page=page)


async def _read_one(_: Parts, request: Request) -> core.ReadMyResource:
    return core.ReadMyResource(who=who(request), resource_id=request.parameters["resource_id"])


async def _read_change(_: Parts, request: Request) -> core.ChangeMyResource:
    asking = who(request)
    change = read_struct(request, ResourceChange)
    return core.ChangeMyResource(
        who=asking,
        resource_id=request.parameters["resource_id"],
        labels=change.labels,
        favourite=change.favourite,
        version=expected_version(request),
    )


def _members(mine: core.MyResource) -> Mapping[str, object]:
    resource = mine.resource
    return present(
        id=resource.resource_id,
        name=mine.name,
        description=resource.description,
        type=resource.type,
        icon_uri=resource.icon_uri,
        resource_scopes=resource.resource_scopes,
        resource_server=resource.resource_server,
        resource_server_name=mine.kept_by,
        labels=resource.labels,
        favourite=resource.favourite,
        created_at=to_text(resource.created_at),
        version=resource.version,
    )


def _write_list(_: Request, said: Listed[core.MyResource]) -> Response:
    return write_list(said, _members)


def _write_one(_: Request, said: core.MyResource) -> Response:
    return write_json(200, _members(said), etag(said.resource.version))


list_all = Endpoint(read=_read_list, decide=core.list_my_resources, write=_write_list, refuse=refuse_problem)
read_one = Endpoint(read=_read_one, decide=core.read_my_resource, write=_write_one, refuse=refuse_problem)
change = Endpoint(read=_read_change, decide=core.change_my_resource, write=_write_one, refuse=refuse_problem)
