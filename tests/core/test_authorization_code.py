"""The authorization code grant."""

import anyio
import pytest
from joserfc.jws import extract_compact

from consentry.core.errors import InvalidGrant, InvalidRequest, Refusal
from consentry.core.grants.authorization_code import CodeRequest
from consentry.core.id_token import at_hash
from consentry.core.issued import TokenIssued
from consentry.core.model import Client
from consentry.core.token import TokenRequest, token
from consentry.core.userinfo import UserinfoRequest, userinfo
from tests.worlds import ISSUER, NOON, VERIFIER, World, credentials_of


def redeems(
    client: Client, code: str = "the-code", *, verifier: str | None = VERIFIER, redirect_uri: str | None = None
) -> TokenRequest:
    grant = CodeRequest(code=code, code_verifier=verifier, redirect_uri=redirect_uri)
    return TokenRequest(credentials=credentials_of(client), grant=grant)


async def is_alive(world: World, access_token: str) -> bool:
    return not isinstance(await world.ask(userinfo, UserinfoRequest(token=access_token)), Refusal)


async def claims_of(world: World, id_token: str | None) -> dict[str, object]:
    opened = await world.server.open("demo")
    assert opened is not None
    assert id_token is not None
    return opened.keys.verify(id_token, typ="JWT")


