"""The resource server asks what an RPT is worth.

Spec: FedAuthz 5, 5.1, 5.1.1; RFC 7662 2.
"""

import asyncio
import secrets
import time

from consentry.conformance.bench import Bench
from consentry.conformance.case import Area
from consentry.conformance.outcome import check, skip_unless
from consentry.conformance.wire import Answer
from consentry.uma.codes import SCOPE_OPENID

AREA = Area("Token introspection")

TIMES = ("exp", "iat", "nbf")
DAY = 86_400


async def seen(bench: Bench, *scopes: str) -> Answer:
    """Return the introspection response of a fresh RPT."""
    _thing, issued = await bench.shared(*(scopes or ("view",)))
    answer = (await bench.introspects(issued.string("access_token"))).expect(200)
    check(answer.members.get("active") is True, "active is not true for a fresh RPT")
    return answer


@AREA.case("F-5-1", "MUST", "Introspection is declared, and shows permissions")
async def _(bench: Bench) -> None:
    check(isinstance(bench.metadata.get("introspection_endpoint"), str), "there is no introspection_endpoint")
    bench.permission_objects(await seen(bench))


@AREA.case("F-5-2", "MAY", "Ordinary access tokens may be introspected at the same place")
async def _(bench: Bench) -> None:
    token = (await bench.stage.sign_up_for(bench.wire, "bob", "c1", SCOPE_OPENID)).access_token
    answer = await bench.posts({"token": token}, endpoint="introspection_endpoint")
    skip_unless(answer.loose.get("active") is True, f"an ordinary token is answered {answer} and not as active")
    check("scope" in answer.members, "an ordinary token is shown without scope")
    check("permissions" not in answer.members, "an ordinary token is shown with permissions")


@AREA.case("F-5.1-1", "DEF", "The request is a form with the token, and carries the PAT")
async def _(bench: Bench) -> None:
    _thing, issued = await bench.shared("view")
    for hint in ("access_token", "refresh_token"):
        answer = await bench.introspects(issued.string("access_token"), token_type_hint=hint)
        check(answer.expect(200).members.get("active") is True, f"with the hint {hint} the RPT is not found")


@AREA.case("F-5.1.1-1", "MUST", "The response is that of token introspection; of an inactive token it says no more")
async def _(bench: Bench) -> None:
    await seen(bench)
    _thing, issued = await bench.shared("view")
    rpt = issued.string("access_token")
    inactive = [await bench.introspects(secrets.token_urlsafe(32)), await bench.introspects(rpt, "dave")]
    if "revocation_endpoint" in bench.metadata:
        (await bench.revokes(rpt)).set_up(200)
        inactive.append(await bench.introspects(rpt))
    for answer in inactive:
        check(answer.expect(200).json == {"active": False}, f"of an inactive token the answer says {answer.text[:80]}")


@AREA.case("F-5.1.1-2", "MUST NOT", "The response for an RPT has no scope")
async def _(bench: Bench) -> None:
    check("scope" not in (await seen(bench, "view", "print")).members, "the response has scope")


@AREA.case("F-5.1.1-3", "MUST", "It has permissions, an array, also for a single one")
async def _(bench: Bench) -> None:
    check(len(bench.permission_objects(await seen(bench))) == 1, "one permission was granted")


@AREA.case("F-5.1.1-4", "MUST", "Each permission names a resource that is registered")
async def _(bench: Bench) -> None:
    things = await bench.resource(), await bench.resource()
    for thing in things:
        await bench.share(thing, "bob", "view")
    rpt = (await bench.rpt(*((thing, ["view"]) for thing in things))).string("access_token")
    check(set(await bench.permissions(rpt)) == {thing.resource_id for thing in things}, "not both resources")
    (await bench.protection("DELETE", things[0].resource_id)).set_up(200, 204)
    check(set(await bench.permissions(rpt)) == {things[1].resource_id}, "a deleted resource is still there")


@AREA.case("F-5.1.1-5", "MUST", "Each permission has resource_scopes, all registered for its resource")
async def _(bench: Bench) -> None:
    thing, issued = await bench.shared("view", "print")
    rpt = issued.string("access_token")
    check(await bench.permissions(rpt) == {thing.resource_id: {"view", "print"}}, "not the scopes that were granted")
    document = {**bench.profile.resources.members, "resource_scopes": ["view"], "name": thing.name}
    (await bench.protection("PUT", thing.resource_id, document=document)).set_up(200)
    check(await bench.permissions(rpt) == {thing.resource_id: {"view"}}, "a scope that was taken away is still there")


@AREA.case("F-5.1.1-6", "MAY", "exp of a permission is a moment, and the token's own end comes first")
async def _(bench: Bench) -> None:
    thing, lifetime = await bench.resource(), bench.profile.lifetimes.rpt
    await bench.share(thing, "bob", "view", until=int(time.time()) + DAY)
    rpt = (await bench.rpt((thing, ["view"]))).string("access_token")
    answer = (await bench.introspects(rpt)).expect(200)
    for permission in bench.permission_objects(answer):
        check(all(isinstance(permission.get(name, 0), int) for name in TIMES), f"times are no integers: {permission}")
    if lifetime is None or lifetime > bench.profile.lifetimes.patience:
        bench.note("the token's own end was not tried: RPTs live longer than the profile's patience")
        return
    await bench.wait(lifetime + 1)
    check(not await bench.is_active(rpt), "the RPT outlives its own end")


@AREA.case("F-5.1.1-7", "MAY", "iat of a permission is when it was first granted, also after an upgrade")
async def _(bench: Bench) -> None:
    skip_unless(bench.profile.features.upgrade, "the profile says that RPTs are not upgraded")
    first, issued = await bench.shared("view")
    before = (await bench.introspects(issued.string("access_token"))).expect(200)
    granted = bench.permission_objects(before)[0].get("iat")
    skip_unless(isinstance(granted, int), "permissions have no iat")
    second = await bench.resource()
    await bench.share(second, "bob", "view")
    await asyncio.sleep(1.1)
    answer = await bench.rpt((second, ["view"]), rpt=issued.string("access_token"))
    after = (await bench.introspects(answer.string("access_token"))).expect(200)
    kept = {each.get("resource_id"): each.get("iat") for each in bench.permission_objects(after)}
    check(kept.get(first.resource_id) == granted, "the earlier permission has another iat after the upgrade")


@AREA.case("F-5.1.1-8", "MAY", "nbf of a permission says from when on it counts")
async def _(bench: Bench) -> None:
    thing, begins = await bench.resource(), int(time.time()) + 8
    await bench.share(thing, "bob", "view", not_before=begins)
    issued = await bench.asks(await bench.ticket((thing, ["view"])), "bob")
    if issued.status != 200:
        check(issued.status == 403, f"a share that begins later is answered {issued}")
        bench.note("the server grants nothing before a share begins")
        return
    answer = (await bench.introspects(issued.string("access_token"))).expect(200)
    starts = [each.get("nbf", answer.members.get("nbf")) for each in bench.permission_objects(answer)]
    check(all(isinstance(each, int) and each >= begins for each in starts), f"nbf is {starts}, it begins at {begins}")


@AREA.case("F-5.1.1-9", "DEF", "What is asked about is judged for whoever asks")
async def _(bench: Bench) -> None:
    _thing, issued = await bench.shared("view")
    rpt = issued.string("access_token")
    for owner, rs in (("alice", "rs2"), ("dave", "rs1")):
        check(not await bench.is_active(rpt, owner, rs), f"the RPT is shown to a PAT of {owner} at {rs}")
    check(await bench.is_active(rpt), "the RPT is not shown to its own resource server")
