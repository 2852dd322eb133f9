"""What holds for every answer: headers, methods, other origins, addresses that nothing is at, and crashes.

Spec: RFC 9110 9.3, 15.5; RFC 8414 3; OpenID Connect Discovery 4; Grant 2.
"""

from pathlib import Path

import pytest

from consentry.settings.schema import Limits, Settings
from consentry.web.answers import refuse_oauth
from consentry.web.http import Request, Response
from consentry.web.parts import Parts
from consentry.web.route import Route
from consentry.web.routes import ROUTES
from tests.web.site import Site, new_site
from tests.worlds import BASE_URL, ISSUER

NAMES = ("uma2-configuration", "openid-configuration", "oauth-authorization-server")


async def test_rfc_8414_3_one_document_at_every_place_where_it_is_looked_for(site: Site) -> None:
    places = [f"{ISSUER}/.well-known/{name}" for name in NAMES]
    places += [f"{BASE_URL}/.well-known/{name}/realms/demo" for name in NAMES]
    places += [f"{BASE_URL}/.well-known/{name}" for name in NAMES]
    answers = [await site.http.get(place) for place in places]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["issuer"] == ISSUER


async def test_grant_2_every_endpoint_in_the_metadata_answers_and_every_named_route_is_in_it(site: Site) -> None:
    document = (await site.http.get("/.well-known/uma2-configuration")).json()
    for route in ROUTES:
        if route.name:
            assert document[route.name] == ISSUER + route.path


async def test_rfc_9110_13_1_2_a_document_that_is_still_the_same_is_not_sent_again(site: Site) -> None:
    first = await site.http.get("/jwks")
    again = await site.http.get("/jwks", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert not {"d", "p", "q", "k"} & {name for key in first.json()["keys"] for name in key}


async def test_the_host_header_never_ends_up_in_an_answer(site: Site) -> None:
    for headers in ({"host": "evil.example"}, {"x-forwarded-host": "evil.example", "x-forwarded-proto": "http"}):
        answer = await site.http.get("/.well-known/openid-configuration", headers=headers)
        assert answer.json()["issuer"] == ISSUER
        assert "evil" not in answer.text


@pytest.mark.parametrize(
    "path", ["/nothing", "/realms/unknown/token", "/realms/demo/nothing", "/realms/", "/realms/%00/token", "/%ff", "//"]
)
async def test_an_address_that_nothing_is_at_is_a_404(site: Site, path: str) -> None:
    answer = await site.http.post(BASE_URL + path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] in {"application/problem+json", "application/json"}
    as_page = await site.http.get(f"{BASE_URL}/nothing", headers={"accept": "text/html,*/*"})
    assert (as_page.status_code, as_page.headers["content-type"]) == (404, "text/html; charset=utf-8")


async def test_every_answer_has_the_standing_headers(site: Site) -> None:
    for path in ("/jwks", "/token", "/nothing", "/account/sign-in"):
        headers = (await site.http.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] in {"no-referrer", "same-origin"}
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["strict-transport-security"].startswith("max-age=")
        assert headers["x-request-id"]


async def test_rfc_9110_9_3_2_head_is_get_without_the_body(site: Site) -> None:
    whole, head = await site.http.get("/jwks"), await site.http.head("/jwks")
    assert head.content == b""
    assert head.headers["content-length"] == str(len(whole.content))


async def test_other_origins_may_call_what_goes_without_cookies_and_nothing_else(site: Site) -> None:
    for route in ROUTES:
        if route.at_root:
            continue
        answer = await site.http.options(
            route.path.replace("{", "").replace("}", ""), headers={"origin": "https://a.b"}
        )
        allowed = answer.headers.get("access-control-allow-origin")
        assert (answer.status_code, allowed) == ((204, "*") if route.cors else (405, None)), route.path
        assert "access-control-allow-credentials" not in answer.headers
        assert not (route.cors and route.guard == "browser")


async def test_rfc_9110_15_5_6_another_method_is_a_405_that_says_what_is_there(site: Site) -> None:
    for route in ROUTES:
        address = (BASE_URL if route.at_root else ISSUER) + route.path.replace("{", "").replace("}", "")
        for method in {"GET", "POST", "PATCH", "DELETE", "PUT", "TRACE"} - set(route.methods):
            answer = await site.http.request(method, address)
            assert (answer.status_code, answer.headers["allow"]) == (405, route.allow), (method, route.path)


async def test_readiness_is_told_to_the_server_itself_only(site: Site) -> None:
    assert (await site.http.get(f"{BASE_URL}/health/ready")).status_code == 404
    trusted = {"x-consentry-management": "management"}
    assert (await site.http.get(f"{BASE_URL}/health/ready", headers=trusted)).status_code == 200


async def crash(_: Parts, __: Request) -> Response:
    raise RuntimeError("the secret is hunter2")


async def sleep(_: Parts, __: Request) -> Response:
    import asyncio  # noqa: PLC0415 - for this one

    await asyncio.sleep(30)
    return Response(status=200)


async def test_rfc_6749_5_2_what_nobody_foresaw_is_a_server_error_with_a_number_and_nothing_else(
    tmp_path: Path,
) -> None:
    routes = (Route(path="/crash", methods={"GET": crash}, guard="open", refuse=refuse_oauth),)
    async with new_site(tmp_path, routes=routes) as site:
        answer = await site.http.get("/crash")
    assert (answer.status_code, answer.json()["error"]) == (500, "server_error")
    assert answer.headers["x-request-id"] in answer.json()["error_description"]
    assert "hunter2" not in answer.text
    assert [type(problem) for problem in site.crashes] == [RuntimeError]


async def test_what_takes_too_long_is_a_503_that_may_be_tried_again(tmp_path: Path) -> None:
    settings = Settings(base_url=BASE_URL, limits=Limits(request_seconds=0.1))
    routes = (Route(path="/sleep", methods={"GET": sleep}, guard="open"),)
    async with new_site(tmp_path, settings, routes) as site:
        answer = await site.http.get("/sleep")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
