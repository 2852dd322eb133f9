"""The revocation endpoint."""

import pytest

from consentry.core.client_authentication import Credentials
from consentry.core.errors import InvalidClient, InvalidGrant, InvalidRequest
from consentry.core.introspection import Introspection, IntrospectionRequest, introspect
from consentry.core.model import Client
from consentry.core.nothing import Nothing
from consentry.core.revocation import RevocationRequest, revoke
from tests.worlds import World, credentials_of

HINTS = [None, "access_token", "refresh_token", "pct", "nonsense"]


def gives_back(client: Client, secret: str | None, hint: str | None = None) -> RevocationRequest:
    return RevocationRequest(credentials=credentials_of(client), token=secret, token_type_hint=hint)


async def is_active(world: World, client: Client, secret: str) -> bool:
    request = IntrospectionRequest(token=secret, credentials=credentials_of(client))
    return (await world.said(introspect, request, Introspection)).active


@pytest.mark.parametrize("hint", HINTS)
async def test_rv_2_a_token_is_ended_whatever_the_hint(world: World, hint: str | None) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    await world.access_token(app, alice)
    await world.refresh_token(app, alice, family="family-2")
    for secret in ("the-access-token", "the-refresh-token"):
        await world.said(revoke, gives_back(app, secret, hint), Nothing)
        assert not await is_active(world, app, secret)


async def test_rv_2_a_token_that_nobody_knows_is_fine(world: World) -> None:
    app = await world.client("app")
    for secret in ("unknown", "ü", "\x00"):
        await world.said(revoke, gives_back(app, secret), Nothing)


async def test_rv_2_revoking_twice_is_fine(world: World) -> None:
    app = await world.client("app")
    await world.refresh_token(app, await world.account("alice"))
    await world.said(revoke, gives_back(app, "the-refresh-token"), Nothing)
    await world.said(revoke, gives_back(app, "the-refresh-token"), Nothing)


async def test_rv_1_the_client_has_to_authenticate_and_a_public_one_to_name_itself(world: World) -> None:
    app, phone = await world.client("app"), await world.client("phone", method="none")
    alice = await world.account("alice")
    await world.access_token(app, alice)
    await world.access_token(phone, alice, secret="of-the-phone", family="family-2")
    nobody = Credentials(method="none", client_id="app")
    request = RevocationRequest(credentials=nobody, token="the-access-token")
    await world.refused(revoke, request, InvalidClient)
    await world.said(revoke, gives_back(phone, "of-the-phone"), Nothing)


async def test_rfc7009_2_1_the_token_is_required(world: World) -> None:
    await world.refused(revoke, gives_back(await world.client("app"), None), InvalidRequest)


@pytest.mark.parametrize("hint", HINTS)
async def test_rv_3_another_clients_token_stays_alive(world: World, hint: str | None) -> None:
    app, other, alice = await world.client("app"), await world.client("other"), await world.account("alice")
    await world.access_token(app, alice)
    await world.refresh_token(app, alice, family="family-2")
    for secret in ("the-access-token", "the-refresh-token"):
        await world.refused(revoke, gives_back(other, secret, hint), InvalidGrant)
        assert await is_active(world, app, secret)


async def test_rv_4_a_refresh_token_takes_its_access_tokens_along(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    await world.access_token(app, alice)
    await world.access_token(app, alice, secret="of-another-sign-in", family="family-2")
    await world.refresh_token(app, alice)
    await world.said(revoke, gives_back(app, "the-refresh-token"), Nothing)
    assert not await is_active(world, app, "the-access-token")
    assert await is_active(world, app, "of-another-sign-in")


async def test_rv_4_an_access_token_leaves_its_refresh_token_alone(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    await world.access_token(app, alice)
    await world.refresh_token(app, alice)
    await world.said(revoke, gives_back(app, "the-access-token"), Nothing)
    assert await is_active(world, app, "the-refresh-token")


@pytest.mark.parametrize("hint", HINTS)
async def test_grant_3_7_a_client_gives_back_its_rpt_and_no_other_client_can(world: World, hint: str | None) -> None:
    alice, bob = await world.account("alice"), await world.account("bob")
    records, app = await world.client("records", resource_server=True), await world.client("app")
    other = await world.client("other")
    grant = await world.grant(await world.resource(alice, records), bob)
    await world.rpt(app, bob, grant, resource_server=records)
    request = IntrospectionRequest(token="the-rpt", pat=await world.pat(records, alice))
    await world.said(revoke, gives_back(other, "the-rpt", hint), Nothing)
    assert (await world.said(introspect, request, Introspection)).active
    await world.said(revoke, gives_back(app, "the-rpt", hint), Nothing)
    assert not (await world.said(introspect, request, Introspection)).active
