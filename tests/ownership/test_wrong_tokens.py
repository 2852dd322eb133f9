"""Every guarded call with every token that is not for it: refused before anything is looked at.

Spec: RFC 6750 3, 3.1; FedAuthz 1.3, 6.
"""

from collections.abc import Awaitable, Callable

import pytest

from consentry.core.changes import Add
from consentry.core.model import AccessToken, Realm
from consentry.core.tokens import digest
from tests.ownership.calls import Call, calls
from tests.ownership.conftest import Commits
from tests.ownership.estate import UNKNOWN, Estate
from tests.ownership.test_matrix import seen
from tests.web.site import bearer
from tests.worlds import ISSUER, NOON

Make = Callable[[Estate], Awaitable[str]]


async def _random(_: Estate) -> str:
    return "A" * 43


async def _id_token(estate: Estate) -> str:
    return estate.site.id_token(estate.holdings[0].owner, estate.app)


async def _refresh_token(estate: Estate) -> str:
    holding = estate.holdings[0]
    return await estate.site.world.refresh_token(holding.server, holding.owner, scope="uma_protection")


async def _code(estate: Estate) -> str:
    return await estate.site.world.code(estate.app, estate.holdings[0].owner, scope="openid uma_policy_manager")


async def _rpt(estate: Estate) -> str:
    return estate.holdings[0].rpt


async def _ticket(estate: Estate) -> str:
    wanted = {"resource_id": estate.holdings[0].resource.resource_id, "resource_scopes": ["read"]}
    pat = estate.resource_servers[0].headers
    answer = await estate.site.http.post(f"{ISSUER}/uma/permission", headers=pat, json=wanted)
    ticket: str = answer.json()["ticket"]
    return ticket


async def _expired(estate: Estate) -> str:
    return await estate.site.world.access_token(
        estate.holdings[0].server,
        estate.holdings[0].owner,
        secret="expired",
        scope="openid uma_protection uma_policy_manager",
        lifetime=0,
    )


async def _of_another_realm(estate: Estate) -> str:
    """Make a token that is good in another realm, where its owner and client have the same names."""
    database = estate.site.world.server.database
    await database.add_realm(Realm(name="other"))
    token = AccessToken(
        digest=digest("elsewhere"),
        family="elsewhere",
        client_id=estate.holdings[0].server.client_id,
        account_id=estate.holdings[0].owner.account_id,
        scope=("openid", "uma_protection", "uma_policy_manager"),
        issued_at=NOON,
        expires_at=NOON + 600,
    )
    reference = await database.reference("other")
    assert reference is not None
    assert await database.work("other", reference.realm.version).commit([Add(record=token)], now=NOON)
    return "elsewhere"


async def _person_without_the_scope(estate: Estate) -> str:
    return await estate.site.world.access_token(estate.app, estate.holdings[0].owner, secret="plain", scope="read")


async def _program_without_the_scope(estate: Estate) -> str:
    return await estate.site.world.access_token(estate.app, None, secret="program", scope="read")


async def _program_for_nobody(estate: Estate) -> str:
    """Make a token with every scope there is, that speaks for nobody."""
    return await estate.site.world.access_token(
        estate.holdings[0].server, None, secret="nobody", scope="openid uma_protection uma_policy_manager"
    )


WRONG: dict[str, tuple[Make, int, str]] = {
    "random text": (_random, 401, "invalid_token"),
    "an ID token": (_id_token, 401, "invalid_token"),
    "a refresh token": (_refresh_token, 401, "invalid_token"),
    "an authorization code": (_code, 401, "invalid_token"),
    "an RPT": (_rpt, 401, "invalid_token"),
    "a ticket": (_ticket, 401, "invalid_token"),
    "an expired token": (_expired, 401, "invalid_token"),
    "a token of another realm": (_of_another_realm, 401, "invalid_token"),
    "a person's token without the scope": (_person_without_the_scope, 403, "insufficient_scope"),
    "a program's token without the scope": (_program_without_the_scope, 403, "insufficient_scope"),
    "a program's token that speaks for nobody": (_program_for_nobody, 403, "insufficient_scope"),
}


async def refused(estate: Estate, call: Call, headers: dict[str, str]) -> list[tuple[int, str]]:
    """Make a call with an own identifier and an unknown one in each place; return status and challenge of each."""
    answers = []
    caller = call.callers(estate)[0]
    for position in call.positions:
        holding = next(each for each in estate.holdings if caller.may_use(each, position.kind))
        own = holding.identifier(position.kind)
        pair = [
            await call.send(estate, headers, position.build(tried, own), identifier=tried if position.in_path else "-")
            for tried in (own, UNKNOWN)
        ]
        assert seen(pair[0]) == seen(pair[1]), f"{position.name}: a refusal tells what is there"
        answers += pair
    if not answers:
        answers.append(await call.send(estate, headers, call.sent))
    return [(answer.status_code, answer.headers.get("www-authenticate", "")) for answer in answers]


async def wrong_ones(estate: Estate, call: Call) -> dict[str, tuple[dict[str, str], int, str]]:
    """Make every token that is not for this call; return header, status and error code for each."""
    made = {kind: (bearer(await make(estate)), status, code) for kind, (make, status, code) in WRONG.items()}
    other_side = estate.resource_servers if call.route.guard == "owner" else estate.owners
    made["a token for the other side's API"] = (other_side[0].headers, 403, "insufficient_scope")
    return made


@pytest.mark.parametrize("call", calls(), ids=str)
async def test_rfc_6750_3_1_a_token_that_is_not_for_a_call_is_refused(
    estate: Estate, commits: Commits, call: Call
) -> None:
    wrong = await wrong_ones(estate, call)
    before = commits()
    for kind, (headers, status, code) in wrong.items():
        for told, challenge in await refused(estate, call, headers):
            assert (told, f'error="{code}"' in challenge) == (status, True), (kind, challenge)
    for told, challenge in await refused(estate, call, {}):
        # Without any token the challenge names no error.
        assert (told, challenge.partition(" ")[0], "error" in challenge) == (401, "Bearer", False)
    assert commits() == before
