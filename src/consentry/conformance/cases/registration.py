"""The resource registration endpoint.

Spec: FedAuthz 3.2, 3.2.1 to 3.2.5.
"""

import secrets

from consentry.conformance.bench import Bench
from consentry.conformance.case import Area
from consentry.conformance.outcome import Skipped, check
from consentry.conformance.wire import Answer

AREA = Area("Resource registration")

UNKNOWN = "no-such-resource"
DESCRIPTION = {"resource_scopes": ["view", "print"], "name": "House", "description": "Front", "type": "photo"}


async def five(bench: Bench, resource_id: str, token: str | None) -> list[Answer]:
    """Do the five operations with some token."""
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    item, collection, document = bench.resource_url(resource_id), bench.resource_url(), {"resource_scopes": ["view"]}
    return [
        await bench.wire.send("POST", collection, document=document, headers=headers),
        await bench.wire.send("GET", item, headers=headers),
        await bench.wire.send("PUT", item, document=document, headers=headers),
        await bench.wire.send("GET", collection, headers=headers),
        await bench.wire.send("DELETE", item, headers=headers),
    ]


def policy_address(answer: Answer) -> str:
    """Return where the owner may set the policy; skip if the server does not say."""
    found = answer.members.get("user_access_policy_uri")
    if not isinstance(found, str):
        raise Skipped("the server gives no user_access_policy_uri")
    return found


@AREA.case("F-3.2-1", "MUST", "Five operations: create, read, update, delete, list")
async def _(bench: Bench) -> None:
    resource_id = (await bench.registers({"resource_scopes": ["view"]})).expect(201).string("_id")
    (await bench.protection("GET", resource_id)).expect(200)
    (await bench.protection("PUT", resource_id, document={"resource_scopes": ["view"]})).expect(200)
    (await bench.protection("GET")).expect(200)
    for method in ("PATCH", "POST"):
        (await bench.protection(method, resource_id, document={"resource_scopes": ["view"]})).expect(405)
    (await bench.protection("DELETE", resource_id)).expect(200, 204)


@AREA.case("F-3.2-2", "MUST", "Each of them needs a valid PAT")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    for answer in [*await five(bench, thing.resource_id, None), *await five(bench, thing.resource_id, "no-pat")]:
        answer.expect(401)
    (await bench.protection("GET", thing.resource_id)).expect(200)


@AREA.case("F-3.2-3", "MUST", "Create, read and update answer with the _id that the address has")
async def _(bench: Bench) -> None:
    made = (await bench.registers({"resource_scopes": ["view"]})).expect(201)
    resource_id = made.string("_id")
    location = made.headers.get("location", "")
    check(location.rstrip("/").rpartition("/")[2] == resource_id, f"Location {location} does not end in the _id")
    read = await bench.protection("GET", resource_id)
    updated = await bench.protection("PUT", resource_id, document={"resource_scopes": ["view"]})
    for answer in (read, updated):
        check(answer.expect(200).string("_id") == resource_id, "another _id came back")


@AREA.case("F-3.2-4", "DEF", "The server chooses the _id")
async def _(bench: Bench) -> None:
    chosen = f"mine-{secrets.token_hex(6)}"
    answer = (await bench.registers({"_id": chosen, "resource_scopes": ["view"]})).expect(201, 400)
    check(answer.loose.get("_id") != chosen, "the server took over the resource server's own _id")


@AREA.case("F-3.2-5", "MAY", "user_access_policy_uri leads the owner, and nobody else, to the resource's policy")
async def _(bench: Bench) -> None:
    name = f"Photo {secrets.token_hex(4)}"
    answer = (await bench.registers({"resource_scopes": ["view"], "name": name})).expect(201)
    address = policy_address(answer)
    owners = await bench.stage.browser("alice").walk(address, wire=bench.wire)
    check(owners.answer.status == 200 and name in owners.answer.text, f"the owner finds {owners.title}")
    others = await bench.stage.browser("dave").walk(address, wire=bench.wire)
    check(name not in others.answer.text, "somebody else sees the resource there")


@AREA.case("F-3.2-6", "MUST", "An unknown resource is 404, and somebody else's is unknown")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    document = {"resource_scopes": ["view"]}
    for resource_id, owner, rs in (
        (UNKNOWN, "alice", "rs1"),
        (thing.resource_id, "dave", "rs1"),
        (thing.resource_id, "alice", "rs2"),
    ):
        for method in ("GET", "PUT", "DELETE"):
            sent = document if method == "PUT" else None
            answer = (await bench.protection(method, resource_id, document=sent, owner=owner, rs=rs)).expect(404)
            check(answer.code in {None, "not_found"}, f"the code is {answer.code} and not not_found")


@AREA.case("F-3.2-7", "MUST", "A method that is not supported is 405")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    answer = (await bench.protection("PATCH", thing.resource_id, document={})).expect(405)
    check(answer.code in {None, "unsupported_method_type"}, f"the code is {answer.code}")
    check(answer.headers.get("allow"), "the answer has no Allow header")


