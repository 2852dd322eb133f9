"""Authorization assessment.

Spec: Grant 3.3.4, 5.6.
"""

from collections.abc import Mapping

from consentry.conformance.bench import ALBUM, Bench, Thing
from consentry.conformance.case import Area
from consentry.conformance.cases.metadata import register
from consentry.conformance.cases.persisted import pct_of, shortens
from consentry.conformance.outcome import check, skip_unless
from consentry.conformance.wire import Answer
from consentry.uma.codes import NEED_INFO, REQUEST_DENIED, REQUEST_SUBMITTED

AREA = Area("Authorization assessment")

REFUSALS = {NEED_INFO, REQUEST_DENIED, REQUEST_SUBMITTED}


async def granted(bench: Bench, answer: Answer) -> Mapping[str, set[str]]:
    """Return what the RPT of a successful answer is good for."""
    return await bench.permissions(answer.expect(200).string("access_token"))


async def vector(bench: Bench) -> tuple[Thing, Answer]:
    """Play the worked example: an album and two photos, one photo shared for viewing."""
    album, photo, other = await bench.resource(*ALBUM), await bench.resource(), await bench.resource()
    await bench.share(photo, "bob", "view")
    ticket = await bench.ticket((album, ["edit"]), (photo, ["view"]), (other, ["view"]))
    return photo, await bench.asks(ticket, "bob", scope="download")


async def judge_vector(bench: Bench) -> None:
    """Fail unless the worked example comes out as it has to."""
    photo, answer = await vector(bench)
    if bench.profile.features.partial == "any":
        check(await granted(bench, answer) == {photo.resource_id: {"view"}}, "not only view on the one photo")
    else:
        check(answer.code in {REQUEST_DENIED, REQUEST_SUBMITTED}, f"a part was shared, and the answer is {answer}")


@AREA.case("G-3.3.4-1", "MUST", "Every request for an RPT is assessed by the same calculation")
async def _(bench: Bench) -> None:
    await judge_vector(bench)


@AREA.case("G-3.3.4-2", "DEF", "RegisteredScopes follow the client's registration")
async def _(bench: Bench) -> None:
    made = (await register(bench, {"scope": "download"})).expect(201).members
    address, token = made.get("registration_client_uri"), made.get("registration_access_token")
    skip_unless(isinstance(address, str) and isinstance(token, str), "registrations cannot be changed here")
    changed = {**made, "scope": "download print"}
    for name in ("registration_client_uri", "registration_access_token", "client_secret_expires_at"):
        changed.pop(name, None)
    changed.pop("client_id_issued_at", None)
    answer = await bench.wire.send("PUT", str(address), bearer=str(token), document=changed)
    check("print" in str(answer.expect(200).members.get("scope")), "the new scope is not there")


@AREA.case("G-3.3.4-3", "DEF", "RequestedScopes are those the client asked for last")
async def _(bench: Bench) -> None:
    registered = bench.stage.client("c3").scope.split()
    skip_unless({"download", "resize"} <= set(registered), "the profile's c3 is not registered for both scopes")
    thing = await bench.resource()
    await bench.share(thing, "bob", "view", "resize", "download")
    first = await bench.asks(await bench.ticket((thing, ["view"])), client="c3", scope="download")
    follow_up = first.refuses(NEED_INFO, 403).string("ticket")
    answer = await bench.asks(follow_up, "bob", "c3", scope="resize")
    check(await granted(bench, answer) == {thing.resource_id: {"view", "resize"}}, "the earlier scope counts still")


@AREA.case("G-3.3.4-4", "DEF", "TicketScopes are looked at resource by resource")
async def _(bench: Bench) -> None:
    album, photo = await bench.resource(*ALBUM), await bench.resource()
    await bench.share(photo, "bob", "view")
    answer = await bench.asks(await bench.ticket((album, ["edit"]), (photo, ["view"])), "bob")
    if bench.profile.features.partial == "any":
        check(await granted(bench, answer) == {photo.resource_id: {"view"}}, "not only view on the photo")
    else:
        check(answer.code in REFUSALS, f"only a part was shared, and the answer is {answer}")
    await bench.share(album, "bob", "edit")
    answer = await bench.asks(await bench.ticket((album, ["edit"]), (photo, ["view"])), "bob")
    wanted = {album.resource_id: {"edit"}, photo.resource_id: {"view"}}
    check(await granted(bench, answer) == wanted, "not each resource with its own scope")


@AREA.case("G-3.3.4-5", "DEF", "RequestedScopes of a resource are its TicketScopes and what the client may add")
async def _(bench: Bench) -> None:
    thing, answer = await everything(bench)
    check(await granted(bench, answer) == {thing.resource_id: {"view", "download"}}, "not view and download")


