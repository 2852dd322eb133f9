"""An RPT is handed in for one with more.

Spec: Grant 3.3.5.1.
"""

from consentry.conformance.bench import Bench, Thing
from consentry.conformance.case import Area
from consentry.conformance.outcome import Skipped, check
from consentry.conformance.wire import Answer

AREA = Area("RPT upgrade")

TIMES = 4


async def upgrading(bench: Bench) -> tuple[tuple[Thing, Thing], str, Answer]:
    """Get an RPT for one photo and hand it in for another; returns photos, the earlier RPT, and the answer."""
    first, issued = await bench.shared("view")
    second, earlier = await bench.resource(), issued.string("access_token")
    await bench.share(second, "bob", "view")
    return (first, second), earlier, await bench.rpt((second, ["view"]), rpt=earlier)


def require(bench: Bench, *, offered: bool) -> None:
    """Skip unless the server upgrades, or unless it does not."""
    if bench.profile.features.upgrade != offered:
        raise Skipped(f"the profile says that RPTs are {'not ' if offered else ''}upgraded")


@AREA.case("G-3.3.5.1-1", "MAY", "A server need not upgrade; then the earlier RPT goes on")
async def _(bench: Bench) -> None:
    require(bench, offered=False)
    _things, earlier, answer = await upgrading(bench)
    check(answer.members.get("upgraded") in (None, False), "upgraded is true where nothing is upgraded")
    check(await bench.is_active(earlier), "the earlier RPT ended")


@AREA.case("G-3.3.5.1-2", "SHOULD", "It does the same every time")
async def _(bench: Bench) -> None:
    outcomes = {(await upgrading(bench))[2].members.get("upgraded", False) for _attempt in range(TIMES)}
    check(len(outcomes) == 1, f"the same situation gives upgraded {outcomes}")


@AREA.case("G-3.3.5.1-3", "DEF", "An upgraded RPT has the earlier permissions and the new ones")
async def _(bench: Bench) -> None:
    require(bench, offered=True)
    (first, second), _earlier, answer = await upgrading(bench)
    check(answer.members.get("upgraded") is True, "upgraded is not true")
    found = await bench.permissions(answer.string("access_token"))
    check(found == {first.resource_id: {"view"}, second.resource_id: {"view"}}, f"the RPT has {len(found)} permissions")


@AREA.case("G-3.3.5.1-4", "SHOULD", "Where the upgraded RPT is a new string, the earlier one ends")
async def _(bench: Bench) -> None:
    require(bench, offered=True)
    _things, earlier, answer = await upgrading(bench)
    check(await bench.is_active(answer.string("access_token")), "the upgraded RPT is not active")
    if answer.string("access_token") != earlier:
        check(not await bench.is_active(earlier), "the earlier RPT is still active")


@AREA.case("G-3.3.5.1-5", "DEF", "An RPT that is not upgraded is left alone")
async def _(bench: Bench) -> None:
    _thing, issued = await bench.shared("view")
    earlier = issued.string("access_token")
    # For another owner's resource there is nothing to add it to.
    other = await bench.resource(owner="dave")
    await bench.share(other, "bob", "view")
    answer = await bench.rpt((other, ["view"]), rpt=earlier)
    if answer.members.get("upgraded") is True:
        raise Skipped("the server upgrades across owners")
    check(await bench.is_active(earlier), "the earlier RPT ended, though nothing was upgraded")
