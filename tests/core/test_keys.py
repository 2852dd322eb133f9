"""The realm's signing keys: made, sealed, published, signing, retired."""

import base64
import json
from dataclasses import replace

import pytest

from consentry.core.keys import SIGNING_ALGORITHMS, KeyRing, UnknownKey, new_signing_key
from consentry.core.model import SigningKey
from consentry.plugins.sealing import SecretSealer

SEALER = SecretSealer("a secret key for tests, long enough to be one")
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


def key(alg: str = "ES256", *, kid: str = "k1", now: int = 0) -> SigningKey:
    return new_signing_key(alg, kid=kid, now=now, sealer=SEALER)


def header(token: str) -> dict[str, object]:
    first = token.split(".", maxsplit=1)[0]
    read: object = json.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    assert isinstance(read, dict)
    return read


@pytest.mark.parametrize("alg", SIGNING_ALGORITHMS)
def test_rfc_7517_5_the_published_set_has_every_public_key_and_nothing_private(alg: str) -> None:
    ring = KeyRing([key(alg), replace(key(alg, kid="k2"), retired_at=1)], SEALER)
    published = ring.jwks["keys"]
    assert isinstance(published, list)
    assert {one["kid"] for one in published} == {"k1", "k2"}
    assert all(one["use"] == "sig" and one["alg"] == alg for one in published)
    assert not any(PRIVATE_MEMBERS & one.keys() for one in published)


@pytest.mark.parametrize(("alg", "kind", "size"), [("ES256", "EC", 32), ("RS256", "RSA", 256)])
def test_rfc_7518_3_keys_have_the_kind_and_size_of_their_algorithm(alg: str, kind: str, size: int) -> None:
    public = json.loads(key(alg).public)
    number = public["x" if kind == "EC" else "n"]
    assert public["kty"] == kind
    assert len(base64.urlsafe_b64decode(number + "=" * (-len(number) % 4))) == size


def test_the_private_key_is_sealed() -> None:
    assert '"d"' not in key().private
    with pytest.raises(ValueError, match="changed"):
        SEALER.unseal(key().private, purpose="something else")


def test_oidc_10_1_the_newest_active_key_signs_and_the_token_names_it() -> None:
    old, new, gone = key(kid="old", now=1), key(kid="new", now=2), replace(key(kid="gone", now=3), retired_at=3)
    token = KeyRing([old, new, gone], SEALER).sign({"sub": "alice"}, alg="ES256", typ="JWT")
    assert header(token) == {"alg": "ES256", "kid": "new", "typ": "JWT"}


def test_oidc_10_1_a_retired_key_still_verifies() -> None:
    before = key()
    token = KeyRing([before], SEALER).sign({"sub": "alice"}, alg="ES256", typ="JWT")
    after = KeyRing([replace(before, retired_at=1), key(kid="k2", now=1)], SEALER)
    assert after.verify(token) == {"sub": "alice"}


def test_a_realm_without_a_key_for_an_algorithm_cannot_sign_with_it() -> None:
    ring = KeyRing([key()], SEALER)
    assert ring.algorithms == ("ES256",)
    with pytest.raises(UnknownKey):
        ring.sign({}, alg="RS256", typ="JWT")


def test_rfc_8725_3_11_a_token_of_another_type_is_refused() -> None:
    ring = KeyRing([key()], SEALER)
    token = ring.sign({"sub": "alice"}, alg="ES256", typ="logout+jwt")
    with pytest.raises(ValueError, match="type"):
        ring.verify(token, typ="JWT")


def test_rfc_8725_3_1_what_another_key_signed_or_nobody_is_refused() -> None:
    ring = KeyRing([key()], SEALER)
    other = KeyRing([key()], SEALER).sign({"sub": "alice"}, alg="ES256", typ="JWT")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","kid":"k1"}').decode().rstrip("=") + ".e30."
    for token in (other, unsigned, "", "a.b.c", "x" * 20_000):
        with pytest.raises(ValueError, match=r"signed|long"):
            ring.verify(token)
