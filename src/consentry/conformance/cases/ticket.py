"""What becomes of permission tickets.

Spec: Grant 5.4, 5.5; RFC 6749 10.10.
"""

import asyncio

from consentry.conformance.bench import Bench
from consentry.conformance.case import Area
from consentry.conformance.outcome import check, skip_unless
from consentry.conformance.stage import claims_of
from consentry.conformance.wire import Answer
from consentry.uma.codes import INVALID_GRANT, NEED_INFO, REQUEST_SUBMITTED

AREA = Area("Permission tickets")

SHORTEST = 22
"""Characters of base64url that hold 128 bits."""
VARIETY = 8
"""So many different characters have to be seen at a place before it counts as random."""
AT_ONCE = 20
MARGIN = 0.5


async def one_ticket(bench: Bench) -> str:
    """Return a ticket for something of its own, which nobody shared."""
    return await bench.ticket((await bench.resource(), ["view"]))


async def unshared(bench: Bench, person: str = "bob") -> Answer:
    """Ask for something that waits for the owner's word; skip where owners are not asked."""
    skip_unless(bench.profile.features.pending, "the profile says that owners are not asked")
    answer = await bench.asks(await one_ticket(bench), person)
    return answer.refuses(REQUEST_SUBMITTED, 403)


@AREA.case("G-5.4-1", "MUST", "Tickets cannot be guessed")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    found: list[str] = []
    while len(found) < bench.profile.samples:
        found += await asyncio.gather(*(bench.ticket((thing, ["view"])) for _ in range(AT_ONCE)))
    # Of a signed ticket it is the signature that cannot be guessed.
    tails = [ticket.rpartition(".")[2] for ticket in found]
    check(len(set(found)) == len(found), "two tickets are the same")
    check(min(map(len, tails)) >= SHORTEST, f"a ticket has only {min(map(len, tails))} characters")
    varied = [
        position for position in range(min(map(len, tails))) if len({tail[position] for tail in tails}) >= VARIETY
    ]
    check(len(varied) >= SHORTEST, f"only {len(varied)} characters of a ticket vary")


@AREA.case("G-5.5-1", "MAY", "A ticket may carry data itself, but tells the client nothing and cannot be changed")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    ticket = await bench.ticket((thing, ["view"]))
    check(thing.resource_id not in str(claims_of(ticket)), "the ticket tells the client which resource it is for")
    changed = ticket[:-2] + ("A" if ticket[-2] != "A" else "B") + ticket[-1]
    (await bench.asks(changed)).refuses(INVALID_GRANT)


@AREA.case("G-5.5-2", "MUST", "A ticket works once, also when it is shown twice at the same moment")
async def _(bench: Bench) -> None:
    ticket = await one_ticket(bench)
    (await bench.asks(ticket)).refuses(NEED_INFO, 403)
    (await bench.asks(ticket)).refuses(INVALID_GRANT)
    ticket = await one_ticket(bench)
    answers = await asyncio.gather(*(bench.asks(ticket) for _ in range(4)))
    processed = [answer for answer in answers if answer.code != INVALID_GRANT]
    check(len(processed) == 1, f"of 4 at the same moment {len(processed)} were processed")


@AREA.case("G-5.5-3", "MUST", "A ticket is spent when it is shown, whatever the answer")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    await bench.share(thing, "bob", "view")
    ticket = await bench.ticket((thing, ["view"]))
    (await bench.asks(ticket, scope="no-such-scope")).refuses("invalid_scope")
    (await bench.asks(ticket, "bob")).refuses(INVALID_GRANT)


@AREA.case("G-5.5-4", "MUST", "A ticket is spent when it is shown at the claims interaction endpoint")
async def _(bench: Bench) -> None:
    bench.endpoint("claims_interaction_endpoint")
    ticket = await one_ticket(bench)
    url, until = bench.interaction_url(ticket), bench.stage.client("c1").claims_redirect_uri
    await bench.stage.browser("bob").walk(url, until=until, wire=bench.wire)
    (await bench.asks(ticket)).refuses(INVALID_GRANT)
    other = bench.stage.new_browser("carol")
    try:
        arrived = await other.walk(url, until=until, wire=bench.wire, press=bench.profile.interaction.allow)
        check("ticket" not in arrived.parameters, "another browser goes on with the same ticket")
    finally:
        await other.close()


@AREA.case("G-5.5-5", "MUST", "A ticket ends when its time is over")
async def _(bench: Bench) -> None:
    lifetime = bench.profile.lifetimes.ticket
    skip_unless(lifetime is not None and lifetime <= bench.profile.lifetimes.patience, "tickets live too long to wait")
    ticket = await one_ticket(bench)
    await bench.wait((lifetime or 0) + 1)
    (await bench.asks(ticket)).refuses(INVALID_GRANT)


@AREA.case("G-5.5-6", "should", "Where a ticket turns up twice, what came from it ends")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    await bench.share(thing, "bob", "view")
    ticket = await bench.ticket((thing, ["view"]))
    rpt = (await bench.asks(ticket, "bob")).set_up(200).string("access_token")
    (await bench.asks(ticket, client="c3")).refuses(INVALID_GRANT)
    check(not await bench.is_active(rpt), "the RPT from a ticket that turned up again is still active")


@AREA.case("G-5.5-7", "DEF", "A ticket for waiting lives long enough to come back with")
async def _(bench: Bench) -> None:
    answer = await unshared(bench)
    interval = answer.members.get("interval")
    await bench.wait((float(interval) if isinstance(interval, int | float) else 1.0) + MARGIN)
    (await bench.asks(answer.string("ticket"))).refuses(REQUEST_SUBMITTED, 403)
