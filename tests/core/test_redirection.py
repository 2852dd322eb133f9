import pytest

from consentry.core.model import Client
from consentry.core.redirection import is_registered, origin_of, response_uri


def client(*redirect_uris: str, method: str = "none") -> Client:
    return Client(client_id="app", redirect_uris=redirect_uris, token_endpoint_auth_method=method)


NATIVE = client("http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost/cb", "com.example.app:/cb")


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1/cb",
        "http://127.0.0.1:49152/cb",
        "http://127.0.0.1:1/cb",
        "http://127.0.0.1:65535/cb",
        "http://[::1]:49152/cb",
        "http://localhost/cb",
        "com.example.app:/cb",
    ],
)
def test_rfc8252_7_3_the_port_of_a_loopback_address_may_vary(uri: str) -> None:
    assert is_registered(NATIVE, uri)


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:080/cb",
        "http://127.0.0.1:49152/cb/",
        "http://127.0.0.1:49152/",
        "http://127.0.0.1:49152",
        "http://127.0.0.1:49152/cb?x=1",
        "http://127.0.0.1:49152@evil.example/cb",
        "http://127.0.0.1:49152\\@evil.example/cb",
        "http://127.0.0.1.evil.example:49152/cb",
        "http://127.0.0.2:49152/cb",
        "http://localhost:49152/cb",
        "https://127.0.0.1:49152/cb",
        "http://[::1]:49152/cb\n",
        "http://127.0.0.1:٤٩١٥٢/cb",
        "com.example.app:/cb/x",
    ],
)
def test_rfc8252_7_3_and_nothing_else_may(uri: str) -> None:
    assert not is_registered(NATIVE, uri)


def test_rfc8252_7_3_a_client_with_a_secret_has_no_such_freedom() -> None:
    assert not is_registered(client("http://127.0.0.1/cb", method="client_secret_basic"), "http://127.0.0.1:49152/cb")


def test_rfc8252_7_3_a_registered_port_is_the_port() -> None:
    assert not is_registered(client("http://127.0.0.1:8081/cb"), "http://127.0.0.1:8082/cb")


def test_rfc6749_4_1_2_a_query_that_was_registered_is_kept() -> None:
    assert response_uri("https://app.example/cb?a=b", code="c", state=None) == "https://app.example/cb?a=b&code=c"
    assert response_uri("https://app.example/cb", state="a b&c=ü") == "https://app.example/cb?state=a%20b%26c%3D%C3%BC"


def test_an_origin_is_what_a_policy_calls_it() -> None:
    assert origin_of("https://app.example:8443/cb?x") == "https://app.example:8443"
    assert origin_of("com.example.app:/cb") == "com.example.app:"
