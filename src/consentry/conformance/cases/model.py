"""Notation, the abstract flow, and what the words mean.

Spec: Grant 1.1, 1.2, 1.3, 1.3.1; FedAuthz 1.2, 1.5.1.
"""

from consentry.conformance.bench import Bench
from consentry.conformance.case import Area
from consentry.conformance.outcome import check
from consentry.uma.codes import (
    CLAIM_TOKEN_FORMAT_ID_TOKEN,
    GRANT_CLIENT_CREDENTIALS,
    GRANT_UMA_TICKET,
    NEED_INFO,
    REQUEST_DENIED,
    REQUEST_SUBMITTED,
)

AREA = Area("Notation and model")

DECISIONS = {NEED_INFO, REQUEST_DENIED, REQUEST_SUBMITTED, "access_denied"}
TOKEN_MEMBERS = {"access_token", "token_type", "expires_in", "refresh_token", "pct", "upgraded", "scope", "id_token"}
PERMISSION_MEMBERS = {"resource_id", "resource_scopes", "exp", "iat", "nbf"}


@AREA.case("G-1.1-1", "DEF", "Parameter names and values are compared with their case")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    ticket = await bench.ticket((thing, ["view"]))
    (await bench.posts({"grant_type": GRANT_UMA_TICKET, "Ticket": ticket})).refuses("invalid_request")
    if not bench.profile.features.push:
        bench.note("the claim token format was not tried: nothing is pushed here")
        return
    claims = {**await bench.claims("bob"), "claim_token_format": CLAIM_TOKEN_FORMAT_ID_TOKEN.upper()}
    (await bench.asks(ticket, **claims)).refuses(NEED_INFO, 403)


@AREA.case("G-1.1-2", "MAY", "JSON documents may have members that nobody defined")
async def _(bench: Bench) -> None:
    answer = await bench.registers({"resource_scopes": ["view"], "name": "Photo", "x_vendor": {"colour": "blue"}})
    answer.expect(201)


@AREA.case("G-1.1-3", "SHOULD", "Members that are not understood are ignored")
async def _(bench: Bench) -> None:
    thing = await bench.resource(x_vendor="blue")
    await bench.share(thing, "bob", "view")
    wanted = {"resource_id": thing.resource_id, "resource_scopes": ["view"], "x_vendor": "blue"}
    ticket = (await bench.asks_permission(wanted)).expect(201).string("ticket")
    (await bench.asks(ticket, "bob")).expect(200)
    (await bench.protection("GET", thing.resource_id)).expect(200)


@AREA.case("G-1.2-1", "DEF", "Owners may be organisations, and may ask for what is theirs")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    answer = await bench.asks(await bench.ticket((thing, ["view"])), "alice")
    check(answer.status == 200 or answer.code in DECISIONS, f"the owner's own request gets a decision, not {answer}")
    if bench.profile.clients.organisation is None:
        bench.note("no organisation as owner: the profile has no such client")
        return
    form = {"grant_type": GRANT_CLIENT_CREDENTIALS, "scope": bench.profile.pat.scope}
    pat = (await bench.posts(form, "organisation")).expect(200).string("access_token")
    document = {"resource_scopes": ["view"], "name": "Ledger"}
    made = await bench.wire.send("POST", bench.resource_url(), bearer=pat, document=document)
    resource_id = made.expect(201).string("_id")
    wanted = {"resource_id": resource_id, "resource_scopes": ["view"]}
    url = bench.stage.endpoint("permission_endpoint")
    ticket = (await bench.wire.send("POST", url, bearer=pat, document=wanted)).expect(201).string("ticket")
    answer = await bench.asks(ticket, "bob")
    check(answer.code in DECISIONS, f"a request for an organisation's resource gets a decision, not {answer}")
    await bench.wire.send("DELETE", bench.resource_url(resource_id), bearer=pat)


