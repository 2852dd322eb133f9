"""Resources that are parts of others, that lose scopes, that are registered by the hundred: on the real road."""

import asyncio
from dataclasses import replace

import pytest

from consentry.core.bulk_registration import RegisterMany, register_many
from consentry.core.errors import Conflict, InvalidRequest
from consentry.core.issued import TokenIssued
from consentry.core.model import Resource
from consentry.core.ports import GrantFilter, Page
from consentry.core.repeating import KEPT, OtherCall, Repeatable
from consentry.core.resource_registration import (
    Deleted,
    DeleteResource,
    ListResources,
    ReadResource,
    RegisterResource,
    ShownResource,
    StoredResource,
    UpdateResource,
    delete_resource,
    list_resources,
    read_resource,
    register,
    update_resource,
)
from consentry.core.token import token
from consentry.uma.wire import RequestSubmitted, ResourceDescription
from tests.sharing import Cast, new_cast
from tests.worlds import World

SCOPES = ("read", "write")


@pytest.fixture
async def cast(world: World) -> Cast:
    return await new_cast(world)


def described(parent: str | None = None, scopes: tuple[str, ...] = SCOPES) -> ResourceDescription:
    return ResourceDescription(resource_scopes=scopes, parent=parent)


async def registered(cast: Cast, parent: str | None = None) -> Resource:
    made = await cast.world.said(
        register, RegisterResource(pat=cast.pat, description=described(parent)), StoredResource
    )
    return await stored(cast, made.resource_id)


async def stored(cast: Cast, resource_id: str) -> Resource:
    work = cast.world.server.database.work(cast.world.realm.name, cast.world.realm.version)
    found = await work.owner_resource(cast.alice.account_id, resource_id)
    assert found is not None
    return found


def moved(cast: Cast, resource: Resource, parent: str | None) -> UpdateResource:
    return UpdateResource(pat=cast.pat, resource_id=resource.resource_id, description=described(parent))


async def test_f_3_1_what_is_shared_of_the_whole_is_shared_of_its_parts(cast: Cast) -> None:
    part = await registered(cast, cast.record.resource_id)
    smaller = await registered(cast, part.resource_id)
    await cast.world.grant(cast.record, cast.bob)
    issued = await cast.rpt(await cast.ticket((smaller, ["read"])))
    assert await cast.shown(issued.access_token) == {smaller.resource_id: {"read"}}
    # What is taken out of the whole is no longer shared with it.
    await cast.world.said(update_resource, moved(cast, part, None), StoredResource)
    assert not (await cast.introspected(issued.access_token)).active


async def test_f_3_1_a_parent_is_read_back_and_has_to_be_the_owners_own_here(cast: Cast) -> None:
    part = await registered(cast, cast.record.resource_id)
    read = await cast.world.said(read_resource, ReadResource(pat=cast.pat, resource_id=part.resource_id), ShownResource)
    assert read.description.parent == cast.record.resource_id
    for foreign in (cast.daves.resource_id, cast.photo.resource_id, "unknown"):
        request = RegisterResource(pat=cast.pat, description=described(foreign))
        await cast.world.refused(register, request, InvalidRequest)
        await cast.world.refused(update_resource, moved(cast, cast.diary, foreign), InvalidRequest)


async def test_f_3_1_nothing_is_part_of_itself(cast: Cast) -> None:
    part = await registered(cast, cast.record.resource_id)
    smaller = await registered(cast, part.resource_id)
    for whole in (cast.record.resource_id, part.resource_id, smaller.resource_id):
        await cast.world.refused(update_resource, moved(cast, cast.record, whole), InvalidRequest)


