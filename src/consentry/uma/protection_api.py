"""Calls of a resource server to the protection API.  Each returns a ``Call``; nothing is sent.

Spec: FedAuthz 1.3, 3.2, 4.1, 4.2, 5.1, RFC 7662 2.1.
"""

import json
from collections.abc import Callable, Sequence
from urllib.parse import quote

from consentry.uma import codes, wire_json
from consentry.uma.call import JSON, Call, Reply, failure, get, post_form, reader
from consentry.uma.errors import MalformedAnswerError
from consentry.uma.members import WrongMember, json_value, string_array
from consentry.uma.metadata import Metadata, is_secure, origin
from consentry.uma.wire import (
    IntrospectionResponse,
    Permission,
    Registered,
    RegisteredResource,
    ResourceDescription,
    TicketResponse,
)


def register_resource(metadata: Metadata, *, pat: str, description: ResourceDescription) -> Call[Registered]:
    """Put a resource under the owner's control; the answer says what the server calls it.  Spec: FedAuthz 3.2.1."""
    return Call(
        method="POST",
        url=metadata.endpoint(codes.RESOURCE_REGISTRATION_ENDPOINT),
        headers=_json_headers(pat),
        body=_json(wire_json.write_resource_description(description)),
        read=_registered(metadata, status=201),
    )


def read_resource(metadata: Metadata, *, pat: str, resource_id: str) -> Call[RegisteredResource]:
    """Read a description back.  Spec: FedAuthz 3.2.2."""
    return get(_item(metadata, resource_id), headers=_bearer(pat), read=reader(wire_json.read_registered_resource))


def update_resource(
    metadata: Metadata, *, pat: str, resource_id: str, description: ResourceDescription
) -> Call[Registered]:
    """Replace a description as a whole.  Spec: FedAuthz 3.2.3."""
    return Call(
        method="PUT",
        url=_item(metadata, resource_id),
        headers=_json_headers(pat),
        body=_json(wire_json.write_resource_description(description)),
        read=_registered(metadata, status=200),
    )


def delete_resource(metadata: Metadata, *, pat: str, resource_id: str) -> Call[None]:
    """Take a resource out of the server's hands.  Spec: FedAuthz 3.2.4."""
    return Call(method="DELETE", url=_item(metadata, resource_id), headers=_bearer(pat), read=_read_deleted)


def list_resources(metadata: Metadata, *, pat: str) -> Call[tuple[str, ...]]:
    """List the identifiers registered for the PAT's owner.  Spec: FedAuthz 3.2.5."""
    return get(metadata.endpoint(codes.RESOURCE_REGISTRATION_ENDPOINT), headers=_bearer(pat), read=_read_list)


def request_permission(metadata: Metadata, *, pat: str, permissions: Sequence[Permission]) -> Call[TicketResponse]:
    """Ask for one ticket for everything one request needs; all of it belongs to one owner.  Spec: FedAuthz 4.1."""
    if not permissions:
        raise ValueError("ask for at least one permission")
    objects = [wire_json.write_permission(permission) for permission in permissions]
    return Call(
        method="POST",
        url=metadata.endpoint(codes.PERMISSION_ENDPOINT),
        headers=_json_headers(pat),
        body=_json(objects[0] if len(objects) == 1 else objects),
        read=reader(wire_json.read_ticket_response, status=201),
    )


def introspect(metadata: Metadata, *, pat: str, token: str) -> Call[IntrospectionResponse]:
    """Ask what a token is worth right now.  Spec: FedAuthz 5.1."""
    return post_form(
        metadata.endpoint(codes.INTROSPECTION_ENDPOINT),
        form={"token": token, "token_type_hint": codes.HINT_ACCESS_TOKEN},
        headers=_bearer(pat),
        read=reader(wire_json.read_introspection_response),
    )


def _item(metadata: Metadata, resource_id: str) -> str:
    collection = metadata.endpoint(codes.RESOURCE_REGISTRATION_ENDPOINT).rstrip("/")
    return f"{collection}/{quote(resource_id, safe='')}"


def _bearer(pat: str) -> dict[str, str]:
    return {"authorization": f"{codes.SCHEME_BEARER} {pat}"}


def _json_headers(pat: str) -> dict[str, str]:
    return {"accept": JSON, "content-type": JSON, **_bearer(pat)}


def _json(found: object) -> bytes:
    return json.dumps(found, separators=(",", ":")).encode("ascii")


def _registered(metadata: Metadata, *, status: int) -> Callable[[Reply], Registered]:
    read = reader(wire_json.read_registered, status=status)

    def read_checked(reply: Reply) -> Registered:
        registered = read(reply)
        where = registered.user_access_policy_uri
        if where is None or (is_secure(where) and origin(where) == origin(metadata.issuer)):
            return registered
        # An owner sent to a stranger's page might sign in there.
        return Registered(resource_id=registered.resource_id)

    return read_checked


def _read_deleted(reply: Reply) -> None:
    if reply.status not in (200, 204):
        raise failure(reply)


def _read_list(reply: Reply) -> tuple[str, ...]:
    if reply.status != 200:
        raise failure(reply)
    try:
        return string_array(json_value(reply.body), "the list of resources")
    except WrongMember as problem:
        raise MalformedAnswerError(str(problem)) from problem
