"""How a case comes by a persisted claims token: the requesting party allows it at the claims interaction endpoint.

Spec: Grant 3.3.3, 3.3.5.
"""

from consentry.conformance.bench import Bench, Thing
from consentry.conformance.outcome import Failed, skip_unless
from consentry.conformance.wire import Answer

NONE = "the profile says that there are no persisted claims tokens"
GROUP = "pct"
"""Servers keep only so many PCTs of one person at one client, and forget the oldest."""


def offered(bench: Bench) -> bool:
    """Tell whether the server has persisted claims tokens, and a place to get one."""
    return bench.profile.features.pct and "claims_interaction_endpoint" in bench.metadata


async def gathered(
    bench: Bench, thing: Thing, *, remember: bool, person: str = "bob", client: str = "c1", pct: str = ""
) -> Answer:
    """Return the token response after the requesting party went through the interaction."""
    skip_unless(bench.profile.features.pct, NONE)
    bench.endpoint("claims_interaction_endpoint")
    url = bench.interaction_url(await bench.ticket((thing, ["view"])), client)
    until = bench.stage.client(client).claims_redirect_uri
    asking = bench.profile.interaction
    skip_unless(asking.remember, "the profile does not say which box allows to remember claims")
    tick = asking.remember if remember else None
    browser = bench.stage.browser(person)
    arrived = await browser.walk(url, until=until, wire=bench.wire, press=asking.allow, tick=tick)
    more = {"pct": pct} if pct else {}
    return await bench.asks(arrived.parameters.get("ticket", ""), client=client, **more)


async def pct_of(
    bench: Bench, thing: Thing | None = None, *, person: str = "bob", client: str = "c1"
) -> tuple[Thing, str]:
    """Return a resource that is shared with somebody, and a PCT about them."""
    skip_unless(bench.profile.features.pct, NONE)
    bench.endpoint("claims_interaction_endpoint")
    if thing is None:
        thing = await bench.resource()
        await bench.share(thing, person, "view")
    answer = (await gathered(bench, thing, remember=True, person=person, client=client)).expect(200)
    found = answer.members.get("pct")
    if not isinstance(found, str) or not found:
        raise Failed("the requesting party allowed to remember, and there is no pct")
    return thing, found


async def shortens(bench: Bench, thing: Thing, pct: str, client: str = "c1") -> Answer:
    """Use a PCT in a new process, without any other claims."""
    return await bench.asks(await bench.ticket((thing, ["view"])), client=client, pct=pct)
