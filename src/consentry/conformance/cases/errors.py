"""Errors of the protection API, and profiles.

Spec: FedAuthz 6; Grant 4.
"""

from consentry.conformance.bench import Bench
from consentry.conformance.case import Area
from consentry.conformance.outcome import check
from consentry.conformance.wire import Answer

AREA = Area("Error messages and profiles")


async def refused(bench: Bench) -> list[Answer]:
    """Make requests with a PAT that cannot be met."""
    thing = await bench.resource()
    answers = [
        await bench.registers({"name": "no scopes"}),
        await bench.protection("GET", "no-such-resource"),
        await bench.asks_permission({}),
        await bench.asks_permission({"resource_id": "no-such-resource", "resource_scopes": ["view"]}),
        await bench.asks_permission({"resource_id": thing.resource_id, "resource_scopes": ["burn"]}),
    ]
    return [answer.expect(400, 404) for answer in answers]


@AREA.case("F-6-1", "MUST", "A refusal by the protection API is a JSON object with error")
async def _(bench: Bench) -> None:
    for answer in await refused(bench):
        answer.string("error")


@AREA.case("F-6-2", "MAY", "error_description and error_uri may be there, as text")
async def _(bench: Bench) -> None:
    for answer in await refused(bench):
        for name in ("error_description", "error_uri"):
            check(isinstance(answer.members.get(name, ""), str), f"{name} is no text")


@AREA.case("F-6-3", "DEF", "A refusal is not to be stored")
async def _(bench: Bench) -> None:
    for answer in await refused(bench):
        check("no-store" in answer.headers.get("cache-control", ""), f"{answer} comes without no-store")


@AREA.case("G-4-1", "SHOULD", "Each profile and extension that is supported has a URI in the metadata")
async def _(bench: Bench) -> None:
    found = bench.metadata.get("uma_profiles_supported", [])
    check(isinstance(found, list), "uma_profiles_supported is no array")
    missing = set(bench.profile.features.extensions) - set(found if isinstance(found, list) else ())
    check(not missing, f"not in uma_profiles_supported: {', '.join(sorted(missing))}")
