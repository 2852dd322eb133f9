"""The resource registration endpoint on the wire.

Spec: FedAuthz 3.1, 3.2.
"""

from collections.abc import Mapping, Sequence

from consentry.core import resource_registration as core
from consentry.core.bulk_registration import RegisterMany, register_many
from consentry.core.errors import InvalidRequest
from consentry.core.repeating import Repeatable
from consentry.uma.members import WrongMember
from consentry.uma.wire import ResourceDescription
from consentry.uma.wire_json import read_resource_description, write_resource_description
from consentry.web.answers import etag, expected_version, present, refuse_protection, write_json, write_nothing
from consentry.web.credentials import require_bearer
from consentry.web.http import Request, Response
from consentry.web.json_bodies import read_json, read_object
from consentry.web.parts import Parts
from consentry.web.route import Endpoint

LONGEST_KEY = 255


def read_description(request: Request) -> ResourceDescription:
    """Read the body of create and update."""
    try:
        return read_resource_description(read_object(request))
    except WrongMember as problem:
        raise InvalidRequest(str(problem)) from problem


def read_descriptions(request: Request) -> tuple[ResourceDescription, ...]:
    """Read the body of a bulk registration."""
    found = read_json(request)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise InvalidRequest("the body has to be an array of resource descriptions")
    try:
        return tuple(read_resource_description(each) for each in found)
    except WrongMember as problem:
        raise InvalidRequest(str(problem)) from problem


async def register(parts: Parts, request: Request) -> Response:
    """Register one resource, or as many as an array describes."""
    return await (_register_many if request.body.lstrip().startswith(b"[") else _register_one)(parts, request)


async def _read_register(_: Parts, request: Request) -> core.RegisterResource:
    pat = require_bearer(request)
    return core.RegisterResource(pat=pat, description=read_description(request), repeatable=_repeatable(request))


async def _read_register_many(_: Parts, request: Request) -> RegisterMany:
    pat = require_bearer(request)
    return RegisterMany(pat=pat, descriptions=read_descriptions(request), repeatable=_repeatable(request))


def _repeatable(request: Request) -> Repeatable | None:
    """Return what tells that a call is repeated, if its client gave it a key."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not 0 < len(key) <= LONGEST_KEY:
        raise InvalidRequest(f"an Idempotency-Key has 1 to {LONGEST_KEY} characters")
    return Repeatable(key=key, body=request.body.decode("latin-1"))


async def _read_list(_: Parts, request: Request) -> core.ListResources:
    return core.ListResources(pat=require_bearer(request))


async def _read_one(_: Parts, request: Request) -> core.ReadResource:
    return core.ReadResource(pat=require_bearer(request), resource_id=request.parameters["resource_id"])


async def _read_update(_: Parts, request: Request) -> core.UpdateResource:
    return core.UpdateResource(
        pat=require_bearer(request),
        resource_id=request.parameters["resource_id"],
        description=read_description(request),
        version=expected_version(request),
    )


async def _read_delete(_: Parts, request: Request) -> core.DeleteResource:
    return core.DeleteResource(
        pat=require_bearer(request),
        resource_id=request.parameters["resource_id"],
        version=expected_version(request),
    )


def _members(resource_id: str, user_access_policy_uri: str | None) -> Mapping[str, object]:
    return present(_id=resource_id, user_access_policy_uri=user_access_policy_uri)


def _write_created(request: Request, said: core.StoredResource) -> Response:
    location = f"{request.issuer}/uma/resource/{said.resource_id}"
    members = _members(said.resource_id, said.user_access_policy_uri)
    return write_json(201, members, (b"location", location.encode()), etag(said.version))


def _write_many(_: Request, said: Sequence[core.StoredResource]) -> Response:
    return write_json(201, [_members(each.resource_id, each.user_access_policy_uri) for each in said])


def _write_updated(_: Request, said: core.StoredResource) -> Response:
    return write_json(200, _members(said.resource_id, said.user_access_policy_uri), etag(said.version))


def _write_resource(_: Request, said: core.ShownResource) -> Response:
    described = write_resource_description(said.description)
    members = {**described, **_members(said.resource_id, said.user_access_policy_uri)}
    return write_json(200, members, etag(said.version))


def _write_deleted(_: Request, __: core.Deleted) -> Response:
    return write_nothing(204)


def _write_ids(_: Request, said: Sequence[str]) -> Response:
    return write_json(200, said)


_register_one = Endpoint(read=_read_register, decide=core.register, write=_write_created, refuse=refuse_protection)
_register_many = Endpoint(read=_read_register_many, decide=register_many, write=_write_many, refuse=refuse_protection)
read_list = Endpoint(read=_read_list, decide=core.list_resources, write=_write_ids, refuse=refuse_protection)
read_one = Endpoint(read=_read_one, decide=core.read_resource, write=_write_resource, refuse=refuse_protection)
update = Endpoint(read=_read_update, decide=core.update_resource, write=_write_updated, refuse=refuse_protection)
delete = Endpoint(read=_read_delete, decide=core.delete_resource, write=_write_deleted, refuse=refuse_protection)
