from base64 import b64decode

import httpx2
import pytest

from consentry.uma import (
    Call,
    ClaimToken,
    ClientAuthentication,
    ClientSecretBasic,
    ClientSecretPost,
    InvalidGrantError,
    InvalidScopeError,
    InvalidTokenError,
    IssuerMismatchError,
    MalformedAnswerError,
    Metadata,
    NeedInfoError,
    NotFoundError,
    Permission,
    PrivateKeyJwt,
    ProtocolError,
    PublicClient,
    RequestDeniedError,
    RequestSubmittedError,
    ResourceDescription,
    TicketNotRotatedError,
    TokenResponse,
    UnreachableError,
    client_credentials,
    delete_resource,
    discover,
    exchange_code,
    introspect,
    list_resources,
    read_resource,
    refresh,
    register_resource,
    request_permission,
    revoke,
    uma_ticket_grant,
    update_resource,
)
from consentry.uma.httpx import afetch_metadata, asend, fetch_metadata, send
from consentry.uma.metadata import read_metadata
from tests.uma.scripted import ISSUER, METADATA, Scripted, json_answer, need_info, submitted, tokens

SURGERY = ClientSecretBasic(client_id="surgery", client_secret="s:e cret%")
UMA = "urn:ietf:params:oauth:grant-type:uma-ticket"
ID_TOKEN = "http://openid.net/specs/openid-connect-core-1_0.html#IDToken"


@pytest.fixture
def metadata() -> Metadata:
    return read_metadata(METADATA, issuer=ISSUER)


@pytest.fixture
def server() -> Scripted:
    return Scripted()


def grant(metadata: Metadata) -> Call[TokenResponse]:
    return uma_ticket_grant(metadata, client=SURGERY, ticket="t0")


def test_cl_g_2_1_the_inserted_form_is_tried_when_the_appended_one_is_missing(server: Scripted) -> None:
    server.answer("GET", f"{ISSUER}/.well-known/uma2-configuration", httpx2.Response(404))
    inserted = "https://as.example/.well-known/uma2-configuration/realms/health"
    server.answer("GET", inserted, json_answer(200, METADATA))
    assert fetch_metadata(server.client(), ISSUER).issuer == ISSUER
    assert [str(request.url) for request in server.seen] == [call.url for call in discover(ISSUER)]


async def test_cl_g_2_1_metadata_of_somebody_else_is_an_error(server: Scripted) -> None:
    elsewhere = "https://as.example/realms/other"
    server.answer("GET", f"{elsewhere}/.well-known/uma2-configuration", json_answer(200, METADATA))
    with pytest.raises(IssuerMismatchError):
        await afetch_metadata(server.aclient(), elsewhere)


def test_cl_g_3_3_1_1_the_request_has_grant_type_and_ticket_and_nothing_empty(
    server: Scripted, metadata: Metadata
) -> None:
    server.token(tokens("rpt"))
    assert send(server.client(), grant(metadata)).access_token == "rpt"
    assert server.forms(f"{ISSUER}/token") == [{"grant_type": UMA, "ticket": "t0"}]


def test_cl_g_3_3_1_2_claim_token_and_format_travel_together(server: Scripted, metadata: Metadata) -> None:
    server.token(tokens("rpt"))
    call = uma_ticket_grant(
        metadata,
        client=SURGERY,
        ticket="t0",
        claim_token=ClaimToken(claim_token="e30.e30.x"),
        pct="p",
        rpt="r",
        scope=("read", "write"),
    )
    send(server.client(), call)
    assert server.forms(f"{ISSUER}/token") == [
        {
            "grant_type": UMA,
            "ticket": "t0",
            "claim_token": "e30.e30.x",
            "claim_token_format": ID_TOKEN,
            "pct": "p",
            "rpt": "r",
            "scope": "read write",
        }
    ]


def test_rfc_6749_2_3_1_basic_credentials_are_encoded_before_they_are_joined(
    server: Scripted, metadata: Metadata
) -> None:
    server.token(tokens("rpt"))
    send(server.client(), grant(metadata))
    (request,) = server.sent_to(f"{ISSUER}/token")
    assert b64decode(request.headers["authorization"].removeprefix("Basic ")) == b"surgery:s%3Ae+cret%25"


@pytest.mark.parametrize(
    ("client", "sent"),
    [
        (ClientSecretPost(client_id="c", client_secret="s"), {"client_id": "c", "client_secret": "s"}),
        (PublicClient(client_id="c"), {"client_id": "c"}),
        (
            PrivateKeyJwt(client_id="c", sign=lambda audience: f"signed for {audience}"),
            {
                "client_id": "c",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": f"signed for {ISSUER}",
            },
        ),
    ],
)
def test_cl_g_3_3_1_a_client_says_who_it_is(
    server: Scripted, metadata: Metadata, client: ClientAuthentication, sent: dict[str, str]
) -> None:
    server.token(tokens("t"))
    send(server.client(), client_credentials(metadata, client=client, scope=("uma_protection",)))
    assert server.forms(f"{ISSUER}/token") == [{"grant_type": "client_credentials", "scope": "uma_protection", **sent}]


