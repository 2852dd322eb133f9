"""The route table: who may call what, and how a path finds its row."""

import pytest

from consentry.web.http import Request, Response
from consentry.web.parts import Parts
from consentry.web.realms import Place, _below
from consentry.web.route import Route, RouteTable, TableError
from consentry.web.routes import ROUTES
from consentry.web.security import ClientAddress


async def nothing(_: Parts, __: Request) -> Response:
    return Response(status=204)


def test_a_route_that_does_not_say_who_may_call_it_stops_the_start() -> None:
    route = Route(path="/x", methods={"GET": nothing}, guard="")  # type: ignore[arg-type]
    with pytest.raises(TableError, match="who may call"):
        RouteTable([route])


def test_two_rows_for_one_path_stop_the_start() -> None:
    with pytest.raises(TableError, match="two routes"):
        RouteTable([Route(path="/x", methods={"GET": nothing}, guard="open")] * 2)


def test_a_route_that_goes_by_cookies_is_never_open_to_other_origins() -> None:
    with pytest.raises(TableError, match="origins"):
        RouteTable([Route(path="/x", methods={"GET": nothing}, guard="browser", cors=True)])


def test_the_table_of_the_server_is_in_order() -> None:
    table = RouteTable(ROUTES)
    names = [route.name for route in table.routes if route.name]
    assert len(names) == len(set(names))


def test_fedauthz_3_2_the_collection_may_end_in_a_slash_and_nothing_else_may() -> None:
    table = RouteTable(ROUTES)
    assert table.find("/uma/resource/", at_root=False) == table.find("/uma/resource", at_root=False)
    assert table.find("/token/", at_root=False) is None
    assert table.find("/uma/resource/x/", at_root=False) is None


def test_a_template_names_the_parts_of_a_path() -> None:
    found = RouteTable(ROUTES).find("/uma/resource/abc", at_root=False)
    assert found is not None
    assert found.parameters == {"resource_id": "abc"}


def test_allow_lists_what_is_there_and_what_comes_with_it() -> None:
    assert Route(path="/x", methods={"GET": nothing}, guard="open", cors=True).allow == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("rest", ["", "/", "a b/x", "../x", "%2e/x", "-a/x", "a" * 65 + "/x", "a\0/x"])
def test_a_name_that_no_realm_has_is_no_place(rest: str) -> None:
    assert _below(rest, inserted="") is None


def test_rfc_8414_3_1_the_path_of_the_issuer_may_follow_the_document() -> None:
    document = "/.well-known/oauth-authorization-server"
    assert _below("one", inserted=document) == Place(realm="one", path=document)
    assert _below("one/more", inserted=document) is None


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("nonsense", "10.0.0.1"),
        ("203.0.113.9, nonsense", "10.0.0.1"),
    ],
)
def test_a_forwarded_address_counts_up_to_the_first_that_is_not_trusted(forwarded: str, expected: str) -> None:
    assert ClientAddress(["10.0.0.0/8"]).of("10.0.0.1", forwarded) == expected
    assert ClientAddress([]).of("10.0.0.1", forwarded) == "10.0.0.1"
