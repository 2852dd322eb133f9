"""The explanation of a decision is the decision."""

from dataclasses import replace

import pytest

from consentry.core.errors import InvalidRequest, NotFound
from consentry.core.grantee import NoSuchGrantee
from consentry.core.issued import TokenIssued
from consentry.core.me import BySession
from consentry.core.model import Claim, Grant, Grantee
from consentry.core.token import token
from consentry.core.why import Explanation, Why, why
from tests.sharing import Cast, new_cast
from tests.worlds import NOON, World


@pytest.fixture
async def cast(world: World) -> Cast:
    return await new_cast(world)


def shared(cast: Cast, **members: object) -> Grant:
    grant = Grant(
        grant_id="shared",
        owner_id=cast.alice.account_id,
        target_kind="resource",
        target_id=cast.record.resource_id,
        grantee=Grantee(kind="account", id=cast.bob.account_id),
        scopes=("read",),
        created_at=NOON,
        created_by=cast.alice.account_id,
    )
    return replace(grant, **members)  # type: ignore[arg-type] # members of a grant


async def explained(cast: Cast, subject: str = "bob") -> Explanation:
    who = BySession(digest=await cast.world.session(cast.alice))
    request = Why(
        who=who, resource_id=cast.record.resource_id, subject=subject, scope="read", client_id=cast.surgery.client_id
    )
    return await cast.world.said(why, request, Explanation)


ROLE = Claim(issuer="https://id.example", name="role", value="surgeon")


@pytest.mark.parametrize(
    ("members", "outcome", "verdict"),
    [
        ({}, "allowed", "permits"),
        ({"allow": False}, "forbidden", "forbids"),
        ({"ask_me": True}, "asks-owner", "asks-owner"),
        ({"max_uses": 1, "uses": 1}, "not-shared", "used-up"),
        ({"paused_at": NOON}, "not-shared", "paused"),
        ({"expires_at": NOON}, "not-shared", "ended"),
        ({"scopes": ("write",)}, "not-shared", "not-shared"),
        ({"client_ids": ("kiosk",)}, "not-shared", "another-app"),
        ({"parent": "gone"}, "not-shared", "chain-broken"),
        ({"grantee": Grantee(kind="claims", claims=(ROLE,))}, "needs-claims", "needs-claims"),
    ],
)
async def test_g_3_3_4_what_is_explained_is_what_is_decided(
    cast: Cast, members: dict[str, object], outcome: str, verdict: str
) -> None:
    await cast.world.add(shared(cast, **members))
    (scope,) = (await explained(cast)).scopes
    assert (scope.outcome, [step.step.verdict for step in scope.steps]) == (outcome, [verdict])
    assert scope.steps[0].grant is not None
    answer = await cast.world.ask(token, cast.request(await cast.ticket(), by=cast.bob))
    assert isinstance(answer, TokenIssued) == (outcome == "allowed")


async def test_g_3_3_4_without_any_share_there_is_no_step_and_no_access(cast: Cast) -> None:
    (scope,) = (await explained(cast, "carol")).scopes
    assert (scope.outcome, scope.steps) == ("not-shared", ())
    (own,) = (await explained(cast, "alice")).scopes
    assert (own.outcome, own.steps[0].grant) == ("allowed", None)


async def test_only_what_is_mine_is_explained(cast: Cast) -> None:
    asked = Why(
        who=BySession(digest=await cast.world.session(cast.alice)),
        resource_id=cast.record.resource_id,
        subject="bob",
    )
    await cast.world.refused(why, replace(asked, resource_id=cast.daves.resource_id), NotFound)
    await cast.world.refused(why, replace(asked, subject="nobody"), NoSuchGrantee)
    await cast.world.refused(why, replace(asked, scope="unknown"), InvalidRequest)
