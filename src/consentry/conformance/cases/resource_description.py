"""What a resource server says of a resource.

Spec: FedAuthz 3, 3.1, 3.1.1; RFC 7591 2.2.
"""

import time
from collections.abc import Mapping

from consentry.conformance.bench import Bench
from consentry.conformance.case import Area
from consentry.conformance.listener import listening
from consentry.conformance.outcome import check
from consentry.conformance.wire import Answer

AREA = Area("Resource descriptions")

NO_HOST = "https://unreachable.invalid/scopes/print"
SOON = 5.0


async def kept(bench: Bench, members: Mapping[str, object]) -> None:
    """Fail unless members of a description come back as they were sent."""
    made = (await bench.registers({"resource_scopes": ["view"], **members})).expect(201)
    read = (await bench.protection("GET", made.string("_id"))).expect(200).members
    for name, said in members.items():
        check(read.get(name) == said, f"{name} was {said!r} and is read as {read.get(name)!r}")


async def permission(bench: Bench, resource_id: str, *scopes: str) -> Answer:
    """Ask for permission on a resource."""
    return await bench.asks_permission({"resource_id": resource_id, "resource_scopes": list(scopes)})


@AREA.case("F-3-1", "DEF", "Protection lasts from registration to deregistration")
async def _(bench: Bench) -> None:
    resource_id = (await bench.registers({"resource_scopes": ["view"]})).expect(201).string("_id")
    (await permission(bench, resource_id, "view")).expect(201)
    (await bench.protection("DELETE", resource_id)).expect(200, 204)
    (await permission(bench, resource_id, "view")).refuses("invalid_resource_id")


@AREA.case("F-3-2", "MAY", "What a resource and its scopes mean is the resource server's affair")
async def _(bench: Bench) -> None:
    scopes = ["q:*", "https://rs.example/scopes/View", "View", "view"]
    resource_id = (await bench.registers({"resource_scopes": scopes})).expect(201).string("_id")
    read = (await bench.protection("GET", resource_id)).expect(200).members.get("resource_scopes")
    check(isinstance(read, list) and sorted(read) == sorted(scopes), f"scopes {scopes} are read as {read}")
    (await permission(bench, resource_id, "q:*", "View")).expect(201)
    (await permission(bench, resource_id, "VIEW")).refuses("invalid_scope")
    (await permission(bench, resource_id, "https://rs.example/scopes/view")).refuses("invalid_scope")


@AREA.case("F-3.1-1", "MUST", "resource_scopes is an array of strings and has to be there")
async def _(bench: Bench) -> None:
    wrong: tuple[dict[str, object], ...] = (
        {"name": "Photo"},
        {"name": "Photo", "resource_scopes": "view"},
        {"name": "Photo", "resource_scopes": ["view", 7]},
        {"name": "Photo", "resource_scopes": None},
    )
    for description in wrong:
        (await bench.registers(description)).expect(400)
    (await bench.registers({"resource_scopes": ["view", "http://rs.example/s/print"]})).expect(201)


@AREA.case("F-3.1-2", "MAY", "A description may have a text, also in several languages")
async def _(bench: Bench) -> None:
    await kept(bench, {"description": "A photo of the house", "description#fr": "Une photo de la maison"})


@AREA.case("F-3.1-3", "MAY", "A description may name an icon, which is a URI and not fetched")
async def _(bench: Bench) -> None:
    async with listening() as (address, visits):
        await kept(bench, {"icon_uri": f"{address}/icon.png"})
        await bench.wait(0.3)
        check(not visits, "the server fetched the icon when the resource was registered")
    for wrong in ("not a uri", 7):
        (await bench.registers({"resource_scopes": ["view"], "icon_uri": wrong})).expect(400)


@AREA.case("F-3.1-4", "MAY", "A description may have a name, also in several languages")
async def _(bench: Bench) -> None:
    await kept(bench, {"name": "House", "name#fr": "Maison", "name#ja": "家"})


@AREA.case("F-3.1-5", "MAY", "A description may say what type of thing it is about")
async def _(bench: Bench) -> None:
    await kept(bench, {"type": "https://rs.example/types/photo"})
    (await bench.registers({"resource_scopes": ["view"], "type": 7})).expect(400)


@AREA.case("F-3.1-6", "DEF", "Members of other versions, such as uris, are extensions and change nothing")
async def _(bench: Bench) -> None:
    description = {"resource_scopes": ["view"], "uris": ["/photo"], "resource_uri": "https://rs.example/photo"}
    resource_id = (await bench.registers(description)).expect(201).string("_id")
    (await permission(bench, resource_id, "view")).expect(201)


@AREA.case("F-3.1.1-1", "DEF", "A scope that is a URI is not fetched")
async def _(bench: Bench) -> None:
    started = time.monotonic()
    async with listening() as (address, visits):
        (await bench.registers({"resource_scopes": [NO_HOST, f"{address}/scopes/view"]})).expect(201)
        await bench.wait(0.3)
        check(not visits, "the server fetched a scope description when the resource was registered")
    check(time.monotonic() - started < SOON, "a scope at a host that cannot be reached makes registration slow")
