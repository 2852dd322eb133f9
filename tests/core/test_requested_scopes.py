"""The set arithmetic of Grant 3.3.4 against a second, naive implementation, and the worked example."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.errors import InvalidScope
from consentry.core.model import Resource, TicketPermission
from consentry.core.requested_scopes import requested_scopes

SCOPES = st.sampled_from(["view", "edit", "download", "print", "resize"])
SCOPE_SETS = st.lists(SCOPES, unique=True).map(tuple)


def resource(resource_id: str, *scopes: str) -> Resource:
    return Resource(resource_id=resource_id, owner_id="alice", resource_server="rs", resource_scopes=scopes)


@st.composite
def tickets(draw: st.DrawFn) -> tuple[list[TicketPermission], list[Resource]]:
    """Return permissions whose scopes their resources have."""
    permissions, resources = [], []
    for number in range(draw(st.integers(1, 4))):
        available = draw(SCOPE_SETS)
        asked = draw(st.lists(st.sampled_from(available), unique=True)) if available else []
        resources.append(resource(f"r{number}", *available))
        permissions.append(TicketPermission(resource_id=f"r{number}", scopes=tuple(asked)))
    return permissions, resources


def naively(
    permissions: list[TicketPermission], resources: list[Resource], registered: set[str], requested: set[str]
) -> dict[str, set[str]] | None:
    """Return RequestedScopes(r), written down as the specification's formula reads; None for ``invalid_scope``."""
    everything = set()
    for each in resources:
        everything |= set(each.resource_scopes)
    for scope in requested:
        if scope not in everything:
            return None
    found = {}
    for permission in permissions:
        here = next(each for each in resources if each.resource_id == permission.resource_id)
        scopes = set(permission.scopes)
        for scope in registered & requested:
            if scope in here.resource_scopes:
                scopes.add(scope)
        found[permission.resource_id] = scopes
    return found


@given(tickets(), st.sets(SCOPES), st.sets(SCOPES))
def test_grant_3_3_4_scope_arithmetic_equals_the_formula(
    ticket: tuple[list[TicketPermission], list[Resource]], registered: set[str], requested: set[str]
) -> None:
    permissions, resources = ticket
    expected = naively(permissions, resources, registered, requested)
    if expected is None:
        with pytest.raises(InvalidScope):
            requested_scopes(permissions, resources, registered=registered, requested=requested)
        return
    wanted = requested_scopes(permissions, resources, registered=registered, requested=requested)
    assert {each.resource.resource_id: set(each.scopes) for each in wanted} == expected
    assert all(len(set(each.scopes)) == len(each.scopes) for each in wanted)


def test_g_3_3_4_6_a_scope_counts_only_where_it_is_available() -> None:
    album, photo = resource("album", "view", "edit"), resource("photo", "view", "print")
    asked = [TicketPermission(resource_id="album", scopes=()), TicketPermission(resource_id="photo", scopes=("view",))]
    wanted = requested_scopes(asked, [album, photo], registered={"edit"}, requested=["edit"])
    assert [each.scopes for each in wanted] == [("edit",), ("view",)]


def test_g_3_3_4_11_worked_example_of_requested_scopes() -> None:
    resources = [
        resource("album", "view", "edit", "download"),
        resource("photo1", "view", "resize", "print", "download"),
        resource("photo2", "view", "resize", "print", "download"),
    ]
    asked = [
        TicketPermission(resource_id="album", scopes=("edit",)),
        TicketPermission(resource_id="photo1", scopes=("view",)),
        TicketPermission(resource_id="photo2", scopes=("view",)),
    ]
    wanted = requested_scopes(asked, resources, registered={"download"}, requested=["download"])
    assert [set(each.scopes) for each in wanted] == [{"edit", "download"}, {"view", "download"}, {"view", "download"}]


def test_g_3_3_6_5_a_scope_that_no_resource_has_is_refused() -> None:
    with pytest.raises(InvalidScope):
        requested_scopes(
            [TicketPermission(resource_id="photo", scopes=("view",))],
            [resource("photo", "view")],
            registered={"fly"},
            requested=["fly"],
        )
