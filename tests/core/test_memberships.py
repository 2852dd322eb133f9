"""Organisations: their staff as grantees, and those who act for them."""

from dataclasses import replace

import pytest

from consentry.core.activity import ListActivity, list_activity
from consentry.core.bearer import bearer
from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidToken
from consentry.core.grantee import NamedGrantee, NoSuchGrantee
from consentry.core.introspection import Introspection, IntrospectionRequest, introspect
from consentry.core.me import BySession
from consentry.core.memberships import ADMINISTRATOR, NotTheirs
from consentry.core.model import AccessToken, Account, Membership, TicketPermission
from consentry.core.owner_grants import ListMyGrants, MyGrant, Share, list_my_grants, share
from consentry.core.owner_resources import ListMyResources, list_my_resources
from consentry.core.permission import PermissionRequest, permission
from consentry.core.sharing import Listed
from consentry.core.terms import Terms
from consentry.core.token import token
from consentry.uma.codes import SCOPE_UMA_PROTECTION
from consentry.uma.wire import RequestSubmitted
from tests.sharing import Cast, new_cast
from tests.worlds import NOON, World, credentials_of

DAY = 86_400


@pytest.fixture
async def cast(world: World) -> Cast:
    return await new_cast(world)


async def clinic(cast: Cast, member: Account, role: str, *, until: int | None = None) -> tuple[Account, Membership]:
    organisation = await cast.world.account("st-marys", organisation=True)
    membership = Membership(
        organisation_id=organisation.account_id,
        account_id=member.account_id,
        role=role,
        until=until,
        created_at=NOON,
    )
    await cast.world.add(membership)
    return organisation, membership


async def shared_with(cast: Cast, role: str | None = None) -> MyGrant:
    sharing = Share(
        who=BySession(digest=await cast.world.session(cast.alice)),
        target_kind="resource",
        target_id=cast.record.resource_id,
        grantee=NamedGrantee(organisation="st-marys", role=role),
        terms=Terms(scopes=("read",)),
    )
    return await cast.world.said(share, sharing, MyGrant)


@pytest.mark.parametrize("role", [None, "nurse"])
async def test_g_3_3_4_1_the_staff_of_an_organisation_has_what_is_shared_with_it(cast: Cast, role: str | None) -> None:
    await clinic(cast, cast.bob, "nurse")
    shared = await shared_with(cast, role)
    assert (shared.person, shared.username, shared.grant.grantee.role) == ("St-Marys", "st-marys", role)
    issued = await cast.rpt(by=cast.bob)
    assert await cast.shown(issued.access_token) == {cast.record.resource_id: {"read"}}
    await cast.world.said(token, cast.request(await cast.ticket(), by=cast.carol), RequestSubmitted)


async def test_another_role_in_the_organisation_is_not_enough(cast: Cast) -> None:
    await clinic(cast, cast.bob, "porter")
    await shared_with(cast, "nurse")
    await cast.world.said(token, cast.request(await cast.ticket(), by=cast.bob), RequestSubmitted)


async def test_fa_5_1_1_ending_a_membership_ends_access_at_the_next_introspection(cast: Cast) -> None:
    _, membership = await clinic(cast, cast.bob, "nurse")
    await shared_with(cast)
    issued = await cast.rpt(by=cast.bob)
    assert await cast.shown(issued.access_token) != {}
    await cast.world.replace(replace(membership, until=NOON))
    assert await cast.shown(issued.access_token) == {}
    await cast.world.replace(replace(membership, until=None, role="porter", version=2))
    assert await cast.shown(issued.access_token) != {}
    await cast.world.remove(replace(membership, until=None, role="porter", version=3))
    assert await cast.shown(issued.access_token) == {}


async def test_a_membership_ends_by_itself(cast: Cast) -> None:
    await clinic(cast, cast.bob, "nurse", until=NOON + 60)
    await shared_with(cast)
    issued = await cast.rpt(by=cast.bob)
    cast.world.clock.forward(59)
    assert await cast.shown(issued.access_token) != {}
    cast.world.clock.forward(1)
    assert await cast.shown(issued.access_token) == {}


