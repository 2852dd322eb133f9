"""Pushed claim tokens: what proves something, and what does not.

Spec: Grant 3.3.1, 5.7; RFC 7519 4.1; RFC 8725 3; OpenID Connect Core 3.1.3.7.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from consentry.core.claims import BadClaimToken, ClaimToken
from consentry.core.model import TrustedIssuer
from consentry.plugins.claim_tokens import JwsClaimTokens
from consentry.uma.codes import CLAIM_TOKEN_FORMAT_ID_TOKEN
from tests.worlds import ISSUER, NOON, REALM, World, new_world

FOREIGN = "https://idp.example"
KEY = ECKey.generate_key("P-256", {"kid": "foreign"})
CLAIMS: dict[str, object] = {"sub": "bob", "aud": "surgery", "iat": NOON, "exp": NOON + 600, "auth_time": NOON - 5}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with new_world(tmp_path) as made:
        await made.add(
            TrustedIssuer(
                issuer=FOREIGN, jwks=json.dumps({"keys": [KEY.as_dict(private=False)]}), client_ids=("surgery",)
            )
        )
        await fresh(made)
        yield made


async def fresh(world: World) -> None:
    """Let the server find out that the realm has changed, as it does with the first question after it."""
    await world.session(await world.account(f"somebody-{world.realm.version}"))


async def verify(world: World, text: str, *, format: str = CLAIM_TOKEN_FORMAT_ID_TOKEN) -> ClaimToken | BadClaimToken:
    return await JwsClaimTokens(world.server).verify(REALM, text=text, format=format)


async def own(world: World, *, typ: str = "JWT", **more: object) -> str:
    opened = await world.server.open(REALM)
    assert opened is not None
    claims = {"iss": ISSUER, **CLAIMS, **more}
    return opened.keys.sign({name: each for name, each in claims.items() if each is not None}, alg="ES256", typ=typ)


def foreign(key: ECKey | RSAKey | OctKey = KEY, *, alg: str = "ES256", typ: str = "JWT", **more: object) -> str:
    claims = {"iss": FOREIGN, **CLAIMS, **more}
    return jwt.encode({"alg": alg, "typ": typ, "kid": "foreign"}, claims, key, algorithms=[alg])


async def test_grant_5_7_an_id_token_of_this_realm_says_who_is_asking(world: World) -> None:
    found = await verify(world, await own(world, azp="surgery", email="bob@example.test"))
    assert isinstance(found, ClaimToken)
    assert (found.issuer, found.subject, found.audience, found.azp) == (ISSUER, "bob", ("surgery",), "surgery")
    assert (found.issued_at, found.expires_at, found.auth_time) == (NOON, NOON + 600, NOON - 5)
    assert found.claims["email"] == "bob@example.test"
    assert found.realm_version == world.realm.version


async def test_grant_5_7_an_id_token_of_a_trusted_issuer_counts(world: World) -> None:
    found = await verify(world, foreign(aud=["other", "surgery"]))
    assert isinstance(found, ClaimToken)
    assert (found.issuer, found.audience) == (FOREIGN, ("other", "surgery"))


@pytest.mark.parametrize(
    "text",
    [
        foreign(ECKey.generate_key("P-256", {"kid": "foreign"})),
        foreign(typ="at+jwt"),
        foreign(OctKey.import_key("k" * 32), alg="HS256"),
        foreign(iss="https://other.example"),
        foreign(iss=None),
        foreign(sub=None),
        foreign(sub=7),
        foreign(aud=[]),
        foreign(aud=None),
        foreign(azp=7),
        foreign(exp=None),
        foreign(exp="later"),
        foreign(iat=None),
        foreign(exp=NOON - 11),
        foreign(iat=NOON + 3_600, exp=NOON + 7_200),
        foreign(nbf=NOON + 3_600),
        foreign()[:-4] + "AAAA",
        foreign() + ".x",
        "",
        "a.b.c",
        "not base64url at all \U0001f600",
        "x" * 20_000,
        ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in (b'{"alg":"none"}', b'{"iss":"x"}', b"")),
        ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in (b'{"alg":"ES256"}', b"[" * 9_000, b"x")),
    ],
)
async def test_grant_3_3_6_what_proves_nothing_is_a_value_not_an_error(world: World, text: str) -> None:
    found = await verify(world, text)
    assert isinstance(found, BadClaimToken)
    assert found.reason


async def test_rfc_8725_3_11_another_token_of_this_realm_is_no_id_token(world: World) -> None:
    assert isinstance(await verify(world, await own(world, typ="at+jwt")), BadClaimToken)
    assert isinstance(await verify(world, await own(world, typ="logout+jwt")), BadClaimToken)


async def test_grant_3_3_1_an_unknown_format_proves_nothing(world: World) -> None:
    assert isinstance(await verify(world, await own(world), format="urn:example:unknown"), BadClaimToken)


async def test_times_are_judged_anew_for_a_token_that_is_remembered(world: World) -> None:
    tokens = JwsClaimTokens(world.server)
    text = await own(world)
    for expected in (ClaimToken, ClaimToken, BadClaimToken):
        found = await tokens.verify(REALM, text=text, format=CLAIM_TOKEN_FORMAT_ID_TOKEN)
        assert isinstance(found, expected)
        world.clock.forward(400)


async def test_grant_5_7_an_issuer_that_is_trusted_no_more_proves_nothing_any_more(world: World) -> None:
    tokens = JwsClaimTokens(world.server)
    text = foreign()
    assert isinstance(await tokens.verify(REALM, text=text, format=CLAIM_TOKEN_FORMAT_ID_TOKEN), ClaimToken)
    opened = await world.server.open(REALM)
    assert opened is not None
    (issuer,) = opened.reference.trusted_issuers
    await world.replace(replace(issuer, jwks=json.dumps({"keys": []})))
    await fresh(world)
    assert isinstance(await tokens.verify(REALM, text=text, format=CLAIM_TOKEN_FORMAT_ID_TOKEN), BadClaimToken)
