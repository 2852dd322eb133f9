"""The client gets an error.

Spec: Grant 3.3.6; RFC 6749 5.2.
"""

import json
import time
from urllib.parse import urlsplit

from consentry.conformance.bench import Bench, Thing
from consentry.conformance.case import Area
from consentry.conformance.cases.interaction import leads_away
from consentry.conformance.claims import forged
from consentry.conformance.outcome import Skipped, check, skip_unless
from consentry.conformance.wire import Answer
from consentry.uma.codes import INVALID_GRANT, INVALID_SCOPE, NEED_INFO, REQUEST_DENIED, REQUEST_SUBMITTED

AREA = Area("Token endpoint: failure")

HINTS = {"claim_token_format": list, "claim_type": str, "friendly_name": str, "issuer": list, "name": str}
MARGIN = 0.5


async def needing(bench: Bench) -> tuple[Thing, str, Answer]:
    """Ask without claims for what is shared with somebody; returns also the ticket that was shown."""
    thing = await bench.resource()
    await bench.share(thing, "bob", "view")
    ticket = await bench.ticket((thing, ["view"]))
    return thing, ticket, (await bench.asks(ticket)).refuses(NEED_INFO, 403)


async def submitted(bench: Bench) -> tuple[Thing, str, Answer]:
    """Ask for what nobody shared, so that the owner has to act; skip where owners are not asked."""
    skip_unless(bench.profile.features.pending, "the profile says that owners are not asked")
    thing = await bench.resource()
    ticket = await bench.ticket((thing, ["view"]))
    return thing, ticket, (await bench.asks(ticket, "bob")).refuses(REQUEST_SUBMITTED, 403)


async def pause(bench: Bench, answer: Answer) -> None:
    """Wait for as long as the answer asks for."""
    interval = answer.members.get("interval")
    await bench.wait((float(interval) if isinstance(interval, int | float) else 1.0) + MARGIN)


@AREA.case("G-3.3.6-1", "DEF", "Errors have the form of any OAuth error")
async def _(bench: Bench) -> None:
    for answer in (await bench.asks("no-such-ticket"), (await needing(bench))[2]):
        media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        check(media_type == "application/json", f"the media type is {media_type}")
        check("no-store" in answer.headers.get("cache-control", ""), "Cache-Control is not no-store")
        description = answer.members.get("error_description", "")
        check(isinstance(description, str) and description.isascii(), "error_description is no ASCII text")


@AREA.case("G-3.3.6-2", "DEF", "A ticket that is not known is invalid_grant")
async def _(bench: Bench) -> None:
    (await bench.asks("no-such-ticket")).refuses(INVALID_GRANT)


@AREA.case("G-3.3.6-3", "DEF", "A ticket that has expired is invalid_grant")
async def _(bench: Bench) -> None:
    lifetime = bench.profile.lifetimes.ticket
    skip_unless(lifetime is not None and lifetime <= bench.profile.lifetimes.patience, "tickets live too long to wait")
    thing = await bench.resource()
    await bench.share(thing, "bob", "view")
    ticket = await bench.ticket((thing, ["view"]))
    await bench.wait((lifetime or 0) + 1)
    (await bench.asks(ticket, "bob")).refuses(INVALID_GRANT)


@AREA.case("G-3.3.6-4", "DEF", "So is a ticket that belongs to another client")
async def _(bench: Bench) -> None:
    _thing, _ticket, answer = await needing(bench)
    (await bench.asks(answer.string("ticket"), "bob", "c3")).refuses(INVALID_GRANT)


@AREA.case("G-3.3.6-5", "DEF", "A scope that no resource of the ticket has is invalid_scope")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    (await bench.asks(await bench.ticket((thing, ["view"])), "bob", scope="edit")).refuses(INVALID_SCOPE)


@AREA.case("G-3.3.6-6", "MAY", "A scope that the client is not registered for may be invalid_scope too")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    await bench.share(thing, "bob", "view", "print")
    answer = await bench.asks(await bench.ticket((thing, ["view"])), "bob", scope="print")
    if bench.profile.features.strict_scopes:
        answer.refuses(INVALID_SCOPE)
    else:
        found = await bench.permissions(answer.expect(200).string("access_token"))
        check(found == {thing.resource_id: {"view"}}, f"the scope has to be left out, the RPT has {found}")


@AREA.case("G-3.3.6-7", "DEF", "need_info: for missing claims, and for a claim token that is bad in any way")
async def _(bench: Bench) -> None:
    thing, _ticket, _answer = await needing(bench)
    if not bench.profile.features.push:
        bench.note("bad claim tokens were not tried: nothing is pushed here")
        return
    right = await bench.claims("bob")
    bad: list[dict[str, str]] = [
        {**right, "claim_token": "not-a-token"},
        {**right, "claim_token": forged(right["claim_token"])},
        {**right, "claim_token_format": "urn:example:no-such-format"},
    ]
    if bench.profile.claim_issuer is None:
        bench.note("expired tokens were not tried: the profile has no claim_issuer")
    else:
        await bench.share_by_claims(thing, {"sub": "bob"}, "view")
        now = int(time.time())
        bad.append(dict(bench.signs(iat=now - 7200, exp=now - 3600)))
        bad.append(dict(bench.signs(iss="https://unknown-issuer.example")))
    for claims in bad:
        (await bench.asks(await bench.ticket((thing, ["view"])), **claims)).refuses(NEED_INFO, 403)


