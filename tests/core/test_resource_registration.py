"""Resource registration: five operations, each by owner and resource server."""

from dataclasses import replace

import pytest

from consentry.core.errors import InsufficientScope, InvalidRequest, InvalidToken, MissingToken, NotFound
from consentry.core.ports import GrantFilter, Page
from consentry.core.resource_registration import (
    Deleted,
    DeleteResource,
    ListResources,
    ReadResource,
    RegisterResource,
    UpdateResource,
    delete_resource,
    list_resources,
    read_resource,
    register,
    update_resource,
)
from consentry.uma.wire import Registered, RegisteredResource, ResourceDescription
from tests.sharing import Cast, new_cast
from tests.worlds import World

ALBUM = ResourceDescription(
    resource_scopes=("view", "http://rs.example/scopes/print"),
    name="Album",
    description="From the sea",
    icon_uri="https://rs.example/album.png",
    type="http://rs.example/types/album",
    extras={"description#fr": "De la mer", "x_vendor": {"depth": [1, 2]}},
)


@pytest.fixture
async def cast(world: World) -> Cast:
    return await new_cast(world)


async def test_fedauthz_3_2_1_create_answers_with_an_id_of_ours_and_a_policy_page(cast: Cast) -> None:
    made = await cast.world.said(register, RegisterResource(pat=cast.pat, description=ALBUM), Registered)
    assert len(made.resource_id) >= 22
    assert (made.user_access_policy_uri or "").endswith(f"/console/resources/{made.resource_id}")


async def test_f_3_2_2_1_read_returns_every_member_that_was_sent(cast: Cast) -> None:
    made = await cast.world.said(register, RegisterResource(pat=cast.pat, description=ALBUM), Registered)
    read = await cast.world.said(
        read_resource, ReadResource(pat=cast.pat, resource_id=made.resource_id), RegisteredResource
    )
    assert read.resource_id == made.resource_id
    assert read.description == ALBUM


async def test_f_3_2_3_1_update_replaces_the_whole_description(cast: Cast) -> None:
    made = await cast.world.said(register, RegisterResource(pat=cast.pat, description=ALBUM), Registered)
    bare = ResourceDescription(resource_scopes=("share",))
    updated = await cast.world.said(
        update_resource, UpdateResource(pat=cast.pat, resource_id=made.resource_id, description=bare), Registered
    )
    assert updated.resource_id == made.resource_id
    read = await cast.world.said(
        read_resource, ReadResource(pat=cast.pat, resource_id=made.resource_id), RegisteredResource
    )
    assert read.description == bare


async def test_f_3_2_4_1_delete_ends_the_protection_and_what_was_shared(cast: Cast) -> None:
    await cast.world.grant(cast.record, cast.bob)
    issued = await cast.rpt()
    gone = DeleteResource(pat=cast.pat, resource_id=cast.record.resource_id)
    await cast.world.said(delete_resource, gone, Deleted)
    await cast.world.refused(delete_resource, gone, NotFound)
    assert not (await cast.introspected(issued.access_token)).active
    work = cast.world.server.database.work(cast.world.realm.name, cast.world.realm.version)
    assert not await work.grants(cast.alice.account_id, GrantFilter(), Page())


async def test_f_3_2_5_2_list_covers_this_owner_at_this_resource_server(cast: Cast) -> None:
    listed = await cast.world.ask(list_resources, ListResources(pat=cast.pat))
    assert listed == tuple(sorted([cast.record.resource_id, cast.diary.resource_id]))


async def test_f_3_2_6_another_owners_or_servers_resource_looks_unknown(cast: Cast) -> None:
    said = set()
    for resource_id in (cast.daves.resource_id, cast.photo.resource_id, "never-registered"):
        read = ReadResource(pat=cast.pat, resource_id=resource_id)
        delete = DeleteResource(pat=cast.pat, resource_id=resource_id)
        update = UpdateResource(pat=cast.pat, resource_id=resource_id, description=ALBUM)
        refusals = (
            await cast.world.refused(read_resource, read, NotFound),
            await cast.world.refused(delete_resource, delete, NotFound),
            await cast.world.refused(update_resource, update, NotFound),
        )
        said |= {(refusal.code, refusal.description) for refusal in refusals}
    assert len(said) == 1


async def test_f_1_3_2_every_call_needs_a_valid_pat(cast: Cast) -> None:
    weak = await cast.world.access_token(cast.records, cast.alice, secret="weak", scope="openid", family="weak")
    nobody = await cast.world.access_token(cast.records, None, secret="nobody", scope="uma_protection", family="nobody")
    for pat, refusal in (
        (None, MissingToken),
        ("unknown", InvalidToken),
        (weak, InsufficientScope),
        (nobody, InsufficientScope),
    ):
        await cast.world.refused(list_resources, ListResources(pat=pat), refusal)
        await cast.world.refused(register, RegisterResource(pat=pat, description=ALBUM), refusal)
    cast.world.clock.forward(3_600)
    await cast.world.refused(list_resources, ListResources(pat=cast.pat), InvalidToken)


@pytest.mark.parametrize(
    "described",
    [
        replace(ALBUM, resource_scopes=("",)),
        replace(ALBUM, resource_scopes=tuple(f"s{number}" for number in range(10_000))),
        replace(ALBUM, resource_scopes=("x" * 1_000,)),
        replace(ALBUM, resource_scopes=("a\nb",)),
        replace(ALBUM, name="n" * 3_000),
        replace(ALBUM, icon_uri="javascript:alert(1)"),
        replace(ALBUM, extras={"x": "y" * 20_000}),
    ],
)
async def test_f_3_2_8_what_cannot_be_stored_or_shown_is_invalid_request(
    cast: Cast, described: ResourceDescription
) -> None:
    await cast.world.refused(register, RegisterResource(pat=cast.pat, description=described), InvalidRequest)


async def test_f_3_1_5_scopes_are_opaque_and_kept_byte_for_byte(cast: Cast) -> None:
    odd = ("q:*", "Ansehen und Löschen", "VIEW", "view")
    described = ResourceDescription(resource_scopes=odd)
    made = await cast.world.said(register, RegisterResource(pat=cast.pat, description=described), Registered)
    read = await cast.world.said(
        read_resource, ReadResource(pat=cast.pat, resource_id=made.resource_id), RegisteredResource
    )
    assert read.description.resource_scopes == odd
