"""The resource registration endpoint on the wire.

Spec: FedAuthz 3.1, 3.2.
"""

from collections.abc import Mapping, Sequence

from consentry.core import resource_registration as core
from consentry.core.errors import InvalidRequest
from consentry.uma.members import WrongMember
from consentry.uma.wire import Registered, RegisteredResource, ResourceDescription
from consentry.uma.wire_json import read_resource_description, write_resource_description
from consentry.web.answers import present, refuse_protection, write_json, write_nothing
from consentry.web.credentials import require_bearer
from consentry.web.http import Request, Response
from consentry.web.json_bodies import read_object
from consentry.web.parts import Parts
from consentry.web.route import Endpoint


def read_description(request: Request) -> ResourceDescription:
    """Read the body of create and update."""
    try:
        return read_resource_description(read_object(request))
    except WrongMember as problem:
        raise InvalidRequest(str(problem)) from problem


async def _read_register(_: Parts, request: Request) -> core.RegisterResource:
    return core.RegisterResource(pat=require_bearer(request), description=read_description(request))


async def _read_list(_: Parts, request: Request) -> core.ListResources:
    return core.ListResources(pat=require_bearer(request))


async def _read_one(_: Parts, request: Request) -> core.ReadResource:
    return core.ReadResource(pat=require_bearer(request), resource_id=request.parameters["resource_id"])


async def _read_update(_: Parts, request: Request) -> core.UpdateResource:
    return core.UpdateResource(
        pat=require_bearer(request),
        resource_id=request.parameters["resource_id"],
        description=read_description(request),
    )


async def _read_delete(_: Parts, request: Request) -> core.DeleteResource:
    return core.DeleteResource(pat=require_bearer(request), resource_id=request.parameters["resource_id"])


def _members(resource_id: str, user_access_policy_uri: str | None) -> Mapping[str, object]:
    return present(_id=resource_id, user_access_policy_uri=user_access_policy_uri)


def _write_created(request: Request, said: Registered) -> Response:
    location = f"{request.issuer}/uma/resource/{said.resource_id}"
    return write_json(201, _members(said.resource_id, said.user_access_policy_uri), (b"location", location.encode()))


def _write_updated(_: Request, said: Registered) -> Response:
    return write_json(200, _members(said.resource_id, said.user_access_policy_uri))


def _write_resource(_: Request, said: RegisteredResource) -> Response:
    described = write_resource_description(said.description)
    return write_json(200, {**described, **_members(said.resource_id, said.user_access_policy_uri)})


def _write_deleted(_: Request, __: core.Deleted) -> Response:
    return write_nothing(204)


def _write_ids(_: Request, said: Sequence[str]) -> Response:
    return write_json(200, said)


register = Endpoint(read=_read_register, decide=core.register, write=_write_created, refuse=refuse_protection)
read_list = Endpoint(read=_read_list, decide=core.list_resources, write=_write_ids, refuse=refuse_protection)
read_one = Endpoint(read=_read_one, decide=core.read_resource, write=_write_resource, refuse=refuse_protection)
update = Endpoint(read=_read_update, decide=core.update_resource, write=_write_updated, refuse=refuse_protection)
delete = Endpoint(read=_read_delete, decide=core.delete_resource, write=_write_deleted, refuse=refuse_protection)
