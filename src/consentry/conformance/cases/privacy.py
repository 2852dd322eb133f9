"""Privacy duties, and the names on the wire.

Spec: Grant 6, 7; FedAuthz 8, 9.
"""

import json
import re
import time

from consentry.conformance.bench import Bench
from consentry.conformance.case import Area
from consentry.conformance.cases.persisted import GROUP, gathered, offered, pct_of, shortens
from consentry.conformance.outcome import check, skip_unless
from consentry.uma.codes import INVALID_GRANT, NEED_INFO

AREA = Area("Privacy and registered names")

TEN_MINUTES = 600
SYNONYMS = re.compile(
    r"resource_set_id|resource_set_registration|token_introspection_endpoint|invalid_ticket|expired_ticket"
    r"|invalid_rpt|invalid_pct|resource_set_scopes|rpt_endpoint"
)
"""Names from earlier versions and of some products."""


@AREA.case("G-6.1-1", "should", "What the owner takes back ends at once, RPT and refresh token")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    share = await bench.share(thing, "bob", "view")
    issued = await bench.rpt((thing, ["view"]))
    rpt, refresh = issued.string("access_token"), issued.members.get("refresh_token")
    check(await bench.is_active(rpt), "the RPT is not active before the share ends")
    await bench.stop(share)
    check(not await bench.is_active(rpt), "the RPT is active after the share was stopped")
    if isinstance(refresh, str):
        (await bench.refreshes(refresh)).refuses(INVALID_GRANT)
    else:
        bench.note("there was no refresh token to try")


@AREA.case("G-6.1-2", "DEF", "How long a permission lasts can differ")
async def _(bench: Bench) -> None:
    thing, end = await bench.resource(), int(time.time()) + TEN_MINUTES
    await bench.share(thing, "bob", "view", until=end)
    issued = await bench.rpt((thing, ["view"]))
    answer = (await bench.introspects(issued.string("access_token"))).expect(200)
    for permission in bench.permission_objects(answer):
        found = permission.get("exp", answer.members.get("exp"))
        check(isinstance(found, int) and found <= end, f"the share ends at {end}, the permission at {found}")


@AREA.case("G-6.2-1", "SHOULD", "Claims that are remembered can be erased by whom they are about")
async def _(bench: Bench) -> None:
    skip_unless(bench.profile.hooks.forget, "the profile has no hook forget")
    thing = await bench.resource()
    await bench.share(thing, "carol", "view")
    _thing, pct = await pct_of(bench, thing, person="carol", client="c3")
    await bench.owner("carol").act("forget", {"client_id": bench.stage.client("c3").client_id})
    (await shortens(bench, thing, pct, "c3")).refuses(NEED_INFO, 403)


@AREA.case("G-6.2-2", "SHOULD", "Nothing is remembered unless the requesting party was asked", group=GROUP)
async def _(bench: Bench) -> None:
    _thing, issued = await bench.shared("view")
    check(not issued.members.get("pct"), "a PCT comes without the requesting party having been asked")
    if offered(bench):
        thing = await bench.resource()
        await bench.share(thing, "dave", "view")
        answer = (await gathered(bench, thing, remember=False, person="dave", client="c3")).expect(200)
        check(not answer.members.get("pct"), "a PCT comes though the requesting party did not agree")


AREA.review(
    "G-6.3-1",
    "DEF",
    "The address of the server in a 401 may tell who the owner is",
    "it is the resource server that answers 401; where a server has many owners its issuer is the same for all",
)


@AREA.case("F-8-2", "DEF", "A resource can be registered with its scopes alone")
async def _(bench: Bench) -> None:
    (await bench.registers({"resource_scopes": ["view"]})).expect(201)


@AREA.case("G-7-1", "DEF", "The names on the wire are the registered ones")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    await bench.share(thing, "bob", "view")
    texts = [json.dumps(dict(bench.metadata))]
    first = await bench.asks(await bench.ticket((thing, ["view"])))
    second = await bench.asks(first.refuses(NEED_INFO, 403).string("ticket"), "bob")
    seen = await bench.introspects(second.expect(200).string("access_token"))
    spent = await bench.asks(first.string("ticket"))
    texts += [answer.text for answer in (first, seen, spent, await bench.asks("no-such-ticket"))]
    found = {name for text in texts for name in SYNONYMS.findall(text)}
    check(not found, f"these are other names: {', '.join(sorted(found))}")
