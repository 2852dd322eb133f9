"""The refresh grant, of ordinary tokens and of RPTs."""

from dataclasses import replace

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidGrant, InvalidScope, Refusal
from consentry.core.grants.refresh_token import RefreshRequest
from consentry.core.introspection import Introspection, IntrospectionRequest, introspect
from consentry.core.issued import TokenIssued
from consentry.core.model import Client, GrantedPermission
from consentry.core.ports import Page
from consentry.core.refreshed_rpt import narrowed
from consentry.core.token import TokenRequest, token
from consentry.core.userinfo import UserinfoRequest, userinfo
from tests.worlds import NOON, World, credentials_of


def refreshes(client: Client, secret: str = "the-refresh-token", *scope: str) -> TokenRequest:
    grant = RefreshRequest(refresh_token=secret, scope=scope or None)
    return TokenRequest(credentials=credentials_of(client), grant=grant)


async def is_alive(world: World, access_token: str) -> bool:
    return not isinstance(await world.ask(userinfo, UserinfoRequest(token=access_token)), Refusal)


async def test_rfc6749_6_a_refresh_token_becomes_an_access_token_and_its_successor(world: World) -> None:
    app = await world.client("app")
    await world.refresh_token(app, await world.account("alice"))
    issued = await world.said(token, refreshes(app), TokenIssued)
    assert await is_alive(world, issued.access_token)
    assert issued.refresh_token not in (None, "the-refresh-token")
    again = await world.said(token, refreshes(app, str(issued.refresh_token)), TokenIssued)
    assert again.refresh_token != issued.refresh_token


async def test_rt_1_a_refresh_token_is_bound_to_its_client(world: World) -> None:
    app, other = await world.client("app"), await world.client("other")
    await world.refresh_token(app, await world.account("alice"))
    await world.refused(token, refreshes(other), InvalidGrant)
    await world.said(token, refreshes(app), TokenIssued)


async def test_rt_2_a_scope_narrows_this_access_token_only(world: World) -> None:
    app = await world.client("app")
    await world.refresh_token(app, await world.account("alice"))
    narrow = await world.said(token, refreshes(app, "the-refresh-token", "openid"), TokenIssued)
    assert narrow.scope == ("openid",)
    full = await world.said(token, refreshes(app, str(narrow.refresh_token)), TokenIssued)
    assert full.scope == ("openid", "profile", "email")


async def test_rt_2_a_wider_scope_is_refused_and_costs_nothing(world: World) -> None:
    app = await world.client("app")
    await world.refresh_token(app, await world.account("alice"))
    await world.refused(token, refreshes(app, "the-refresh-token", "openid", "read"), InvalidScope)
    await world.said(token, refreshes(app), TokenIssued)


