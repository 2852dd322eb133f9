"""Client authentication: who is asking, and the proof of it."""

import base64
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from consentry.core.client_assertion import claimed_client_id
from consentry.core.client_authentication import ANY_SECRET, Credentials
from consentry.core.errors import InvalidClient
from consentry.core.grants.client_credentials import ClientCredentialsRequest
from consentry.core.issued import TokenIssued
from consentry.core.model import Client
from consentry.core.token import TokenRequest, token
from tests.worlds import ISSUER, NOON, World, credentials_of, secret_digest

EC = ECKey.generate_key("P-256", parameters={"kid": "ec"})
OTHER = ECKey.generate_key("P-256", parameters={"kid": "ec"})
RSA = RSAKey.generate_key(2048, parameters={"kid": "rsa"})
ED = OKPKey.generate_key("Ed25519", parameters={"kid": "ed"})
JWKS = json.dumps({"keys": [key.as_dict(private=False) for key in (EC, RSA, ED)]})

Key = ECKey | RSAKey | OKPKey


def asks(credentials: Credentials) -> TokenRequest:
    return TokenRequest(credentials=credentials, grant=ClientCredentialsRequest())


def assertion(
    key: Key = EC,
    *,
    alg: str = "ES256",
    typ: str | None = None,
    without: str | None = None,
    claims: dict[str, object] | None = None,
) -> Credentials:
    said: dict[str, object] = {
        "iss": "robot",
        "sub": "robot",
        "aud": ISSUER,
        "iat": NOON,
        "exp": NOON + 60,
        "jti": "first",
        **(claims or {}),
    }
    header = {"alg": alg, "kid": key.kid} if typ is None else {"alg": alg, "kid": key.kid, "typ": typ}
    text = jwt.encode(header, {name: each for name, each in said.items() if name != without}, key, [alg])
    return Credentials(method="private_key_jwt", client_id="robot", assertion=text)


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


async def robot(world: World) -> Client:
    return await world.client("robot", method="private_key_jwt", jwks=JWKS)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
async def test_rfc6749_2_3_1_a_client_with_the_right_secret_is_let_in(world: World, method: str) -> None:
    app = await world.client("app", method=method)
    await world.said(token, asks(credentials_of(app)), TokenIssued)


async def test_rfc6749_2_3_a_wrong_secret_no_secret_and_an_unknown_client_look_the_same(world: World) -> None:
    await world.client("app")
    wrong = Credentials(method="client_secret_basic", client_id="app", secret_digest=secret_digest("app", "guess"))
    none = Credentials(method="client_secret_basic", client_id="app")
    unknown = Credentials(method="client_secret_basic", client_id="nobody", secret_digest=secret_digest("nobody"))
    nameless = Credentials(method="client_secret_basic")
    said = {
        (await world.refused(token, asks(each), InvalidClient)).description for each in (wrong, none, unknown, nameless)
    }
    assert len(said) == 1


async def test_ca_1_only_the_registered_method_counts(world: World) -> None:
    await world.client("app", method="client_secret_basic")
    other = Credentials(method="client_secret_post", client_id="app", secret_digest=secret_digest("app"))
    await world.refused(token, asks(other), InvalidClient)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
async def test_rfc6749_2_3_1_a_client_registered_with_a_secret_alone_may_send_it_either_way(
    world: World, method: str
) -> None:
    await world.client("app", method=ANY_SECRET)
    sent = credentials_of(Client(client_id="app", token_endpoint_auth_method=method))
    await world.said(token, asks(sent), TokenIssued)
    await world.refused(token, asks(Credentials(method="none", client_id="app")), InvalidClient)


async def test_ca_14_a_confidential_client_must_not_leave_its_secret_away(world: World) -> None:
    await world.client("app")
    await world.refused(token, asks(Credentials(method="none", client_id="app")), InvalidClient)


async def test_ca_14_a_public_client_must_not_send_a_secret(world: World) -> None:
    await world.client("phone", method="none")
    sent = Credentials(method="client_secret_post", client_id="phone", secret_digest=secret_digest("phone"))
    await world.refused(token, asks(sent), InvalidClient)


async def test_ca_16_both_secrets_of_a_rotation_are_good(world: World) -> None:
    await world.add(
        Client(
            client_id="app",
            secret_digests=(secret_digest("app", "old"), secret_digest("app", "new")),
            grant_types=("client_credentials",),
        )
    )
    for secret in ("old", "new"):
        sent = Credentials(method="client_secret_basic", client_id="app", secret_digest=secret_digest("app", secret))
        await world.said(token, asks(sent), TokenIssued)


async def test_a_disabled_client_is_as_good_as_unknown(world: World) -> None:
    await world.add(
        Client(
            client_id="app",
            secret_digests=(secret_digest("app"),),
            grant_types=("client_credentials",),
            disabled_at=NOON,
        )
    )
    sent = Credentials(method="client_secret_basic", client_id="app", secret_digest=secret_digest("app"))
    await world.refused(token, asks(sent), InvalidClient)


@pytest.mark.parametrize(("key", "alg"), [(EC, "ES256"), (RSA, "RS256"), (RSA, "PS256"), (ED, "Ed25519")])
async def test_ca_5_a_client_may_sign_an_assertion_instead(world: World, key: Key, alg: str) -> None:
    await robot(world)
    await world.said(token, asks(assertion(key, alg=alg)), TokenIssued)


async def test_rfc7521_4_2_the_client_id_may_be_left_to_the_assertion(world: World) -> None:
    await robot(world)
    text = assertion().assertion
    await world.said(token, asks(Credentials(method="private_key_jwt", assertion=text)), TokenIssued)


