"""The owner's and requester's API."""

import pytest

from consentry.core.context import Answer, Context
from consentry.core.model import Account, Client, PermissionTicket
from consentry.core.persisted_claims import persist
from consentry.core.requesting_party import requester_of
from tests.web.site import Site, bearer
from tests.worlds import ISSUER, NOON


async def arranged(site: Site) -> tuple[Account, Account, Client, dict[str, str], dict[str, str]]:
    alice, bob, records, surgery = await site.people()
    await site.world.resource(alice, records)
    return alice, bob, records, await site.manager(alice, surgery), await site.manager(bob, surgery)


async def test_what_is_mine_is_listed_and_put_in_order(site: Site) -> None:
    _, _, _, alices, bobs = await arranged(site)
    (item,) = (await site.http.get("/me/resources", headers=alices)).json()["items"]
    assert (item["id"], item["name"], item["resource_scopes"]) == ("record-of-alice", "record", ["read", "write"])
    path = f"/me/resources/{item['id']}"
    read = await site.http.get(path, headers=alices)
    changed = await site.http.patch(
        path, headers=alices | {"if-match": read.headers["etag"]}, json={"labels": ["health"], "favourite": True}
    )
    assert (changed.json()["labels"], changed.json()["favourite"]) == (["health"], True)
    late = await site.http.patch(path, headers=alices | {"if-match": read.headers["etag"]}, json={"favourite": False})
    assert late.status_code == 412
    assert (await site.http.get("/me/resources?label=health", headers=alices)).json()["items"] != []
    assert (await site.http.get("/me/resources?label=other", headers=alices)).json()["items"] == []
    for foreign in ("record-of-alice", "unknown"):
        assert (await site.http.get(f"/me/resources/{foreign}", headers=bobs)).status_code == 404


async def test_a_grant_is_made_read_changed_paused_and_ended(site: Site) -> None:
    _, _, _, alices, bobs = await arranged(site)
    body = {
        "resource_id": "record-of-alice",
        "grantee": {"account": "bob"},
        "scopes": ["read"],
        "expires_at": "2030-01-01T00:00:00Z",
        "purpose": "the operation",
    }
    made = await site.http.post("/me/grants", headers=alices, json=body)
    assert made.status_code == 201, made.text
    grant = made.json()
    assert body.items() <= grant.items()
    assert (grant["status"], grant["grantee_name"], grant["resource_name"]) == ("active", "Bob", "record")
    path = f"/me/grants/{grant['id']}"
    assert made.headers["location"].endswith(path)
    assert (await site.http.get(path, headers=alices)).json() == grant

    changed = await site.http.patch(
        path,
        headers=alices | {"if-match": made.headers["etag"]},
        json={"expires_at": None, "scopes": ["read", "write"]},
    )
    assert changed.status_code == 200, changed.text
    assert "expires_at" not in changed.json()
    assert (changed.json()["scopes"], changed.json()["purpose"]) == (["read", "write"], "the operation")
    late = await site.http.patch(path, headers=alices | {"if-match": made.headers["etag"]}, json={"note": "late"})
    assert (late.status_code, late.headers["content-type"]) == (412, "application/problem+json")
    paused = await site.http.patch(path, headers=alices, json={"paused": True})
    assert paused.json()["status"] == "paused"

    (shared,) = (await site.http.get("/me/shared-with-me", headers=bobs)).json()["items"]
    assert (shared["owner"], shared["scopes"]) == ("Alice", ["read", "write"])
    assert (await site.http.get(path, headers=bobs)).status_code == 404
    assert (await site.http.delete(path, headers=bobs)).status_code == 404
    assert (await site.http.delete(path, headers=alices)).status_code == 204
    assert (await site.http.get(path, headers=alices)).status_code == 404
    kinds = [event["kind"] for event in (await site.http.get("/me/activity", headers=alices)).json()["items"]]
    assert {"grant.added", "grant.changed", "grant.removed"} <= set(kinds)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"grantee": {"account": "bob"}, "scopes": ["read"]},
        {"resource_id": "record-of-alice", "type": "x", "grantee": {"account": "bob"}, "scopes": ["read"]},
        {"resource_id": "record-of-alice", "grantee": {}, "scopes": ["read"]},
        {"resource_id": "record-of-alice", "grantee": {"account": "bob", "email": "b@x.y"}, "scopes": ["read"]},
        {"resource_id": "record-of-alice", "grantee": {"account": "nobody"}, "scopes": ["read"]},
        {"resource_id": "record-of-alice", "grantee": {"account": "bob"}, "scopes": []},
        {"resource_id": "record-of-alice", "grantee": {"account": "bob"}, "scopes": ["fly"]},
        {"resource_id": "record-of-alice", "grantee": {"account": "bob"}, "scopes": ["s"] * 10_000},
        {"resource_id": "record-of-alice", "grantee": {"account": "bob"}, "scopes": "read"},
        {"resource_id": "record-of-alice", "grantee": {"account": "bob"}, "scopes": ["read"], "expires_at": "soon"},
        {
            "resource_id": "record-of-alice",
            "grantee": {"account": "bob"},
            "scopes": ["read"],
            "expires_at": "2030-01-01T00:00:00",
        },
        {"resource_id": "record-of-alice", "grantee": {"account": "bob"}, "scopes": ["read"], "max_use": 1},
    ],
)
async def test_a_grant_that_is_not_complete_or_not_understood_is_refused(site: Site, body: dict[str, object]) -> None:
    _, _, _, alices, _ = await arranged(site)
    answer = await site.http.post("/me/grants", headers=alices, json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert answer.json()["detail"]
    assert (await site.http.get("/me/grants", headers=alices)).json() == {"items": []}


async def test_a_list_comes_in_pages_and_says_where_it_goes_on(site: Site) -> None:
    alice, _, records, alices, _ = await arranged(site)
    for number in range(5):
        await site.world.resource(alice, records, name=f"r{number}")
    seen: list[str] = []
    after = ""
    while True:
        page = (await site.http.get(f"/me/resources?limit=2{after}", headers=alices)).json()
        seen += [item["id"] for item in page["items"]]
        if "next" not in page:
            break
        after = f"&after={page['next']}"
    assert len(seen) == len(set(seen)) == 6


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "limit=-1", "after=x", "after=%00", "colour=red", "limit=1&limit=2"]
)
async def test_a_list_refuses_what_it_does_not_know(site: Site, query: str) -> None:
    _, _, _, alices, _ = await arranged(site)
    answer = await site.http.get(f"/me/resources?{query}", headers=alices)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


