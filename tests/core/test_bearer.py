"""Bearer tokens, and PATs with the resources they reach."""

from dataclasses import replace

import pytest

from consentry.core.bearer import bearer, owner_of, protection
from consentry.core.context import Answer, Context
from consentry.core.errors import InsufficientScope, InvalidToken, MissingToken
from consentry.core.model import AccessToken
from consentry.core.ports import Protection
from tests.worlds import NOON, World


async def reads(ctx: Context, token: str | None) -> Answer[AccessToken]:
    return Answer(await bearer(ctx, token, scope="read"))


async def protects(ctx: Context, question: tuple[str | None, tuple[str, ...]]) -> Answer[Protection]:
    return Answer(await protection(ctx, question[0], question[1]))


async def test_rfc6750_3_1_a_good_token_with_the_scope_is_let_in(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    secret = await world.access_token(app, alice, scope="read write")
    assert owner_of(await world.said(reads, secret, AccessToken)) == alice.account_id


async def test_rfc6750_3_1_what_is_missing_wrong_or_not_enough(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    await world.access_token(app, alice, scope="write")
    for secret in (None, ""):
        await world.refused(reads, secret, MissingToken)
    for secret in ("unknown", "ü", "\x00"):
        await world.refused(reads, secret, InvalidToken)
    await world.refused(reads, "the-access-token", InsufficientScope)


async def test_te_11_an_expired_token_and_one_of_a_dead_client_or_account_look_unknown(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    gone = await world.account("gone", disabled_at=NOON)
    await world.access_token(app, alice, secret="expired", scope="read", lifetime=0)
    await world.access_token(app, gone, secret="gone", scope="read")
    await world.access_token(app, alice, secret="of-the-app", scope="read")
    await world.said(reads, "of-the-app", AccessToken)
    await world.replace(replace(app, disabled_at=NOON))
    said = {
        (await world.refused(reads, each, InvalidToken)).description
        for each in ("expired", "gone", "of-the-app", "unknown")
    }
    assert len(said) == 1


async def test_fedauthz_1_3_a_pat_reaches_the_resources_of_its_owner_at_its_resource_server(world: World) -> None:
    alice, dave = await world.account("alice"), await world.account("dave")
    records, photos = await world.client("records"), await world.client("photos")
    own = await world.resource(alice, records)
    elsewhere = await world.resource(alice, photos, name="photo")
    foreign = await world.resource(dave, records)
    pat = await world.pat(records, alice)
    wanted = (own.resource_id, elsewhere.resource_id, foreign.resource_id, "unknown")
    found = await world.said(protects, (pat, wanted), Protection)
    assert [each.resource_id for each in found.resources] == [own.resource_id]


@pytest.mark.parametrize("pat", [None, ""])
async def test_fedauthz_1_3_without_a_pat_there_is_no_protection(world: World, pat: str | None) -> None:
    await world.refused(protects, (pat, ()), MissingToken)


async def test_fedauthz_1_3_a_pat_needs_its_scope_an_owner_and_time(world: World) -> None:
    alice, records = await world.account("alice"), await world.client("records")
    read = await world.access_token(records, alice, secret="read", scope="read")
    nobody = await world.access_token(records, None, secret="nobody", scope="uma_protection")
    pat = await world.pat(records, alice)
    await world.refused(protects, (read, ()), InsufficientScope)
    assert not isinstance(await world.ask(protects, (nobody, ())), Protection)
    await world.said(protects, (pat, ()), Protection)
    world.clock.forward(3600)
    await world.refused(protects, (pat, ()), InvalidToken)
