"""The userinfo endpoint."""

import pytest

from consentry.core.errors import InsufficientScope, InvalidToken, MissingToken
from consentry.core.model import Account
from consentry.core.standard_claims import standard_claims
from consentry.core.userinfo import UserinfoRequest, userinfo
from tests.worlds import NOON, World

OF_PROFILE = {"name": "Alice", "preferred_username": "alice"}
OF_EMAIL = {"email": "alice@example.test", "email_verified": True}


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("openid", {}),
        ("openid profile", OF_PROFILE),
        ("openid email", OF_EMAIL),
        ("openid profile email read", OF_PROFILE | OF_EMAIL),
    ],
)
async def test_ui_4_scopes_stand_for_claims(world: World, scope: str, expected: dict[str, object]) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    secret = await world.access_token(app, alice, scope=scope)
    assert await world.ask(userinfo, UserinfoRequest(token=secret)) == {"sub": alice.account_id, **expected}


def test_ui_4_an_empty_claim_is_left_out() -> None:
    nameless = Account(account_id="a", username="alice")
    assert standard_claims(nameless, ("openid", "profile", "email")) == {"sub": "a", "preferred_username": "alice"}


async def test_ui_3_no_token_a_bad_one_and_one_without_openid(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    read = await world.access_token(app, alice, scope="read")
    await world.refused(userinfo, UserinfoRequest(token=None), MissingToken)
    await world.refused(userinfo, UserinfoRequest(token="unknown"), InvalidToken)
    await world.refused(userinfo, UserinfoRequest(token=read), InsufficientScope)


async def test_ui_3_an_expired_token_is_invalid(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    secret = await world.access_token(app, alice)
    world.clock.forward(600)
    await world.refused(userinfo, UserinfoRequest(token=secret), InvalidToken)


async def test_ui_3_a_token_dies_with_its_account_and_its_client(world: World) -> None:
    app = await world.client("app")
    gone = await world.account("gone", disabled_at=NOON)
    secret = await world.access_token(app, gone)
    await world.refused(userinfo, UserinfoRequest(token=secret), InvalidToken)


async def test_ui_5_a_pat_tells_nothing_about_its_owner(world: World) -> None:
    records, alice = await world.client("records"), await world.account("alice")
    await world.refused(userinfo, UserinfoRequest(token=await world.pat(records, alice)), InsufficientScope)


async def test_ui_5_an_rpt_is_no_access_token_here(world: World) -> None:
    alice, bob = await world.account("alice"), await world.account("bob")
    records, app = await world.client("records"), await world.client("app")
    grant = await world.grant(await world.resource(alice, records), bob)
    await world.rpt(app, bob, grant, resource_server=records)
    await world.refused(userinfo, UserinfoRequest(token="the-rpt"), InvalidToken)


async def test_idt_9_an_id_token_is_no_access_token(world: World) -> None:
    opened = await world.server.open("demo")
    assert opened is not None
    signed = opened.keys.sign({"sub": "alice"}, alg="ES256", typ="JWT")
    await world.refused(userinfo, UserinfoRequest(token=signed), InvalidToken)
