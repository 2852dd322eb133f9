"""The matrix is shown to find what it looks for: checks that are left out on purpose.

Nothing here touches the product; a check is replaced for one test.
"""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from consentry.core import bearer, permission
from consentry.core.context import Context
from consentry.core.errors import InvalidResourceId
from consentry.core.model import AccessToken, Grant, Resource, TicketPermission
from consentry.core.ports import ProtectedRpt
from consentry.core.tokens import digest
from consentry.store.work import RealmWork
from consentry.web.routes import ROUTES
from tests.ownership import calls as described_calls
from tests.ownership.calls import Call, calls
from tests.ownership.conftest import Commits
from tests.ownership.estate import Estate
from tests.ownership.test_matrix import (
    test_every_guarded_call_is_described as the_table_is_complete,
)
from tests.ownership.test_matrix import (
    test_only_ones_own_is_found_and_foreign_looks_like_unknown as the_matrix_holds,
)
from tests.ownership.test_wrong_tokens import (
    test_rfc_6750_3_1_a_token_that_is_not_for_a_call_is_refused as wrong_tokens_are_refused,
)


def call(name: str) -> Call:
    return next(each for each in calls() if str(each) == name)


def test_a_new_route_that_nobody_described_rings(monkeypatch: pytest.MonkeyPatch) -> None:
    like = next(route for route in ROUTES if route.path == "/me/resources/{resource_id}")
    monkeypatch.setattr(described_calls, "ROUTES", (*ROUTES, replace(like, path="/me/secrets/{resource_id}")))
    with pytest.raises(AssertionError):
        the_table_is_complete()


async def test_a_permission_request_of_which_one_resource_is_checked_rings(
    estate: Estate, commits: Commits, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_is_enough(registered: Mapping[str, Resource], wanted: TicketPermission) -> None:
        if not registered:
            raise InvalidResourceId("no such resource under this protection token")

    monkeypatch.setattr(permission, "_require_registered", one_is_enough)
    with pytest.raises(AssertionError):
        await the_matrix_holds(estate, commits, call("POST /uma/permission"))


async def test_introspection_that_forgets_who_asks_rings(
    estate: Estate, commits: Commits, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = RealmWork.protected_rpt
    pats = [digest(caller.headers["authorization"].removeprefix("Bearer ")) for caller in estate.resource_servers]

    async def anybodys(self: RealmWork, pat_digest: str, rpt_digest: str) -> ProtectedRpt | None:
        asking = await look(self, pat_digest, rpt_digest)
        for pat in pats:
            found = await look(self, pat, rpt_digest)
            if asking is not None and found is not None and found.live is not None:
                return replace(asking, live=found.live)
        return asking

    monkeypatch.setattr(RealmWork, "protected_rpt", anybodys)
    with pytest.raises(AssertionError):
        await the_matrix_holds(estate, commits, call("POST /introspect"))


@pytest.mark.parametrize("name", ["GET /me/grants/{grant_id}", "DELETE /me/grants/{grant_id}"])
async def test_a_grant_that_is_found_by_its_id_alone_rings(
    estate: Estate, commits: Commits, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    look = RealmWork.grant

    async def anybodys(self: RealmWork, _owner_id: str, grant_id: str) -> Grant | None:
        for holding in estate.holdings:
            found = await look(self, holding.owner.account_id, grant_id)
            if found is not None:
                return found
        return None

    async def anybodys_and_below(self: RealmWork, owner_id: str, grant_id: str) -> list[Grant]:
        found = await anybodys(self, owner_id, grant_id)
        return [] if found is None else [found]

    monkeypatch.setattr(RealmWork, "grant", anybodys)
    monkeypatch.setattr(RealmWork, "grant_and_below", anybodys_and_below)
    with pytest.raises(AssertionError):
        await the_matrix_holds(estate, commits, call(name))


async def test_a_call_that_does_not_ask_for_its_scope_rings(
    estate: Estate, commits: Commits, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = bearer._usable  # noqa: SLF001 - the check that is to be left out

    async def any_scope(ctx: Context, token: AccessToken | None, *, scope: str) -> AccessToken:
        return await check(ctx, token, scope=token.scope[0] if token else scope)

    monkeypatch.setattr(bearer, "_usable", any_scope)
    with pytest.raises(AssertionError):
        await wrong_tokens_are_refused(estate, commits, call("GET /uma/resource"))
