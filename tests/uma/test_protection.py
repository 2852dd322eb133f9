import asyncio
from collections.abc import Callable

import httpx2
import pytest

from consentry.uma import (
    ClientSecretBasic,
    InvalidTokenError,
    IssuerMismatchError,
    MemoryStore,
    NotConnectedError,
    Permission,
    Protection,
    UnreachableError,
)
from consentry.uma.discovery import Discovery
from consentry.uma.httpx import AsyncSender
from tests.uma.scripted import ISSUER, METADATA, Scripted, json_answer, tokens

RECORDS = ClientSecretBasic(client_id="records", client_secret="s")
PERMISSION = f"{ISSUER}/uma/permission"
TOKEN = f"{ISSUER}/token"
READ = [Permission(resource_id="r1", resource_scopes=("read",))]


@pytest.fixture
def server() -> Scripted:
    server = Scripted()
    server.token(tokens("pat", expires_in=300, refresh_token="r1"))
    server.answer("POST", PERMISSION, json_answer(201, {"ticket": "t0", "x_unknown": 1}))
    return server


def protection(
    server: Scripted, *, own_resources: bool = False, clock: Callable[[], float] = lambda: 0.0
) -> Protection:
    return Protection(
        issuer=ISSUER,
        client=RECORDS,
        send=AsyncSender(server.aclient()),
        store=MemoryStore(),
        own_resources=own_resources,
        clock=clock,
    )


def presented(server: Scripted) -> list[str]:
    return [request.headers["authorization"] for request in server.sent_to(PERMISSION)]


async def test_f_1_3_6_an_organisation_gets_its_pat_by_client_credentials(server: Scripted) -> None:
    assert await protection(server, own_resources=True).request_permission(READ) == "t0"
    assert server.forms(TOKEN) == [{"grant_type": "client_credentials", "scope": "uma_protection"}]
    assert presented(server) == ["Bearer pat"]


async def test_f_1_3_5_an_owner_connects_by_code(server: Scripted) -> None:
    alice = protection(server)
    assert not await alice.connected()
    answer = await alice.connect(code="x", redirect_uri="https://rs.example/cb", code_verifier="v")
    assert answer.access_token == "pat"
    assert await alice.connected()
    assert await alice.store.refresh_token() == "r1"
    assert await alice.request_permission(READ) == "t0"
    assert len(server.forms(TOKEN)) == 1


async def test_rs_f_1_4_2_a_pat_is_refreshed_from_the_store_without_the_owner(server: Scripted) -> None:
    alice = protection(server)
    await alice.store.keep_refresh_token("kept")
    await alice.request_permission(READ)
    assert server.forms(TOKEN) == [{"grant_type": "refresh_token", "refresh_token": "kept"}]
    assert await alice.store.refresh_token() == "r1"


async def test_rs_f_1_4_2_a_refused_pat_is_renewed_once_and_the_call_made_once_more(server: Scripted) -> None:
    server.token(tokens("pat", refresh_token="r1"), tokens("pat2", refresh_token="r2"))
    server.answer("POST", PERMISSION, httpx2.Response(401), json_answer(201, {"ticket": "t0"}))
    assert await protection(server, own_resources=True).request_permission(READ) == "t0"
    assert presented(server) == ["Bearer pat", "Bearer pat2"]


