"""Bad input at every route of the table: refused in the right shape, never a crash.

Spec: RFC 6749 3.1, 5.2; FedAuthz 3.2, 4.3, 6; RFC 9457 3.
"""

import pytest

from consentry.web.answers import refuse_oauth, refuse_problem, refuse_protection
from consentry.web.route import Route
from consentry.web.routes import ROUTES
from tests.web.site import Site, bearer
from tests.web.support import FORM, JSON
from tests.worlds import BASE_URL, ISSUER

BODIES = {
    "a parameter twice": (FORM, b"grant_type=x&grant_type=x&token=a&token=b"),
    "too many parameters": (FORM, b"&".join(b"p%d=1" % number for number in range(51))),
    "an oversized form": (FORM, b"token=" + b"x" * 65_536),
    "an oversized object": (JSON, b'{"name":"' + b"x" * 65_536 + b'"}'),
    "a NUL in a form": (FORM, b"grant_type=client_credentials&scope=%00&token=%00"),
    "bad UTF-8 in a form": (FORM, b"grant_type=%ff&token=%ff"),
    "a form that is not one": (FORM, b"\xff\xfe\x00{{{"),
    "broken JSON": (JSON, b'{"resource_scopes": ['),
    "a member twice": (JSON, b'{"resource_scopes":[],"resource_scopes":[],"resource_id":"a","resource_id":"b"}'),
    "a NUL in JSON": (JSON, b'{"resource_scopes":["\\u0000"],"resource_id":"\\u0000","labels":["\\u0000"]}'),
    "half a character in JSON": (JSON, b'{"resource_scopes":["\\ud800"],"resource_id":"\\ud800"}'),
    "bad UTF-8 in JSON": (JSON, b'{"resource_scopes":["\xff"]}'),
    "bottomless JSON": (JSON, b"[" * 30_000),
    "JSON of another kind": (JSON, b"42"),
    "an empty array": (JSON, b"[]"),
    "wrong types": (JSON, b'{"resource_scopes":"read","resource_id":7,"scopes":{},"labels":[1],"grantee":[]}'),
    "ten thousand scopes": (JSON, b'{"resource_scopes":[' + b",".join(b'"s%d"' % n for n in range(6_000)) + b"]}"),
    "ten thousand scopes in a form": (FORM, b"grant_type=client_credentials&scope=" + b"+s" * 10_000),
    "a type that nobody knows": ("application/xml", b"<a/>"),
    "no type": ("", b"a=1"),
}
WITH_BODY = [(route, method) for route in ROUTES for method in route.methods if method in {"POST", "PUT", "PATCH"}]
QUERIES = (
    b"a=1&a=2",
    b"limit=%00",
    b"limit=%ff&after=%ff",
    b"&".join(b"p%d=1" % n for n in range(51)),
    b"access_token=x",
)
READ = [route for route in ROUTES if "GET" in route.methods]


def address(route: Route) -> str:
    path = route.path.replace("{", "").replace("}", "")
    return (BASE_URL if route.at_root else ISSUER) + path


async def credentials(site: Site, route: Route) -> dict[str, str]:
    """Return what lets a request in at this route."""
    alice, _, records, surgery = await site.people()
    match route.guard:
        case "client" | "client-or-pat":
            return {"authorization": "Basic c3VyZ2VyeTpzdXJnZXJ5LXNlY3JldA=="}
        case "pat":
            return bearer(await site.world.pat(records, alice))
        case "owner":
            return await site.manager(alice, surgery)
    return {}


def has_the_right_shape(route: Route, status: int, content_type: str, body: bytes) -> bool:
    """Say whether a refusal looks as those of its route do."""
    if status == 401 and not body:
        return True
    if route.refuse in (refuse_oauth, refuse_protection):
        return content_type == JSON and b'"error":"' in body
    if route.refuse is refuse_problem:
        return content_type == "application/problem+json" and b'"code":"' in body
    return content_type.startswith("text/html")


@pytest.mark.parametrize(
    ("route", "method"), WITH_BODY, ids=lambda each: each.path if isinstance(each, Route) else each
)
async def test_a_bad_body_is_refused_in_the_shape_of_its_route(site: Site, route: Route, method: str) -> None:
    allowed = await credentials(site, route)
    for kind, (content_type, body) in BODIES.items():
        headers = {**allowed, "content-type": content_type}
        answer = await site.http.request(method, address(route), headers=headers, content=body)
        told, shown = (answer.status_code, kind), answer.headers.get("content-type", "")
        assert site.crashes == [], kind
        if route.guard == "browser" or route.path == "/authorize":
            assert told < (500, kind)
        else:
            assert (400, kind) <= told < (500, kind), answer.text
            assert has_the_right_shape(route, answer.status_code, shown, answer.content), (kind, answer.text)
        if "oversized" in kind and route.bodies == 1:
            assert told == (413, kind)


@pytest.mark.parametrize("route", READ, ids=lambda route: route.path)
async def test_a_bad_query_is_refused_or_ignored(site: Site, route: Route) -> None:
    headers = await credentials(site, route)
    for query in QUERIES:
        answer = await site.http.get(f"{address(route)}?{query.decode()}", headers=headers)
        assert site.crashes == []
        assert (answer.status_code, query) < (500, query)


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if "{" in route.path and not route.at_root], ids=lambda route: route.path
)
async def test_an_id_that_is_none_is_unknown(site: Site, route: Route) -> None:
    headers = await credentials(site, route)
    for part in ("%00", "%ff", "%ed%a0%80", "a%2Fb", "..", "x" * 5_000, "%20", "'"):
        path = "/".join(part if piece.startswith("{") else piece for piece in route.path.split("/"))
        answer = await site.http.request(next(iter(route.methods)), ISSUER + path, headers=headers)
        assert site.crashes == []
        assert answer.status_code in {303, 400, 404, 405, 413, 415}, (part, answer.text)