async def test_only_an_organisation_can_be_named_as_one(cast: Cast) -> None:
    sharing = Share(
        who=BySession(digest=await cast.world.session(cast.alice)),
        target_kind="resource",
        target_id=cast.record.resource_id,
        grantee=NamedGrantee(organisation="bob"),
        terms=Terms(scopes=("read",)),
    )
    await cast.world.refused(share, sharing, NoSuchGrantee)


async def test_g_1_2_1_an_administrator_acts_for_the_organisation_and_is_recorded(cast: Cast) -> None:
    organisation, membership = await clinic(cast, cast.carol, ADMINISTRATOR)
    rota = await cast.world.resource(organisation, cast.records, name="rota")
    carol = BySession(digest=await cast.world.session(cast.carol))
    acting = replace(carol, acting_for="st-marys")
    assert (await cast.world.said(list_my_resources, ListMyResources(who=carol), Listed)).items == ()
    (mine,) = (await cast.world.said(list_my_resources, ListMyResources(who=acting), Listed)).items
    assert mine.resource == rota
    sharing = Share(
        who=acting,
        target_kind="resource",
        target_id=rota.resource_id,
        grantee=NamedGrantee(account="bob"),
        terms=Terms(scopes=("read",)),
    )
    shared = await cast.world.said(share, sharing, MyGrant)
    assert shared.grant.owner_id == organisation.account_id
    happened = (await cast.world.said(list_activity, ListActivity(who=acting), Listed)).items[0]
    assert (happened.event.kind, happened.event.actor) == ("grant.added", cast.carol.account_id)

    await cast.world.replace(replace(membership, until=NOON))
    await cast.world.refused(list_my_grants, ListMyGrants(who=acting), NotTheirs)


@pytest.mark.parametrize("name", ["st-marys", "dave", "nobody"])
async def test_nobody_else_acts_for_an_organisation(cast: Cast, name: str) -> None:
    await clinic(cast, cast.bob, "nurse")
    for account in (cast.bob, cast.alice):
        acting = BySession(digest=await cast.world.session(account), acting_for=name)
        await cast.world.refused(list_my_grants, ListMyGrants(who=acting), NotTheirs)


async def test_a_disabled_administrator_acts_for_nobody(cast: Cast) -> None:
    organisation, _ = await clinic(cast, cast.carol, ADMINISTRATOR)
    pat = await acting_pat(cast, organisation)
    await cast.world.replace(replace(cast.carol, disabled_at=NOON))
    await cast.world.refused(_protected, pat, InvalidToken)


async def acting_pat(cast: Cast, organisation: Account) -> str:
    pat = await cast.world.pat(cast.records, organisation)
    found = await cast.world.said(_protected, pat, AccessToken)
    await cast.world.remove(found)
    await cast.world.add(replace(found, actor_id=cast.carol.account_id))
    return pat


async def test_a_pat_got_for_an_organisation_ends_with_the_membership(cast: Cast) -> None:
    organisation, membership = await clinic(cast, cast.carol, ADMINISTRATOR)
    rota = await cast.world.resource(organisation, cast.records, name="rota")
    pat = await acting_pat(cast, organisation)
    wanted = PermissionRequest(pat=pat, permissions=(TicketPermission(resource_id=rota.resource_id, scopes=("read",)),))
    assert await cast.ticket((rota, ("read",)), pat=pat)
    asked = IntrospectionRequest(token=pat, credentials=credentials_of(cast.records))
    assert (await cast.world.said(introspect, asked, Introspection)).active
    await cast.world.replace(replace(membership, role="nurse"))
    await cast.world.refused(permission, wanted, InvalidToken)
    assert not (await cast.world.said(introspect, asked, Introspection)).active


async def test_who_owns_it_has_it_only_where_the_realm_says_so(cast: Cast) -> None:
    issued = await cast.rpt(by=cast.alice)
    assert await cast.shown(issued.access_token) == {cast.record.resource_id: {"read"}}
    stricter = replace(cast.world.realm.settings, owner_may_request=False)
    await cast.world.replace(replace(cast.world.realm, settings=stricter))
    assert await cast.shown(issued.access_token) == {}
    await cast.world.said(token, cast.request(await cast.ticket(), by=cast.alice), RequestSubmitted)


async def _protected(ctx: Context, pat: str) -> Answer[AccessToken]:
    return Answer(await bearer(ctx, pat, scope=SCOPE_UMA_PROTECTION))
