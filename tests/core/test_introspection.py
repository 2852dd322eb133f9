"""The introspection endpoint."""

from dataclasses import replace

import pytest

from consentry.core.client_authentication import Credentials
from consentry.core.errors import (
    InsufficientScope,
    InvalidClient,
    InvalidRequest,
    InvalidToken,
    MissingToken,
)
from consentry.core.introspection import INACTIVE, Introspection, IntrospectionRequest, introspect
from consentry.core.model import Client
from tests.worlds import ISSUER, NOON, World, credentials_of, secret_digest


class Shared:
    """Alice's record at the health records, shared with Bob, whose app has an RPT for it."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def arrange(self) -> None:
        world = self.world
        self.alice, self.bob, self.dave = [await world.account(name) for name in ("alice", "bob", "dave")]
        self.records = await world.client("records", resource_server=True)
        self.photos = await world.client("photos", resource_server=True)
        self.app = await world.client("app")
        self.record = await world.resource(self.alice, self.records)
        self.grant = await world.grant(self.record, self.bob)
        self.rpt = await world.rpt(self.app, self.bob, self.grant, resource_server=self.records)
        self.pat = await world.pat(self.records, self.alice)

    async def seen(self, pat: str | None = None) -> Introspection:
        request = IntrospectionRequest(token="the-rpt", pat=pat or self.pat)
        return await self.world.said(introspect, request, Introspection)


@pytest.fixture
async def shared(world: World) -> Shared:
    arranged = Shared(world)
    await arranged.arrange()
    return arranged


async def by_client(world: World, client: Client, secret: str) -> Introspection:
    request = IntrospectionRequest(token=secret, credentials=credentials_of(client))
    return await world.said(introspect, request, Introspection)


async def test_fedauthz_5_1_1_an_rpt_shows_its_permissions_and_whose_they_are(shared: Shared) -> None:
    assert await shared.seen() == Introspection(
        active=True,
        permissions=shared.rpt.permissions,
        client_id="app",
        sub=shared.bob.account_id,
        aud="records",
        iss=ISSUER,
        exp=NOON + 3600,
        iat=NOON,
        token_type="Bearer",
    )


async def test_fedauthz_5_1_1_an_rpt_has_no_scope(shared: Shared) -> None:
    assert (await shared.seen()).scope is None


async def test_a_05_another_owner_or_another_resource_server_sees_nothing(shared: Shared) -> None:
    assert await shared.seen(await shared.world.pat(shared.records, shared.dave)) == INACTIVE
    assert await shared.seen(await shared.world.pat(shared.photos, shared.alice)) == INACTIVE


async def test_a_04_an_rpt_is_shown_to_a_pat_only(shared: Shared) -> None:
    for client in (shared.records, shared.app):
        assert await by_client(shared.world, client, "the-rpt") == INACTIVE


async def test_grant_6_1_after_the_owner_stopped_sharing_the_rpt_is_dead(shared: Shared) -> None:
    await shared.world.remove(shared.grant)
    assert await shared.seen() == INACTIVE


async def test_grant_6_1_a_paused_grant_gives_nothing(shared: Shared) -> None:
    await shared.world.replace(replace(shared.grant, paused_at=NOON))
    assert await shared.seen() == INACTIVE


async def test_grant_6_1_what_the_owner_took_back_is_gone(shared: Shared) -> None:
    await shared.world.replace(replace(shared.grant, scopes=("read",)))
    seen = await shared.seen()
    assert [each.scopes for each in seen.permissions or ()] == [("read",)]


async def test_fedauthz_5_1_1_a_scope_that_the_resource_lost_is_gone(shared: Shared) -> None:
    await shared.world.replace(replace(shared.record, resource_scopes=("write",)))
    seen = await shared.seen()
    assert [each.scopes for each in seen.permissions or ()] == [("write",)]


async def test_fedauthz_5_1_1_a_deleted_resource_is_gone(shared: Shared) -> None:
    await shared.world.remove(shared.record)
    assert await shared.seen() == INACTIVE


async def test_fedauthz_5_1_1_a_grant_that_ends_earlier_ends_the_rpt_earlier(shared: Shared) -> None:
    await shared.world.replace(replace(shared.grant, expires_at=NOON + 100))
    seen = await shared.seen()
    assert seen.exp == NOON + 100
    assert [each.expires_at for each in seen.permissions or ()] == [NOON + 100]
    shared.world.clock.forward(100)
    assert await shared.seen() == INACTIVE


async def test_fedauthz_5_1_1_a_grant_that_begins_later_says_so(shared: Shared) -> None:
    await shared.world.replace(replace(shared.grant, not_before=NOON + 100))
    seen = await shared.seen()
    assert [each.not_before for each in seen.permissions or ()] == [NOON + 100]


async def test_fedauthz_5_1_1_an_expired_rpt_is_inactive(shared: Shared) -> None:
    pat = await shared.world.access_token(
        shared.records, shared.alice, secret="long", scope="uma_protection", family="long", lifetime=10_000
    )
    shared.world.clock.forward(3599)
    assert (await shared.seen(pat)).active
    shared.world.clock.forward(1)
    assert await shared.seen(pat) == INACTIVE


async def test_an_rpt_dies_with_its_client_or_its_requesting_party(shared: Shared) -> None:
    await shared.world.replace(replace(shared.app, disabled_at=NOON))
    assert await shared.seen() == INACTIVE
    await shared.world.replace(replace(shared.app, version=2))
    assert (await shared.seen()).active
    await shared.world.replace(replace(shared.bob, disabled_at=NOON))
    assert await shared.seen() == INACTIVE


async def test_fedauthz_1_3_a_pat_has_to_be_good(shared: Shared) -> None:
    world = shared.world
    read = await world.access_token(shared.records, shared.alice, scope="read")
    await world.refused(introspect, IntrospectionRequest(token="the-rpt", pat="unknown"), InvalidToken)
    await world.refused(introspect, IntrospectionRequest(token="the-rpt", pat=read), InsufficientScope)
    world.clock.forward(3600)
    await world.refused(introspect, IntrospectionRequest(token="the-rpt", pat=shared.pat), InvalidToken)


async def test_in_1_somebody_unknown_is_told_nothing(world: World) -> None:
    await world.client("app")
    wrong = Credentials(method="client_secret_basic", client_id="app", secret_digest=secret_digest("app", "guess"))
    await world.refused(introspect, IntrospectionRequest(token="x"), MissingToken)
    await world.refused(introspect, IntrospectionRequest(token=None), MissingToken)
    await world.refused(introspect, IntrospectionRequest(token=None, pat=""), MissingToken)
    await world.refused(introspect, IntrospectionRequest(token="x", credentials=wrong), InvalidClient)


async def test_in_1_naming_a_public_client_is_no_authentication(world: World) -> None:
    phone = await world.client("phone", method="none")
    request = IntrospectionRequest(token="x", credentials=credentials_of(phone))
    await world.refused(introspect, request, InvalidClient)


async def test_rfc7662_2_1_the_token_is_required(shared: Shared) -> None:
    await shared.world.refused(introspect, IntrospectionRequest(token=None, pat=shared.pat), InvalidRequest)
    request = IntrospectionRequest(token=None, credentials=credentials_of(shared.app))
    await shared.world.refused(introspect, request, InvalidRequest)


async def test_in_2_an_access_token_shows_its_scope_and_whose_it_is(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    await world.access_token(app, alice, scope="openid read")
    assert await by_client(world, app, "the-access-token") == Introspection(
        active=True,
        scope=("openid", "read"),
        client_id="app",
        sub=alice.account_id,
        iss=ISSUER,
        exp=NOON + 600,
        iat=NOON,
        token_type="Bearer",
    )


async def test_fedauthz_5_a_pat_introspects_ordinary_tokens_too(shared: Shared) -> None:
    await shared.world.access_token(shared.app, shared.bob, scope="read")
    request = IntrospectionRequest(token="the-access-token", pat=shared.pat)
    seen = await shared.world.said(introspect, request, Introspection)
    assert (seen.scope, seen.permissions) == (("read",), None)


async def test_cc_3_the_subject_of_a_clients_own_token_is_the_client(world: World) -> None:
    app = await world.client("app")
    await world.access_token(app, None, scope="read")
    assert (await by_client(world, app, "the-access-token")).sub == "app"


async def test_in_4_another_client_sees_nothing_and_a_resource_server_no_foreign_pat(shared: Shared) -> None:
    world = shared.world
    other = await world.client("other")
    await world.access_token(shared.app, shared.bob, scope="read")
    assert await by_client(world, other, "the-access-token") == INACTIVE
    assert (await by_client(world, shared.photos, "the-access-token")).active
    assert await by_client(world, shared.photos, shared.pat) == INACTIVE
    assert (await by_client(world, shared.records, shared.pat)).active


async def test_in_6_a_refresh_token_is_shown_to_its_own_client_only(shared: Shared) -> None:
    world = shared.world
    await world.refresh_token(shared.app, shared.bob)
    seen = await by_client(world, shared.app, "the-refresh-token")
    assert (seen.active, seen.client_id, seen.token_type) == (True, "app", None)
    for other in (shared.records, shared.photos):
        assert await by_client(world, other, "the-refresh-token") == INACTIVE


async def test_in_3_unknown_expired_and_dead_tokens_look_the_same(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    gone = await world.account("gone", disabled_at=NOON)
    await world.access_token(app, alice, secret="expired", lifetime=0)
    await world.access_token(app, gone, secret="of-somebody-disabled")
    for secret in ("unknown", "expired", "of-somebody-disabled", "ü", "\x00", "\ud800"):
        assert await by_client(world, app, secret) == INACTIVE