@AREA.case("G-3.3.6-8", "MUST", "need_info comes with a ticket")
async def _(bench: Bench) -> None:
    (await needing(bench))[2].string("ticket")


@AREA.case("G-3.3.6-9", "MUST", "need_info says what is needed: required_claims, redirect_user, or both")
async def _(bench: Bench) -> None:
    members = (await needing(bench))[2].members
    check(members.get("required_claims") or members.get("redirect_user"), "neither of them is there")


@AREA.case("G-3.3.6-10", "MUST NOT", "Its ticket is not the one that was shown")
async def _(bench: Bench) -> None:
    _thing, ticket, answer = await needing(bench)
    check(answer.string("ticket") != ticket, "the same ticket comes back")


@AREA.case("G-3.3.6-11", "DEF", "That ticket may be used at once")
async def _(bench: Bench) -> None:
    _thing, _ticket, answer = await needing(bench)
    (await bench.asks(answer.string("ticket"), "bob")).expect(200)


@AREA.case("G-3.3.6-12", "DEF", "required_claims is an array of objects with known members")
async def _(bench: Bench) -> None:
    members = (await needing(bench))[2].members
    skip_unless("required_claims" in members, "the answer has no required_claims")
    wanted = members["required_claims"]
    check(isinstance(wanted, list) and wanted, "required_claims is no array with something in it")
    for each in wanted if isinstance(wanted, list) else ():
        check(isinstance(each, dict) and each, f"an entry is {json.dumps(each)}")
        for name, said in each.items():
            check(isinstance(said, HINTS.get(name, object)), f"{name} is {json.dumps(said)}")
            check(not isinstance(said, list) or all(isinstance(one, str) and one for one in said), f"{name} has holes")


@AREA.case("G-3.3.6-13", "DEF", "redirect_user is where the interaction begins")
async def _(bench: Bench) -> None:
    thing, _ticket, answer = await needing(bench)
    address = answer.members.get("redirect_user")
    if not isinstance(address, str):
        raise Skipped("the answer has no redirect_user")
    check(urlsplit(address).scheme and not leads_away(bench, address), f"redirect_user is {address}")
    until = bench.stage.client("c1").claims_redirect_uri
    url = bench.interaction_url(answer.string("ticket"), at=address)
    arrived = await bench.stage.browser("bob").walk(
        url, until=until, wire=bench.wire, press=bench.profile.interaction.allow
    )
    check("ticket" in arrived.parameters, f"the interaction for {thing.name} ends on {arrived.title}")


@AREA.case("G-3.3.6-14", "DEF", "request_denied: a no, without a ticket")
async def _(bench: Bench) -> None:
    skip_unless(bench.profile.hooks.deny, "the profile has no hook deny")
    thing, _ticket, _answer = await submitted(bench)
    await bench.deny(thing)
    answer = (await bench.asks(await bench.ticket((thing, ["view"])), "bob")).refuses(REQUEST_DENIED, 403)
    check("ticket" not in answer.members, "a no comes with a ticket")


@AREA.case("G-3.3.6-15", "MUST", "request_submitted: the owner has to act; it comes with a ticket")
async def _(bench: Bench) -> None:
    thing, _ticket, answer = await submitted(bench)
    answer.string("ticket")
    if bench.profile.hooks.approve:
        await bench.approve(thing)


@AREA.case("G-3.3.6-16", "MUST NOT", "Its ticket is not the one that was shown, and serves to come back")
async def _(bench: Bench) -> None:
    skip_unless(bench.profile.hooks.approve and bench.profile.hooks.deny, "the profile has no hooks approve and deny")
    thing, ticket, first = await submitted(bench)
    check(first.string("ticket") != ticket, "the same ticket comes back")
    await pause(bench, first)
    second = (await bench.asks(first.string("ticket"))).refuses(REQUEST_SUBMITTED, 403)
    check(second.string("ticket") != first.string("ticket"), "the same ticket comes back from a poll")
    await bench.approve(thing)
    await pause(bench, second)
    answer = (await bench.asks(second.string("ticket"))).expect(200)
    check(await bench.is_active(answer.string("access_token")), "the RPT after the owner's yes is not active")
    thing, _ticket, first = await submitted(bench)
    await bench.deny(thing)
    await pause(bench, first)
    (await bench.asks(first.string("ticket"))).refuses(REQUEST_DENIED, 403)


@AREA.case("G-3.3.6-17", "MAY", "interval is a number of seconds")
async def _(bench: Bench) -> None:
    _thing, _ticket, answer = await submitted(bench)
    interval = answer.members.get("interval")
    skip_unless(interval is not None, "the answer has no interval")
    check(isinstance(interval, int | float) and not isinstance(interval, bool) and interval > 0, f"it is {interval!r}")


@AREA.case("G-3.3.6-18", "DEF", "Which of the three codes comes follows from what is missing")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    (await bench.asks(await bench.ticket((thing, ["view"])))).refuses(NEED_INFO, 403)
    answer = await bench.asks(await bench.ticket((thing, ["view"])), "bob")
    if not bench.profile.features.pending:
        check(answer.code in {REQUEST_DENIED, NEED_INFO}, f"undecided is answered {answer}")
        return
    answer.refuses(REQUEST_SUBMITTED, 403)
    skip_unless(bench.profile.hooks.deny, "the profile has no hook deny")
    await bench.deny(thing)
    (await bench.asks(await bench.ticket((thing, ["view"])), "bob")).refuses(REQUEST_DENIED, 403)
