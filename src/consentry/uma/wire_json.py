"""The messages of ``wire`` as JSON objects, in and out.

Readers ignore members they do not know and raise ``WrongMember`` for those of the wrong type.
Spec: Grant 1.1, 3.3.5, 3.3.6, FedAuthz 3.1, 3.2, 4.1, 4.2, 5.1.1, RFC 6749 5.1, RFC 7662 2.2.
"""

from collections.abc import Mapping
from typing import Final

from consentry.uma import members
from consentry.uma.wire import (
    ErrorResponse,
    GrantedPermission,
    IntrospectionResponse,
    NeedInfo,
    Permission,
    Registered,
    RegisteredResource,
    RequestSubmitted,
    RequiredClaim,
    ResourceDescription,
    TicketResponse,
    TokenResponse,
)

_DESCRIBED: Final = frozenset({"resource_scopes", "name", "description", "icon_uri", "type", "parent"})
_ADDED_BY_SERVER: Final = frozenset({"_id", "user_access_policy_uri"})


def read_resource_description(found: Mapping[str, object]) -> ResourceDescription:
    """Read a resource description; members the server adds to it (``_id`` and the policy address) are left out."""
    extras = {name: item for name, item in found.items() if name not in _DESCRIBED | _ADDED_BY_SERVER}
    return ResourceDescription(
        resource_scopes=members.strings(found, "resource_scopes"),
        name=members.optional_string(found, "name"),
        description=members.optional_string(found, "description"),
        icon_uri=members.optional_string(found, "icon_uri"),
        type=members.optional_string(found, "type"),
        parent=members.optional_string(found, "parent"),
        extras=extras,
    )


def write_resource_description(description: ResourceDescription) -> dict[str, object]:
    """Write a resource description; what is absent is left out.  A named field wins over an extra of its name."""
    named = {
        "name": description.name,
        "description": description.description,
        "icon_uri": description.icon_uri,
        "type": description.type,
        "parent": description.parent,
    }
    return {
        **description.extras,
        "resource_scopes": list(description.resource_scopes),
        **{name: text for name, text in named.items() if text is not None},
    }


def read_registered(found: Mapping[str, object]) -> Registered:
    """Read the answer to create or update."""
    return Registered(
        resource_id=members.string(found, "_id"),
        user_access_policy_uri=members.optional_string(found, "user_access_policy_uri"),
    )


def read_registered_resource(found: Mapping[str, object]) -> RegisteredResource:
    """Read the answer to read."""
    registered = read_registered(found)
    return RegisteredResource(
        resource_id=registered.resource_id,
        description=read_resource_description(found),
        user_access_policy_uri=registered.user_access_policy_uri,
    )


def read_permission(found: Mapping[str, object]) -> Permission:
    """Read one requested permission."""
    return Permission(
        resource_id=members.string(found, "resource_id"), resource_scopes=members.strings(found, "resource_scopes")
    )


def write_permission(permission: Permission) -> dict[str, object]:
    """Write one requested permission."""
    return {"resource_id": permission.resource_id, "resource_scopes": list(permission.resource_scopes)}


def read_ticket_response(found: Mapping[str, object]) -> TicketResponse:
    """Read the permission endpoint's answer."""
    return TicketResponse(ticket=members.string(found, "ticket"))


def read_token_response(found: Mapping[str, object]) -> TokenResponse:
    """Read the token endpoint's success."""
    return TokenResponse(
        access_token=members.string(found, "access_token"),
        token_type=members.string(found, "token_type"),
        expires_in=members.optional_seconds(found, "expires_in"),
        refresh_token=members.optional_string(found, "refresh_token"),
        pct=members.optional_string(found, "pct"),
        upgraded=members.optional_flag(found, "upgraded"),
        scope=members.optional_string(found, "scope"),
        id_token=members.optional_string(found, "id_token"),
    )


def read_introspection_response(found: Mapping[str, object]) -> IntrospectionResponse:
    """Read an introspection answer; of an inactive token nothing else is read."""
    if not isinstance(found.get("active"), bool):
        raise members.WrongMember("active has to be true or false")
    if found["active"] is False:
        return IntrospectionResponse(active=False)
    cnf = found.get("cnf")
    return IntrospectionResponse(
        active=True,
        permissions=tuple(map(read_granted_permission, members.objects(found, "permissions"))),
        exp=members.optional_seconds(found, "exp"),
        iat=members.optional_seconds(found, "iat"),
        nbf=members.optional_seconds(found, "nbf"),
        client_id=members.optional_string(found, "client_id"),
        sub=members.optional_string(found, "sub"),
        iss=members.optional_string(found, "iss"),
        aud=read_audience(found),
        jti=members.optional_string(found, "jti"),
        scope=members.optional_string(found, "scope"),
        token_type=members.optional_string(found, "token_type"),
        cnf=None if cnf is None else members.nested(cnf, "cnf"),
    )


def read_granted_permission(found: Mapping[str, object]) -> GrantedPermission:
    """Read one granted permission."""
    return GrantedPermission(
        resource_id=members.string(found, "resource_id"),
        resource_scopes=members.strings(found, "resource_scopes"),
        exp=members.optional_seconds(found, "exp"),
        iat=members.optional_seconds(found, "iat"),
        nbf=members.optional_seconds(found, "nbf"),
    )


def read_audience(found: Mapping[str, object]) -> tuple[str, ...]:
    """Read ``aud``, which is a string or an array of strings.  Spec: RFC 7519 4.1.3."""
    audience = found.get("aud")
    return (audience,) if isinstance(audience, str) else members.optional_strings(found, "aud")


def read_need_info(found: Mapping[str, object]) -> NeedInfo:
    """Read what has to be learnt about the requesting party."""
    return NeedInfo(
        ticket=members.string(found, "ticket"),
        required_claims=tuple(map(_read_required_claim, members.objects(found, "required_claims"))),
        redirect_user=members.optional_string(found, "redirect_user"),
    )


def read_request_submitted(found: Mapping[str, object]) -> RequestSubmitted:
    """Read when to come back, and with which ticket."""
    return RequestSubmitted(
        ticket=members.string(found, "ticket"), interval=members.optional_seconds(found, "interval")
    )


def read_error_response(found: Mapping[str, object]) -> ErrorResponse:
    """Read an error body."""
    return ErrorResponse(
        error=members.string(found, "error"),
        error_description=members.optional_string(found, "error_description"),
        error_uri=members.optional_string(found, "error_uri"),
    )


def _read_required_claim(found: Mapping[str, object]) -> RequiredClaim:
    return RequiredClaim(
        claim_token_format=members.optional_strings(found, "claim_token_format"),
        claim_type=members.optional_string(found, "claim_type"),
        friendly_name=members.optional_string(found, "friendly_name"),
        issuer=members.optional_strings(found, "issuer"),
        name=members.optional_string(found, "name"),
    )
