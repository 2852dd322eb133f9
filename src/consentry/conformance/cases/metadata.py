"""The discovery document.

Spec: Grant 2; FedAuthz 1.5, 2; RFC 8414 2, 3.
"""

from urllib.parse import urlsplit

from consentry.conformance.bench import Bench
from consentry.conformance.case import Area
from consentry.conformance.outcome import check, skip_unless
from consentry.conformance.wire import Answer
from consentry.uma.codes import CLAIMS_REDIRECT_URIS, GRANT_UMA_TICKET, WELL_KNOWN_UMA

AREA = Area("Authorization server metadata")

PROTECTION = ("permission_endpoint", "resource_registration_endpoint", "introspection_endpoint")
REFUSED_URIS = ("invalid_redirect_uri", "invalid_client_metadata")


async def document(bench: Bench) -> Answer:
    """Fetch the document once more, for this case."""
    return await bench.wire.send("GET", f"{bench.stage.issuer}/.well-known/{WELL_KNOWN_UMA}")


def is_web_address(found: object, bench: Bench) -> bool:
    """Tell whether something is an address that secrets may be sent to: https, unless the whole server is local."""
    if not isinstance(found, str):
        return False
    parts = urlsplit(found)
    return bool(parts.netloc) and parts.scheme in {"https", urlsplit(bench.stage.issuer).scheme} and not parts.fragment


@AREA.case("G-2-1", "MUST", "There is a discovery document")
async def _(bench: Bench) -> None:
    answer = (await document(bench)).expect(200)
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    check(media_type == "application/json", f"the media type is {media_type}")


@AREA.case("G-2-2", "MUST", "It is built like OAuth authorization server metadata")
async def _(bench: Bench) -> None:
    members = (await document(bench)).expect(200).members
    check(members.get("issuer") == bench.stage.issuer, f"issuer is {members.get('issuer')!r}, asked was another")
    check(is_web_address(members.get("token_endpoint"), bench), "token_endpoint is no address")
    types = members.get("response_types_supported")
    check(isinstance(types, list) and types, "response_types_supported is no array with something in it")
    empty = [name for name, said in members.items() if said == []]
    check(not empty, f"members without elements have to be left out: {', '.join(empty)}")
    for name, said in members.items():
        if name.endswith("_supported") and isinstance(said, list):
            check(all(isinstance(each, str) for each in said), f"{name} is no array of strings")
        if name.endswith(("_endpoint", "_uri")):
            check(is_web_address(said, bench), f"{name} is no absolute address")


@AREA.case("G-2-3", "MUST", "Its address is the issuer and /.well-known/uma2-configuration")
async def _(bench: Bench) -> None:
    members = (await document(bench)).expect(200).members
    check(members.get("issuer") == bench.stage.issuer, f"the document there names {members.get('issuer')!r}")


@AREA.case("G-2-4", "MAY", "The claims interaction endpoint, if there is one, is an address that answers GET")
async def _(bench: Bench) -> None:
    address = bench.endpoint("claims_interaction_endpoint")
    check(is_web_address(address, bench), "claims_interaction_endpoint is no absolute address")
    answer = await bench.wire.send("GET", address, headers={"accept": "text/html"})
    check(answer.status not in {404, 405} and answer.status < 500, f"GET there is answered {answer}")


@AREA.case("G-2-5", "DEF", "Clients may send people to the static endpoint before any token request")
async def _(bench: Bench) -> None:
    bench.endpoint("claims_interaction_endpoint")
    thing = await bench.resource()
    arrived = await bench.interacts(await bench.ticket((thing, ["view"])), "bob")
    check(arrived.parameters.get("ticket"), f"the interaction ends on {arrived.title} and not with a ticket")


