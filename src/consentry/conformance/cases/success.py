"""The client gets an RPT.

Spec: Grant 3.3.5; RFC 6749 5.1.
"""

import time

from consentry.conformance.bench import Bench
from consentry.conformance.case import Area
from consentry.conformance.cases.persisted import GROUP, pct_of
from consentry.conformance.outcome import check, skip_unless
from consentry.conformance.stage import claims_of

AREA = Area("Token endpoint: success")

SHORTEST = 22
SLACK = 3.0
"""Seconds between an answer and the look at it."""


@AREA.case("G-3.3.5-1", "MUST", "Success has the form of any OAuth token response")
async def _(bench: Bench) -> None:
    _thing, answer = await bench.shared("view")
    answer.string("access_token")
    answer.string("token_type")
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    check(media_type == "application/json", f"the media type is {media_type}")
    check("no-store" in answer.headers.get("cache-control", ""), "Cache-Control is not no-store")


@AREA.case("G-3.3.5-2", "MAY", "A refresh token may come with it, for clients that may refresh")
async def _(bench: Bench) -> None:
    skip_unless(bench.profile.features.refresh, "the profile says that RPTs are not refreshed")
    for client in ("c1", "c3"):
        thing = await bench.resource()
        await bench.share(thing, "bob", "view")
        answer = await bench.rpt((thing, ["view"]), client=client)
        may = bench.stage.client(client).refresh
        check(bool(answer.members.get("refresh_token")) == may, f"{client} may refresh: {may}; it got another answer")


@AREA.case("G-3.3.5-3", "MAY", "A PCT may come with it, for what was gathered", group=GROUP)
async def _(bench: Bench) -> None:
    await pct_of(bench)


@AREA.case("G-3.3.5-4", "MUST", "A PCT cannot be guessed", group=GROUP)
async def _(bench: Bench) -> None:
    thing, first = await pct_of(bench)
    _thing, second = await pct_of(bench, thing)
    check(first != second, "two PCTs are the same")
    check(min(len(first.rpartition(".")[2]), len(second.rpartition(".")[2])) >= SHORTEST, "a PCT is too short")


@AREA.case("G-3.3.5-5", "MUST NOT", "A PCT tells nothing about anybody", group=GROUP)
async def _(bench: Bench) -> None:
    _thing, pct = await pct_of(bench)
    check(not claims_of(pct), "the PCT can be read as a JWT with claims")
    check(bench.stage.person("bob").username not in pct, "the PCT has the requesting party's name in it")


AREA.review(
    "G-3.3.5-6",
    "SHOULD",
    "A PCT refers to claims, or has them encrypted to the server alone",
    "how claims are stored does not show from outside; that a PCT cannot be read is G-3.3.5-5",
)


@AREA.case("G-3.3.5-7", "MUST", "upgraded is true if the earlier RPT's permissions are in the new one, and only then")
async def _(bench: Bench) -> None:
    thing, first = await bench.shared("view")
    check(first.members.get("upgraded") in (None, False), "upgraded without an earlier RPT")
    other = await bench.resource()
    await bench.share(other, "bob", "view")
    answer = await bench.rpt((other, ["view"]), rpt=first.string("access_token"))
    found = await bench.permissions(answer.string("access_token"))
    upgraded = answer.members.get("upgraded", False)
    check(isinstance(upgraded, bool), "upgraded is no JSON boolean")
    check(upgraded == (thing.resource_id in found), f"upgraded is {upgraded}, and the RPT has {len(found)} permissions")
    if bench.profile.features.upgrade:
        check(upgraded is True, "the profile says that RPTs are upgraded, and this one was not")


@AREA.case("G-3.3.5-8", "SHOULD NOT", "scope is not in the answer")
async def _(bench: Bench) -> None:
    thing, answer = await bench.shared("view", "download")
    check("scope" not in answer.members, "the token response has scope")
    answer = await bench.rpt((thing, ["view"]), scope="download")
    check("scope" not in answer.members, "the token response has scope when the client asked for one")


@AREA.case("G-3.3.5-9", "MAY", "expires_in, if it is there, agrees with introspection")
async def _(bench: Bench) -> None:
    _thing, answer = await bench.shared("view")
    seconds = answer.members.get("expires_in")
    skip_unless(seconds is not None, "there is no expires_in")
    check(isinstance(seconds, int) and seconds > 0, f"expires_in is {seconds!r}")
    end = (await bench.introspects(answer.string("access_token"))).expect(200).members.get("exp")
    if isinstance(end, int) and isinstance(seconds, int):
        check(abs(end - time.time() - seconds) <= SLACK + bench.profile.lifetimes.leeway, "exp is another moment")
