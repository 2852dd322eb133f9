"""The requesting party goes to the claims interaction endpoint and comes back.

Spec: Grant 3.3.2, 3.3.3, 5.1.
"""

import secrets
from urllib.parse import parse_qsl, quote, urlsplit

from consentry.conformance.bench import Bench
from consentry.conformance.browser import Arrived
from consentry.conformance.case import Area
from consentry.conformance.cases.persisted import GROUP, gathered
from consentry.conformance.forms import forms_of
from consentry.conformance.outcome import check, skip_unless
from consentry.conformance.wire import Answer
from consentry.uma.codes import INVALID_GRANT, NEED_INFO

AREA = Area("Claims interaction endpoint")
RETURN = Area("Return from the claims interaction")

ENDPOINT = "claims_interaction_endpoint"
FOREIGN = "https://attacker.example/claims"
MAY_RETURN = {"ticket", "state", "iss"}


async def fresh(bench: Bench) -> str:
    """Return a ticket for something nobody shared; skip without the endpoint."""
    bench.endpoint(ENDPOINT)
    return await bench.ticket((await bench.resource(), ["view"]))


async def opened(bench: Bench, url: str, *, person: str = "bob", until: str = "") -> Arrived:
    """Open the interaction in a browser of its own, sign in if asked, and press nothing."""
    browser = bench.stage.new_browser(person)
    try:
        return await browser.walk(url, until=until, wire=bench.wire)
    finally:
        await browser.close()


async def is_refused(bench: Bench, url: str) -> None:
    """Fail unless an address of the interaction shows an error, to somebody signed in too, and sends nobody on."""
    answer = await bench.wire.send("GET", url, headers={"accept": "text/html"})
    first = answer.headers.get("location", "")
    check(not leads_away(bench, first), f"the browser is sent to {first}")
    arrived = await bench.stage.browser("bob").walk(url, until="http", wire=bench.wire) if first else None
    found = answer if arrived is None else arrived.answer
    check(400 <= found.status < 500, f"the answer is {found} and no error page")
    check("html" in found.headers.get("content-type", ""), "the error is no page for people")


def leads_away(bench: Bench, location: str) -> bool:
    """Tell whether an address is not the server's own."""
    return bool(location) and urlsplit(location).netloc not in {"", urlsplit(bench.stage.issuer).netloc}


@AREA.case("G-3.3.2-1", "DEF", "The browser brings client_id, ticket, claims_redirect_uri and state in the query")
async def _(bench: Bench) -> None:
    arrived = await bench.interacts(await fresh(bench), "bob", state="a state")
    check("ticket" in arrived.parameters, f"the interaction ends on {arrived.title}")


@AREA.case("G-3.3.2-2", "MUST", "client_id has to be there and known")
async def _(bench: Bench) -> None:
    for client_id in ("", "no-such-client"):
        await is_refused(bench, bench.interaction_url(await fresh(bench), client_id=client_id))


@AREA.case("G-3.3.2-3", "MUST", "ticket has to be there, the latest, and this client's")
async def _(bench: Bench) -> None:
    used = await fresh(bench)
    latest = (await bench.asks(used)).refuses(NEED_INFO, 403).string("ticket")
    for ticket, client in ((None, "c1"), ("no-such-ticket", "c1"), (latest, "c2"), (used, "c1")):
        until = bench.stage.client(client).claims_redirect_uri
        url = bench.interaction_url(ticket, client)
        arrived = await bench.stage.browser("bob").walk(
            url, until=until, wire=bench.wire, press=bench.profile.interaction.allow
        )
        check("ticket" not in arrived.parameters, f"a ticket that is no use leads to a new one for {client}")
        check(
            "error" in arrived.parameters or 400 <= arrived.answer.status < 500,
            f"the browser ends on {arrived.title} without an error",
        )


@AREA.case("G-3.3.2-4", "MUST", "claims_redirect_uri has to be there where several, or none, are registered")
async def _(bench: Bench) -> None:
    skip_unless(bench.profile.clients.several_claims_uris, "the profile has no client several_claims_uris")
    await is_refused(bench, bench.interaction_url(await fresh(bench), "several_claims_uris", claims_redirect_uri=""))


@AREA.case("G-3.3.2-5", "MAY", "It may be left out where one is registered")
async def _(bench: Bench) -> None:
    arrived = await bench.interacts(await fresh(bench), "bob", claims_redirect_uri="")
    check("ticket" in arrived.parameters, f"the interaction ends on {arrived.title}")


