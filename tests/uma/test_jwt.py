import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from consentry.uma import ClientSecretBasic, MemoryStore, Permission, PrivateKeyJwt, Protection, decide
from consentry.uma.discovery import Discovery
from consentry.uma.httpx import AsyncSender
from consentry.uma.jwt import InvalidRptError, OfflineCheck, UnknownKeyError, assertion_signer, check_rpt, read_keys
from consentry.uma.resource_server import Allow
from tests.uma.scripted import ISSUER, Scripted, json_answer

NOW = 1_000_000
KEY = ECKey.generate_key("P-256", {"kid": "k1"})
OTHER = ECKey.generate_key("P-256", {"kid": "k2"})
RSA = RSAKey.generate_key(2048, {"kid": "k3"})
CLAIMS: dict[str, object] = {
    "iss": ISSUER,
    "aud": ["records", "other"],
    "exp": NOW + 60,
    "iat": NOW,
    "sub": "bob",
    "client_id": "surgery",
    "permissions": [{"resource_id": "r1", "resource_scopes": ["read"]}],
}


def published(*keys: ECKey | RSAKey) -> dict[str, object]:
    return {"keys": [dict(key.as_dict(private=False)) for key in keys]}


def signed(
    claims: Mapping[str, object] = CLAIMS, key: ECKey | RSAKey = KEY, alg: str = "ES256", typ: str = "at+jwt"
) -> str:
    return jwt.encode({"alg": alg, "typ": typ, "kid": key.kid}, dict(claims), key, algorithms=[alg])


def encoded(text: bytes) -> str:
    return urlsafe_b64encode(text).rstrip(b"=").decode()


def check(token: str, keys: KeySet | None = None) -> object:
    found = read_keys(published(KEY, RSA)) if keys is None else keys
    return check_rpt(token, keys=found, issuer=ISSUER, audience="records", now=NOW)


@pytest.mark.parametrize(
    "token",
    [signed(), signed(key=RSA, alg="RS256"), signed(typ="application/at+JWT"), signed({**CLAIMS, "aud": "records"})],
)
def test_rs_d_9068_1_a_good_rpt_says_what_introspection_would(token: str) -> None:
    answer = check_rpt(token, keys=read_keys(published(KEY, RSA)), issuer=ISSUER, audience="records", now=NOW)
    needed = [Permission(resource_id="r1", resource_scopes=("read",))]
    assert isinstance(decide(answer, needed, now=NOW), Allow)
    assert (answer.sub, answer.client_id) == ("bob", "surgery")


@pytest.mark.parametrize(
    "token",
    [
        signed(typ="JWT"),
        signed(typ="id+jwt"),
        signed({**CLAIMS, "iss": "https://evil.example"}),
        signed({**CLAIMS, "aud": "others"}),
        signed({name: found for name, found in CLAIMS.items() if name != "aud"}),
        signed({**CLAIMS, "exp": NOW}),
        signed({name: found for name, found in CLAIMS.items() if name != "exp"}),
        signed({**CLAIMS, "exp": "soon"}),
        signed({**CLAIMS, "permissions": "all"}),
        signed()[:-8] + "AAAAAAAA",
        "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0." + signed().split(".")[1] + ".",
        "opaque",
        "",
        "a.b.c",
        "\N{SNOWMAN}.b.c",
    ],
)
def test_rs_d_9068_1_every_other_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidRptError):
        check(token)


def test_rs_d_9068_1_a_key_the_issuer_did_not_publish_is_unknown() -> None:
    with pytest.raises(UnknownKeyError):
        check(signed(key=OTHER))


def test_rs_d_9068_1_a_public_key_is_not_taken_for_a_shared_secret() -> None:
    _, payload, _ = signed().split(".")
    signing_input = encoded(b'{"alg":"HS256","typ":"at+jwt","kid":"k1"}') + f".{payload}"
    mac = hmac.digest(KEY.as_pem(private=False), signing_input.encode(), "sha256")
    forged = f"{signing_input}.{encoded(mac)}"
    with pytest.raises(InvalidRptError):
        check(forged)


def test_rs_d_9068_1_keys_of_other_kinds_are_passed_over() -> None:
    keys = published(KEY)
    assert isinstance(keys["keys"], list)
    keys["keys"] += [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "s"},
        {"kty": "AKP", "alg": "ML-DSA-44", "kid": "q"},
        {"kty": "EC", "crv": "P-256", "kid": "broken"},
        {**KEY.as_dict(private=False), "kid": "e", "use": "enc"},
    ]
    assert [key.kid for key in read_keys(keys)] == ["k1"]


class World:
    """A server with keys, and a check that fetches them."""

    def __init__(self) -> None:
        self.now = NOW
        self.server = Scripted()
        send = AsyncSender(self.server.aclient())
        discovery = Discovery(send)
        self.check = OfflineCheck(send=send, discovery=discovery, audience="records", clock=lambda: self.now)
        self.protection = Protection(
            issuer=ISSUER,
            client=ClientSecretBasic(client_id="records", client_secret="s"),
            send=send,
            store=MemoryStore(),
            discovery=discovery,
        )

    async def active(self, token: str) -> bool:
        return (await self.check(self.protection, token)).active

    def fetched(self) -> int:
        return len(self.server.sent_to(f"{ISSUER}/jwks"))


async def test_rs_f_5_1_the_offline_check_fetches_keys_once() -> None:
    world = World()
    world.server.answer("GET", f"{ISSUER}/jwks", json_answer(200, published(KEY)))
    assert [await world.active(token) for token in (signed(), signed(), signed(typ="JWT"))] == [True, True, False]
    assert world.fetched() == 1


async def test_rs_d_9068_1_an_unknown_key_is_looked_for_again_but_not_all_the_time() -> None:
    world = World()
    world.server.answer(
        "GET", f"{ISSUER}/jwks", json_answer(200, published(KEY)), json_answer(200, published(KEY, OTHER))
    )
    token = signed({**CLAIMS, "exp": NOW + 600}, key=OTHER)
    assert [await world.active(token) for _ in range(5)] == [False] * 5
    assert world.fetched() == 1
    world.now = NOW + 10
    assert await world.active(token)
    assert world.fetched() == 2


async def test_rs_d_9068_1_keys_are_fetched_again_after_a_while() -> None:
    world = World()
    world.server.answer("GET", f"{ISSUER}/jwks", json_answer(200, published(KEY)), json_answer(200, published(OTHER)))
    token = signed({**CLAIMS, "exp": NOW + 900})
    assert await world.active(token)
    world.now = NOW + 300
    assert not await world.active(token)


def test_rfc_7523_3_an_assertion_is_for_the_issuer_only_and_never_repeats() -> None:
    client = PrivateKeyJwt(
        client_id="records", sign=assertion_signer(KEY, client_id="records", clock=lambda: float(NOW))
    )
    assertions = [client.credentials(issuer=ISSUER).form["client_assertion"] for _ in range(2)]
    first, second = (jwt.decode(text, KEY, algorithms=["ES256"]) for text in assertions)
    assert first.claims["aud"] == ISSUER
    assert (first.claims["iss"], first.claims["sub"]) == ("records", "records")
    assert first.claims["exp"] - first.claims["iat"] == 60
    assert first.claims["jti"] != second.claims["jti"]
    assert first.header["kid"] == "k1"
