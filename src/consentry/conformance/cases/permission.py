"""The permission endpoint.

Spec: FedAuthz 4, 4.1, 4.2, 4.3.
"""

from consentry.conformance.bench import Bench, Thing
from consentry.conformance.case import Area
from consentry.conformance.outcome import check
from consentry.conformance.wire import Answer

AREA = Area("Permission endpoint")


def wanting(thing: Thing, *scopes: str) -> dict[str, object]:
    """Return a permission as a resource server asks for it."""
    return {"resource_id": thing.resource_id, "resource_scopes": list(scopes)}


@AREA.case("F-4-1", "DEF", "All permissions of one request belong to the PAT's owner")
async def _(bench: Bench) -> None:
    mine, hers = await bench.resource(), await bench.resource(owner="dave")
    answer = await bench.asks_permission([wanting(mine, "view"), wanting(hers, "view")])
    answer.refuses("invalid_resource_id")


@AREA.case("F-4-2", "DEF", "The ticket stands for exactly what the resource server asked for")
async def _(bench: Bench) -> None:
    thing, other = await bench.resource(), await bench.resource()
    for each in (thing, other):
        await bench.share(each, "bob", "view", "print", "download")
    answer = await bench.rpt((thing, ["view"]))
    found = await bench.permissions(answer.string("access_token"))
    check(found == {thing.resource_id: {"view"}}, f"asked was for view on one photo, granted is {found}")


@AREA.case("F-4-3", "MAY", "Several permissions, also without scopes, may be asked for at once")
async def _(bench: Bench) -> None:
    things = await bench.resource(), await bench.resource()
    (await bench.asks_permission([wanting(things[0]), wanting(things[1], "view")])).expect(201)


@AREA.case("F-4.1-1", "DEF", "The request is a JSON object, or an array of at least one")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    (await bench.asks_permission(wanting(thing, "view"))).expect(201)
    (await bench.asks_permission([wanting(thing, "view")])).expect(201)
    for wrong in ([], "view", [wanting(thing, "view"), "view"]):
        (await bench.asks_permission(wrong)).expect(400)
    url, pat = bench.stage.endpoint("permission_endpoint"), await bench.pat()
    (await bench.wire.send("GET", url, bearer=pat)).expect(405)
    form = {"resource_id": thing.resource_id, "resource_scopes": "view"}
    (await bench.wire.send("POST", url, bearer=pat, form=form)).expect(400, 415)


@AREA.case("F-4.1-2", "MUST", "resource_id has to be there and registered")
async def _(bench: Bench) -> None:
    (await bench.asks_permission({"resource_scopes": ["view"]})).refuses("invalid_request")
    unknown = {"resource_id": "no-such-resource", "resource_scopes": ["view"]}
    (await bench.asks_permission(unknown)).refuses("invalid_resource_id")


@AREA.case("F-4.1-3", "MUST", "resource_scopes has to be there, each of them registered for the resource")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    (await bench.asks_permission({"resource_id": thing.resource_id})).refuses("invalid_request")
    (await bench.asks_permission(wanting(thing, "view", "burn"))).refuses("invalid_scope")
    (await bench.asks_permission(wanting(thing))).expect(201)


@AREA.case("F-4.2-1", "DEF", "Success is 201 with a ticket")
async def _(bench: Bench) -> None:
    answer = (await bench.asks_permission(wanting(await bench.resource(), "view"))).expect(201)
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    check(media_type == "application/json", f"the media type is {media_type}")
    answer.string("ticket")


@AREA.case("F-4.2-2", "DEF", "There is one ticket for all permissions of a request")
async def _(bench: Bench) -> None:
    things = [await bench.resource() for _ in range(3)]
    answer = (await bench.asks_permission([wanting(thing, "view") for thing in things])).expect(201)
    answer.string("ticket")


@AREA.case("F-4.3-1", "DEF", "A request that cannot be met is 400 with an error code")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    wrong: tuple[object, ...] = ({}, wanting(thing, "burn"), {"resource_id": 7, "resource_scopes": ["view"]})
    for document in wrong:
        answer = (await bench.asks_permission(document)).expect(400)
        answer.string("error")


@AREA.case("F-4.3-2", "DEF", "invalid_resource_id: for an unknown resource and for somebody else's alike")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    answers: list[Answer] = [
        await bench.asks_permission({"resource_id": "no-such-resource", "resource_scopes": ["view"]}),
        await bench.asks_permission(wanting(thing, "view"), owner="dave"),
        await bench.asks_permission(wanting(thing, "view"), rs="rs2"),
    ]
    for answer in answers:
        answer.refuses("invalid_resource_id")
    told = {(answer.status, str(sorted(answer.members))) for answer in answers}
    check(len(told) == 1, "the answers tell an unknown resource from somebody else's")


@AREA.case("F-4.3-3", "DEF", "invalid_scope: for a scope that the resource does not have")
async def _(bench: Bench) -> None:
    await bench.resource("view", "edit", "download")
    (await bench.asks_permission(wanting(await bench.resource(), "edit"))).refuses("invalid_scope")
