"""The client credentials grant."""

import pytest

from consentry.core.bearer import bearer
from consentry.core.context import Answer, Context
from consentry.core.errors import InsufficientScope, InvalidScope, UnauthorizedClient
from consentry.core.grants.client_credentials import ClientCredentialsRequest
from consentry.core.issued import TokenIssued
from consentry.core.model import AccessToken, Client
from consentry.core.token import TokenRequest, token
from consentry.core.userinfo import UserinfoRequest, userinfo
from tests.worlds import NOON, World, credentials_of


def asks(client: Client, *scope: str) -> TokenRequest:
    grant = ClientCredentialsRequest(scope=scope or None)
    return TokenRequest(credentials=credentials_of(client), grant=grant)


async def behind(world: World, issued: TokenIssued) -> AccessToken:
    """Return the record of a token, which has all the scopes that were issued."""

    async def look(ctx: Context, secret: str) -> Answer[AccessToken]:
        assert issued.scope
        return Answer(await bearer(ctx, secret, scope=issued.scope[0]))

    return await world.said(look, issued.access_token, AccessToken)


async def test_rfc6749_4_4_3_a_client_gets_an_access_token_and_nothing_else(world: World) -> None:
    app = await world.client("app", scope="read write")
    issued = await world.said(token, asks(app, "read"), TokenIssued)
    assert (issued.scope, issued.expires_in) == (("read",), 600)
    assert issued.refresh_token is None
    assert issued.id_token is None
    record = await behind(world, issued)
    assert (record.client_id, record.account_id, record.expires_at) == ("app", None, NOON + 600)


async def test_rfc6749_3_3_without_a_scope_the_client_gets_all_that_it_may_have(world: World) -> None:
    app = await world.client("app", scope="openid offline_access uma_protection read write")
    assert (await world.said(token, asks(app), TokenIssued)).scope == ("read", "write")


async def test_cc_1_a_public_client_cannot_act_for_itself(world: World) -> None:
    phone = await world.client("phone", method="none")
    await world.refused(token, asks(phone), UnauthorizedClient)


async def test_cc_4_openid_and_offline_access_are_dropped(world: World) -> None:
    app = await world.client("app", scope="openid offline_access read")
    issued = await world.said(token, asks(app, "openid", "read", "offline_access"), TokenIssued)
    assert issued.scope == ("read",)
    assert issued.id_token is None


async def test_cc_3_such_a_token_tells_nothing_about_a_person(world: World) -> None:
    app = await world.client("app", scope="openid read")
    issued = await world.said(token, asks(app), TokenIssued)
    await world.refused(userinfo, UserinfoRequest(token=issued.access_token), InsufficientScope)


@pytest.mark.parametrize("scope", ["write", "READ", "uma_policy_manager"])
async def test_rfc6749_5_2_a_scope_that_the_client_is_not_registered_for_is_invalid(world: World, scope: str) -> None:
    app = await world.client("app", scope="read")
    await world.refused(token, asks(app, "read", scope), InvalidScope)


async def test_a_44_the_pat_of_a_resource_server_speaks_for_its_organisation(world: World) -> None:
    hospital = await world.account("hospital", organisation=True)
    records = await world.client("records", scope="uma_protection", resource_server=True, account=hospital)
    issued = await world.said(token, asks(records, "uma_protection"), TokenIssued)
    assert issued.expires_in == 3600
    assert (await behind(world, issued)).account_id == hospital.account_id


async def test_a_44_an_ordinary_token_of_a_resource_server_speaks_for_nobody(world: World) -> None:
    hospital = await world.account("hospital", organisation=True)
    records = await world.client("records", scope="uma_protection read", resource_server=True, account=hospital)
    issued = await world.said(token, asks(records, "read"), TokenIssued)
    assert (await behind(world, issued)).account_id is None


async def test_a_44_without_an_organisation_there_is_no_owner_for_a_pat(world: World) -> None:
    records = await world.client("records", scope="uma_protection", resource_server=True)
    await world.refused(token, asks(records, "uma_protection"), InvalidScope)


async def test_te_7_every_token_is_another_one_with_256_bits(world: World) -> None:
    app = await world.client("app", scope="read")
    secrets = {(await world.said(token, asks(app), TokenIssued)).access_token for _ in range(50)}
    assert len(secrets) == 50
    assert {len(secret) for secret in secrets} == {43}


async def test_fedauthz_1_3_only_a_resource_server_gets_a_pat(world: World) -> None:
    hospital = await world.account("hospital", organisation=True)
    app = await world.client("app", scope="uma_protection", account=hospital)
    await world.refused(token, asks(app, "uma_protection"), InvalidScope)
