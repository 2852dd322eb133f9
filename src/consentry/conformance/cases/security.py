"""Further security duties.

Spec: Grant 5, 5.2, 5.3, 5.7, 5.8.
"""

import time

from consentry.conformance.bench import Bench, Thing
from consentry.conformance.case import Area
from consentry.conformance.cases.persisted import GROUP, pct_of, shortens
from consentry.conformance.claims import forged, unsigned
from consentry.conformance.outcome import Skipped, check, skip_unless
from consentry.conformance.proof import Prover
from consentry.conformance.stage import authentication
from consentry.conformance.wire import Answer
from consentry.uma.codes import GRANT_UMA_TICKET, NEED_INFO, REQUEST_DENIED, REQUEST_SUBMITTED

AREA = Area("Security")

NOT_GRANTED = {NEED_INFO, REQUEST_DENIED, REQUEST_SUBMITTED}


async def pushing(bench: Bench, thing: Thing, claims: dict[str, str], client: str = "c1") -> Answer:
    """Ask for a photo with a claim token."""
    return await bench.asks(await bench.ticket((thing, ["view"])), client=client, **claims)


async def for_foreigners(bench: Bench) -> Thing:
    """Return a photo that is shared with the foreign issuer's subject."""
    thing = await bench.resource()
    await bench.share_by_claims(thing, {"sub": "bob"}, "view")
    return thing


@AREA.case("G-5-1", "DEF", "The precautions of OAuth hold: secrets never in a query, answers never stored")
async def _(bench: Bench) -> None:
    ticket = await bench.ticket((await bench.resource(), ["view"]))
    url, (headers, fields) = bench.stage.endpoint("token_endpoint"), authentication(bench.stage.client("c1"))
    query = f"{url}?grant_type={GRANT_UMA_TICKET}&ticket={ticket}"
    answer = await bench.wire.send("POST", query, form=fields or {"foo": "bar"}, headers=headers)
    check(answer.status == 400 and answer.code != NEED_INFO, f"parameters in the query are answered {answer}")
    answer = (await bench.asks(ticket)).refuses(NEED_INFO, 403)
    check("no-store" in answer.headers.get("cache-control", ""), "Cache-Control is not no-store")
    _thing, issued = await bench.shared("view")
    check("no-store" in issued.headers.get("cache-control", ""), "Cache-Control of a token is not no-store")


AREA.review(
    "G-5.2-1",
    "should",
    "Policies can ask for fresh, strong authentication of the requesting party",
    "how owners or operators express that differs; look for conditions on acr and on the age of claims",
)


@AREA.case("G-5.2-2", "MUST", "PCTs are kept secret: they travel in bodies only", group=GROUP)
async def _(bench: Bench) -> None:
    thing, pct = await pct_of(bench)
    headers, fields = authentication(bench.stage.client("c1"))
    form = {"grant_type": GRANT_UMA_TICKET, "ticket": await bench.ticket((thing, ["view"])), **fields}
    url = f"{bench.stage.endpoint('token_endpoint')}?pct={pct}"
    answer = await bench.wire.send("POST", url, form=form, headers=headers)
    check(answer.status != 200, "a PCT in the query counts")
    bench.note("how PCTs are stored and logged does not show from outside")


@AREA.case("G-5.2-3", "MUST NOT", "A PCT is shown to nobody but its client", group=GROUP)
async def _(bench: Bench) -> None:
    thing, pct = await pct_of(bench)
    issued = (await shortens(bench, thing, pct)).expect(200)
    answer = (await bench.introspects(issued.string("access_token"))).expect(200)
    check(pct not in answer.text and "pct" not in answer.members, "introspection shows a PCT")
    answer = await bench.introspects(pct)
    check(answer.loose.get("active") is not True, "a PCT is introspected as active by a resource server")


@AREA.case("G-5.2-4", "MUST", "A PCT counts for its client only", group=GROUP)
async def _(bench: Bench) -> None:
    thing, pct = await pct_of(bench)
    (await shortens(bench, thing, pct, "c3")).refuses(NEED_INFO, 403)


@AREA.case("G-5.2-5", "should", "A PCT that was given up counts no more")
async def _(bench: Bench) -> None:
    skip_unless(bench.profile.hooks.forget, "the profile has no hook forget")
    thing = await bench.resource()
    await bench.share(thing, "carol", "view")
    _thing, pct = await pct_of(bench, thing, person="carol")
    await bench.owner("carol").act("forget", {"client_id": bench.stage.client("c1").client_id})
    (await shortens(bench, thing, pct)).refuses(NEED_INFO, 403)


