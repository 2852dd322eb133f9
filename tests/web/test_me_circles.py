"""`/me/circles`: people with whom somebody shares as one."""

from tests.web.site import Site


async def test_a_circle_is_made_filled_renamed_shared_with_and_removed(site: Site) -> None:
    alice, _, records, surgery = await site.people()
    await site.world.resource(alice, records)
    alices = await site.manager(alice, surgery)
    made = await site.http.post("/me/circles", headers=alices, json={"name": "Doctors"})
    assert made.status_code == 201, made.text
    path = f"/me/circles/{made.json()['id']}"
    assert made.headers["location"].endswith(path)
    joined = await site.http.post(f"{path}/members", headers=alices, json={"account": "bob"})
    assert joined.status_code == 200, joined.text
    filled = await site.http.post(f"{path}/members", headers=alices, json={"email": "Zoe@example.test"})
    members = filled.json()["members"]
    assert [(each.get("account"), each.get("email"), each.get("name")) for each in members] == [
        ("bob", None, "Bob"),
        (None, "zoe@example.test", None),
    ]
    late = await site.http.patch(path, headers=alices | {"if-match": made.headers["etag"]}, json={"name": "Late"})
    assert (late.status_code, late.headers["content-type"]) == (412, "application/problem+json")
    renamed = await site.http.patch(
        path, headers=alices | {"if-match": filled.headers["etag"]}, json={"name": "My doctors"}
    )
    assert renamed.json()["name"] == "My doctors"
    (listed,) = (await site.http.get("/me/circles", headers=alices)).json()["items"]
    assert listed == renamed.json() == (await site.http.get(path, headers=alices)).json()

    body = {"resource_id": "record-of-alice", "grantee": {"circle": made.json()["id"]}, "scopes": ["read"]}
    grant = await site.http.post("/me/grants", headers=alices, json=body)
    assert grant.status_code == 201, grant.text
    assert (grant.json()["grantee"], grant.json()["grantee_name"]) == (body["grantee"], "My doctors")

    gone = await site.http.delete(f"{path}/members", headers=alices, params={"id": "zoe@example.test"})
    assert [each["name"] for each in gone.json()["members"]] == ["Bob"]
    assert (await site.http.delete(path, headers=alices)).status_code == 204
    assert (await site.http.get(path, headers=alices)).status_code == 404
    assert (await site.http.get("/me/grants", headers=alices)).json()["items"] == []
    kinds = [event["kind"] for event in (await site.http.get("/me/activity", headers=alices)).json()["items"]]
    assert {
        "circle.made",
        "circle.renamed",
        "circle.member_added",
        "circle.member_removed",
        "circle.removed",
        "grant.removed",
    } <= set(kinds)


async def test_what_a_circle_cannot_be_is_refused(site: Site) -> None:
    alice, _, _, surgery = await site.people()
    alices = await site.manager(alice, surgery)
    for body in ({}, {"name": ""}, {"name": "x", "owner": "bob"}, {"name": 1}):
        assert (await site.http.post("/me/circles", headers=alices, json=body)).status_code == 400
    path = f"/me/circles/{(await site.http.post('/me/circles', headers=alices, json={'name': 'x'})).json()['id']}"
    for body in ({}, {"account": "bob", "email": "bob@example.test"}, {"account": "nobody"}, {"client": "surgery"}):
        assert (await site.http.post(f"{path}/members", headers=alices, json=body)).status_code == 400
    assert (await site.http.delete(f"{path}/members", headers=alices)).status_code == 400
    assert (await site.http.get("/me/circles")).status_code == 401
