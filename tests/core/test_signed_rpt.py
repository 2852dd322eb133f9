"""RPTs that a resource server can check by itself, and what is lost by not asking."""

import json
from dataclasses import replace

import pytest
from joserfc.jws import extract_compact

from consentry.core import signed_rpt
from consentry.core.introspection import INACTIVE
from consentry.core.issued import TokenIssued
from consentry.core.jwks import jwks
from consentry.core.nothing import Nothing
from consentry.core.revocation import RevocationRequest, revoke
from consentry.core.token import token
from consentry.core.tokens import digest
from consentry.uma import Permission, decide
from consentry.uma.jwt import InvalidRptError, check_rpt, read_keys
from consentry.uma.resource_server import Allow, Challenge
from consentry.uma.wire import IntrospectionResponse
from tests.provers import Prover
from tests.sharing import Cast, new_cast
from tests.worlds import ISSUER, NOON, REALM, World, credentials_of


@pytest.fixture
async def cast(world: World) -> Cast:
    """Let the keeper of records check RPTs by itself."""
    made = await new_cast(world)
    await world.replace(replace(made.records, access_token_format="jwt"))
    await world.grant(made.record, made.bob, scopes="read")
    return made


async def checked(cast: Cast, rpt: str, *, audience: str = "records") -> IntrospectionResponse:
    published = await cast.world.ask(jwks, Nothing())
    assert isinstance(published, dict)
    now = int(cast.world.clock())
    return check_rpt(rpt, keys=read_keys(published), issuer=ISSUER, audience=audience, now=now)


def claims_of(rpt: str) -> dict[str, object]:
    found = extract_compact(rpt.encode())
    assert found.headers()["typ"] == "at+jwt"
    assert found.headers()["alg"] == "ES256"
    said: dict[str, object] = json.loads(found.payload)
    return said


async def test_a_40_at_2_a_signed_rpt_says_what_rfc_9068_asks_for_and_its_permissions(cast: Cast) -> None:
    issued = await cast.rpt()
    claims = claims_of(issued.access_token)
    assert claims.pop("jti")
    assert claims == {
        "iss": ISSUER,
        "aud": "records",
        "sub": cast.bob.account_id,
        "client_id": "surgery",
        "iat": NOON,
        "exp": NOON + 300,
        "permissions": [{"resource_id": cast.record.resource_id, "resource_scopes": ["read"], "iat": NOON}],
    }
    assert issued.expires_in == 300


async def test_a_40_at_7_it_lives_five_minutes_at_most_and_never_longer_than_its_grant(cast: Cast) -> None:
    await cast.world.grant(cast.diary, cast.bob, scopes="read", expires_at=NOON + 100)
    issued = await cast.rpt(await cast.ticket((cast.diary, ("read",))))
    assert (issued.expires_in, claims_of(issued.access_token)["exp"]) == (100, NOON + 100)


async def test_rs_d_9068_1_the_sdk_checks_it_without_asking_and_says_the_same_as_introspection(cast: Cast) -> None:
    rpt = (await cast.rpt()).access_token
    offline, online = await checked(cast, rpt), await cast.introspected(rpt)
    assert (offline.sub, offline.client_id, offline.exp) == (online.sub, online.client_id, online.exp)
    shown = {each.resource_id: set(each.resource_scopes) for each in offline.effective_permissions()}
    assert shown == await cast.shown(rpt) == {cast.record.resource_id: {"read"}}
    needed = [Permission(resource_id=cast.record.resource_id, resource_scopes=("read",))]
    assert isinstance(decide(offline, needed, now=NOON), Allow)
    with pytest.raises(InvalidRptError):
        await checked(cast, rpt, audience="albums")
    cast.world.clock.forward(300)
    with pytest.raises(InvalidRptError):
        await checked(cast, rpt)


