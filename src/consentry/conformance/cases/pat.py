"""The protection API access token.

Spec: FedAuthz 1.3, 1.4, 1.5, 7, 8; RFC 6750 2, 3.1.
"""

from urllib.parse import urlsplit

from consentry.conformance.bench import Bench
from consentry.conformance.case import Area
from consentry.conformance.cases.metadata import PROTECTION, is_web_address
from consentry.conformance.outcome import Skipped, check, skip_unless
from consentry.conformance.stage import authentication
from consentry.conformance.tls import old_tls_is_refused
from consentry.conformance.wire import Answer
from consentry.uma.codes import GRANT_CLIENT_CREDENTIALS, GRANT_REFRESH_TOKEN, SCOPE_OPENID

AREA = Area("The protection API access token (PAT)")


async def calls(bench: Bench, pat: str | None) -> list[Answer]:
    """Make one call to each endpoint of the protection API."""
    headers = {} if pat is None else {"authorization": f"Bearer {pat}"}
    return [
        await bench.wire.send("GET", bench.resource_url(), headers=headers),
        await bench.wire.send("POST", bench.stage.endpoint("permission_endpoint"), document=[], headers=headers),
        await bench.wire.send(
            "POST", bench.stage.endpoint("introspection_endpoint"), form={"token": "x"}, headers=headers
        ),
    ]


@AREA.case("F-1.3-1", "MUST", "The protection API is served over TLS as current practice has it")
async def _(bench: Bench) -> None:
    addresses = [bench.stage.endpoint(name) for name in PROTECTION]
    check(all(is_web_address(address, bench) for address in addresses), "an endpoint is neither https nor local")
    skip_unless(all(address.startswith("https:") for address in addresses), "this server is served in clear, locally")
    for host, port in {(url.hostname or "", url.port or 443) for url in map(urlsplit, addresses)}:
        check(await old_tls_is_refused(host, port), f"{host}:{port} accepts TLS 1.1 or older")


@AREA.case("F-1.3-2", "MUST", "Every call of the protection API needs a valid PAT")
async def _(bench: Bench) -> None:
    for answer in await calls(bench, None):
        answer.expect(401)
        challenge = answer.headers.get("www-authenticate", "")
        check("bearer" in challenge.lower(), f"without a token {answer.url} challenges with {challenge!r}")
    for answer in await calls(bench, "not-a-token"):
        answer.expect(401)
        check("invalid_token" in answer.headers.get("www-authenticate", ""), f"{answer.url} does not say invalid_token")
    other = (await bench.stage.sign_up_for(bench.wire, "bob", "c1", SCOPE_OPENID)).access_token
    for answer in await calls(bench, other):
        # Without the scope the token is of no use there; the code for that is insufficient_scope.
        check(answer.status in {401, 403}, f"a token without the scope of a PAT is answered {answer} at {answer.url}")
    await _revoked(bench)
    await _expired(bench)


async def _revoked(bench: Bench) -> None:
    if "revocation_endpoint" not in bench.metadata:
        bench.note("a revoked PAT was not tried: there is no revocation_endpoint")
        return
    pat = (await bench.new_pat("dave", "rs1")).access_token
    (await bench.revokes(pat, "rs1")).set_up(200)
    for answer in await calls(bench, pat):
        answer.expect(401)


async def _expired(bench: Bench) -> None:
    lifetime = bench.profile.lifetimes.pat
    if lifetime is None or lifetime > bench.profile.lifetimes.patience:
        bench.note("an expired PAT was not tried: PATs live longer than the profile's patience")
        return
    pat = (await bench.new_pat("dave", "rs1")).access_token
    await bench.wait(lifetime + 1)
    for answer in await calls(bench, pat):
        answer.expect(401)


@AREA.case("F-1.3-3", "MUST", "A PAT is accepted as a bearer token in the header, and not in the query")
async def _(bench: Bench) -> None:
    pat = await bench.pat()
    listed, permission, introspected = await calls(bench, pat)
    listed.expect(200)
    permission.expect(400)
    introspected.expect(200)
    answer = await bench.wire.send("GET", f"{bench.resource_url()}?access_token={pat}")
    check(answer.status in {400, 401}, f"a PAT in the query is answered {answer}")


@AREA.case("F-1.3-4", "DEF", "A PAT is for one owner at one resource server")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    for owner, rs in (("alice", "rs2"), ("dave", "rs1")):
        for method in ("GET", "PUT", "DELETE"):
            document = {"resource_scopes": ["view"]} if method == "PUT" else None
            answer = await bench.protection(method, thing.resource_id, document=document, owner=owner, rs=rs)
            check(answer.status in {403, 404}, f"{method} with a PAT of {owner} at {rs} is answered {answer}")
        listed = (await bench.protection("GET", owner=owner, rs=rs)).expect(200).json
        check(thing.resource_id not in str(listed), f"the list of {owner} at {rs} has another's resource")
        wanted = {"resource_id": thing.resource_id, "resource_scopes": ["view"]}
        (await bench.asks_permission(wanted, owner, rs)).expect(400)
    (await bench.protection("GET", thing.resource_id)).expect(200)


@AREA.case("F-1.3-5", "DEF", "The owner is asked before a resource server gets a PAT, and may refuse")
async def _(bench: Bench) -> None:
    browser = bench.stage.new_browser("dave")
    try:
        arrived, _ = await bench.stage.authorize(
            bench.wire, "dave", "rs2", bench.profile.pat.scope, browser=browser, look=True, prompt="consent"
        )
        check(arrived.location is None, "nobody was asked: the browser went straight back to the resource server")
        name = bench.stage.client("rs2").name or bench.stage.client("rs2").client_id
        check(name.lower() in arrived.answer.text.lower(), f"the page {arrived.title} does not name {name}")
        refused, _ = await bench.stage.authorize(
            bench.wire,
            "dave",
            "rs2",
            bench.profile.pat.scope,
            browser=browser,
            press=bench.profile.consent.deny,
            prompt="consent",
        )
        check("code" not in refused.parameters, "a refusal is answered with a code")
        check(refused.parameters.get("error") == "access_denied", f"a refusal ends on {refused.title}")
    finally:
        await browser.close()


