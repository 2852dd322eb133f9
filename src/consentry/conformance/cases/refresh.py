"""RPTs are refreshed and given back.

Spec: Grant 3.6, 3.7; RFC 6749 6, RFC 7009 2.
"""

import secrets

from consentry.conformance.bench import Bench, Thing
from consentry.conformance.case import Area
from consentry.conformance.cases.persisted import GROUP, offered, pct_of, shortens
from consentry.conformance.outcome import check, skip_unless
from consentry.conformance.wire import Answer
from consentry.uma.codes import HINT_ACCESS_TOKEN, HINT_PCT, INVALID_GRANT, NEED_INFO, UNAUTHORIZED_CLIENT

AREA = Area("Refresh and revocation")


async def refreshable(bench: Bench, *scopes: str) -> tuple[Thing, Answer]:
    """Return a photo that is shared, and a token response with a refresh token."""
    skip_unless(bench.profile.features.refresh, "the profile says that RPTs are not refreshed")
    thing, answer = await bench.shared(*(scopes or ("view",)))
    answer.string("refresh_token")
    return thing, answer


@AREA.case("G-3.6-1", "MAY", "A refresh token may come with an RPT")
async def _(bench: Bench) -> None:
    await refreshable(bench)


@AREA.case("G-3.6-2", "MAY", "It gives a new RPT with the same permissions, to its client only")
async def _(bench: Bench) -> None:
    thing, issued = await refreshable(bench, "view", "print")
    refresh = issued.string("refresh_token")
    foreign = await bench.refreshes(refresh, "c2")
    check(foreign.code in {INVALID_GRANT, UNAUTHORIZED_CLIENT}, f"another client's attempt is answered {foreign}")
    thing, issued = await refreshable(bench, "view", "print")
    answer = (await bench.refreshes(issued.string("refresh_token"))).expect(200)
    check("scope" not in answer.members, "the refreshed RPT is shown with scope")
    found = await bench.permissions(answer.string("access_token"))
    check(found == {thing.resource_id: {"view", "print"}}, f"the refreshed RPT has {found}")


@AREA.case("G-3.6-3", "MAY", "With scope, the new RPT may have less")
async def _(bench: Bench) -> None:
    thing, issued = await refreshable(bench, "view", "download")
    answer = (await bench.refreshes(issued.string("refresh_token"), scope="view")).expect(200)
    found = await bench.permissions(answer.string("access_token"))
    check(found in ({thing.resource_id: {"view"}}, {thing.resource_id: {"view", "download"}}), f"the RPT has {found}")
    if found != {thing.resource_id: {"view"}}:
        bench.note("the server does not narrow RPTs at refresh, as it may")


@AREA.case("G-3.6-4", "MUST NOT", "Refreshing assesses nothing: what was shared since does not turn up")
async def _(bench: Bench) -> None:
    thing, issued = await refreshable(bench, "view")
    await bench.share(thing, "bob", "view", "print", "download")
    answer = (await bench.refreshes(issued.string("refresh_token"))).expect(200)
    found = await bench.permissions(answer.string("access_token"))
    check(found == {thing.resource_id: {"view"}}, f"the refreshed RPT has {found}")


@AREA.case("G-3.7-1", "MAY", "A client may give back its RPT, refresh token or PCT", group=GROUP)
async def _(bench: Bench) -> None:
    _thing, issued = await bench.shared("view")
    rpt = issued.string("access_token")
    check(await bench.is_active(rpt), "a fresh RPT is not active")
    (await bench.revokes(rpt)).expect(200)
    check(not await bench.is_active(rpt), "an RPT that was given back is still active")
    if bench.profile.features.refresh:
        _thing, issued = await refreshable(bench)
        (await bench.revokes(issued.string("refresh_token"))).expect(200)
        (await bench.refreshes(issued.string("refresh_token"))).refuses(INVALID_GRANT)
    if offered(bench):
        thing, pct = await pct_of(bench)
        (await bench.revokes(pct)).expect(200)
        (await shortens(bench, thing, pct)).refuses(NEED_INFO, 403)


@AREA.case("G-3.7-2", "DEF", "token_type_hint may be pct, and a hint is only a hint", group=GROUP)
async def _(bench: Bench) -> None:
    bench.endpoint("revocation_endpoint")
    if not offered(bench):
        bench.note("tried with an RPT: there are no PCTs")
        for hint in (HINT_PCT, HINT_ACCESS_TOKEN, "no_such_hint"):
            rpt = (await bench.shared("view"))[1].string("access_token")
            check(await bench.is_active(rpt), "a fresh RPT is not active")
            (await bench.revokes(rpt, token_type_hint=hint)).expect(200)
            check(not await bench.is_active(rpt), f"with the hint {hint} the RPT is still active")
        return
    for hint in (HINT_PCT, HINT_ACCESS_TOKEN, ""):
        thing, pct = await pct_of(bench)
        (await bench.revokes(pct, **({"token_type_hint": hint} if hint else {}))).expect(200)
        (await shortens(bench, thing, pct)).refuses(NEED_INFO, 403)


@AREA.case("G-3.7-3", "MUST", "Only its client can give a token back; an unknown one is no error", group=GROUP)
async def _(bench: Bench) -> None:
    _thing, issued = await bench.shared("view")
    rpt = issued.string("access_token")
    await bench.revokes(rpt, "c3")
    check(await bench.is_active(rpt), "another client could revoke the RPT")
    (await bench.revokes(secrets.token_urlsafe(32))).expect(200)
    if offered(bench):
        thing, pct = await pct_of(bench)
        await bench.revokes(pct, "c3")
        (await shortens(bench, thing, pct)).expect(200)
