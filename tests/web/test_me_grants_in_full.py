"""Grants with limits, what is passed on, why somebody can; resources by the hundred: over HTTP."""

from consentry.core.model import Account
from tests.web.site import Site, bearer

SHARED = {"resource_id": "record-of-alice", "grantee": {"account": "bob"}, "scopes": ["read"]}


async def arranged(site: Site) -> tuple[Account, dict[str, str], dict[str, str]]:
    alice, bob, records, surgery = await site.people()
    await site.world.resource(alice, records)
    return alice, await site.manager(alice, surgery), await site.manager(bob, surgery)


async def test_limits_are_written_read_and_changed(site: Site) -> None:
    _, alices, bobs = await arranged(site)
    made = await site.http.post("/me/grants", headers=alices, json={**SHARED, "max_uses": 3, "reshare": 1})
    assert made.status_code == 201, made.text
    grant = made.json()
    assert (grant["max_uses"], grant["uses"], grant["reshare"], grant.get("ask_me")) == (3, 0, 1, None)
    path = f"/me/grants/{grant['id']}"
    changed = await site.http.patch(path, headers=alices, json={"max_uses": None, "ask_me": True})
    assert (changed.json().get("max_uses"), changed.json()["ask_me"], changed.json()["reshare"]) == (None, True, 1)
    (shared,) = (await site.http.get("/me/shared-with-me", headers=bobs)).json()["items"]
    assert (shared["ask_me"], shared["reshare"]) == (True, 1)
    for wrong in ({"max_uses": 0}, {"reshare": 99}, {"max_uses": "3"}, {"ask_me": None}):
        assert (await site.http.patch(path, headers=alices, json=wrong)).status_code == 400


async def test_what_is_passed_on_is_seen_above_and_stopped_below(site: Site) -> None:
    _, alices, bobs = await arranged(site)
    grant = (await site.http.post("/me/grants", headers=alices, json={**SHARED, "reshare": 1})).json()
    path = f"/me/shared-with-me/{grant['id']}/share"
    body = {"grantee": {"email": "carol@example.test"}, "scopes": ["read"]}
    made = await site.http.post(path, headers=bobs, json=body)
    assert made.status_code == 201, made.text
    assert (await site.http.post(path, headers=alices, json=body)).status_code == 404
    passed = made.json()
    (listed,) = (await site.http.get(path, headers=bobs)).json()["items"]
    assert listed["id"] == passed["id"]
    seen = (await site.http.get(f"/me/grants/{passed['id']}", headers=alices)).json()
    assert (seen["parent"], seen["passed_on_by"]) == (grant["id"], "Bob")
    assert made.headers["location"].endswith(f"/me/passed-on/{passed['id']}")
    assert (await site.http.delete(f"/me/passed-on/{passed['id']}", headers=alices)).status_code == 404
    assert (await site.http.delete(f"/me/passed-on/{passed['id']}", headers=bobs)).status_code == 204
    assert (await site.http.get(f"/me/grants/{passed['id']}", headers=alices)).status_code == 404


async def test_the_owner_reads_why_somebody_can(site: Site) -> None:
    _, alices, bobs = await arranged(site)
    await site.http.post("/me/grants", headers=alices, json=SHARED)
    path = "/me/why?resource_id=record-of-alice&subject=bob"
    answer = await site.http.get(path, headers=alices)
    assert answer.status_code == 200, answer.text
    read, write = answer.json()["scopes"]
    assert (read["scope"], read["outcome"], read["words"]) == ("read", "allowed", "Bob may use “read” here.")
    assert read["steps"][0]["words"] == "Your share of record with Bob permits it."
    assert (write["outcome"], write["steps"][0]["verdict"]) == ("not-shared", "not-shared")
    assert (await site.http.get(path, headers=bobs)).status_code == 404
    assert (await site.http.get("/me/why?subject=bob", headers=alices)).status_code == 400


async def test_f_3_2_1_many_resources_are_registered_in_one_call_and_a_repeated_call_adds_none(site: Site) -> None:
    alice, _, records, _ = await site.people()
    pat = bearer(await site.world.pat(records, alice))
    body = [{"resource_scopes": ["read"], "name": f"Page {number} of quite a long book"} for number in range(500)]
    made = await site.http.post("/uma/resource", headers=pat | {"idempotency-key": "one"}, json=body)
    assert made.status_code == 201, made.text
    again = await site.http.post("/uma/resource", headers=pat | {"idempotency-key": "one"}, json=body)
    assert again.json() == made.json()
    assert len((await site.http.get("/uma/resource", headers=pat)).json()) == 500
    other = await site.http.post("/uma/resource", headers=pat | {"idempotency-key": "one"}, json=body[1:])
    assert (other.status_code, other.json()["error"]) == (422, "invalid_request")
    assert (await site.http.post("/uma/resource", headers=pat, json=[body[0], {"name": "x"}])).status_code == 400
    one = f"/uma/resource/{made.json()[0]['_id']}"
    read = await site.http.get(one, headers=pat)
    changed = {"resource_scopes": ["read"], "parent": made.json()[1]["_id"]}
    put = await site.http.put(one, headers=pat | {"if-match": read.headers["etag"]}, json=changed)
    assert put.status_code == 200, put.text
    late = await site.http.put(one, headers=pat | {"if-match": read.headers["etag"]}, json=changed)
    assert late.status_code == 412
    assert (await site.http.get(one, headers=pat)).json()["parent"] == changed["parent"]