@AREA.case("F-1.3-6", "DEF", "Both an organisation and a person can be the owner behind a PAT")
async def _(bench: Bench) -> None:
    skip_unless(bench.profile.clients.organisation, "the profile has no organisation client")
    form = {"grant_type": GRANT_CLIENT_CREDENTIALS, "scope": bench.profile.pat.scope}
    pat = (await bench.posts(form, "organisation")).expect(200).string("access_token")
    persons = await bench.resource()
    listed = (await bench.wire.send("GET", bench.resource_url(), bearer=pat)).expect(200).json
    check(persons.resource_id not in str(listed), "the organisation's PAT reaches a person's resource")
    (await bench.wire.send("GET", bench.resource_url(persons.resource_id), bearer=pat)).expect(403, 404)


@AREA.case("F-1.3-7", "SHOULD", "With openid among the scopes an ID Token comes with the PAT")
async def _(bench: Bench) -> None:
    scopes = dict.fromkeys((SCOPE_OPENID, *bench.profile.pat.scope.split()))
    answer = (await bench.new_pat(scope=" ".join(scopes))).answer
    check(answer.members.get("id_token"), "there is no id_token beside the PAT")


AREA.review(
    "F-1.3-8",
    "SHOULD",
    "Transports other than HTTP have a profile",
    "look for adapters to other protocols, and for the profile document and URI of each",
)


@AREA.case("F-1.4-1", "DEF", "One server serves several resource servers of one owner")
async def _(bench: Bench) -> None:
    for rs in ("rs1", "rs2"):
        thing, answer = await bench.shared("view", rs=rs)
        found = await bench.permissions(answer.string("access_token"), "alice", rs)
        check(found == {thing.resource_id: {"view"}}, f"the owner's share at {rs} gives {found}")


@AREA.case("F-1.4-2", "DEF", "A PAT goes on working while the owner is away")
async def _(bench: Bench) -> None:
    thing, issued = await bench.shared("view")
    browser = bench.stage.new_browser("alice")
    try:
        authorized = await bench.new_pat(browser=browser)
        for step in bench.profile.hooks.sign_out:
            await browser.do(step, url=step.page.format(issuer=bench.stage.issuer), wire=bench.wire)
    finally:
        await browser.close()
    pat, refresh = authorized.access_token, authorized.answer.loose.get("refresh_token")
    if isinstance(refresh, str):
        pat = (await bench.refreshes(refresh, "rs1")).expect(200).string("access_token")
    else:
        bench.note("there is no refresh token for the PAT")
    wanted = {"resource_id": thing.resource_id, "resource_scopes": ["view"]}
    url = bench.stage.endpoint("permission_endpoint")
    (await bench.wire.send("POST", url, bearer=pat, document=wanted)).expect(201)
    url, form = bench.stage.endpoint("introspection_endpoint"), {"token": issued.string("access_token")}
    check((await bench.wire.send("POST", url, bearer=pat, form=form)).expect(200).members.get("active"), "not active")


AREA.review(
    "F-1.4-3",
    "SHOULD",
    "Owner, server and resource server agree on who keeps which rules",
    "the operators' agreement and deployment guide say it; no request shows it",
)


@AREA.case("F-1.5-2", "DEF", "A resource id, or a client's own credentials, never stand in for the PAT")
async def _(bench: Bench) -> None:
    thing = await bench.resource()
    headers, fields = authentication(bench.stage.client("rs1"))
    wanted = {"resource_id": thing.resource_id, "resource_scopes": ["view"], **fields}
    url = bench.stage.endpoint("permission_endpoint")
    answer = await bench.wire.send("POST", url, document=wanted, headers=headers)
    check(answer.status in {401, 403}, f"without a PAT the request is answered {answer}")


@AREA.case("F-7-1", "DEF", "A code or refresh token for a PAT works once, and for its client only")
async def _(bench: Bench) -> None:
    authorized = await bench.new_pat("dave", "rs1")
    (await bench.stage.redeem_code(bench.wire, "rs1", authorized.code, authorized.verifier)).refuses("invalid_grant")
    (await bench.wire.send("GET", bench.resource_url(), bearer=authorized.access_token)).expect(401)
    refresh = (await bench.new_pat("dave", "rs1")).answer.loose.get("refresh_token")
    if not isinstance(refresh, str):
        bench.note("there is no refresh token for the PAT")
        return
    form = {"grant_type": GRANT_REFRESH_TOKEN, "refresh_token": refresh}
    (await bench.posts(form, "rs2")).refuses("invalid_grant")


@AREA.case("F-8-1", "should", "What the owner takes back from a resource server ends at once", alone=True)
async def _(bench: Bench) -> None:
    if not bench.profile.hooks.withdraw:
        raise Skipped("the profile has no hook withdraw")
    authorized = await bench.new_pat("dave", "rs2")
    await bench.owner("dave").act("withdraw", {"client_id": bench.stage.client("rs2").client_id})
    for answer in await calls(bench, authorized.access_token):
        answer.expect(401)
    refresh = authorized.answer.loose.get("refresh_token")
    if isinstance(refresh, str):
        (await bench.refreshes(refresh, "rs2")).refuses("invalid_grant")