async def test_rfc_6749_4_1_3_a_code_is_exchanged_with_its_verifier(server: Scripted, metadata: Metadata) -> None:
    server.token(tokens("pat", refresh_token="r", id_token="i"))
    call = exchange_code(
        metadata, client=PublicClient(client_id="c"), code="x", redirect_uri="https://c.example/cb", code_verifier="v"
    )
    answer = await asend(server.aclient(), call)
    assert (answer.refresh_token, answer.id_token) == ("r", "i")
    assert server.forms(f"{ISSUER}/token") == [
        {
            "grant_type": "authorization_code",
            "code": "x",
            "redirect_uri": "https://c.example/cb",
            "code_verifier": "v",
            "client_id": "c",
        }
    ]


def test_cl_g_3_6_1_refresh_may_narrow_the_scope(server: Scripted, metadata: Metadata) -> None:
    server.token(tokens("t"))
    send(server.client(), refresh(metadata, client=SURGERY, refresh_token="r", scope=("read",)))
    assert server.forms(f"{ISSUER}/token") == [{"grant_type": "refresh_token", "refresh_token": "r", "scope": "read"}]


def test_cl_g_3_7_1_a_pct_is_given_back_with_its_hint(server: Scripted, metadata: Metadata) -> None:
    server.answer("POST", f"{ISSUER}/revoke", httpx2.Response(200))
    send(server.client(), revoke(metadata, client=SURGERY, token="p", token_type_hint="pct"))
    assert server.forms(f"{ISSUER}/revoke") == [{"token": "p", "token_type_hint": "pct"}]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (json_answer(400, {"error": "invalid_grant", "error_description": "used"}), InvalidGrantError),
        (json_answer(400, {"error": "invalid_scope"}), InvalidScopeError),
        (json_answer(403, {"error": "request_denied"}), RequestDeniedError),
        (need_info("t1", required_claims=[{"name": "email"}]), NeedInfoError),
        (submitted("t1", interval=7), RequestSubmittedError),
        (need_info("t0"), TicketNotRotatedError),
        (submitted("t0"), TicketNotRotatedError),
        (json_answer(418, {"error": "brand_new"}), ProtocolError),
        (httpx2.Response(404, text="<html>"), NotFoundError),
        (httpx2.Response(500), UnreachableError),
        (httpx2.Response(429), UnreachableError),
        (httpx2.Response(302, headers={"location": "https://evil.example"}), MalformedAnswerError),
        (httpx2.Response(200, text="welcome to the hotel"), MalformedAnswerError),
        (json_answer(200, {"access_token": "x"}), MalformedAnswerError),
        (json_answer(200, []), MalformedAnswerError),
        (httpx2.ConnectError("no"), UnreachableError),
        (httpx2.ReadTimeout("slow"), UnreachableError),
        (httpx2.Response(200, content=b" " * (2 << 20)), UnreachableError),
    ],
)
async def test_cl_g_5_5_1_every_answer_has_its_exception(
    server: Scripted, metadata: Metadata, answer: httpx2.Response | Exception, error: type[Exception]
) -> None:
    server.token(answer)
    with pytest.raises(error) as sync:
        send(server.client(), grant(metadata))
    with pytest.raises(error) as later:
        await asend(server.aclient(), grant(metadata))
    assert type(sync.value) is type(later.value) is error


def test_g_3_3_6_12_need_info_carries_ticket_and_hints(server: Scripted, metadata: Metadata) -> None:
    server.token(need_info("t1", required_claims=[{"name": "email"}], redirect_user=f"{ISSUER}/uma/claims?x=1"))
    with pytest.raises(NeedInfoError) as refused:
        send(server.client(), grant(metadata))
    assert refused.value.need_info.ticket == "t1"
    assert refused.value.need_info.required_claims[0].name == "email"
    assert (refused.value.error, refused.value.status) == ("need_info", 403)


def test_cl_g_3_3_redirects_are_not_followed(server: Scripted, metadata: Metadata) -> None:
    server.token(httpx2.Response(307, headers={"location": "https://evil.example/token"}))
    with (
        httpx2.Client(transport=httpx2.MockTransport(server), follow_redirects=True) as client,
        pytest.raises(MalformedAnswerError),
    ):
        send(client, grant(metadata))
    assert not server.sent_to("https://evil.example/token")


def test_f_4_1_1_one_permission_is_an_object_and_several_are_an_array(metadata: Metadata) -> None:
    one = Permission(resource_id="r", resource_scopes=("read",))
    other = Permission(resource_id="q", resource_scopes=())
    assert request_permission(metadata, pat="p", permissions=[one]).body == (
        b'{"resource_id":"r","resource_scopes":["read"]}'
    )
    assert request_permission(metadata, pat="p", permissions=[one, other]).body == (
        b'[{"resource_id":"r","resource_scopes":["read"]},{"resource_id":"q","resource_scopes":[]}]'
    )
    with pytest.raises(ValueError, match="at least one"):
        request_permission(metadata, pat="p", permissions=[])


