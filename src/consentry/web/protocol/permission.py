"""The permission endpoint on the wire: one permission or an array of them in, one ticket out.

Spec: FedAuthz 4.1, 4.2, 4.3.
"""

from consentry.core import permission as core
from consentry.core.errors import InvalidRequest
from consentry.core.model import TicketPermission
from consentry.uma.members import WrongMember, nested
from consentry.uma.wire_json import read_permission
from consentry.web.answers import refuse_protection, write_json
from consentry.web.credentials import require_bearer
from consentry.web.http import Request, Response
from consentry.web.json_bodies import read_json
from consentry.web.parts import Parts
from consentry.web.route import Endpoint


async def _read(_: Parts, request: Request) -> core.PermissionRequest:
    pat = require_bearer(request)
    return core.PermissionRequest(pat=pat, permissions=_permissions(read_json(request)))


def _permissions(found: object) -> tuple[TicketPermission, ...]:
    wanted = found if isinstance(found, list) else [found]
    try:
        permissions = [read_permission(nested(item, "a permission")) for item in wanted]
    except WrongMember as problem:
        raise InvalidRequest(str(problem)) from problem
    return tuple(TicketPermission(resource_id=each.resource_id, scopes=each.resource_scopes) for each in permissions)


def _write(_: Request, said: core.TicketIssued) -> Response:
    return write_json(201, {"ticket": said.ticket})


permission = Endpoint(read=_read, decide=core.permission, write=_write, refuse=refuse_protection)
