"""Client credentials and bearer tokens.  Spec: RFC 6749 2.3.1, RFC 6750 2.1, 2.3, RFC 7617 2."""

from base64 import b64encode
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.client_authentication import Credentials
from consentry.core.errors import InvalidClient, InvalidRequest
from consentry.plugins.sealing import SecretSealer
from consentry.uma.codes import CLIENT_ASSERTION_TYPE_JWT
from consentry.web.credentials import read_bearer, read_client, secret_digest
from tests.web.support import request_of

SEALER = SecretSealer("k" * 32)
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=40)


def read(form: dict[str, str], authorization: str | None = None) -> Credentials:
    headers = {} if authorization is None else {"authorization": authorization}
    return read_client(request_of(headers=headers), form, SEALER)


def basic(pair: str) -> str:
    return "Basic " + b64encode(pair.encode()).decode()


@given(TEXT, TEXT)
def test_rfc_6749_2_3_1_basic_credentials_are_form_encoded_first(client_id: str, client_secret: str) -> None:
    found = read({}, basic(f"{quote_plus(client_id)}:{quote_plus(client_secret)}"))
    assert (found.method, found.client_id, found.in_header) == ("client_secret_basic", client_id, True)
    assert found.secret_digest == secret_digest(SEALER, client_id, client_secret)


@pytest.mark.parametrize("scheme", ["basic", "BASIC", "Basic"])
def test_rfc_7617_2_the_scheme_has_no_case(scheme: str) -> None:
    assert read({}, scheme + basic("a:b").removeprefix("Basic")).client_id == "a"


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !!!", "Basic " + "x" * 5, basic("no-colon"), basic(":x"), basic("%ff:x"), "Digest a=b"]
)
def test_rfc_6749_5_2_a_broken_header_is_an_invalid_client(header: str) -> None:
    with pytest.raises(InvalidClient):
        read({}, header)


@pytest.mark.parametrize("member", ["client_secret", "client_assertion"])
def test_rfc_6749_2_3_one_method_for_one_request(member: str) -> None:
    with pytest.raises(InvalidRequest):
        read({member: "x"}, basic("a:b"))


def test_rfc_6749_2_3_secret_and_assertion_do_not_go_together() -> None:
    with pytest.raises(InvalidRequest):
        read({"client_secret": "x", "client_assertion": "y", "client_assertion_type": CLIENT_ASSERTION_TYPE_JWT})


def test_client_id_in_the_body_may_repeat_the_header_but_not_contradict_it() -> None:
    assert read({"client_id": "a"}, basic("a:b")).client_id == "a"
    with pytest.raises(InvalidRequest):
        read({"client_id": "other"}, basic("a:b"))


def test_the_secret_may_stand_in_the_body() -> None:
    found = read({"client_id": "a", "client_secret": "b"})
    assert (found.method, found.client_id, found.in_header) == ("client_secret_post", "a", False)
    assert found.secret_digest == secret_digest(SEALER, "a", "b")


def test_rfc_6749_3_2_1_a_public_client_names_itself() -> None:
    assert read({"client_id": "a"}) == Credentials(method="none", client_id="a")


def test_rfc_7523_2_2_an_assertion_is_handed_on() -> None:
    found = read({"client_assertion": "a.b.c", "client_assertion_type": CLIENT_ASSERTION_TYPE_JWT})
    assert (found.method, found.assertion) == ("private_key_jwt", "a.b.c")


@pytest.mark.parametrize("form", [{"client_assertion": "a.b.c"}, {"client_assertion_type": CLIENT_ASSERTION_TYPE_JWT}])
def test_rfc_7521_4_2_half_an_assertion_is_an_invalid_client(form: dict[str, str]) -> None:
    with pytest.raises(InvalidClient):
        read(form)


@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", "BEARER   abc"])
def test_rfc_6750_2_1_a_bearer_token_is_read_whatever_the_case_of_the_scheme(header: str) -> None:
    assert read_bearer(request_of(headers={"authorization": header})) == "abc"


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer a b", "Bearer a, Bearer b", "Bearer \xe9"])
def test_rfc_6750_3_1_what_is_not_one_token_is_an_invalid_request(header: str) -> None:
    with pytest.raises(InvalidRequest):
        read_bearer(request_of(headers={"authorization": header}))


def test_rfc_6750_2_3_a_token_in_the_query_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        read_bearer(request_of(query=b"access_token=abc", headers={"authorization": "Bearer abc"}))


def test_no_header_and_another_scheme_are_no_bearer_token() -> None:
    assert read_bearer(request_of()) is None
    assert read_bearer(request_of(headers={"authorization": basic("a:b")})) is None