async def test_f_3_1_two_moves_at_once_close_no_circle(cast: Cast) -> None:
    one, two = await registered(cast), await registered(cast)
    part_of_one, part_of_two = await registered(cast, one.resource_id), await registered(cast, two.resource_id)
    answers = await asyncio.gather(
        cast.world.ask(update_resource, moved(cast, one, part_of_two.resource_id)),
        cast.world.ask(update_resource, moved(cast, two, part_of_one.resource_id)),
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["InvalidRequest", "StoredResource"]


async def test_f_3_1_there_are_at_most_eight_levels(cast: Cast) -> None:
    chain = [await registered(cast)]
    for _ in range(7):
        chain.append(await registered(cast, chain[-1].resource_id))
    request = RegisterResource(pat=cast.pat, description=described(chain[-1].resource_id))
    await cast.world.refused(register, request, InvalidRequest)
    await cast.world.refused(update_resource, moved(cast, chain[0], cast.diary.resource_id), InvalidRequest)


async def test_f_3_2_4_parts_of_what_goes_stay_without_what_was_shared_of_it(cast: Cast) -> None:
    part = await registered(cast, cast.record.resource_id)
    await cast.world.grant(cast.record, cast.bob)
    issued = await cast.rpt(await cast.ticket((part, ["read"])))
    await cast.world.said(delete_resource, DeleteResource(pat=cast.pat, resource_id=cast.record.resource_id), Deleted)
    assert (await stored(cast, part.resource_id)).parent is None
    assert not (await cast.introspected(issued.access_token)).active


async def test_f_3_2_3_a_scope_that_goes_is_gone_from_what_is_shared_and_does_not_come_back(cast: Cast) -> None:
    both = await cast.world.grant(cast.record, cast.bob)
    await cast.world.grant(cast.record, cast.carol, scopes="write")
    issued = await cast.rpt(await cast.ticket((cast.record, ["read", "write"])))
    for scopes in (("read",), SCOPES):
        request = UpdateResource(pat=cast.pat, resource_id=cast.record.resource_id, description=described(None, scopes))
        await cast.world.said(update_resource, request, StoredResource)
        assert await cast.shown(issued.access_token) == {cast.record.resource_id: {"read"}}
    work = cast.world.server.database.work(cast.world.realm.name, cast.world.realm.version)
    (left,) = await work.grants(cast.alice.account_id, GrantFilter(), Page())
    assert left == replace(both, scopes=("read",), version=2)
    ticket = await cast.ticket((cast.record, ["write"]))
    await cast.world.said(token, cast.request(ticket, by=cast.bob), RequestSubmitted)


async def test_f_3_2_3_what_was_passed_on_ends_with_the_grant_that_a_lost_scope_ends(cast: Cast) -> None:
    top = await cast.world.grant(cast.record, cast.bob, scopes="write")
    below = replace(top, grant_id="below", scopes=SCOPES, parent=top.grant_id, created_by=cast.bob.account_id)
    await cast.world.add(below, replace(below, grant_id="lower", parent="below"))
    request = UpdateResource(pat=cast.pat, resource_id=cast.record.resource_id, description=described(None, ("read",)))
    await cast.world.said(update_resource, request, StoredResource)
    work = cast.world.server.database.work(cast.world.realm.name, cast.world.realm.version)
    assert await work.grants(cast.alice.account_id, GrantFilter(), Page()) == []


async def test_f_3_2_a_change_can_be_bound_to_the_version_that_was_read(cast: Cast) -> None:
    seen = await cast.world.said(
        read_resource, ReadResource(pat=cast.pat, resource_id=cast.diary.resource_id), ShownResource
    )
    change = replace(moved(cast, cast.diary, None), version=seen.version)
    changed = await cast.world.said(update_resource, change, StoredResource)
    assert changed.version == seen.version + 1
    await cast.world.refused(update_resource, change, Conflict)
    gone = DeleteResource(pat=cast.pat, resource_id=cast.diary.resource_id, version=seen.version)
    await cast.world.refused(delete_resource, gone, Conflict)
    await cast.world.said(delete_resource, replace(gone, version=changed.version), Deleted)


async def ids(cast: Cast) -> set[str]:
    return set(await cast.world.said(list_resources, ListResources(pat=cast.pat), tuple))


async def test_f_3_2_1_many_are_registered_at_once_or_none(cast: Cast) -> None:
    before = await ids(cast)
    wanted = tuple(replace(described(cast.record.resource_id), name=f"page {number}") for number in range(500))
    made = await cast.world.said(register_many, RegisterMany(pat=cast.pat, descriptions=wanted), tuple)
    assert await ids(cast) - before == {each.resource_id for each in made}
    assert (await stored(cast, made[41].resource_id)).name == "page 41"
    for wrong in (
        (),
        (*wanted, described()),
        (described(), described("unknown")),
        (described(), described(None, ("",))),
    ):
        request = RegisterMany(pat=cast.pat, descriptions=wrong)
        await cast.world.refused(register_many, request, InvalidRequest)
    assert len(await ids(cast)) == len(before) + 500


async def test_f_3_2_1_a_repeated_registration_is_answered_again_and_done_once(cast: Cast) -> None:
    before = await ids(cast)
    one = RegisterResource(pat=cast.pat, description=described(), repeatable=Repeatable(key="k", body="one"))
    many = RegisterMany(
        pat=cast.pat, descriptions=(described(), described()), repeatable=Repeatable(key="m", body="many")
    )
    first = await cast.world.said(register, one, StoredResource)
    assert await cast.world.said(register, one, StoredResource) == first
    answers = await asyncio.gather(*(cast.world.ask(register_many, many) for _ in range(8)))
    assert all(answer == answers[0] for answer in answers)
    assert len(await ids(cast)) == len(before) + 3
    other = replace(one, repeatable=Repeatable(key="k", body="another"))
    assert (await cast.world.refused(register, other, OtherCall)).status == 422
    # The key means nothing to another owner, and nothing after its time.
    daves = replace(one, pat=await cast.world.pat(cast.records, cast.dave))
    assert (await cast.world.said(register, daves, StoredResource)).resource_id != first.resource_id
    cast.world.clock.forward(KEPT)
    later = replace(
        one,
        pat=await cast.world.access_token(
            cast.records, cast.alice, secret="later", scope="uma_protection", family="later"
        ),
    )
    assert (await cast.world.said(register, later, StoredResource)).resource_id != first.resource_id


async def test_g_3_3_5_an_rpt_for_a_part_may_be_refreshed(cast: Cast) -> None:
    part = await registered(cast, cast.record.resource_id)
    await cast.world.grant(cast.record, cast.bob)
    issued = await cast.rpt(await cast.ticket((part, ["read"])))
    refreshed = await cast.world.said(token, cast.refresh(issued), TokenIssued)
    assert await cast.shown(refreshed.access_token) == {part.resource_id: {"read"}}
