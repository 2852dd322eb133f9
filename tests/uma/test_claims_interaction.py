from urllib.parse import parse_qs, urlsplit

import pytest

from consentry.uma import (
    ClaimsInteraction,
    InsecureUrlError,
    MalformedAnswerError,
    Metadata,
    NeedInfo,
    ProtocolError,
    StateMismatchError,
    TicketNotRotatedError,
    authorization_request,
    claims_interaction,
    read_authorization_response,
    read_claims_return,
)
from consentry.uma.authorization import code_challenge
from consentry.uma.codes import PROFILE_TICKET_PKCE
from consentry.uma.metadata import read_metadata
from tests.uma.scripted import ISSUER, METADATA

CALLBACK = "https://c.example/claims"


@pytest.fixture
def metadata() -> Metadata:
    return read_metadata(METADATA, issuer=ISSUER)


def begin(metadata: Metadata, need_info: NeedInfo | None = None, callback: str = CALLBACK) -> ClaimsInteraction:
    return claims_interaction(
        metadata, need_info or NeedInfo(ticket="t1"), client_id="surgery", claims_redirect_uri=callback
    )


def query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


def test_cl_g_3_3_2_1_the_redirect_carries_client_ticket_callback_and_state(metadata: Metadata) -> None:
    interaction = begin(metadata)
    assert interaction.url.startswith(f"{ISSUER}/uma/claims?")
    assert query(interaction.url) == {
        "client_id": ["surgery"],
        "ticket": ["t1"],
        "claims_redirect_uri": [CALLBACK],
        "state": [interaction.state],
    }


def test_cl_g_3_3_2_1_what_redirect_user_has_already_appears_once(metadata: Metadata) -> None:
    address = "https://as.example/claims?x=1&client_id=other&ticket=old"
    found = query(begin(metadata, NeedInfo(ticket="t1", redirect_user=address)).url)
    assert (found["x"], found["client_id"], found["ticket"]) == (["1"], ["surgery"], ["t1"])


@pytest.mark.parametrize("callback", ["/claims", "https://c.example/claims#x", "https://c.example/#", "c.example"])
def test_cl_g_3_3_2_2_a_callback_is_absolute_and_without_fragment(metadata: Metadata, callback: str) -> None:
    with pytest.raises(ValueError, match="claims_redirect_uri"):
        begin(metadata, callback=callback)


def test_cl_g_5_1_2_state_is_unguessable_and_says_nothing(metadata: Metadata) -> None:
    states = {begin(metadata).state for _ in range(100)}
    assert len(states) == 100
    assert all(len(state) >= 43 for state in states)


def test_g_2_5_a_claims_page_in_clear_is_refused(metadata: Metadata) -> None:
    with pytest.raises(InsecureUrlError):
        begin(metadata, NeedInfo(ticket="t1", redirect_user="http://as.example/claims"))


def test_cl_g_3_3_3_1_the_new_ticket_is_read_and_the_unknown_ignored(metadata: Metadata) -> None:
    interaction = begin(metadata)
    returned = {"ticket": "t2", "state": interaction.state, "iss": ISSUER, "foo": "1"}
    assert read_claims_return(returned, interaction) == "t2"


def test_cl_g_3_3_3_2_an_error_ends_the_round(metadata: Metadata) -> None:
    interaction = begin(metadata)
    with pytest.raises(ProtocolError) as refused:
        read_claims_return({"error": "access_denied", "state": interaction.state}, interaction)
    assert refused.value.error == "access_denied"


@pytest.mark.parametrize("returned", [{}, {"state": ""}, {"state": "forged"}, {"state": "\N{SNOWMAN}"}])
def test_cl_g_5_1_3_a_return_nobody_asked_for_is_refused(metadata: Metadata, returned: dict[str, str]) -> None:
    with pytest.raises(StateMismatchError):
        read_claims_return({"ticket": "t2", **returned}, begin(metadata))


def test_gen_3_a_return_from_another_server_is_refused(metadata: Metadata) -> None:
    interaction = begin(metadata)
    with pytest.raises(StateMismatchError):
        read_claims_return({"ticket": "t2", "state": interaction.state, "iss": "https://evil.example"}, interaction)


def test_cl_g_5_5_1_the_ticket_that_returns_is_a_new_one(metadata: Metadata) -> None:
    interaction = begin(metadata)
    with pytest.raises(TicketNotRotatedError):
        read_claims_return({"ticket": "t1", "state": interaction.state}, interaction)


def test_cl_g_3_3_3_2_a_return_with_neither_ticket_nor_error_is_malformed(metadata: Metadata) -> None:
    interaction = begin(metadata)
    with pytest.raises(MalformedAnswerError):
        read_claims_return({"state": interaction.state}, interaction)


def test_rfc_7636_4_an_authorization_request_has_state_and_challenge(metadata: Metadata) -> None:
    request = authorization_request(
        metadata, client_id="records", redirect_uri="https://rs.example/cb", scope=("openid", "uma_protection")
    )
    assert query(request.url) == {
        "response_type": ["code"],
        "client_id": ["records"],
        "redirect_uri": ["https://rs.example/cb"],
        "scope": ["openid uma_protection"],
        "state": [request.state],
        "code_challenge": [code_challenge(request.code_verifier)],
        "code_challenge_method": ["S256"],
    }
    assert read_authorization_response({"code": "x", "state": request.state, "iss": ISSUER}, request) == "x"
    assert request.code_verifier not in repr(request)


def test_rfc_7636_4_6_the_challenge_is_the_published_one() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert code_challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    ("returned", "error"),
    [
        ({"code": "x", "state": "forged"}, StateMismatchError),
        ({"code": "x"}, StateMismatchError),
    ],
)
def test_rfc_6749_10_12_a_code_nobody_asked_for_is_refused(
    metadata: Metadata, returned: dict[str, str], error: type[Exception]
) -> None:
    request = authorization_request(metadata, client_id="c", redirect_uri="https://c.example/cb", scope=("openid",))
    with pytest.raises(error):
        read_authorization_response(returned, request)


def test_a_12_where_the_server_can_check_it_a_challenge_goes_along() -> None:
    profiled = read_metadata({**METADATA, "uma_profiles_supported": [PROFILE_TICKET_PKCE]}, issuer=ISSUER)
    interaction = begin(profiled)
    assert interaction.code_verifier is not None
    sent = query(interaction.url)
    assert sent["code_challenge"] == [code_challenge(interaction.code_verifier)]
    assert sent["code_challenge_method"] == ["S256"]
    assert interaction.code_verifier not in repr(interaction)