async def test_the_api_wants_a_token_with_the_right_scope(site: Site) -> None:
    alice, _, records, _, _ = await arranged(site)
    without = await site.http.get("/me/grants")
    assert (without.status_code, without.headers["content-type"]) == (401, "application/problem+json")
    pat = await site.world.pat(records, alice)
    assert (await site.http.get("/me/grants", headers=bearer(pat))).status_code == 403


async def test_what_apps_remember_of_me_is_listed_and_ended(site: Site) -> None:
    _, bob, _, alices, bobs = await arranged(site)
    requester = requester_of(bob, own_issuer=ISSUER, now=NOON)
    process = PermissionTicket(
        digest="d",
        family="f",
        owner_id="o",
        resource_server="records",
        permissions=(),
        issued_at=NOON,
        expires_at=NOON,
        client_id="surgery",
        requester=requester,
        remember=True,
    )

    async def remember(ctx: Context, ticket: PermissionTicket) -> Answer[None]:
        _, kept = await persist(ctx, ticket, None)
        return Answer(None, *kept)

    assert await site.world.ask(remember, process) is None
    (item,) = (await site.http.get("/me/remembered", headers=bobs)).json()["items"]
    assert (item["client_id"], item["client_name"]) == ("surgery", "Surgery")
    assert {"issuer": ISSUER, "name": "name", "value": "Bob"} in item["claims"]
    assert (await site.http.get("/me/remembered", headers=alices)).json() == {"items": []}
    assert (await site.http.get("/me/remembered?app=x", headers=bobs)).status_code == 400
    assert (await site.http.delete("/me/remembered/surgery", headers=alices)).status_code == 404
    assert (await site.http.delete("/me/remembered/surgery", headers=bobs)).status_code == 204
    assert (await site.http.delete("/me/remembered/surgery", headers=bobs)).status_code == 404
    assert (await site.http.get("/me/remembered")).status_code == 401
