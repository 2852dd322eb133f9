"""The client asks for an RPT.

Spec: Grant 3.3, 3.3.1; RFC 6749 3.2, 5.2.
"""

import json

from consentry.conformance.bench import Bench
from consentry.conformance.case import Area
from consentry.conformance.cases.persisted import GROUP, pct_of, shortens
from consentry.conformance.outcome import check, skip_unless
from consentry.conformance.stage import authentication
from consentry.uma.codes import (
    CLAIM_TOKEN_FORMAT_ID_TOKEN,
    GRANT_UMA_TICKET,
    INVALID_CLIENT,
    INVALID_GRANT,
    INVALID_REQUEST,
    NEED_INFO,
    UNAUTHORIZED_CLIENT,
)

AREA = Area("Token endpoint: the request")


@AREA.case("G-3.3-1", "DEF", "Confidential and public clients can get an RPT")
async def _(bench: Bench) -> None:
    for client in ("c1", "c2"):
        thing = await bench.resource()
        await bench.share(thing, "bob", "view")
        answer = (await bench.asks(await bench.ticket((thing, ["view"])), "bob", client)).expect(200)
        check(await bench.is_active(answer.string("access_token")), f"the RPT of {client} is not active")


@AREA.case("G-3.3.1-1", "MUST", "grant_type is the URN of the UMA grant")
async def _(bench: Bench) -> None:
    ticket = await bench.ticket((await bench.resource(), ["view"]))
    wrong = {"grant_type": GRANT_UMA_TICKET.upper(), "ticket": ticket}
    (await bench.posts(wrong)).refuses("unsupported_grant_type")
    (await bench.posts({"ticket": ticket})).refuses(INVALID_REQUEST)
    (await bench.asks(ticket)).refuses(NEED_INFO, 403)


@AREA.case("G-3.3.1-2", "MUST", "ticket has to be there")
async def _(bench: Bench) -> None:
    (await bench.posts({"grant_type": GRANT_UMA_TICKET})).refuses(INVALID_REQUEST)
    (await bench.posts({"grant_type": GRANT_UMA_TICKET, "ticket": ""})).refuses(INVALID_REQUEST)


@AREA.case("G-3.3.1-3", "DEF", "It has to be the latest ticket of the process")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    first = await bench.ticket((thing, ["view"]))
    second = (await bench.asks(first)).refuses(NEED_INFO, 403).string("ticket")
    third = (await bench.asks(second)).refuses(NEED_INFO, 403).string("ticket")
    (await bench.asks(second)).refuses(INVALID_GRANT)
    check(third not in {first, second}, "a ticket comes back a second time")


@AREA.case("G-3.3.1-4", "MUST", "claim_token and claim_token_format come together or not at all")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    halves = ({"claim_token": "a.b.c"}, {"claim_token_format": CLAIM_TOKEN_FORMAT_ID_TOKEN})
    for half in halves:
        (await bench.asks(await bench.ticket((thing, ["view"])), **half)).refuses(INVALID_REQUEST)


@AREA.case("G-3.3.1-5", "MUST", "claim_token is base64url text; a compact JWT is sent as it is")
async def _(bench: Bench) -> None:
    skip_unless(bench.profile.features.push, "the profile says that claims cannot be pushed")
    thing = await bench.resource()
    await bench.share(thing, "bob", "view")
    claims = await bench.claims("bob")
    (await bench.asks(await bench.ticket((thing, ["view"])), **claims)).expect(200)
    broken = {**claims, "claim_token": f"%{claims['claim_token']}!"}
    (await bench.asks(await bench.ticket((thing, ["view"])), **broken)).refuses(NEED_INFO, 403)


@AREA.case("G-3.3.1-6", "MAY", "Claims may also be pushed later in a process")
async def _(bench: Bench) -> None:
    skip_unless(bench.profile.features.push, "the profile says that claims cannot be pushed")
    thing = await bench.resource()
    await bench.share(thing, "bob", "view")
    follow_up = (await bench.asks(await bench.ticket((thing, ["view"])))).refuses(NEED_INFO, 403).string("ticket")
    (await bench.asks(follow_up, "bob")).expect(200)


@AREA.case("G-3.3.1-7", "MAY", "ID Tokens have a known format; an unknown one is answered with those that are known")
async def _(bench: Bench) -> None:
    skip_unless(bench.profile.features.push, "the profile says that claims cannot be pushed")
    thing = await bench.resource()
    await bench.share(thing, "bob", "view")
    (await bench.asks(await bench.ticket((thing, ["view"])), **await bench.claims("bob"))).expect(200)
    odd = {**await bench.claims("bob"), "claim_token_format": "urn:example:no-such-format"}
    answer = (await bench.asks(await bench.ticket((thing, ["view"])), **odd)).refuses(NEED_INFO, 403)
    wanted = answer.members.get("required_claims")
    check("claim_token_format" in json.dumps(wanted), "required_claims does not say which formats are known")


@AREA.case("G-3.3.1-8", "MAY", "A PCT shortens a later process of the same client", group=GROUP)
async def _(bench: Bench) -> None:
    thing, pct = await pct_of(bench)
    (await shortens(bench, thing, pct)).expect(200)