async def test_rfc6749_4_1_4_a_code_becomes_tokens(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    await world.code(app, alice)
    issued = await world.said(token, redeems(app), TokenIssued)
    assert issued.token_type == "Bearer"
    assert issued.expires_in == 600
    assert issued.scope == ("openid", "profile", "email")
    assert await is_alive(world, issued.access_token)


async def test_oidc_3_1_3_3_the_id_token_says_who_when_and_for_whom(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    await world.code(app, alice)
    issued = await world.said(token, redeems(app), TokenIssued)
    assert await claims_of(world, issued.id_token) == {
        "iss": ISSUER,
        "sub": alice.account_id,
        "aud": "app",
        "iat": NOON,
        "exp": NOON + 600,
        "auth_time": NOON - 30,
        "amr": ["pwd"],
        "sid": "the-sid",
        "nonce": "the-nonce",
        "at_hash": at_hash(issued.access_token),
        "name": "Alice",
        "preferred_username": "alice",
        "email": "alice@example.test",
        "email_verified": True,
    }


async def test_idt_3_a_client_may_be_registered_for_rs256(world: World) -> None:
    app = await world.client("app", id_token_signed_response_alg="RS256")
    await world.code(app, await world.account("alice"))
    issued = await world.said(token, redeems(app), TokenIssued)
    header = extract_compact(str(issued.id_token).encode()).headers()
    assert header == {"alg": "RS256", "kid": "key-RS256", "typ": "JWT"}


async def test_oidc_5_4_the_id_token_has_only_the_claims_of_granted_scopes(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    await world.code(app, alice, scope="openid")
    claims = await claims_of(world, (await world.said(token, redeems(app), TokenIssued)).id_token)
    assert not claims.keys() & {"name", "preferred_username", "email", "email_verified"}


async def test_oidc_3_1_3_without_openid_there_is_no_id_token(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    await world.code(app, alice, scope="read")
    assert (await world.said(token, redeems(app), TokenIssued)).id_token is None


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("read", True),
        ("openid read", False),
        ("openid offline_access", True),
        ("openid uma_protection", True),
    ],
)
async def test_t_13_a_refresh_token_comes_with_offline_access_a_pat_or_plain_oauth(
    world: World, scope: str, *, expected: bool
) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    await world.code(app, alice, scope=scope)
    assert ((await world.said(token, redeems(app), TokenIssued)).refresh_token is not None) == expected


async def test_t_13_a_client_without_the_grant_type_gets_no_refresh_token(world: World) -> None:
    app = await world.client("app", grant_types=("authorization_code",))
    await world.code(app, await world.account("alice"), scope="openid offline_access")
    assert (await world.said(token, redeems(app), TokenIssued)).refresh_token is None


async def test_fedauthz_1_3_an_owners_code_becomes_a_pat(world: World) -> None:
    records = await world.client("records", resource_server=True)
    await world.code(records, await world.account("alice"), scope="uma_protection")
    issued = await world.said(token, redeems(records), TokenIssued)
    assert issued.expires_in == 3600
    assert issued.refresh_token is not None


async def test_ac_1_a_code_is_bound_to_its_client(world: World) -> None:
    app, other, alice = await world.client("app"), await world.client("other"), await world.account("alice")
    await world.code(app, alice)
    await world.refused(token, redeems(other), InvalidGrant)
    await world.said(token, redeems(app), TokenIssued)


async def test_ac_2_a_replay_that_is_otherwise_right_ends_everything_that_came_from_the_code(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    await world.code(app, alice)
    issued = await world.said(token, redeems(app), TokenIssued)
    await world.refused(token, redeems(app), InvalidGrant)
    assert not await is_alive(world, issued.access_token)


async def test_ac_2_a_replay_with_a_wrong_verifier_or_client_ends_nothing(world: World) -> None:
    app, other, alice = await world.client("app"), await world.client("other"), await world.account("alice")
    await world.code(app, alice)
    issued = await world.said(token, redeems(app), TokenIssued)
    await world.refused(token, redeems(app, verifier="x" * 43), InvalidGrant)
    await world.refused(token, redeems(app, verifier=None), InvalidGrant)
    await world.refused(token, redeems(other), InvalidGrant)
    assert await is_alive(world, issued.access_token)


async def test_ac_3_a_code_expires(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    await world.code(app, alice)
    world.clock.forward(60)
    await world.refused(token, redeems(app), InvalidGrant)


@pytest.mark.parametrize("verifier", [None, "x" * 43, VERIFIER[:42], "x" * 129, ""])
async def test_ac_4_a_missing_wrong_or_malformed_verifier_is_refused_and_spends_the_code(
    world: World, verifier: str | None
) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    await world.code(app, alice)
    await world.refused(token, redeems(app, verifier=verifier), InvalidGrant)
    await world.refused(token, redeems(app), InvalidGrant)


async def test_ac_5_a_verifier_without_a_challenge_is_refused(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    await world.code(app, alice, code_challenge=None)
    await world.refused(token, redeems(app), InvalidRequest)


async def test_t_01_a_code_without_a_challenge_needs_no_verifier(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    await world.code(app, alice, code_challenge=None)
    await world.said(token, redeems(app, verifier=None), TokenIssued)


async def test_ac_6_a_redirect_uri_that_is_sent_has_to_be_the_same(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    await world.code(app, alice, secret="one")
    await world.code(app, alice, secret="two", family="family-2")
    await world.said(token, redeems(app, "one", redirect_uri=app.redirect_uris[0]), TokenIssued)
    await world.refused(token, redeems(app, "two", redirect_uri="https://app.example/callback/"), InvalidGrant)


async def test_ac_9_a_code_dies_with_its_account(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice", disabled_at=NOON)
    await world.code(app, alice)
    await world.refused(token, redeems(app), InvalidGrant)


async def test_te_11_unknown_used_expired_and_foreign_codes_look_the_same(world: World) -> None:
    app, other, alice = await world.client("app"), await world.client("other"), await world.account("alice")
    for secret in ("used", "foreign", "expired"):
        await world.code(other if secret == "foreign" else app, alice, secret=secret, family=secret)
    await world.said(token, redeems(app, "used"), TokenIssued)
    world.clock.forward(60)
    said = {
        (await world.refused(token, redeems(app, each), InvalidGrant)).description
        for each in ("used", "foreign", "expired", "unknown")
    }
    assert len(said) == 1


async def test_te_13_of_32_parallel_redemptions_of_a_code_one_succeeds(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    await world.code(app, alice)
    answers: list[object] = []

    async def redeem() -> None:
        answers.append(await world.ask(token, redeems(app)))

    async with anyio.create_task_group() as group:
        for _ in range(32):
            group.start_soon(redeem)
    assert [type(answer) for answer in answers].count(TokenIssued) == 1
    assert {type(answer) for answer in answers} == {TokenIssued, InvalidGrant}