async def test_a_40_introspection_stays_live_for_a_signed_rpt(cast: Cast) -> None:
    rpt = (await cast.rpt()).access_token
    (permission,) = (await cast.introspected(rpt)).permissions or ()
    grant = await cast.world.server.database.work(REALM, cast.world.realm.version).grant(
        cast.alice.account_id, permission.grant_id or ""
    )
    assert grant is not None
    await cast.world.remove(grant)
    assert await cast.introspected(rpt) == INACTIVE
    # Whoever does not ask hears of it when the token is over.
    assert (await checked(cast, rpt)).active


async def test_rfc_7009_2_1_a_signed_rpt_is_given_back_like_any_other(cast: Cast) -> None:
    rpt = (await cast.rpt()).access_token
    await cast.world.said(revoke, RevocationRequest(credentials=credentials_of(cast.surgery), token=rpt), Nothing)
    assert await cast.introspected(rpt) == INACTIVE


async def test_grant_3_6_a_refreshed_rpt_is_signed_as_well(cast: Cast) -> None:
    first = await cast.rpt()
    cast.world.clock.forward(200)
    second = await cast.world.said(token, cast.refresh(first), TokenIssued)
    assert second.access_token != first.access_token
    assert claims_of(second.access_token)["exp"] == NOON + 500
    assert (await checked(cast, second.access_token)).active


async def test_grant_3_3_5_1_a_signed_rpt_can_be_added_to(cast: Cast) -> None:
    await cast.world.grant(cast.diary, cast.bob, scopes="read")
    first = await cast.rpt()
    request = cast.request(await cast.ticket((cast.diary, ("read",))), by=cast.bob, rpt=first.access_token)
    second = await cast.world.said(token, request, TokenIssued)
    assert set(await cast.shown(second.access_token)) == {cast.record.resource_id, cast.diary.resource_id}
    assert await cast.introspected(first.access_token) == INACTIVE


async def test_a_40_one_that_would_be_too_large_is_opaque(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signed_rpt, "LARGEST", 300)
    issued = await cast.rpt()
    assert "." not in issued.access_token
    assert await cast.shown(issued.access_token) == {cast.record.resource_id: {"read"}}


async def test_a_40_where_many_things_are_wanted_at_once_the_answer_stays_below_the_limit(cast: Cast) -> None:
    things = [await cast.world.resource(cast.alice, cast.records, name=f"thing-{n:040}") for n in range(60)]
    for thing in things:
        await cast.world.grant(thing, cast.bob)
    issued = await cast.rpt(await cast.ticket(*((thing, ("read", "write")) for thing in things)))
    assert len(issued.access_token) == 43
    assert len(await cast.shown(issued.access_token)) == 60


async def test_a_40_other_resource_servers_keep_opaque_ones(cast: Cast) -> None:
    await cast.world.grant(cast.photo, cast.bob, scopes="view")
    pat = await cast.world.pat(cast.albums, cast.alice)
    issued = await cast.rpt(await cast.ticket((cast.photo, ("view",)), pat=pat))
    assert len(issued.access_token) == 43


async def test_dp_2_a_signed_rpt_names_the_key_that_it_is_bound_to(cast: Cast) -> None:
    prover = Prover()
    request = cast.request(await cast.ticket(), by=cast.bob)
    issued = await cast.world.server.ask(REALM, token, request, caller=prover.caller())
    assert isinstance(issued, TokenIssued)
    assert claims_of(issued.access_token)["cnf"] == {"jkt": prover.jkt}
    offline = await checked(cast, issued.access_token)
    needed = [Permission(resource_id=cast.record.resource_id, resource_scopes=("read",))]
    refused = decide(offline, needed, now=NOON)
    assert isinstance(refused, Challenge)
    assert refused.reason == "key_bound"


async def test_at_1_a_signed_rpt_opens_nothing_here(cast: Cast) -> None:
    rpt = (await cast.rpt()).access_token
    work = cast.world.server.database.work(REALM, cast.world.realm.version)
    assert await work.access_token(digest(rpt)) is None