async def test_rt_3_a_refresh_token_shown_again_ends_its_family(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    await world.refresh_token(app, alice)
    other = await world.access_token(app, alice, secret="of-another-sign-in", family="family-2")
    issued = await world.said(token, refreshes(app), TokenIssued)
    await world.refused(token, refreshes(app), InvalidGrant)
    assert not await is_alive(world, issued.access_token)
    await world.refused(token, refreshes(app, str(issued.refresh_token)), InvalidGrant)
    assert await is_alive(world, other)


async def test_gen_8_the_account_sees_that_a_refresh_token_was_shown_again_once_however_often(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    await world.refresh_token(app, alice)
    await world.said(token, refreshes(app), TokenIssued)
    for _ in range(3):
        await world.refused(token, refreshes(app), InvalidGrant)

    async def seen(ctx: Context, account_id: str) -> Answer[list[str]]:
        return Answer([each.kind for each in await ctx.store.events(account_id, Page())])

    assert await world.ask(seen, alice.account_id) == ["refresh_token.reused"]


async def test_rt_6_a_successor_lives_no_longer_than_the_first(world: World) -> None:
    app = await world.client("app")
    await world.refresh_token(app, await world.account("alice"))
    world.clock.forward(86_000)
    issued = await world.said(token, refreshes(app), TokenIssued)
    world.clock.forward(400)
    await world.refused(token, refreshes(app, str(issued.refresh_token)), InvalidGrant)


async def test_rt_8_the_id_token_keeps_the_time_of_the_sign_in_and_has_no_nonce(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    await world.refresh_token(app, alice)
    world.clock.forward(1000)
    issued = await world.said(token, refreshes(app), TokenIssued)
    opened = await world.server.open("demo")
    assert opened is not None
    claims = opened.keys.verify(str(issued.id_token))
    assert (claims["sub"], claims["aud"]) == (alice.account_id, "app")
    assert (claims["auth_time"], claims["iat"]) == (NOON - 30, NOON + 1000)
    assert "nonce" not in claims


async def test_rt_11_a_refresh_token_dies_with_its_account(world: World) -> None:
    app, alice = await world.client("app"), await world.account("alice")
    await world.refresh_token(app, alice)
    await world.replace(replace(alice, disabled_at=NOON))
    await world.refused(token, refreshes(app), InvalidGrant)


async def test_te_11_unknown_used_expired_and_foreign_refresh_tokens_look_the_same(world: World) -> None:
    app, other, alice = await world.client("app"), await world.client("other"), await world.account("alice")
    for secret in ("used", "foreign", "expired"):
        await world.refresh_token(other if secret == "foreign" else app, alice, secret=secret, family=secret)
    await world.said(token, refreshes(app, "used"), TokenIssued)
    world.clock.forward(86_400)
    said = {
        (await world.refused(token, refreshes(app, each), InvalidGrant)).description
        for each in ("used", "foreign", "expired", "unknown")
    }
    assert len(said) == 1


async def test_te_13_of_32_parallel_uses_of_a_refresh_token_one_succeeds(world: World) -> None:
    app = await world.client("app")
    await world.refresh_token(app, await world.account("alice"))
    answers: list[object] = []

    async def refresh() -> None:
        answers.append(await world.ask(token, refreshes(app)))

    async with anyio.create_task_group() as group:
        for _ in range(32):
            group.start_soon(refresh)
    assert [type(answer) for answer in answers].count(TokenIssued) == 1
    assert {type(answer) for answer in answers} == {TokenIssued, InvalidGrant}


class Shared:
    """Alice's record, shared with Bob, whose app has an RPT with a refresh token."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def arrange(self, *, expires_at: int | None = None) -> None:
        world = self.world
        self.alice, self.bob = await world.account("alice"), await world.account("bob")
        self.records = await world.client("records", resource_server=True)
        self.app = await world.client("app")
        self.record = await world.resource(self.alice, self.records)
        self.grant = await world.grant(self.record, self.bob, expires_at=expires_at)
        rpt = await world.rpt(self.app, self.bob, self.grant, resource_server=self.records)
        await world.refresh_token(self.app, self.bob, family=rpt.family, rpt=rpt)
        self.pat = await world.pat(self.records, self.alice, lifetime=100_000)

    async def permissions(self, issued: TokenIssued) -> dict[str, set[str]]:
        request = IntrospectionRequest(token=issued.access_token, pat=self.pat)
        seen = await self.world.said(introspect, request, Introspection)
        return {each.resource_id: set(each.scopes) for each in seen.permissions or ()}


@pytest.fixture
async def shared(world: World) -> Shared:
    arranged = Shared(world)
    await arranged.arrange()
    return arranged


async def test_grant_3_6_a_refreshed_rpt_has_the_same_permissions(shared: Shared) -> None:
    issued = await shared.world.said(token, refreshes(shared.app), TokenIssued)
    assert await shared.permissions(issued) == {shared.record.resource_id: {"read", "write"}}
    assert issued.scope is None
    assert issued.id_token is None
    await shared.world.said(token, refreshes(shared.app, str(issued.refresh_token)), TokenIssued)


async def test_a_18_a_scope_narrows_the_rpt_and_the_next_one_has_everything_again(shared: Shared) -> None:
    narrow = await shared.world.said(token, refreshes(shared.app, "the-refresh-token", "read"), TokenIssued)
    assert await shared.permissions(narrow) == {shared.record.resource_id: {"read"}}
    full = await shared.world.said(token, refreshes(shared.app, str(narrow.refresh_token)), TokenIssued)
    assert await shared.permissions(full) == {shared.record.resource_id: {"read", "write"}}


async def test_a_18_a_scope_that_was_not_granted_is_invalid_and_costs_nothing(shared: Shared) -> None:
    await shared.world.refused(token, refreshes(shared.app, "the-refresh-token", "delete"), InvalidScope)
    await shared.world.said(token, refreshes(shared.app), TokenIssued)


async def test_a_19_nothing_is_refreshed_after_the_owner_stopped_sharing(shared: Shared) -> None:
    await shared.world.remove(shared.grant)
    await shared.world.refused(token, refreshes(shared.app), InvalidGrant)


async def test_a_19_a_refreshed_rpt_shows_what_is_left(shared: Shared) -> None:
    await shared.world.replace(replace(shared.grant, scopes=("read",)))
    issued = await shared.world.said(token, refreshes(shared.app), TokenIssued)
    assert await shared.permissions(issued) == {shared.record.resource_id: {"read"}}


async def test_grant_3_6_refreshing_assesses_nothing_anew(shared: Shared) -> None:
    """A second record shared in the meantime does not slip in."""
    await shared.world.grant(await shared.world.resource(shared.alice, shared.records, name="photo"), shared.bob)
    issued = await shared.world.said(token, refreshes(shared.app), TokenIssued)
    assert await shared.permissions(issued) == {shared.record.resource_id: {"read", "write"}}


async def test_a_41_a_refreshed_rpt_does_not_outlive_its_grants(world: World) -> None:
    shared = Shared(world)
    await shared.arrange(expires_at=NOON + 100)
    issued = await world.said(token, refreshes(shared.app), TokenIssued)
    assert issued.expires_in == 100
    world.clock.forward(100)
    assert await shared.permissions(issued) == {}
    await world.refused(token, refreshes(shared.app, str(issued.refresh_token)), InvalidGrant)


scopes = st.lists(st.sampled_from(["read", "write", "print"]), unique=True, max_size=3).map(tuple)
permissions = st.lists(
    scopes.map(lambda some: GrantedPermission(resource_id="r", grant_id="g", scopes=some)), max_size=4
).map(tuple)


@given(permissions, scopes)
def test_a_18_narrowing_never_adds_and_drops_only_what_it_emptied(
    granted: tuple[GrantedPermission, ...], asked: tuple[str, ...]
) -> None:
    known = {name for permission in granted for name in permission.scopes}
    if not set(asked) <= known:
        with pytest.raises(InvalidScope):
            narrowed(granted, asked)
        return
    left = [permission.scopes for permission in narrowed(granted, asked)]
    expected = [tuple(name for name in permission.scopes if name in asked) for permission in granted]
    assert left == [after for before, after in zip(granted, expected, strict=True) if after or not before.scopes]
