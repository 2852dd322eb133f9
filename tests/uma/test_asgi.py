from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from consentry.uma import (
    Allow,
    ClientSecretBasic,
    IntrospectionResponse,
    KnownResource,
    MemoryStore,
    Open,
    Protected,
    Protection,
    find_uma_challenge,
)
from consentry.uma.asgi import Receive, Scope, Send, UmaMiddleware
from consentry.uma.codes import WARNING_UNREACHABLE
from consentry.uma.httpx import AsyncSender
from consentry.uma.routes import Route, RouteTable
from tests.uma.scripted import ISSUER, Scripted, active, json_answer, tokens

PERMISSION = f"{ISSUER}/uma/permission"
INTROSPECT = f"{ISSUER}/introspect"
NOW = 1_000_000
READ = {"resource_id": "r-alice", "resource_scopes": ["read"]}

ROUTES: list[Route] = [
    Open(template="/health"),
    Protected(
        template="/records/{patient}",
        owner="{patient}",
        resources=("record:{patient}",),
        scopes={"GET": ("read",), "PUT": ("write",)},
    ),
    Protected(
        template="/files/{patient}/{path*}",
        owner="{patient}",
        resources=("record:{patient}", "files:{patient}"),
        scopes={"GET": ("read",)},
    ),
]


class World:
    """A guarded application with its authorization server."""

    def __init__(self) -> None:
        self.server = Scripted()
        self.server.token(tokens("pat"))
        self.server.answer("POST", PERMISSION, json_answer(201, {"ticket": "t0"}), json_answer(201, {"ticket": "t1"}))
        self.now = NOW
        self.allowed: list[Allow | None] = []
        self.people = {name: self._protection() for name in ("alice", "dave")}
        self.middleware = self.guard()

    def _protection(self) -> Protection:
        return Protection(
            issuer=ISSUER,
            client=ClientSecretBasic(client_id="records", client_secret="s"),
            send=AsyncSender(self.server.aclient()),
            store=MemoryStore(),
            own_resources=True,
        )

    def guard(self, rule: Callable[[Scope, Allow], bool] | None = None, ttl: int = 0) -> UmaMiddleware:
        self.middleware = UmaMiddleware(
            self.application,
            routes=ROUTES,
            protections=self.protection_of,
            realm="records",
            ttl=ttl,
            rule=rule,
            clock=lambda: self.now,
        )
        return self.middleware

    async def protection_of(self, owner: str) -> Protection | None:
        return self.people.get(owner)

    async def register(self) -> None:
        for name, protection in self.people.items():
            for kind in ("record", "files"):
                known = KnownResource(resource_id=f"{kind[0]}-{name}", description_digest="")
                await protection.store.keep_resource(f"{kind}:{name}", known)

    async def application(self, scope: Scope, _: Receive, send: Send) -> None:
        self.allowed.append(scope.get("state", {}).get("uma"))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"the record"})

    async def request(
        self, path: str, *, method: str = "GET", headers: list[tuple[str, str]] | None = None
    ) -> httpx2.Response:
        await self.register()
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(self.middleware), base_url="https://rs.example"
        ) as client:
            return await client.request(method, path, headers=headers)

    async def with_rpt(self, path: str = "/records/alice", *, method: str = "GET") -> httpx2.Response:
        return await self.request(path, method=method, headers=[("Authorization", "Bearer rpt")])


@pytest.fixture
def world() -> World:
    return World()


def ticket_of(response: httpx2.Response) -> str | None:
    found = find_uma_challenge(response.headers.get_list("www-authenticate"))
    return None if found is None else found.ticket


async def test_rs_g_3_2_1_a_request_without_token_costs_one_ticket(world: World) -> None:
    response = await world.request("/records/alice")
    assert response.status_code == 401
    assert len(world.server.sent_to(PERMISSION)) == 1
    assert not world.server.sent_to(INTROSPECT)
    assert not world.allowed


async def test_rs_g_3_2_1_1_the_challenge_names_realm_issuer_and_ticket(world: World) -> None:
    response = await world.request("/records/alice")
    assert response.headers["www-authenticate"] == f'UMA realm="records", as_uri="{ISSUER}", ticket="t0"'
    assert response.headers["cache-control"] == "no-store"
    assert response.json()["status"] == 401


@pytest.mark.parametrize(("method", "scope"), [("GET", "read"), ("HEAD", "read"), ("PUT", "write")])
async def test_rs_g_3_2_2_the_ticket_is_for_what_the_request_needs(world: World, method: str, scope: str) -> None:
    assert (await world.request("/records/alice", method=method)).status_code == 401
    (request,) = world.server.sent_to(PERMISSION)
    assert request.content == b'{"resource_id":"r-alice","resource_scopes":["%s"]}' % scope.encode()