@AREA.case("G-2-6", "MAY", "uma_profiles_supported is an array of URIs")
async def _(bench: Bench) -> None:
    skip_unless("uma_profiles_supported" in bench.metadata, "the metadata has no uma_profiles_supported")
    found = bench.metadata["uma_profiles_supported"]
    check(isinstance(found, list) and found, "it is no array with something in it")
    for each in found if isinstance(found, list) else ():
        check(isinstance(each, str) and urlsplit(each).scheme, f"{each!r} is no absolute URI")


@AREA.case("G-2-7", "MUST", "Clients can register claims_redirect_uris, where clients can register")
async def _(bench: Bench) -> None:
    wanted = ["https://client.example/claims-2"]
    answer = (await register(bench, {CLAIMS_REDIRECT_URIS: wanted})).expect(201)
    check(answer.members.get(CLAIMS_REDIRECT_URIS) == wanted, "the answer does not repeat claims_redirect_uris")


@AREA.case("G-2-8", "DEF", "claims_redirect_uris is an array of absolute URIs, at least one")
async def _(bench: Bench) -> None:
    for wrong in ([], "https://client.example/claims", ["/claims"], ["https://client.example/claims#part"]):
        answer = (await register(bench, {CLAIMS_REDIRECT_URIS: wrong})).expect(400)
        check(answer.code in REFUSED_URIS, f"claims_redirect_uris {wrong!r} is answered {answer}")


@AREA.case("G-2-9", "DEF", "grant_types_supported names the UMA grant")
async def _(bench: Bench) -> None:
    found = bench.metadata.get("grant_types_supported")
    check(isinstance(found, list) and GRANT_UMA_TICKET in found, "grant_types_supported does not name the UMA grant")


@AREA.case("F-1.5-1", "MUST", "The endpoints of the protection API are declared, and answer")
async def _(bench: Bench) -> None:
    for name in PROTECTION:
        check(is_web_address(bench.metadata.get(name), bench), f"{name} is no absolute address")
    (await bench.wire.send("GET", bench.resource_url())).expect(401)
    for name in ("permission_endpoint", "introspection_endpoint"):
        (await bench.wire.send("POST", bench.stage.endpoint(name), form={"token": "x"})).expect(400, 401)


@AREA.case("F-2-1", "MUST", "permission_endpoint is there")
async def _(bench: Bench) -> None:
    check(is_web_address(bench.metadata.get("permission_endpoint"), bench), "there is no permission_endpoint")


@AREA.case("F-2-2", "MUST", "resource_registration_endpoint is there, and registers")
async def _(bench: Bench) -> None:
    found = bench.metadata.get("resource_registration_endpoint")
    check(is_web_address(found, bench), "there is no resource_registration_endpoint")
    (await bench.registers({"resource_scopes": ["view"]})).expect(201)


@AREA.case("F-2-3", "MUST", "introspection_endpoint is there, where RPTs are introspected")
async def _(bench: Bench) -> None:
    check(is_web_address(bench.metadata.get("introspection_endpoint"), bench), "there is no introspection_endpoint")
    (await bench.introspects("no-such-token")).expect(200)


@AREA.case("F-2-4", "SHOULD", "Extensions that are switched on are named by their URIs")
async def _(bench: Bench) -> None:
    expected = bench.profile.features.extensions
    skip_unless(expected, "the profile names no extensions")
    found = bench.metadata.get("uma_profiles_supported")
    missing = set(expected) - set(found if isinstance(found, list) else ())
    check(not missing, f"not in uma_profiles_supported: {', '.join(sorted(missing))}")


async def register(bench: Bench, members: dict[str, object]) -> Answer:
    """Register a client dynamically.  Spec: RFC 7591 3.1."""
    url = bench.endpoint("registration_endpoint")
    asked = {
        "client_name": "Conformance kit",
        "redirect_uris": ["https://client.example/callback"],
        "grant_types": [GRANT_UMA_TICKET, "authorization_code"],
        **members,
    }
    token = bench.profile.registration.initial_access_token or None
    return await bench.wire.send("POST", url, bearer=token, document=asked)