@AREA.case("G-5.3-1", "DEF", "RPTs are bearer tokens; one bound to a key is introspected with the key")
async def _(bench: Bench) -> None:
    skip_unless("dpop_signing_alg_values_supported" in bench.metadata, "the server does not bind tokens to keys")
    thing = await bench.resource()
    await bench.share(thing, "bob", "view")
    ticket, claims = await bench.proof(await bench.ticket((thing, ["view"])), "bob", "c1")
    url, prover = bench.stage.endpoint("token_endpoint"), Prover()
    headers, fields = authentication(bench.stage.client("c1"))
    form = {"grant_type": GRANT_UMA_TICKET, "ticket": ticket, **claims, **fields}
    answer = await bench.wire.send("POST", url, form=form, headers={**headers, "dpop": prover.proof("POST", url)})
    if answer.code == "use_dpop_nonce":
        raise Skipped("the server wants a nonce in proofs, which this case does not do")
    rpt = answer.expect(200).string("access_token")
    check(str(answer.members.get("token_type")).lower() == "dpop", "the token type is not DPoP")
    seen = (await bench.introspects(rpt)).expect(200).members
    check(seen.get("cnf") == {"jkt": prover.thumbprint}, f"introspection shows cnf {seen.get('cnf')}")


@AREA.case("G-5.7-1", "SHOULD", "Claim tokens that a client is not trusted to push do not count")
async def _(bench: Bench) -> None:
    playing = bench.profile.claim_issuer
    skip_unless(playing, "the profile has no claim_issuer")
    skip_unless(playing is None or "c3" not in playing.clients, "the profile trusts every client with foreign tokens")
    thing = await for_foreigners(bench)
    answer = await pushing(bench, thing, dict(bench.signs("c3")), "c3")
    check(answer.code in NOT_GRANTED, f"a token from a client that may not push is answered {answer}")
    (await pushing(bench, thing, dict(bench.signs("c1")))).expect(200)


@AREA.case("G-5.7-2", "SHOULD", "A claim token made for somebody else does not count")
async def _(bench: Bench) -> None:
    skip_unless(bench.profile.features.push, "the profile says that claims cannot be pushed")
    thing = await bench.resource()
    await bench.share(thing, "bob", "view")
    others = await bench.claims("bob", "c3")
    (await pushing(bench, thing, dict(others))).refuses(NEED_INFO, 403)
    if bench.profile.claim_issuer is None:
        bench.note("foreign tokens were not tried: the profile has no claim_issuer")
        return
    thing = await for_foreigners(bench)
    (await pushing(bench, thing, dict(bench.signs(aud="somebody-else")))).refuses(NEED_INFO, 403)
    (await pushing(bench, thing, dict(bench.signs()))).expect(200)


AREA.review(
    "G-5.7-3",
    "SHOULD",
    "Each claim token profile says how trust and keys come about",
    "read the profile documents of the claim token formats that the metadata names",
)


@AREA.case("G-5.7-4", "SHOULD", "The requesting party has allowed claims to be collected")
async def _(bench: Bench) -> None:
    skip_unless(bench.profile.features.consent_before_push, "the profile says that agreements cover pushed claims")
    thing = await bench.resource()
    await bench.share(thing, "carol", "view")
    answer = await pushing(bench, thing, dict(await bench.claims("carol", "c3")), "c3")
    answer.refuses(NEED_INFO, 403)
    check(answer.members.get("redirect_user"), "there is no redirect_user where the requesting party could agree")


@AREA.case("G-5.7-5", "DEF", "ID Tokens of the server itself count for the client they were made for, if they verify")
async def _(bench: Bench) -> None:
    skip_unless(bench.profile.features.push, "the profile says that claims cannot be pushed")
    thing = await bench.resource()
    await bench.share(thing, "bob", "view")
    right = dict(await bench.claims("bob"))
    (await pushing(bench, thing, right)).expect(200)
    for wrong in (forged(right["claim_token"]), unsigned(right["claim_token"])):
        (await pushing(bench, thing, {**right, "claim_token": wrong})).refuses(NEED_INFO, 403)
    if bench.profile.claim_issuer is None:
        bench.note("an expired token was not tried: the profile has no claim_issuer")
        return
    thing = await for_foreigners(bench)
    now = int(time.time())
    for late in ({"iat": now - 7200, "exp": now - 3600}, {"nbf": now + 3600}, {"iat": now + 3600, "exp": now + 7200}):
        (await pushing(bench, thing, dict(bench.signs("c1", **late)))).refuses(NEED_INFO, 403)
    (await pushing(bench, thing, dict(bench.signs()))).expect(200)


AREA.review(
    "G-5.8-1",
    "DEF",
    "Operators agree on roles and on what the constructs mean to them",
    "that is a matter of contracts; no request shows it",
)