async def test_rfc7521_4_2_a_client_id_beside_the_assertion_has_to_be_the_same(world: World) -> None:
    await robot(world)
    await world.client("other", method="private_key_jwt", jwks=JWKS)
    text = assertion().assertion
    sent = Credentials(method="private_key_jwt", client_id="other", assertion=text)
    await world.refused(token, asks(sent), InvalidClient)


@pytest.mark.parametrize("name", ["iss", "sub", "aud", "exp", "jti"])
async def test_ca_6_an_assertion_has_every_claim(world: World, name: str) -> None:
    await robot(world)
    await world.refused(token, asks(assertion(without=name)), InvalidClient)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "other"},
        {"sub": "other"},
        {"exp": NOON},
        {"exp": "later"},
        {"exp": True},
        {"exp": 1e300},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 300},
    ],
)
async def test_ca_6_a_claim_with_a_wrong_value_is_refused(world: World, claims: dict[str, object]) -> None:
    await robot(world)
    await world.refused(token, asks(assertion(claims=claims)), InvalidClient)


@pytest.mark.parametrize("aud", [[ISSUER], f"{ISSUER}/token", f"{ISSUER}/", "https://as.example", ""])
async def test_ca_7_the_audience_is_the_issuer_as_one_string(world: World, aud: object) -> None:
    await robot(world)
    await world.refused(token, asks(assertion(claims={"aud": aud})), InvalidClient)


@pytest.mark.parametrize("typ", [None, "JWT", "client-authentication+jwt"])
async def test_ca_8_the_types_of_an_assertion_are_understood(world: World, typ: str | None) -> None:
    await robot(world)
    await world.said(token, asks(assertion(typ=typ)), TokenIssued)


@pytest.mark.parametrize("typ", ["at+jwt", "logout+jwt"])
async def test_ca_8_a_jwt_of_another_type_is_no_assertion(world: World, typ: str) -> None:
    await robot(world)
    await world.refused(token, asks(assertion(typ=typ)), InvalidClient)


async def test_ca_9_an_assertion_works_once(world: World) -> None:
    await robot(world)
    await world.said(token, asks(assertion()), TokenIssued)
    await world.refused(token, asks(assertion()), InvalidClient)
    await world.said(token, asks(assertion(claims={"jti": "second"})), TokenIssued)


async def test_ca_9_an_assertion_is_used_even_if_the_request_is_refused_for_something_else(world: World) -> None:
    await world.client("robot", method="private_key_jwt", jwks=JWKS, grant_types=())
    first = await world.ask(token, asks(assertion()))
    assert type(first).__name__ == "UnauthorizedClient"
    await world.refused(token, asks(assertion()), InvalidClient)


async def test_ca_9_an_assertion_that_lives_too_long_is_refused(world: World) -> None:
    await robot(world)
    await world.said(token, asks(assertion(claims={"exp": NOON + 300})), TokenIssued)
    far = assertion(claims={"exp": NOON + 3600, "jti": "far"})
    await world.refused(token, asks(far), InvalidClient)


@pytest.mark.parametrize("name", ["iat", "nbf"])
async def test_ca_10_a_clock_may_be_a_little_ahead(world: World, name: str) -> None:
    await robot(world)
    await world.said(token, asks(assertion(claims={name: NOON + 8})), TokenIssued)
    await world.refused(token, asks(assertion(claims={name: NOON + 61, "jti": "ahead"})), InvalidClient)


async def test_ca_11_a_signature_by_another_key_is_refused(world: World) -> None:
    await robot(world)
    await world.refused(token, asks(assertion(OTHER)), InvalidClient)


async def test_ca_11_the_public_key_is_no_shared_secret(world: World) -> None:
    await robot(world)
    _, payload, _ = str(assertion().assertion).split(".")
    signed = encoded(b'{"alg":"HS256","kid":"ec"}') + f".{payload}"
    mac = hmac.digest(EC.as_pem(private=False), signed.encode(), "sha256")
    forged = Credentials(method="private_key_jwt", client_id="robot", assertion=f"{signed}.{encoded(mac)}")
    await world.refused(token, asks(forged), InvalidClient)


async def test_ca_11_an_unsigned_assertion_is_refused(world: World) -> None:
    await robot(world)
    _, payload, _ = str(assertion().assertion).split(".")
    unsigned = Credentials(method="private_key_jwt", client_id="robot", assertion=f"eyJhbGciOiJub25lIn0.{payload}.")
    await world.refused(token, asks(unsigned), InvalidClient)


async def test_ca_11_a_client_without_keys_cannot_sign(world: World) -> None:
    await world.client("robot", method="private_key_jwt")
    await world.refused(token, asks(assertion()), InvalidClient)


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "e30.e30.", "eyJ.eyJ.eyJ", "." * 50, "x" * 20_000, "ü.ü.ü"])
async def test_ca_6_what_is_no_jwt_is_refused(world: World, text: str) -> None:
    await robot(world)
    for client_id in ("robot", None):
        sent = Credentials(method="private_key_jwt", client_id=client_id, assertion=text)
        await world.refused(token, asks(sent), InvalidClient)


@given(st.text(max_size=60))
def test_any_text_can_be_asked_whom_it_claims_to_be_from(text: str) -> None:
    assert claimed_client_id(text) is None


def test_credentials_do_not_show_their_secrets() -> None:
    shown = repr(Credentials(method="private_key_jwt", client_id="robot", secret_digest="abc", assertion="def"))
    assert "abc" not in shown
    assert "def" not in shown