async def everything(bench: Bench) -> tuple[Thing, Answer]:
    """Share all of a photo, and ask for one scope by ticket and one as client."""
    thing = await bench.resource()
    await bench.share(thing, "bob", "view", "resize", "print", "download")
    return thing, await bench.asks(await bench.ticket((thing, ["view"])), "bob", scope="download")


@AREA.case("G-3.3.4-6", "DEF", "What the client adds counts for the resources that have it, and no others")
async def _(bench: Bench) -> None:
    skip_unless("edit" in bench.stage.client("c3").scope.split(), "the profile's c3 is not registered for edit")
    album, photo = await bench.resource(*ALBUM), await bench.resource()
    await bench.share(album, "bob", "view", "edit")
    await bench.share(photo, "bob", "view")
    answer = await bench.asks(await bench.ticket((album, ["view"]), (photo, ["view"])), "bob", "c3", scope="edit")
    wanted = {album.resource_id: {"view", "edit"}, photo.resource_id: {"view"}}
    check(await granted(bench, answer) == wanted, "edit is granted elsewhere than on the album")


@AREA.case("G-3.3.4-7", "DEF", "Every condition on a scope has to be met")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    await bench.share_by_claims(thing, {"sub": "bob", "roles": "doctor"}, "view")
    half = bench.signs(sub="bob", roles=["porter"])
    answer = await bench.asks(await bench.ticket((thing, ["view"])), **half)
    check(answer.code in REFUSALS, f"one of two conditions is met, and the answer is {answer}")
    both = bench.signs(sub="bob", roles=["doctor"])
    answer = await bench.asks(await bench.ticket((thing, ["view"])), **both)
    check(await granted(bench, answer) == {thing.resource_id: {"view"}}, "both conditions are met")


@AREA.case("G-3.3.4-8", "DEF", "Only scopes that pass become candidates")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    await bench.share(thing, "bob", "view")
    answer = await bench.asks(await bench.ticket((thing, ["view"])), "bob", scope="download")
    if bench.profile.features.partial == "all":
        check(answer.code in REFUSALS, f"not everything was shared, and the answer is {answer}")
    else:
        check(await granted(bench, answer) == {thing.resource_id: {"view"}}, "download was never shared")


@AREA.case("G-3.3.4-9", "DEF", "If everything can be granted, everything is")
async def _(bench: Bench) -> None:
    things = await bench.resource(), await bench.resource()
    for thing in things:
        await bench.share(thing, "bob", "view", "print", "download")
    ticket = await bench.ticket((things[0], ["view", "print"]), (things[1], ["view"]))
    answer = await bench.asks(ticket, "bob", scope="download")
    wanted = {things[0].resource_id: {"view", "print", "download"}, things[1].resource_id: {"view", "download"}}
    check(await granted(bench, answer) == wanted, "not everything that was asked for")


@AREA.case("G-3.3.4-10", "DEF", "Otherwise the server grants a part or refuses, always in the same way")
async def _(bench: Bench) -> None:
    outcomes = set()
    for _attempt in range(3):
        _photo, answer = await vector(bench)
        outcomes.add((answer.status, answer.code))
    check(len(outcomes) == 1, f"the same situation is answered in {len(outcomes)} ways")
    expected = 200 if bench.profile.features.partial == "any" else 403
    check(outcomes.pop()[0] == expected, "the profile says otherwise of partial grants")


@AREA.case("G-3.3.4-11", "DEF", "The worked example comes out as it has to")
async def _(bench: Bench) -> None:
    await judge_vector(bench)


@AREA.case("G-3.3.4-12", "DEF", "Whether remembered claims are still good is the server's to judge")
async def _(bench: Bench) -> None:
    lifetime = bench.profile.lifetimes.pct
    skip_unless(lifetime is not None and lifetime <= bench.profile.lifetimes.patience, "PCTs live too long to wait")
    thing, pct = await pct_of(bench, client="c2")
    await bench.wait((lifetime or 0) + 1)
    (await shortens(bench, thing, pct, "c2")).refuses(NEED_INFO, 403)


@AREA.case("G-3.3.4-13", "DEF", "An RPT never has more than the candidates")
async def _(bench: Bench) -> None:
    thing, answer = await everything(bench)
    found = await granted(bench, answer)
    extra = {scope for scopes in found.values() for scope in scopes} - {"view", "download"}
    check(found, "the RPT is not active")
    check(not extra and set(found) <= {thing.resource_id}, f"the RPT has more than was asked for: {found}")


@AREA.case("G-5.6-1", "should", "What nobody shared is not granted, by no gap")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    for scopes in (["view"], []):
        for person in ("bob", None):
            answer = await bench.asks(await bench.ticket((thing, scopes)), person)
            check(answer.code in REFUSALS, f"without any policy {person or 'nobody'} asking for {scopes} gets {answer}")