async def test_rs_f_1_4_2_a_second_refusal_is_raised_and_logged(
    server: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    server.answer("POST", PERMISSION, httpx2.Response(401))
    with pytest.raises(InvalidTokenError):
        await protection(server, own_resources=True).request_permission(READ)
    assert len(presented(server)) == 2
    assert "refuses a PAT" in caplog.text
    assert "pat2" not in caplog.text


async def test_rs_f_1_4_2_many_requests_refresh_once(server: Scripted) -> None:
    alice = protection(server)
    await alice.store.keep_refresh_token("kept")
    await asyncio.gather(*(alice.request_permission(READ) for _ in range(8)))
    assert len(server.forms(TOKEN)) == 1


async def test_rs_f_1_4_2_a_pat_is_renewed_before_it_ends(server: Scripted) -> None:
    now = [0.0]
    alice = protection(server, own_resources=True, clock=lambda: now[0])
    await alice.request_permission(READ)
    now[0] = 289
    await alice.request_permission(READ)
    assert len(server.forms(TOKEN)) == 1
    now[0] = 290
    await alice.request_permission(READ)
    assert len(server.forms(TOKEN)) == 2


async def test_rs_f_1_5_1_without_a_pat_there_is_no_anonymous_call(server: Scripted) -> None:
    with pytest.raises(NotConnectedError):
        await protection(server).request_permission(READ)
    assert not presented(server)
    assert not server.forms(TOKEN)


def test_rs_f_1_5_1_without_credentials_there_is_no_protection(server: Scripted) -> None:
    with pytest.raises(ValueError, match="client_id"):
        Protection(
            issuer=ISSUER,
            client=ClientSecretBasic(client_id="", client_secret=""),
            send=AsyncSender(server.aclient()),
            store=MemoryStore(),
        )


async def test_f_8_1_an_owner_who_withdrew_has_to_connect_again(server: Scripted) -> None:
    server.token(json_answer(400, {"error": "invalid_grant"}))
    alice = protection(server)
    await alice.store.keep_refresh_token("dead")
    with pytest.raises(NotConnectedError):
        await alice.request_permission(READ)
    assert not await alice.connected()


async def test_f_8_1_disconnecting_forgets_everything(server: Scripted) -> None:
    alice = protection(server)
    await alice.connect(code="x", redirect_uri="https://rs.example/cb", code_verifier="v")
    await alice.disconnect()
    assert not await alice.connected()


async def test_rs_f_1_3_2_each_owner_has_a_pat_of_their_own(server: Scripted) -> None:
    server.token(tokens("alices"), tokens("daves"))
    discovery = Discovery(AsyncSender(server.aclient()))
    owners = {
        name: Protection(
            issuer=ISSUER,
            client=RECORDS,
            send=AsyncSender(server.aclient()),
            store=MemoryStore(),
            discovery=discovery,
            own_resources=True,
        )
        for name in ("alice", "dave")
    }
    for name in ("alice", "dave", "alice"):
        await owners[name].request_permission(READ)
    assert presented(server) == ["Bearer alices", "Bearer daves", "Bearer alices"]
    assert len(server.sent_to(f"{ISSUER}/.well-known/uma2-configuration")) == 1


async def test_rs_f_2_1_endpoints_that_move_are_followed_after_a_while(server: Scripted) -> None:
    now = [0.0]
    alice = protection(server, own_resources=True, clock=lambda: now[0])
    await alice.request_permission(READ)
    moved = f"{ISSUER}/moved"
    well_known = f"{ISSUER}/.well-known/uma2-configuration"
    server.answer("GET", well_known, json_answer(200, {**METADATA, "permission_endpoint": moved}))
    server.answer("POST", moved, json_answer(201, {"ticket": "t1"}))
    assert await alice.request_permission(READ) == "t0"
    now[0] = 3601
    assert await alice.request_permission(READ) == "t1"


async def test_rs_f_2_1_another_issuer_is_rejected(server: Scripted) -> None:
    well_known = f"{ISSUER}/.well-known/uma2-configuration"
    server.answer("GET", well_known, json_answer(200, {**METADATA, "issuer": "https://evil.example"}))
    with pytest.raises(IssuerMismatchError):
        await protection(server, own_resources=True).request_permission(READ)
    assert len(server.seen) == 1


async def test_rs_f_1_3_3_a_certificate_that_cannot_be_trusted_is_no_answer(server: Scripted) -> None:
    server.token(httpx2.ConnectError("certificate verify failed"))
    with pytest.raises(UnreachableError):
        await protection(server, own_resources=True).request_permission(READ)
