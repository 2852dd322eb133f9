"""Servers that answer what a test tells them, and remember what they were sent."""

from collections.abc import Mapping
from urllib.parse import parse_qs

import httpx2

ISSUER = "https://as.example/realms/health"
RECORD = "https://rs.example/records/alice"

METADATA = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "introspection_endpoint": f"{ISSUER}/introspect",
    "revocation_endpoint": f"{ISSUER}/revoke",
    "jwks_uri": f"{ISSUER}/jwks",
    "permission_endpoint": f"{ISSUER}/uma/permission",
    "resource_registration_endpoint": f"{ISSUER}/uma/resource",
    "claims_interaction_endpoint": f"{ISSUER}/uma/claims",
    "grant_types_supported": ["urn:ietf:params:oauth:grant-type:uma-ticket"],
    "uma_profiles_supported": ["https://profiles.example/one"],
    "something_else": {"unknown": True},
}


class Scripted:
    """Answers by method and address; the last answer of a list is repeated, an address without one is 404."""

    def __init__(self) -> None:
        self.seen: list[httpx2.Request] = []
        self._answers: dict[tuple[str, str], list[httpx2.Response | Exception]] = {}
        self.answer("GET", f"{ISSUER}/.well-known/uma2-configuration", json_answer(200, METADATA))

    def answer(self, method: str, url: str, *answers: httpx2.Response | Exception) -> None:
        """Set what comes back, one after another."""
        self._answers[method, url] = list(answers)

    def token(self, *answers: httpx2.Response | Exception) -> None:
        """Set what the token endpoint answers."""
        self.answer("POST", f"{ISSUER}/token", *answers)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a request."""
        request.read()
        # A copy: the client changes the request before it sends it again.
        self.seen.append(httpx2.Request(request.method, request.url, headers=request.headers, content=request.content))
        queue = self._answers.get((request.method, str(request.url).partition("?")[0]))
        if queue is None:
            return json_answer(404, {"error": "not_found"})
        found = queue.pop(0) if len(queue) > 1 else queue[0]
        if isinstance(found, Exception):
            raise found
        return httpx2.Response(found.status_code, headers=found.headers.multi_items(), content=found.content)

    def sent_to(self, url: str, method: str | None = None) -> list[httpx2.Request]:
        """Return what was sent to an address."""
        return [
            request
            for request in self.seen
            if str(request.url).partition("?")[0] == url and method in (None, request.method)
        ]

    def forms(self, url: str) -> list[dict[str, str]]:
        """Return the forms that were posted to an address; a parameter given twice is an error."""
        return [form_of(request) for request in self.sent_to(url)]

    def client(self) -> httpx2.Client:
        """Return a client that reaches this server only."""
        return httpx2.Client(transport=httpx2.MockTransport(self))

    def aclient(self) -> httpx2.AsyncClient:
        """Return an asynchronous client that reaches this server only."""
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self))


def form_of(request: httpx2.Request) -> dict[str, str]:
    """Read a form."""
    found = parse_qs(request.content.decode(), strict_parsing=True)
    assert all(len(texts) == 1 for texts in found.values())
    return {name: texts[0] for name, texts in found.items()}


def json_answer(
    status: int, body: Mapping[str, object] | list[object], headers: Mapping[str, str] | None = None
) -> httpx2.Response:
    """Build a JSON answer."""
    return httpx2.Response(status, json=body, headers=headers)


def challenge(ticket: str, issuer: str = ISSUER) -> httpx2.Response:
    """Build a resource server's 401."""
    header = f'UMA realm="records", as_uri="{issuer}", ticket="{ticket}"'
    return httpx2.Response(401, headers={"WWW-Authenticate": header})


def tokens(access_token: str, **more: object) -> httpx2.Response:
    """Build the token endpoint's success."""
    return json_answer(200, {"access_token": access_token, "token_type": "Bearer", "x_unknown": 1, **more})


def need_info(ticket: str, **more: object) -> httpx2.Response:
    """Build a need_info answer."""
    return json_answer(403, {"error": "need_info", "ticket": ticket, "x_unknown": 1, **more})


def submitted(ticket: str, **more: object) -> httpx2.Response:
    """Build a request_submitted answer."""
    return json_answer(403, {"error": "request_submitted", "ticket": ticket, "x_unknown": 1, **more})


def active(*permissions: Mapping[str, object], **more: object) -> httpx2.Response:
    """Build an introspection answer."""
    return json_answer(200, {"active": True, "permissions": list(permissions), "x_unknown": 1, **more})
