"""The introspection endpoint on the wire.

Spec: RFC 7662 2.1, 2.2; FedAuthz 5.1, 5.1.1.
"""

from collections.abc import Mapping

from consentry.core import introspection as core
from consentry.core.errors import InvalidRequest
from consentry.core.model import GrantedPermission
from consentry.web.answers import present, refuse_oauth, write_json
from consentry.web.credentials import read_bearer, read_client
from consentry.web.forms import read_form
from consentry.web.http import Request, Response
from consentry.web.parts import Parts
from consentry.web.route import Endpoint


async def _read(parts: Parts, request: Request) -> core.IntrospectionRequest:
    form = read_form(request)
    pat = read_bearer(request)
    if pat is not None:
        if "client_secret" in form or "client_assertion" in form:
            raise InvalidRequest("a caller authenticates in one way only")
        return core.IntrospectionRequest(token=form.get("token"), pat=pat)
    anonymous = "authorization" not in request.headers and form.keys().isdisjoint(
        {"client_id", "client_secret", "client_assertion", "client_assertion_type"}
    )
    credentials = None if anonymous else read_client(request, form, parts.sealer)
    return core.IntrospectionRequest(token=form.get("token"), credentials=credentials)


def _write(_: Request, said: core.Introspection) -> Response:
    if not said.active:
        return write_json(200, {"active": False})
    permissions = None if said.permissions is None else [_permission(each) for each in said.permissions]
    return write_json(
        200,
        present(
            active=True,
            permissions=permissions,
            scope=None if said.scope is None else " ".join(said.scope),
            client_id=said.client_id,
            sub=said.sub,
            aud=said.aud,
            iss=said.iss,
            exp=said.exp,
            iat=said.iat,
            token_type=said.token_type,
            cnf=None if said.jkt is None else {"jkt": said.jkt},
        ),
    )


def _permission(permission: GrantedPermission) -> Mapping[str, object]:
    return present(
        resource_id=permission.resource_id,
        resource_scopes=permission.scopes,
        exp=permission.expires_at,
        iat=permission.issued_at,
        nbf=permission.not_before,
    )


introspect = Endpoint(read=_read, decide=core.introspect, write=_write, refuse=refuse_oauth)
