from collections.abc import Awaitable, Callable

import httpx2
import pytest

from consentry.uma import (
    AuthorizationServerUnreachableError,
    ClaimsWanted,
    ClaimToken,
    ClientSecretBasic,
    InsecureUrlError,
    InvalidGrantError,
    NeedInfoError,
    RequestDeniedError,
    RequestSubmittedError,
    StateMismatchError,
    TicketNotRotatedError,
    UnreachableError,
    UnsupportedTokenTypeError,
    UntrustedIssuerError,
)
from consentry.uma.codes import WARNING_UNREACHABLE
from consentry.uma.httpx import UmaAuth
from tests.uma.scripted import ISSUER, RECORD, Scripted, challenge, json_answer, need_info, submitted, tokens

TOKEN = f"{ISSUER}/token"
OK = httpx2.Response(200, text="the record")


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)


class World:
    """A client, its clock, and the servers it talks to, over either kind of httpx2 client."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.server = Scripted()
        self.clock = Clock()
        self.auth = self.make_auth()

    def make_auth(
        self, claim_token: Callable[[ClaimsWanted], ClaimToken | None] | None = None, **more: float
    ) -> UmaAuth:
        self.auth = UmaAuth(
            client=ClientSecretBasic(client_id="surgery", client_secret="s"),
            trusted_issuers=[ISSUER],
            claim_token=claim_token,
            wait=more.get("wait", 0),
            clock=self.clock,
            sleep=self.clock.sleep,
            asleep=self.clock.asleep,
        )
        return self.auth

    async def get(self, url: str = RECORD, *, follow_redirects: bool = False) -> httpx2.Response:
        transport = httpx2.MockTransport(self.server)
        if self.kind == "sync":
            with httpx2.Client(transport=transport, auth=self.auth, follow_redirects=follow_redirects) as client:
                return client.get(url)
        async with httpx2.AsyncClient(
            transport=transport, auth=self.auth, follow_redirects=follow_redirects
        ) as aclient:
            return await aclient.get(url)

    def forms(self) -> list[dict[str, str]]:
        return self.server.forms(TOKEN)

    def presented(self, url: str = RECORD) -> list[str | None]:
        return [request.headers.get("authorization") for request in self.server.sent_to(url)]


@pytest.fixture(params=["sync", "async"])
def world(request: pytest.FixtureRequest) -> World:
    return World(request.param)


async def test_cl_g_2_1_a_challenge_alone_leads_to_the_record(world: World) -> None:
    world.server.answer("GET", RECORD, challenge("t0"), OK)
    world.server.token(tokens("rpt"))
    assert (await world.get()).text == "the record"
    assert world.presented() == [None, "Bearer rpt"]
    assert world.forms()[0]["ticket"] == "t0"


async def test_cl_g_3_4_1_the_rpt_is_presented_at_once_the_next_time(world: World) -> None:
    world.server.answer("GET", RECORD, challenge("t0"), OK)
    world.server.token(tokens("rpt", token_type="bEARER"))
    await world.get()
    await world.get(f"{RECORD}?page=2")
    assert world.presented() == [None, "Bearer rpt", "Bearer rpt"]
    assert len(world.server.sent_to(f"{ISSUER}/.well-known/uma2-configuration")) == 1


async def test_cl_g_3_4_1_another_token_type_is_not_presented(world: World) -> None:
    world.server.answer("GET", RECORD, challenge("t0"), OK)
    world.server.token(tokens("rpt", token_type="DPoP"))
    with pytest.raises(UnsupportedTokenTypeError):
        await world.get()
    assert world.presented() == [None]


async def test_cl_g_3_3_1_an_unknown_issuer_is_told_nothing(world: World) -> None:
    world.server.answer("GET", RECORD, challenge("t0", issuer="https://evil.example"))
    with pytest.raises(UntrustedIssuerError):
        await world.get()
    assert len(world.server.seen) == 1


async def test_cl_g_3_2_2_1_a_server_without_ticket_is_a_typed_exception(world: World) -> None:
    world.server.answer("GET", RECORD, httpx2.Response(403, headers={"warning": WARNING_UNREACHABLE}))
    with pytest.raises(AuthorizationServerUnreachableError):
        await world.get()
    assert len(world.server.seen) == 1


@pytest.mark.parametrize("status", [200, 401, 403, 404, 500])
async def test_cl_g_3_2_1_1_other_answers_pass_through(world: World, status: int) -> None:
    world.server.answer("GET", RECORD, httpx2.Response(status, headers={"www-authenticate": "Bearer"}))
    assert (await world.get()).status_code == status
    assert len(world.server.seen) == 1


async def test_cl_g_3_3_1_2_a_claim_token_is_pushed(world: World) -> None:
    world.make_auth(lambda _: ClaimToken(claim_token="e30"))
    world.server.answer("GET", RECORD, challenge("t0"), OK)
    world.server.token(tokens("rpt"))
    await world.get()
    assert world.forms()[0]["claim_token"] == "e30"


async def test_cl_g_3_3_6_the_application_is_asked_again_with_the_hints(world: World) -> None:
    asked: list[ClaimsWanted] = []

    def claims(wanted: ClaimsWanted) -> ClaimToken | None:
        asked.append(wanted)
        return ClaimToken(claim_token="e30") if wanted.need_info else None

    world.make_auth(claims)
    world.server.answer("GET", RECORD, challenge("t0"), OK)
    world.server.token(need_info("t1", required_claims=[{"name": "email"}]), tokens("rpt"))
    assert (await world.get()).text == "the record"
    assert [form["ticket"] for form in world.forms()] == ["t0", "t1"]
    assert asked[1].need_info is not None
    assert asked[1].need_info.required_claims[0].name == "email"


async def test_cl_g_3_3_6_2_what_cannot_be_pushed_is_a_typed_exception_with_hints(world: World) -> None:
    world.make_auth(lambda _: ClaimToken(claim_token="e30"))
    world.server.answer("GET", RECORD, challenge("t0"), OK)
    world.server.token(need_info("t1", required_claims=[{"name": "email"}], redirect_user=f"{ISSUER}/uma/claims"))
    with pytest.raises(NeedInfoError) as refused:
        await world.get()
    assert refused.value.need_info.required_claims[0].name == "email"
    assert refused.value.need_info.ticket == "t1"
    assert len(world.forms()) == 1


async def test_cl_g_3_3_6_need_info_without_end_does_not_loop(world: World) -> None:
    names = iter("abcdefgh")
    world.make_auth(lambda _: ClaimToken(claim_token=next(names)))
    world.server.answer("GET", RECORD, challenge("t0"), OK)
    world.server.token(need_info("t1"), need_info("t2"), need_info("t3"))
    with pytest.raises(NeedInfoError):
        await world.get()
    assert len(world.forms()) == 2


async def test_cl_g_3_3_6_1_waits_at_least_interval(world: World) -> None:
    world.make_auth(lambda _: ClaimToken(claim_token="e30"), wait=60)
    world.server.answer("GET", RECORD, challenge("t0"), OK)
    world.server.token(submitted("t1", interval=7), submitted("t2"), submitted("t3", interval=0), tokens("rpt"))
    assert (await world.get()).text == "the record"
    assert world.clock.slept == [7, 5, 5]
    assert [form["ticket"] for form in world.forms()] == ["t0", "t1", "t2", "t3"]
    assert [form.get("claim_token") for form in world.forms()] == ["e30", None, None, None]


async def test_cl_g_3_3_6_1_does_not_wait_unless_asked_to(world: World) -> None:
    world.server.answer("GET", RECORD, challenge("t0"), OK)
    world.server.token(submitted("t1", interval=1))
    with pytest.raises(RequestSubmittedError) as refused:
        await world.get()
    assert refused.value.request_submitted.ticket == "t1"
    assert world.clock.slept == []


async def test_cl_g_3_3_6_1_stops_polling_when_the_time_is_over(world: World) -> None:
    world.make_auth(wait=16)
    world.server.answer("GET", RECORD, challenge("t0"), OK)
    world.server.token(submitted("t1"), submitted("t2"), submitted("t3"), submitted("t4"), submitted("t5"))
    with pytest.raises(RequestSubmittedError) as refused:
        await world.get()
    assert world.clock.slept == [5, 5, 5]
    assert refused.value.request_submitted.ticket == "t4"


async def test_cl_g_5_5_1_a_ticket_that_was_not_rotated_is_refused(world: World) -> None:
    world.make_auth(wait=60)
    world.server.answer("GET", RECORD, challenge("t0"), OK)
    world.server.token(submitted("t1"), submitted("t1"))
    with pytest.raises(TicketNotRotatedError):
        await world.get()


async def test_g_3_3_6_14_a_denial_is_raised(world: World) -> None:
    world.server.answer("GET", RECORD, challenge("t0"))
    world.server.token(json_answer(403, {"error": "request_denied"}))
    with pytest.raises(RequestDeniedError):
        await world.get()


async def test_cl_g_3_4_a_second_challenge_is_handed_to_the_caller(world: World) -> None:
    world.server.answer("GET", RECORD, challenge("t0"), challenge("t1"))
    world.server.token(tokens("rpt"))
    assert (await world.get()).status_code == 401
    assert len(world.presented()) == 2


async def test_cl_g_3_3_5_1_without_upgrade_both_rpts_are_kept(world: World) -> None:
    other = "https://rs.example/records/dave"
    world.server.answer("GET", RECORD, challenge("t0"), OK)
    world.server.answer("GET", other, challenge("t1"), OK)
    world.server.token(tokens("rpt-alice"), tokens("rpt-dave"))
    await world.get()
    await world.get(other)
    await world.get()
    await world.get(other)
    assert [form.get("rpt") for form in world.forms()] == [None, "rpt-alice"]
    assert world.presented() == [None, "Bearer rpt-alice", "Bearer rpt-alice"]
    assert world.presented(other) == ["Bearer rpt-alice", "Bearer rpt-dave", "Bearer rpt-dave"]


async def test_cl_g_3_3_5_1_1_after_an_upgrade_the_old_rpt_is_gone(world: World) -> None:
    other = "https://rs.example/photos/1"
    world.server.answer("GET", RECORD, challenge("t0"), OK)
    world.server.answer("GET", other, challenge("t1"), OK)
    world.server.token(tokens("old"), tokens("new", upgraded=True))
    await world.get()
    await world.get(other)
    await world.get()
    assert world.presented() == [None, "Bearer old", "Bearer new"]


async def test_cl_g_3_3_5_1_2_an_rpt_does_not_leave_its_origin(world: World) -> None:
    other = "https://rs.example:8443/records/alice"
    world.server.answer("GET", RECORD, challenge("t0"), OK)
    world.server.answer("GET", other, OK)
    world.server.token(tokens("rpt"))
    await world.get()
    await world.get(other)
    assert world.presented(other) == [None]


async def test_cl_g_3_3_1_3_a_pct_is_used_for_the_party_it_was_issued_for_only(world: World) -> None:
    other = "https://rs.example/photos/1"
    world.server.answer("GET", RECORD, challenge("t0"), OK, challenge("t9"), OK)
    world.server.answer("GET", other, challenge("t1"), OK)
    world.server.token(tokens("rpt", pct="bobs"), tokens("rpt2"), tokens("rpt3"))
    await world.get()
    await world.get(other)
    world.make_auth()
    await world.get()
    assert [form.get("pct") for form in world.forms()] == [None, "bobs", None]


async def test_cl_g_3_6_1_an_expired_rpt_is_refreshed_once(world: World) -> None:
    world.server.answer("GET", RECORD, challenge("t0"), OK)
    world.server.token(tokens("rpt", expires_in=60, refresh_token="r1"), tokens("rpt2", expires_in=60))
    await world.get()
    world.clock.now = 60
    await world.get()
    assert world.presented() == [None, "Bearer rpt", "Bearer rpt2"]
    assert world.forms()[1] == {"grant_type": "refresh_token", "refresh_token": "r1"}


@pytest.mark.parametrize("refresh_token", ["r1", None])
async def test_cl_g_3_6_1_what_cannot_be_refreshed_is_asked_for_anew(world: World, refresh_token: str | None) -> None:
    world.server.answer("GET", RECORD, challenge("t0"), OK, challenge("t1"), OK)
    refused = [json_answer(400, {"error": "invalid_grant"})] if refresh_token else []
    world.server.token(tokens("rpt", expires_in=60, refresh_token=refresh_token), *refused, tokens("rpt2"))
    await world.get()
    world.clock.now = 60
    assert (await world.get()).text == "the record"
    assert world.presented() == [None, "Bearer rpt", None, "Bearer rpt2"]


async def test_g_3_3_1_10_an_rpt_that_was_withdrawn_does_not_stand_in_the_way(world: World) -> None:
    world.server.answer("GET", RECORD, challenge("t0"), OK, challenge("t1"), challenge("t2"), OK)
    world.server.token(tokens("rpt"), json_answer(400, {"error": "invalid_grant"}), tokens("rpt2"))
    await world.get()
    assert (await world.get()).text == "the record"
    assert [(form["ticket"], form.get("rpt")) for form in world.forms()] == [
        ("t0", None),
        ("t1", "rpt"),
        ("t2", None),
    ]


async def test_g_3_3_6_2_a_dead_ticket_does_not_loop(world: World) -> None:
    world.server.answer("GET", RECORD, challenge("t0"))
    world.server.token(json_answer(400, {"error": "invalid_grant"}))
    with pytest.raises(InvalidGrantError):
        await world.get()
    assert len(world.forms()) == 1


async def test_cl_g_3_7_1_close_revokes_everything_with_its_hint(world: World) -> None:
    world.server.answer("GET", RECORD, challenge("t0"), OK)
    world.server.answer("POST", f"{ISSUER}/revoke", httpx2.Response(200))
    world.server.token(tokens("rpt", refresh_token="r", pct="p"))
    await world.get()
    if world.kind == "sync":
        world.auth.close(world.server.client())
    else:
        await world.auth.aclose(world.server.aclient())
    hints = [(form["token"], form["token_type_hint"]) for form in world.server.forms(f"{ISSUER}/revoke")]
    assert hints == [("rpt", "access_token"), ("r", "refresh_token"), ("p", "pct")]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_cl_g_5_2_1_credentials_do_not_follow_a_redirect(world: World, status: int) -> None:
    world.server.answer("GET", RECORD, challenge("t0"))
    world.server.answer("POST", "https://evil.example/token", tokens("evil"))
    world.server.answer("GET", "https://evil.example/token", tokens("evil"))
    world.server.token(httpx2.Response(status, headers={"location": "https://evil.example/token"}))
    with pytest.raises(UnreachableError):
        await world.get(follow_redirects=True)
    for request in world.server.sent_to("https://evil.example/token"):
        assert not request.content
        assert "authorization" not in request.headers
    assert "Bearer evil" not in world.presented()


async def test_cl_g_5_2_1_an_rpt_does_not_travel_in_clear(world: World) -> None:
    world.server.answer("GET", "http://rs.example/x", challenge("t0"), OK)
    with pytest.raises(InsecureUrlError):
        await world.get("http://rs.example/x")
    assert not world.forms()


async def test_cl_g_3_4_1_a_body_is_sent_again_with_the_rpt(world: World) -> None:
    world.server.answer("PUT", RECORD, challenge("t0"), OK)
    world.server.token(tokens("rpt"))
    transport = httpx2.MockTransport(world.server)
    if world.kind == "sync":
        with httpx2.Client(transport=transport, auth=world.auth) as client:
            client.put(RECORD, content=iter([b"on", b"e"]))
    else:
        async with httpx2.AsyncClient(transport=transport, auth=world.auth) as aclient:
            await aclient.put(RECORD, content=b"one")
    assert [request.content for request in world.server.sent_to(RECORD)] == [b"one", b"one"]


async def test_cl_g_3_3_1_2_claims_may_come_from_a_coroutine_when_the_client_is_asynchronous(world: World) -> None:
    async def claims(_: ClaimsWanted) -> ClaimToken:
        return ClaimToken(claim_token="e30")

    source: Callable[[ClaimsWanted], Awaitable[ClaimToken | None]] = claims
    world.auth = UmaAuth(
        client=ClientSecretBasic(client_id="surgery", client_secret="s"), trusted_issuers=[ISSUER], claim_token=source
    )
    world.server.answer("GET", RECORD, challenge("t0"), OK)
    world.server.token(tokens("rpt"))
    if world.kind == "sync":
        with pytest.raises(TypeError):
            await world.get()
    else:
        assert (await world.get()).text == "the record"


CLAIMS = "https://c.example/claims"


async def test_cl_g_3_3_3_2_what_the_browser_brought_back_leads_to_the_record(world: World) -> None:
    world.server.answer("GET", RECORD, challenge("t0"), OK)
    world.server.token(need_info("t1"), tokens("rpt"))
    with pytest.raises(NeedInfoError) as needed:
        await world.get()
    begun = world.auth.begin_interaction(needed.value.need_info, issuer=ISSUER, claims_redirect_uri=CLAIMS)
    assert "ticket=t1" in begun.url
    with pytest.raises(StateMismatchError):
        world.auth.finish_interaction(RECORD, {"ticket": "t2", "state": "other"}, begun)
    world.auth.finish_interaction(RECORD, {"ticket": "t2", "state": begun.state}, begun)
    assert (await world.get()).text == "the record"
    assert [form["ticket"] for form in world.forms()] == ["t0", "t2"]
    assert world.presented() == [None, "Bearer rpt"]


async def test_cl_g_3_3_3_2_what_was_brought_back_too_late_is_no_harm(world: World) -> None:
    world.server.answer("GET", RECORD, challenge("t0"), challenge("t3"), OK)
    world.server.token(need_info("t1"), json_answer(400, {"error": "invalid_grant"}), tokens("rpt"))
    with pytest.raises(NeedInfoError) as needed:
        await world.get()
    begun = world.auth.begin_interaction(needed.value.need_info, issuer=ISSUER, claims_redirect_uri=CLAIMS)
    world.auth.finish_interaction(RECORD, {"ticket": "t2", "state": begun.state}, begun)
    assert (await world.get()).text == "the record"
    assert [form["ticket"] for form in world.forms()] == ["t0", "t2", "t3"]


async def test_cl_g_3_3_1_8_a_pct_that_another_request_replaced_is_tried_anew(world: World) -> None:
    kept = {ISSUER: "old"}
    world.auth = UmaAuth(
        client=ClientSecretBasic(client_id="surgery", client_secret="s"), trusted_issuers=[ISSUER], pcts=kept
    )
    world.server.answer("GET", RECORD, challenge("t0"), OK)
    world.server.token(need_info("t1"), tokens("rpt", pct="newest"))
    world.server.answer("POST", f"{ISSUER}/revoke", httpx2.Response(200))
    answering = world.server.__call__

    def answer(request: httpx2.Request) -> httpx2.Response:
        response = answering(request)
        if str(request.url) == TOKEN and kept[ISSUER] == "old":
            kept[ISSUER] = "newer"
        return response

    transport = httpx2.MockTransport(answer)
    async with httpx2.AsyncClient(transport=transport, auth=world.auth) as client:
        assert (await client.get(RECORD)).text == "the record"
        assert [form["pct"] for form in world.forms()] == ["old", "newer"]
        assert kept == {ISSUER: "newest"}
        await world.auth.aclose(client)
    # Whoever hands in a mapping keeps what is in it.
    assert kept == {ISSUER: "newest"}