@AREA.case("G-3.3.1-9", "MAY", "A PCT counts at another resource server too", group=GROUP)
async def _(bench: Bench) -> None:
    _, pct = await pct_of(bench)
    other = await bench.resource(rs="rs2")
    await bench.share(other, "bob", "view")
    (await shortens(bench, other, pct)).expect(200)


@AREA.case("G-3.3.1-10", "MAY", "An RPT may be handed in, also one that has expired")
async def _(bench: Bench) -> None:
    thing, issued = await bench.shared("view")
    earlier = issued.string("access_token")
    later = (await bench.asks(await bench.ticket((thing, ["view"])), "bob", rpt=earlier)).expect(200)
    lifetime = bench.profile.lifetimes.rpt
    if lifetime is None or lifetime > bench.profile.lifetimes.patience:
        bench.note("an expired RPT was not tried: RPTs live longer than the profile's patience")
        return
    await bench.wait(lifetime + 1)
    (await bench.asks(await bench.ticket((thing, ["view"])), "bob", rpt=later.string("access_token"))).expect(200)


@AREA.case("G-3.3.1-11", "MUST", "Of the scopes a client asks for, only those it is registered for count")
async def _(bench: Bench) -> None:
    registered = bench.stage.client("c1").scope.split()
    skip_unless(registered == ["download"], "the profile's client c1 is not registered for download alone")
    thing = await bench.resource()
    await bench.share(thing, "bob", "view", "print", "download")
    answer = await bench.asks(await bench.ticket((thing, ["view"])), "bob", scope="download print")
    if bench.profile.features.strict_scopes:
        answer.refuses("invalid_scope")
        return
    found = await bench.permissions(answer.expect(200).string("access_token"))
    check(found == {thing.resource_id: {"view", "download"}}, f"granted is {found}")


@AREA.case("G-3.3.1-12", "SHOULD", "The metadata names the profiles of claim tokens that are accepted")
async def _(bench: Bench) -> None:
    skip_unless(bench.profile.features.push, "the profile says that claims cannot be pushed")
    answer = (await bench.asks(await bench.ticket((await bench.resource(), ["view"])))).refuses(NEED_INFO, 403)
    wanted = answer.members.get("required_claims")
    formats = {
        name
        for each in (wanted if isinstance(wanted, list) else [])
        for name in (each.get("claim_token_format", []) if isinstance(each, dict) else [])
    }
    document = json.dumps(dict(bench.metadata))
    missing = [name for name in formats or {CLAIM_TOKEN_FORMAT_ID_TOKEN} if json.dumps(name) not in document]
    check(not missing, f"the metadata does not name {', '.join(missing)}")


@AREA.case("G-3.3.1-13", "MUST", "The rules of every token request hold: a form, nothing twice, the unknown ignored")
async def _(bench: Bench) -> None:
    ticket = await bench.ticket((await bench.resource(), ["view"]))
    url, (headers, fields) = bench.stage.endpoint("token_endpoint"), authentication(bench.stage.client("c1"))
    form = {"grant_type": GRANT_UMA_TICKET, "ticket": ticket, **fields}
    twice = [*form.items(), ("ticket", ticket)]
    (await bench.wire.send("POST", url, form=twice, headers=headers)).refuses(INVALID_REQUEST)
    answer = await bench.wire.send("POST", url, document=form, headers=headers)
    check(answer.status in {400, 401, 415} and answer.code != NEED_INFO, f"a JSON body is answered {answer}")
    answer = await bench.wire.send("GET", f"{url}?grant_type=x", headers=headers)
    check(answer.status in {400, 404, 405}, f"GET is answered {answer}")
    (await bench.wire.send("POST", url, form={**form, "foo": "bar", "rpt": ""}, headers=headers)).refuses(
        NEED_INFO, 403
    )


@AREA.case("G-3.3.1-14", "MUST", "Confidential clients authenticate; a wrong secret is invalid_client")
async def _(bench: Bench) -> None:
    ticket = await bench.ticket((await bench.resource(), ["view"]))
    form = {"grant_type": GRANT_UMA_TICKET, "ticket": ticket}
    answer = await bench.stage.post_as(bench.wire, "c1", "token_endpoint", form, secret="wrong")
    if bench.stage.client("c1").authentication == "client_secret_basic":
        answer.refuses(INVALID_CLIENT, 401)
        check(answer.headers.get("www-authenticate"), "401 comes without WWW-Authenticate")
    answer.refuses(INVALID_CLIENT, 400, 401)
    nobody = {**form, "client_id": bench.stage.client("c1").client_id}
    (await bench.wire.send("POST", bench.stage.endpoint("token_endpoint"), form=nobody)).refuses(
        INVALID_CLIENT, 400, 401
    )
    (await bench.asks(ticket)).refuses(NEED_INFO, 403)


@AREA.case("G-3.3.1-15", "DEF", "A client that may not use this grant is told unauthorized_client")
async def _(bench: Bench) -> None:
    skip_unless(bench.profile.clients.without_uma_grant, "the profile has no client without_uma_grant")
    ticket = await bench.ticket((await bench.resource(), ["view"]))
    (await bench.asks(ticket, client="without_uma_grant")).refuses(UNAUTHORIZED_CLIENT)