def test_rs_f_5_1_1_introspection_is_a_form_under_the_pat(server: Scripted, metadata: Metadata) -> None:
    server.answer("POST", f"{ISSUER}/introspect", json_answer(200, {"active": False}))
    assert not send(server.client(), introspect(metadata, pat="the-pat", token="rpt")).active
    (request,) = server.sent_to(f"{ISSUER}/introspect")
    assert request.headers["authorization"] == "Bearer the-pat"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert server.forms(f"{ISSUER}/introspect") == [{"token": "rpt", "token_type_hint": "access_token"}]


def test_rs_f_1_3_1_every_protection_call_carries_the_pat(metadata: Metadata) -> None:
    calls: list[Call[object]] = [
        register_resource(metadata, pat="p", description=ResourceDescription(resource_scopes=("read",))),
        list_resources(metadata, pat="p"),
        request_permission(metadata, pat="p", permissions=[Permission(resource_id="r", resource_scopes=())]),
        introspect(metadata, pat="p", token="t"),
    ]
    assert [call.headers["authorization"] for call in calls] == ["Bearer p"] * 4


def test_f_3_2_a_resource_id_is_one_segment_of_the_address(metadata: Metadata) -> None:
    description = ResourceDescription(resource_scopes=("read",))
    call = update_resource(metadata, pat="p", resource_id="a/b?c", description=description)
    assert call.url == f"{ISSUER}/uma/resource/a%2Fb%3Fc"


@pytest.mark.parametrize(
    ("offered", "kept"),
    [
        ("https://as.example/console/r1", "https://as.example/console/r1"),
        ("https://evil.example/console", None),
        ("http://as.example/console", None),
        ("javascript:alert(1)", None),
        (None, None),
    ],
)
def test_rs_f_3_2_1_the_owner_is_sent_to_the_servers_own_pages_only(
    server: Scripted, metadata: Metadata, offered: str | None, kept: str | None
) -> None:
    server.answer("POST", f"{ISSUER}/uma/resource", json_answer(201, {"_id": "r1", "user_access_policy_uri": offered}))
    description = ResourceDescription(resource_scopes=("read",))
    registered = send(server.client(), register_resource(metadata, pat="p", description=description))
    assert (registered.resource_id, registered.user_access_policy_uri) == ("r1", kept)


def test_f_3_2_2_a_description_is_read_back(server: Scripted, metadata: Metadata) -> None:
    body = {"_id": "r1", "resource_scopes": ["read"], "name": "Record", "x_vendor": 1}
    server.answer("GET", f"{ISSUER}/uma/resource/r1", json_answer(200, body))
    found = send(server.client(), read_resource(metadata, pat="p", resource_id="r1"))
    assert found.resource_id == "r1"
    assert found.description == ResourceDescription(resource_scopes=("read",), name="Record", extras={"x_vendor": 1})


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx2.Response(401), InvalidTokenError),
        (httpx2.Response(403, headers={"www-authenticate": 'Bearer error="insufficient_scope"'}), ProtocolError),
        (json_answer(200, {"ids": []}), MalformedAnswerError),
        (json_answer(200, [1]), MalformedAnswerError),
    ],
)
def test_f_3_2_5_a_list_that_is_none_is_refused(
    server: Scripted, metadata: Metadata, answer: httpx2.Response, error: type[Exception]
) -> None:
    server.answer("GET", f"{ISSUER}/uma/resource", answer)
    with pytest.raises(error) as refused:
        send(server.client(), list_resources(metadata, pat="p"))
    assert type(refused.value) is error


def test_f_3_2_6_deleting_the_unknown_is_an_error(server: Scripted, metadata: Metadata) -> None:
    with pytest.raises(NotFoundError):
        send(server.client(), delete_resource(metadata, pat="p", resource_id="r1"))


def test_cl_g_3_7_1_a_revocation_that_fails_is_an_error(server: Scripted, metadata: Metadata) -> None:
    server.answer("POST", f"{ISSUER}/revoke", httpx2.Response(503))
    with pytest.raises(UnreachableError):
        send(server.client(), revoke(metadata, client=SURGERY, token="p", token_type_hint="pct"))


async def test_cl_g_2_1_an_issuer_without_any_document_is_an_error(server: Scripted) -> None:
    for fetch in (
        fetch_metadata(server.client(), ISSUER).issuer,
        (await afetch_metadata(server.aclient(), ISSUER)).issuer,
    ):
        assert fetch == ISSUER
    nobody = "https://nobody.example/realms/x"
    with pytest.raises(NotFoundError):
        fetch_metadata(server.client(), nobody)
    with pytest.raises(NotFoundError):
        await afetch_metadata(server.aclient(), nobody)
    assert len([request for request in server.seen if request.url.host == "nobody.example"]) == 4


def test_cl_g_5_2_1_a_call_does_not_print_its_secrets(metadata: Metadata) -> None:
    call = uma_ticket_grant(
        metadata, client=ClientSecretPost(client_id="c", client_secret="very-secret"), ticket="very-secret"
    )
    assert "very-secret" not in repr(call)