@AREA.case("G-1.3-1", "DEF", "An RPT is about one requesting party, client, resource server and owner")
async def _(bench: Bench) -> None:
    alices, first = await bench.shared("view")
    earlier = first.string("access_token")
    daves = await bench.resource(owner="dave")
    await bench.share(daves, "bob", "view")
    later = (await bench.rpt((daves, ["view"]), rpt=earlier)).string("access_token")
    check(await bench.is_active(later, "dave"), "the RPT for the second owner's resource is not active")
    for token in {earlier, later}:
        seen = await bench.permissions(token, "alice"), await bench.permissions(token, "dave")
        check(not all(seen), "one token has permissions of two owners")
        check(daves.resource_id not in seen[0], "a PAT of one owner shows a permission on another owner's resource")
        check(alices.resource_id not in seen[1], "a PAT of one owner shows a permission on another owner's resource")


@AREA.case("G-1.3-2", "DEF", "The token response says nothing about resources")
async def _(bench: Bench) -> None:
    thing, answer = await bench.shared("view")
    beside = {name: said for name, said in answer.members.items() if name not in {"access_token", "refresh_token"}}
    check(thing.resource_id not in str(beside), "the token response names the resource")
    unknown = set(answer.members) - TOKEN_MEMBERS
    check(not unknown & {"permissions", "authorization"}, "the token response lists permissions")
    if unknown:
        bench.note(f"members beyond the specifications: {', '.join(sorted(unknown))}")


@AREA.case("G-1.3-3", "DEF", "One ticket, and one RPT, can stand for several permissions")
async def _(bench: Bench) -> None:
    things = [await bench.resource() for _ in range(3)]
    for thing in things:
        await bench.share(thing, "bob", "view")
    answer = await bench.rpt(*((thing, ["view"]) for thing in things))
    found = await bench.permissions(answer.string("access_token"))
    check(found == {thing.resource_id: {"view"} for thing in things}, f"three permissions, not {len(found)}")


@AREA.case("G-1.3.1-1", "DEF", "Only need_info and request_submitted come with a ticket")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    answers = [
        await bench.posts({"grant_type": GRANT_UMA_TICKET}),
        await bench.posts({"grant_type": "urn:example:no-such-grant", "ticket": "x"}),
        await bench.asks("no-such-ticket"),
        await bench.asks(await bench.ticket((thing, ["view"])), scope="no-such-scope"),
        await bench.asks(await bench.ticket((thing, ["view"]))),
        await bench.asks(await bench.ticket((thing, ["view"])), "bob"),
    ]
    if bench.profile.hooks.deny and answers[-1].code == REQUEST_SUBMITTED:
        await bench.deny(thing)
        answers.append(await bench.asks(await bench.ticket((thing, ["view"])), "bob"))
    check(answers[4].code == NEED_INFO, f"without claims the answer is {answers[4]}")
    for answer in answers:
        check(answer.code is not None, f"every call ends in a token or an error, not in {answer}")
        has_ticket = "ticket" in answer.members
        check(has_ticket == (answer.code in {NEED_INFO, REQUEST_SUBMITTED}), f"{answer} with a ticket: {has_ticket}")


@AREA.case("F-1.2-1", "DEF", "Whoever authorized the PAT is the owner of what is registered with it")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    check(not await bench.may_share("dave", thing, "bob", "view"), "somebody else can share the owner's resource")
    check(await bench.may_share("alice", thing, "bob", "view"), "the owner cannot share the resource")


@AREA.case("F-1.5.1-1", "DEF", "A permission is a resource id with scopes, and nothing that is not documented")
async def _(bench: Bench) -> None:
    thing, answer = await bench.shared("view", "print")
    seen = (await bench.introspects(answer.string("access_token"))).expect(200)
    known = PERMISSION_MEMBERS | set(bench.profile.features.permission_members)
    for permission in bench.permission_objects(seen):
        check(not set(permission) - known, f"a permission has the members {', '.join(sorted(permission))}")
        check(permission.get("resource_id") == thing.resource_id, "a permission names another resource")