@AREA.case("F-3.2-8", "MUST", "A request that is malformed is 400")
async def _(bench: Bench) -> None:
    pat = await bench.pat()
    bodies = (
        b"{",
        b'["view"]',
        b"",
        b'{"resource_scopes": ["view"], "resource_scopes": ["print"]}',
        b'{"resource_scopes": {"view": true}}',
        b'{"resource_scopes": ["view"], "name": 7}',
    )
    for body in bodies:
        url = bench.resource_url()
        answer = await bench.wire.send("POST", url, bearer=pat, body=body, media_type="application/json")
        check(answer.status == 400, f"the body {body.decode()!r} is answered {answer}")
        check(answer.code in {None, "invalid_request"}, f"the code is {answer.code}")


@AREA.case("F-3.2.1-1", "MUST", "Create answers 201 with Location and _id")
async def _(bench: Bench) -> None:
    made = (await bench.registers({"resource_scopes": ["view"]})).expect(201)
    made.string("_id")
    location = made.headers.get("location", "")
    check(location.startswith(("https://", "http://")), f"Location is {location!r}")
    (await bench.wire.send("GET", location, bearer=await bench.pat())).expect(200)


@AREA.case("F-3.2.2-1", "MUST", "Read answers 200 with all that was registered, and the _id")
async def _(bench: Bench) -> None:
    resource_id = (await bench.registers(DESCRIPTION)).expect(201).string("_id")
    read = (await bench.protection("GET", resource_id)).expect(200)
    check(read.string("_id") == resource_id, "another _id came back")
    for name, said in DESCRIPTION.items():
        found = read.members.get(name)
        same = sorted(found) == sorted(said) if isinstance(found, list) and isinstance(said, list) else found == said
        check(same, f"{name} was {said!r} and is read as {found!r}")


@AREA.case("F-3.2.3-1", "MUST", "Update is PUT, replaces everything and answers 200 with the _id")
async def _(bench: Bench) -> None:
    resource_id = (await bench.registers(DESCRIPTION)).expect(201).string("_id")
    changed = {**bench.profile.resources.members, "resource_scopes": ["view"], "name": "Garden"}
    answer = (await bench.protection("PUT", resource_id, document=changed)).expect(200)
    check(answer.string("_id") == resource_id, "another _id came back")
    read = (await bench.protection("GET", resource_id)).expect(200).members
    check(not read.get("description"), "the description that was left out is still there")
    check(read.get("name") == "Garden" and read.get("resource_scopes") == ["view"], "the new description is not there")


@AREA.case("F-3.2.3-2", "DEF", "The scopes of a resource can change")
async def _(bench: Bench) -> None:
    thing = await bench.resource("view", "print")

    async def now_has(*scopes: str) -> None:
        document = {**bench.profile.resources.members, "resource_scopes": list(scopes), "name": thing.name}
        (await bench.protection("PUT", thing.resource_id, document=document)).expect(200)

    async def wanting(scope: str) -> Answer:
        return await bench.asks_permission({"resource_id": thing.resource_id, "resource_scopes": [scope]})

    (await wanting("share")).refuses("invalid_scope")
    await now_has("view", "print", "share")
    (await wanting("share")).expect(201)
    await now_has("view", "share")
    (await wanting("print")).refuses("invalid_scope")


@AREA.case("F-3.2.4-1", "MUST", "Delete answers 200 or 204 and deregisters")
async def _(bench: Bench) -> None:
    resource_id = (await bench.registers({"resource_scopes": ["view"]})).expect(201).string("_id")
    (await bench.protection("DELETE", resource_id)).expect(200, 204)
    (await bench.protection("DELETE", resource_id)).expect(404)
    (await bench.protection("GET", resource_id)).expect(404)
    check(resource_id not in str((await bench.protection("GET")).expect(200).json), "the list has it still")


@AREA.case("F-3.2.5-1", "MUST", "List answers an array of _id strings")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    found = (await bench.protection("GET")).expect(200).json
    check(isinstance(found, list), "the list is no array")
    ids = found if isinstance(found, list) else []
    check(all(isinstance(each, str) for each in ids), "the list has something else than strings")
    check(thing.resource_id in ids, "a registered resource is not in the list")


@AREA.case("F-3.2.5-2", "DEF", "The list has what the PAT's owner has there, all of it and nothing else")
async def _(bench: Bench) -> None:
    mine = [await bench.resource() for _ in range(2)]
    elsewhere = [await bench.resource(rs="rs2"), await bench.resource(owner="dave")]
    listed = str((await bench.protection("GET")).expect(200).json)
    check(all(thing.resource_id in listed for thing in mine), "something of the owner's is not in the list")
    check(not any(thing.resource_id in listed for thing in elsewhere), "the list has what belongs elsewhere")
