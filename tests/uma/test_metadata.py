import pytest

from consentry.uma.errors import InsecureUrlError, IssuerMismatchError, MissingEndpointError
from consentry.uma.metadata import is_secure, origin, read_metadata, well_known_urls
from tests.uma.scripted import ISSUER, METADATA


def test_cl_g_2_1_the_uma_form_is_tried_before_that_of_rfc_8414() -> None:
    assert well_known_urls("https://as.example/t1") == (
        "https://as.example/t1/.well-known/uma2-configuration",
        "https://as.example/.well-known/uma2-configuration/t1",
    )
    assert well_known_urls("https://as.example/") == ("https://as.example/.well-known/uma2-configuration",)


@pytest.mark.parametrize(
    "issuer", ["http://as.example", "https://as.example?x=1", "https://as.example#x", "as.example", ""]
)
def test_cl_g_2_1_an_issuer_that_is_none_is_refused(issuer: str) -> None:
    with pytest.raises(InsecureUrlError):
        well_known_urls(issuer)


@pytest.mark.parametrize("other", [f"{ISSUER}/", ISSUER.upper(), "https://evil.example"])
def test_rs_f_2_1_metadata_of_another_issuer_is_rejected(other: str) -> None:
    with pytest.raises(IssuerMismatchError):
        read_metadata({**METADATA, "issuer": other}, issuer=ISSUER)


def test_rs_f_2_1_endpoints_come_from_the_document() -> None:
    metadata = read_metadata(METADATA, issuer=ISSUER)
    assert metadata.permission_endpoint == f"{ISSUER}/uma/permission"
    assert metadata.endpoint("token_endpoint") == f"{ISSUER}/token"
    with pytest.raises(MissingEndpointError):
        metadata.endpoint("registration_endpoint")


def test_rs_f_1_3_3_an_endpoint_in_clear_on_another_machine_is_refused() -> None:
    with pytest.raises(InsecureUrlError):
        read_metadata({**METADATA, "token_endpoint": "http://as.example/token"}, issuer=ISSUER)


@pytest.mark.parametrize(
    ("url", "secure"),
    [
        ("https://as.example", True),
        ("http://127.0.0.1:8080/x", True),
        ("http://[::1]:8080/x", True),
        ("http://localhost:8080", True),
        ("http://as.example", False),
        ("http://localhost:80@evil.example", False),
        ("http://localhost.evil.example", False),
        ("https://user@as.example", False),
        ("https://as.example\\@evil.example", False),
        ("http://[::1", False),
        ("file:///etc/passwd", False),
        ("//as.example", False),
        ("https://", False),
    ],
)
def test_rs_f_1_3_3_secrets_travel_by_https_or_stay_on_the_machine(url: str, secure: bool) -> None:  # noqa: FBT001
    assert is_secure(url) is secure


def test_rfc_6454_an_origin_has_its_default_port() -> None:
    assert origin("https://as.example/x") == origin("https://as.example:443")
    assert origin("https://as.example") != origin("http://as.example")