@AREA.case("G-3.3.2-6", "MUST", "It is absolute and has no fragment; its own query is kept")
async def _(bench: Bench) -> None:
    registered = bench.stage.client("c1").claims_redirect_uri
    for wrong in (f"{registered}#part", urlsplit(registered).path or "/claims"):
        await is_refused(bench, bench.interaction_url(await fresh(bench), claims_redirect_uri=wrong))
    own = dict(parse_qsl(urlsplit(registered).query))
    if not own:
        bench.note("that a query is kept was not tried: the claims_redirect_uri of c1 has none")
    arrived = await bench.interacts(await fresh(bench), "bob")
    check(own.items() <= arrived.parameters.items(), "the query of the registered address is lost")


@AREA.case("G-3.3.2-7", "MUST", "Public clients have to have registered it")
async def _(bench: Bench) -> None:
    await refuses_unregistered(bench, "public_without_claims_uri")


@AREA.case("G-3.3.2-8", "SHOULD", "All clients have to have registered it")
async def _(bench: Bench) -> None:
    await refuses_unregistered(bench, "without_claims_uri")


async def refuses_unregistered(bench: Bench, client: str) -> None:
    """Fail unless a client without a registered address is refused whatever it names."""
    skip_unless(getattr(bench.profile.clients, client), f"the profile has no client {client}")
    for address in (FOREIGN, ""):
        await is_refused(bench, bench.interaction_url(await fresh(bench), client, claims_redirect_uri=address))


@AREA.case("G-3.3.2-9", "MUST NOT", "Nobody is sent to an ordinary redirect_uri")
async def _(bench: Bench) -> None:
    address = bench.stage.client("c1").redirect_uri
    skip_unless(address != bench.stage.client("c1").claims_redirect_uri, "c1 has the same address for both")
    await is_refused(bench, bench.interaction_url(await fresh(bench), claims_redirect_uri=address))


@AREA.case("G-3.3.2-10", "MUST", "Registered addresses are compared as strings, character by character")
async def _(bench: Bench) -> None:
    right = bench.stage.client("c1").claims_redirect_uri
    parts = urlsplit(right)
    variants = {
        f"{right}/",
        f"{right}{'&' if parts.query else '?'}x=1",
        right.replace(parts.scheme, parts.scheme.upper(), 1),
        right.replace(parts.path, "/%63laims" if parts.path == "/claims" else quote(parts.path) + "%20", 1),
        parts._replace(path=f"{parts.path}/../claims").geturl(),
    } - {right}
    for variant in sorted(variants):
        await is_refused(bench, bench.interaction_url(await fresh(bench), claims_redirect_uri=variant))


@AREA.case("G-3.3.2-11", "SHOULD", "state is opaque and comes back as it was sent")
async def _(bench: Bench) -> None:
    state = (secrets.token_urlsafe(360) + " &=+%20~")[-500:]
    arrived = await bench.interacts(await fresh(bench), "bob", state=state)
    check(arrived.parameters.get("state") == state, "a state of 500 characters comes back changed")


@AREA.case("G-3.3.2-12", "MAY", "The interaction may begin with signing in")
async def _(bench: Bench) -> None:
    answer = await bench.wire.send("GET", bench.interaction_url(await fresh(bench)), headers={"accept": "text/html"})
    check(answer.status < 400, f"a browser without a session is answered {answer}")
    until = bench.stage.client("c1").claims_redirect_uri
    arrived = await opened(bench, bench.interaction_url(await fresh(bench)), until=until)
    check("error" not in arrived.parameters and arrived.answer.status < 400, f"after that comes {arrived.title}")


@RETURN.case("G-3.3.3-1", "MUST", "The browser comes back with a new ticket that carries on with what was gathered")
async def _(bench: Bench) -> None:
    bench.endpoint(ENDPOINT)
    thing = await bench.resource()
    await bench.share(thing, "bob", "view")
    arrived = await bench.interacts(await bench.ticket((thing, ["view"])), "bob")
    (await bench.asks(arrived.parameters.get("ticket", ""))).expect(200)


@RETURN.case("G-3.3.3-2", "MUST NOT", "The ticket that comes back is not the one that went")
async def _(bench: Bench) -> None:
    ticket = await fresh(bench)
    arrived = await bench.interacts(ticket, "bob")
    check(arrived.parameters.get("ticket") != ticket, "the same ticket comes back")
    (await bench.asks(ticket)).refuses(INVALID_GRANT)


@RETURN.case("G-3.3.3-3", "MUST", "state comes back if it was sent, and only then")
async def _(bench: Bench) -> None:
    arrived = await bench.interacts(await fresh(bench), "bob", state="s-1")
    check(arrived.parameters.get("state") == "s-1", "state did not come back")
    arrived = await bench.interacts(await fresh(bench), "bob")
    check("state" not in arrived.parameters, "a state comes back that was never sent")