async def test_rs_g_3_2_3_the_address_leads_to_the_owner(world: World) -> None:
    await world.request("/records/dave")
    (request,) = world.server.sent_to(PERMISSION)
    assert b"r-dave" in request.content


async def test_rs_f_4_1_several_resources_make_one_request(world: World) -> None:
    await world.request("/files/alice/a/b.txt")
    (request,) = world.server.sent_to(PERMISSION)
    assert request.content == (
        b'[{"resource_id":"r-alice","resource_scopes":["read"]},{"resource_id":"f-alice","resource_scopes":["read"]}]'
    )


@pytest.mark.parametrize(
    "answer",
    [httpx2.ConnectError("down"), httpx2.ReadTimeout("slow"), httpx2.Response(503), httpx2.Response(201, text="?")],
)
async def test_rs_g_3_2_2_1_without_a_ticket_the_answer_is_403_with_a_warning(
    world: World, answer: httpx2.Response | Exception
) -> None:
    world.server.answer("POST", PERMISSION, answer)
    response = await world.request("/records/alice")
    assert response.status_code == 403
    assert response.headers["warning"] == WARNING_UNREACHABLE
    assert "www-authenticate" not in response.headers
    assert not world.allowed


@pytest.mark.parametrize("code", ["invalid_resource_id", "invalid_scope"])
async def test_rs_f_4_3_1_a_map_out_of_step_fails_closed(
    world: World, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    world.server.answer("POST", PERMISSION, json_answer(400, {"error": code}))
    response = await world.request("/records/alice")
    assert (response.status_code, response.headers["warning"]) == (403, WARNING_UNREACHABLE)
    assert code in caplog.text


async def test_rs_f_5_1_1_1_a_sufficient_rpt_passes_and_the_application_sees_why(world: World) -> None:
    world.server.answer("POST", INTROSPECT, active(READ, sub="bob"))
    response = await world.with_rpt()
    assert (response.status_code, response.text) == (200, "the record")
    (allowed,) = world.allowed
    assert allowed is not None
    assert allowed.introspection.sub == "bob"
    assert not world.server.sent_to(PERMISSION)


@pytest.mark.parametrize(
    "answer",
    [
        json_answer(200, {"active": False}),
        active(),
        active({"resource_id": "r-dave", "resource_scopes": ["read"]}),
        active({"resource_id": "r-alice", "resource_scopes": ["write"]}),
        active({**READ, "exp": NOW}),
        active({**READ, "nbf": NOW + 60}),
        active(READ, exp=NOW - 1),
        active(READ, cnf={"jkt": "x"}),
    ],
)
async def test_rs_g_3_5_1_an_rpt_that_does_not_suffice_gets_a_fresh_ticket(
    world: World, answer: httpx2.Response
) -> None:
    world.server.answer("POST", INTROSPECT, answer)
    first, second = await world.with_rpt(), await world.with_rpt()
    assert (first.status_code, second.status_code) == (401, 401)
    assert (ticket_of(first), ticket_of(second)) == ("t0", "t1")
    assert not world.allowed


@pytest.mark.parametrize(
    "answer", [httpx2.ConnectError("down"), httpx2.Response(500), httpx2.Response(200, text="?"), json_answer(200, {})]
)
async def test_rs_f_5_1_1_4_without_an_introspection_there_is_no_access(
    world: World, answer: httpx2.Response | Exception
) -> None:
    world.server.answer("POST", INTROSPECT, answer)
    response = await world.with_rpt()
    assert (response.status_code, response.headers["warning"]) == (403, WARNING_UNREACHABLE)
    assert not world.allowed


@pytest.mark.parametrize(
    "headers",
    [
        [("Authorization", "Bearer rpt"), ("Authorization", "Bearer rpt")],
        [("Authorization", "Basic cnB0")],
        [("Authorization", "Bearer ")],
        [("Authorization", "rpt")],
    ],
)
async def test_rs_g_3_2_1_what_is_not_one_bearer_token_is_none(world: World, headers: list[tuple[str, str]]) -> None:
    world.server.answer("POST", INTROSPECT, active(READ))
    assert (await world.request("/records/alice", headers=headers)).status_code == 401
    assert not world.server.sent_to(INTROSPECT)


async def test_rs_f_1_4_1_the_resource_server_may_refuse_what_an_rpt_allows(world: World) -> None:
    world.guard(rule=lambda _, allow: allow.introspection.sub != "bob")
    world.server.answer("POST", INTROSPECT, active(READ, sub="bob"), active(READ, sub="carol"))
    refused, passed = await world.with_rpt(), await world.with_rpt()
    assert (refused.status_code, passed.status_code) == (403, 200)
    assert "warning" not in refused.headers


async def test_rs_f_5_1_by_default_every_request_is_introspected(world: World) -> None:
    world.server.answer("POST", INTROSPECT, active(READ), json_answer(200, {"active": False}))
    assert [(await world.with_rpt()).status_code for _ in range(2)] == [200, 401]


async def test_rs_f_5_2_a_cached_answer_saves_calls_until_its_time_is_over(world: World) -> None:
    world.guard(ttl=60)
    world.server.answer("POST", INTROSPECT, active(READ, exp=NOW + 2), json_answer(200, {"active": False}))
    assert [(await world.with_rpt()).status_code for _ in range(3)] == [200] * 3
    assert len(world.server.sent_to(INTROSPECT)) == 1
    world.now = NOW + 2
    assert (await world.with_rpt()).status_code == 401


async def test_rs_f_5_2_using_a_cached_answer_does_not_prolong_it(world: World) -> None:
    world.guard(ttl=10)
    world.server.answer("POST", INTROSPECT, active(READ), json_answer(200, {"active": False}))
    codes = []
    for second in (0, 6, 9, 10):
        world.now = NOW + second
        codes.append((await world.with_rpt()).status_code)
    assert codes == [200, 200, 200, 401]


async def test_rs_f_3_1_open_routes_need_no_token(world: World) -> None:
    assert (await world.request("/health")).text == "the record"
    assert not world.server.seen


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/records",
        "/records/",
        "/records/alice/",
        "//records/alice",
        "/records/alice%2F..",
        "/Records/alice",
        "/nobody",
    ],
)
async def test_rs_g_3_5_2_an_address_that_nobody_named_is_nobodys(world: World, path: str) -> None:
    assert (await world.request(path)).status_code == 404
    assert not world.allowed


