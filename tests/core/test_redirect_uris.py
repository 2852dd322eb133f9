"""Which redirect URIs may be registered."""

import pytest

from consentry.core.redirect_uris import fault_of_redirect_uri

BAD = [
    "http://client.example/cb",
    "https://*.client.example/cb",
    "https://client.example/*",
    "https://client.example/cb#fragment",
    "https://client.example/cb#",
    "https://user@client.example/cb",
    "https://user:password@client.example/cb",
    "https://client.example\\@evil.example/cb",
    "https://client.example/cb evil",
    "https://client.example/c\nb",
    "https://client.example/c\tb",
    "https://clïent.example/cb",
    "https://client.example:port/cb",
    "https://client.example:99999/cb",
    "https:///cb",
    "//client.example/cb",
    "/cb",
    "",
    "javascript:alert(1)",
    "JavaScript://client.example/%0aalert(1)",
    "data:text/html,x",
    "ftp://client.example/cb",
    "http://127.0.0.1.evil.example/cb",
    "http://localhost.evil.example/cb",
    "http://0.0.0.0/cb",
    "http://10.0.0.1/cb",
    "http://[::]/cb",
    "https://client.example/" + "x" * 2048,
]
GOOD = [
    "https://client.example/cb",
    "https://client.example/cb?a=b&c=%20d",
    "https://client.example:8443/cb",
    "HTTPS://client.example/cb",
    "http://127.0.0.1:8081/callback",
    "http://127.8.9.1/callback",
    "http://[::1]:8081/callback",
    "http://localhost:8081/callback",
]


@pytest.mark.parametrize("uri", BAD)
def test_rfc_9700_2_1_a_redirect_uri_that_can_be_misread_is_refused(uri: str) -> None:
    """Spec: RFC 7591 5, OpenID Connect Registration 2."""
    assert fault_of_redirect_uri(uri)


@pytest.mark.parametrize("uri", GOOD)
def test_rfc_8252_7_3_https_and_this_machine_are_accepted(uri: str) -> None:
    assert fault_of_redirect_uri(uri) is None
