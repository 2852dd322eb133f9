"""The permission endpoint: what is asked becomes one ticket, or is refused as the specification says."""

import pytest

from consentry.core.errors import InvalidRequest, InvalidResourceId, InvalidScope
from consentry.core.model import TicketPermission
from consentry.core.permission import MAX_PERMISSIONS, PermissionRequest, TicketIssued, merged, permission
from consentry.core.tokens import digest
from tests.sharing import Cast, new_cast
from tests.worlds import World


@pytest.fixture
async def cast(world: World) -> Cast:
    return await new_cast(world)


def asking(cast: Cast, *wanted: tuple[str, tuple[str, ...]]) -> PermissionRequest:
    permissions = tuple(TicketPermission(resource_id=each, scopes=scopes) for each, scopes in wanted)
    return PermissionRequest(pat=cast.pat, permissions=permissions)


async def test_fedauthz_4_2_one_ticket_stands_for_exactly_what_was_asked(cast: Cast) -> None:
    request = asking(cast, (cast.record.resource_id, ("read",)), (cast.diary.resource_id, ()))
    issued = await cast.world.said(permission, request, TicketIssued)
    work = cast.world.server.database.work(cast.world.realm.name, cast.world.realm.version)
    ticket = await work.permission_ticket(digest(issued.ticket))
    assert ticket is not None
    assert ticket.permissions == request.permissions
    assert (ticket.owner_id, ticket.resource_server) == (cast.alice.account_id, "records")


async def test_g_5_4_1_tickets_cannot_be_guessed(cast: Cast) -> None:
    tickets = {await cast.ticket() for _ in range(100)}
    assert len(tickets) == 100
    assert {len(ticket) for ticket in tickets} == {43}


async def test_f_4_3_2_unknown_and_foreign_resources_are_invalid_resource_id(cast: Cast) -> None:
    said = set()
    for resource_id in (cast.daves.resource_id, cast.photo.resource_id, "never-registered"):
        refusal = await cast.world.refused(permission, asking(cast, (resource_id, ("read",))), InvalidResourceId)
        said.add(refusal.description)
    assert len(said) == 1


async def test_f_4_1_all_permissions_of_a_request_belong_to_one_owner(cast: Cast) -> None:
    request = asking(cast, (cast.record.resource_id, ("read",)), (cast.daves.resource_id, ("read",)))
    await cast.world.refused(permission, request, InvalidResourceId)


async def test_f_4_3_3_a_scope_of_another_resource_is_invalid_scope(cast: Cast) -> None:
    await cast.world.refused(permission, asking(cast, (cast.diary.resource_id, ("write",))), InvalidScope)


async def test_f_4_1_1_nothing_and_too_much_are_invalid_request(cast: Cast) -> None:
    await cast.world.refused(permission, asking(cast), InvalidRequest)
    many = [(f"r{number}", ("read",)) for number in range(MAX_PERMISSIONS + 1)]
    await cast.world.refused(permission, asking(cast, *many), InvalidRequest)


def test_a_26_the_same_resource_twice_is_merged() -> None:
    twice = (
        TicketPermission(resource_id="r", scopes=("a", "b")),
        TicketPermission(resource_id="s", scopes=()),
        TicketPermission(resource_id="r", scopes=("b", "c")),
    )
    assert merged(twice) == (
        TicketPermission(resource_id="r", scopes=("a", "b", "c")),
        TicketPermission(resource_id="s", scopes=()),
    )