async def test_rs_g_3_5_2_a_method_that_nobody_named_is_refused(world: World) -> None:
    response = await world.with_rpt(method="DELETE")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, PUT")
    assert not world.allowed


async def test_rs_g_3_2_3_an_owner_nobody_knows_is_404(world: World) -> None:
    assert (await world.request("/records/mallory")).status_code == 404


async def test_rs_f_4_1_1_an_unregistered_thing_fails_closed(world: World) -> None:
    world.people["erin"] = world._protection()  # noqa: SLF001
    await world.people["erin"].store.keep_resource("record:erin", None)
    world.middleware = UmaMiddleware(
        world.application,
        routes=[Protected(template="/x/{who}", owner="{who}", resources=("x:{who}",), scopes={"GET": ("read",)})],
        protections=world.protection_of,
    )
    response = await world.request("/x/erin")
    assert (response.status_code, response.headers["warning"]) == (403, WARNING_UNREACHABLE)
    assert not world.server.sent_to(PERMISSION)


async def test_rs_f_5_1_another_check_may_stand_in_for_introspection(world: World) -> None:
    async def offline(_: Protection, token: str) -> IntrospectionResponse:
        return IntrospectionResponse(active=token != "rpt")

    world.middleware = UmaMiddleware(world.application, routes=ROUTES, protections=world.protection_of, check=offline)
    assert (await world.with_rpt()).status_code == 401
    assert not world.server.sent_to(INTROSPECT)


async def test_rs_g_3_5_2_a_websocket_to_a_guarded_address_is_closed(world: World) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:  # noqa: ANN401
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    await world.middleware({"type": "websocket", "path": "/records/alice", "headers": []}, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_rs_f_4_2_the_map_can_be_published() -> None:
    assert RouteTable(ROUTES).pattern()[0] == {
        "path": "/records/{patient}",
        "scopes": {"GET": ["read"], "PUT": ["write"]},
    }


@pytest.mark.parametrize(
    "route",
    [
        Protected(template="/x", owner="{who}", resources=("x",), scopes={"GET": ()}),
        Protected(template="/x/{who}", owner="{who}", resources=("{what}",), scopes={"GET": ()}),
        Protected(template="/x/{who}", owner="{who}", resources=(), scopes={"GET": ()}),
        Protected(template="/x/{who}", owner="{who}", resources=("x",), scopes={}),
    ],
)
def test_rs_f_4_3_a_route_that_does_not_say_whose_and_what_is_a_mistake(route: Protected) -> None:
    with pytest.raises(ValueError, match="/x"):
        RouteTable([route])
