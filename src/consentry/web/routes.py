"""Every address in one table, with who may call it.

Spec: RFC 8414 2, FedAuthz 2, Grant 2, AuthZEN 9.1.
"""

from consentry.core.errors import Refusal
from consentry.uma.codes import (
    INTROSPECTION_ENDPOINT,
    JWKS_URI,
    PERMISSION_ENDPOINT,
    RESOURCE_REGISTRATION_ENDPOINT,
    REVOCATION_ENDPOINT,
    TOKEN_ENDPOINT,
    USERINFO_ENDPOINT,
)
from consentry.web import management
from consentry.web.answers import refuse_oauth, refuse_problem, refuse_protection
from consentry.web.console.routes import ROUTES as CONSOLE
from consentry.web.http import Request, Response
from consentry.web.me.routes import ROUTES as ME
from consentry.web.pages.errors import refuse_page
from consentry.web.pages.routes import ROUTES as PAGES
from consentry.web.protocol import authzen, resource_registration
from consentry.web.protocol.documents import jwks, metadata
from consentry.web.protocol.introspection import introspect
from consentry.web.protocol.permission import permission
from consentry.web.protocol.revocation import revoke
from consentry.web.protocol.token import token
from consentry.web.protocol.userinfo import userinfo
from consentry.web.realms import AUTHZEN, DOCUMENTS
from consentry.web.route import Route

METADATA = tuple(
    Route(path=path, methods={"GET": metadata}, guard="open", refuse=refuse_oauth, cors=True) for path in DOCUMENTS
)

OAUTH = (
    Route(
        path="/token",
        methods={"POST": token},
        guard="client",
        name=TOKEN_ENDPOINT,
        refuse=refuse_oauth,
        cors=True,
    ),
    Route(
        path="/introspect",
        methods={"POST": introspect},
        guard="client-or-pat",
        name=INTROSPECTION_ENDPOINT,
        refuse=refuse_oauth,
    ),
    Route(
        path="/revoke",
        methods={"POST": revoke},
        guard="client",
        name=REVOCATION_ENDPOINT,
        refuse=refuse_oauth,
        cors=True,
    ),
    Route(
        path="/userinfo",
        methods={"GET": userinfo, "POST": userinfo},
        guard="owner",
        name=USERINFO_ENDPOINT,
        refuse=refuse_oauth,
        cors=True,
    ),
    Route(path="/jwks", methods={"GET": jwks}, guard="open", name=JWKS_URI, refuse=refuse_oauth, cors=True),
)

PROTECTION = (
    Route(
        path="/uma/resource",
        methods={"GET": resource_registration.read_list, "POST": resource_registration.register},
        guard="pat",
        name=RESOURCE_REGISTRATION_ENDPOINT,
        refuse=refuse_protection,
        bodies=16,
    ),
    Route(
        path="/uma/resource/{resource_id}",
        methods={
            "GET": resource_registration.read_one,
            "PUT": resource_registration.update,
            "DELETE": resource_registration.delete,
        },
        guard="pat",
        refuse=refuse_protection,
    ),
    Route(
        path="/uma/permission",
        methods={"POST": permission},
        guard="pat",
        name=PERMISSION_ENDPOINT,
        refuse=refuse_protection,
    ),
)

DECISIONS = (
    Route(path=AUTHZEN, methods={"GET": authzen.configuration}, guard="open", refuse=refuse_oauth, cors=True),
    *(
        Route(path=authzen.PATHS[name], methods={"POST": endpoint}, guard="pat", refuse=refuse_oauth, echo=True)
        for name, endpoint in authzen.ENDPOINTS.items()
    ),
)

ROUTES: tuple[Route, ...] = (*METADATA, *OAUTH, *PROTECTION, *DECISIONS, *ME, *PAGES, *CONSOLE, *management.ROUTES)


def refuse_unknown(request: Request, refusal: Refusal) -> Response:
    """Refuse an address that nothing is at: with a page for a browser, with a problem for a program."""
    wants_page = "text/html" in request.headers.get("accept", "")
    return refuse_page(request, refusal) if wants_page else refuse_problem(request, refusal)