@RETURN.case("G-3.3.3-4", "DEF", "The way back carries nothing of what was gathered")
async def _(bench: Bench) -> None:
    arrived = await bench.interacts(await fresh(bench), "bob", state="s-1")
    own = set(dict(parse_qsl(urlsplit(bench.stage.client("c1").claims_redirect_uri).query)))
    more = set(arrived.parameters) - MAY_RETURN - own
    check(not more, f"the query has {', '.join(sorted(more))} too")


@RETURN.case("G-3.3.3-5", "MAY", "The requesting party may allow to remember claims, which gives a PCT", group=GROUP)
async def _(bench: Bench) -> None:
    bench.endpoint(ENDPOINT)
    thing = await bench.resource()
    await bench.share(thing, "bob", "view")
    check((await gathered(bench, thing, remember=True)).expect(200).members.get("pct"), "no pct after a yes")
    # Somebody else, of whom this client never was allowed to remember anything.
    await bench.share(thing, "dave", "view")
    answer = await gathered(bench, thing, remember=False, person="dave")
    check(not answer.expect(200).members.get("pct"), "a pct without a yes")


@RETURN.case("G-3.3.3-6", "MUST NOT", "With a wrong client or address nobody is sent anywhere")
async def _(bench: Bench) -> None:
    for client_id, address in (("no-such-client", FOREIGN), (bench.stage.client("c1").client_id, FOREIGN)):
        url = bench.interaction_url(await fresh(bench), client_id=client_id, claims_redirect_uri=address)
        await is_refused(bench, url)


@RETURN.case("G-3.3.3-7", "DEF", "Other failures come back as error, with the state")
async def _(bench: Bench) -> None:
    used = await fresh(bench)
    await bench.asks(used)
    until, browser = bench.stage.client("c1").claims_redirect_uri, bench.stage.browser("bob")
    url = bench.interaction_url(await fresh(bench), state="s-2")
    arrived = await browser.walk(url, until=until, wire=bench.wire, press=bench.profile.interaction.deny)
    check(arrived.parameters.get("error") == "access_denied", f"a no ends on {arrived.title}: {arrived.parameters}")
    check(arrived.parameters.get("state") == "s-2", "the state did not come back with the error")
    arrived = await browser.walk(bench.interaction_url(used, state="s-3"), until=until, wire=bench.wire)
    check("ticket" not in arrived.parameters, "a used ticket leads to a new one")


@RETURN.case("G-5.1-1", "MUST", "The forms of the interaction are protected against forgery from other sites")
async def _(bench: Bench) -> None:
    arrived, forged = await forge(bench)
    check(forged.status >= 400 and "location" not in forged.headers, f"a forged form is answered {forged}")
    policy = arrived.answer.headers.get("content-security-policy", "")
    framing = arrived.answer.headers.get("x-frame-options", "")
    check("frame-ancestors" in policy or framing, "the page may be framed by other sites")


async def forge(bench: Bench) -> tuple[Arrived, Answer]:
    """Open the page of the interaction and send its form as another site would: without its hidden fields."""
    browser = bench.stage.new_browser("bob")
    try:
        until = bench.stage.client("c1").claims_redirect_uri
        arrived = await browser.walk(bench.interaction_url(await fresh(bench)), until=until, wire=bench.wire)
        check(arrived.location is None, "the interaction asks the requesting party nothing")
        press = bench.profile.interaction.allow
        form = next((each for each in forms_of(arrived.answer.text, arrived.answer.url) if each.has(press)), None)
        check(form is not None, f"the page {arrived.title} has no button {press.name}")
        assert form is not None  # noqa: S101 - said above
        sent = {press.name: press.value or ""}
        return arrived, await browser.submit(form, sent, wire=bench.wire, origin="https://attacker.example")
    finally:
        await browser.close()


@RETURN.case("G-5.1-2", "MUST", "No client gets authorization without the requesting party noticing")
async def _(bench: Bench) -> None:
    url = bench.interaction_url(await fresh(bench), "c3")
    arrived = await bench.stage.browser("bob").walk(
        url, until=bench.stage.client("c3").claims_redirect_uri, wire=bench.wire
    )
    check(arrived.location is None, "somebody who is signed in is sent back at once, without being asked")
    name = bench.stage.client("c3").name or bench.stage.client("c3").client_id
    check(name.lower() in arrived.answer.text.lower(), f"the page {arrived.title} does not name the client")
