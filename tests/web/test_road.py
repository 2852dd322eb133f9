"""The road end to end over HTTP: register, ask, be refused, be shared with, read, be stopped.

Spec: Grant 3.3, FedAuthz 3, 4, 5.
"""

from dataclasses import replace

import pytest

from tests.web.site import ID_TOKEN, Site, bearer

UMA_GRANT = "urn:ietf:params:oauth:grant-type:uma-ticket"
SURGERY = ("surgery", "surgery-secret")


async def registered(site: Site, pat: str) -> str:
    answer = await site.http.post(
        "/uma/resource", headers=bearer(pat), json={"resource_scopes": ["read", "write"], "name": "Record"}
    )
    assert answer.status_code == 201, answer.text
    resource_id = str(answer.json()["_id"])
    assert answer.headers["location"] == f"{site.http.base_url}uma/resource/{resource_id}"
    return resource_id


async def ticket_for(site: Site, pat: str, resource_id: str, *scopes: str) -> str:
    wanted = {"resource_id": resource_id, "resource_scopes": list(scopes)}
    answer = await site.http.post("/uma/permission", headers=bearer(pat), json=wanted)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["ticket"])


async def test_grant_3_3_shared_means_read_and_stopped_means_gone(site: Site) -> None:
    alice, bob, records, surgery = await site.people()
    pat, alices = await site.world.pat(records, alice), await site.manager(alice, surgery)
    claims = {"claim_token": site.id_token(bob, surgery), "claim_token_format": ID_TOKEN}
    resource_id = await registered(site, pat)

    ticket = await ticket_for(site, pat, resource_id, "read")
    asked = await site.http.post("/token", auth=SURGERY, data={"grant_type": UMA_GRANT, "ticket": ticket})
    assert (asked.status_code, asked.json()["error"]) == (403, "need_info")
    assert asked.headers["cache-control"] == "no-store"
    assert asked.json()["required_claims"]

    again = {"grant_type": UMA_GRANT, "ticket": asked.json()["ticket"], **claims}
    submitted = await site.http.post("/token", auth=SURGERY, data=again)
    assert (submitted.status_code, submitted.json()["error"]) == (403, "request_submitted")

    waiting = await site.http.get("/me/requests", headers=alices)
    request_id = waiting.json()["items"][0]["id"]
    approved = await site.http.post(f"/me/requests/{request_id}/approve", headers=alices)
    assert (approved.status_code, approved.json()["status"]) == (200, "approved")

    poll = {"grant_type": UMA_GRANT, "ticket": submitted.json()["ticket"]}
    issued = await site.http.post("/token", auth=SURGERY, data=poll)
    assert issued.status_code == 200, issued.text
    assert "scope" not in issued.json()
    rpt = issued.json()["access_token"]

    seen = await site.http.post("/introspect", headers=bearer(pat), data={"token": rpt})
    assert seen.json()["active"] is True
    assert "scope" not in seen.json()
    (permission,) = seen.json()["permissions"]
    assert (permission["resource_id"], permission["resource_scopes"]) == (resource_id, ["read"])

    (grant,) = (await site.http.get("/me/grants", headers=alices)).json()["items"]
    assert (await site.http.delete(f"/me/grants/{grant['id']}", headers=alices)).status_code == 204
    gone = await site.http.post("/introspect", headers=bearer(pat), data={"token": rpt})
    assert gone.json() == {"active": False}
    assert site.crashes == []


async def test_grant_5_5_a_ticket_works_once_and_a_client_error_does_not_burn_it(site: Site) -> None:
    alice, _, records, _ = await site.people()
    pat = await site.world.pat(records, alice)
    ticket = await ticket_for(site, pat, await registered(site, pat), "read")
    body = {"grant_type": UMA_GRANT, "ticket": ticket}
    wrong = await site.http.post("/token", auth=("surgery", "wrong"), data=body)
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    assert wrong.headers["www-authenticate"].startswith("Basic ")
    first = await site.http.post("/token", auth=SURGERY, data=body)
    assert first.json()["error"] == "need_info"
    second = await site.http.post("/token", auth=SURGERY, data=body)
    assert (second.status_code, second.json()["error"]) == (400, "invalid_grant")


async def test_fedauthz_3_2_a_resource_is_read_replaced_listed_and_deleted(site: Site) -> None:
    alice, _, records, _ = await site.people()
    pat = bearer(await site.world.pat(records, alice))
    described = {"resource_scopes": ["read"], "name": "Record", "name#fr": "Dossier", "description": "All of it"}
    made = await site.http.post("/uma/resource", headers=pat, json=described)
    resource_id = made.json()["_id"]
    path = f"/uma/resource/{resource_id}"
    assert (await site.http.get(path, headers=pat)).json() == {**described, **made.json()}
    replaced = await site.http.put(path, headers=pat, json={"resource_scopes": ["write"]})
    assert (replaced.status_code, replaced.json()["_id"]) == (200, resource_id)
    assert "description" not in (await site.http.get(path, headers=pat)).json()
    for collection in ("/uma/resource", "/uma/resource/"):
        assert (await site.http.get(collection, headers=pat)).json() == [resource_id]
    assert (await site.http.delete(path, headers=pat)).status_code == 204
    missing = await site.http.delete(path, headers=pat)
    assert (missing.status_code, missing.json()["error"]) == (404, "not_found")


async def test_fedauthz_1_3_a_pat_is_needed_and_has_to_be_one(site: Site) -> None:
    alice, _, _, surgery = await site.people()
    without = await site.http.get("/uma/resource")
    assert (without.status_code, without.content) == (401, b"")
    assert without.headers["www-authenticate"].startswith("Bearer realm=")
    assert "error" not in without.headers["www-authenticate"]
    unknown = await site.http.get("/uma/resource", headers=bearer("unknown"))
    assert (unknown.status_code, unknown.json()["error"]) == (401, "invalid_token")
    assert 'error="invalid_token"' in unknown.headers["www-authenticate"]
    other = await site.http.get("/uma/resource", headers=await site.manager(alice, surgery))
    assert (other.status_code, other.json()["error"]) == (403, "insufficient_scope")


async def test_fedauthz_3_2_another_method_is_unsupported(site: Site) -> None:
    answer = await site.http.patch("/uma/resource/abc", headers=bearer("x"))
    assert (answer.status_code, answer.json()["error"]) == (405, "unsupported_method_type")
    assert answer.headers["allow"] == "DELETE, GET, HEAD, PUT"


async def test_rfc_7009_2_2_a_token_that_is_given_back_is_gone(site: Site) -> None:
    alice, _, _, surgery = await site.people()
    token = await site.world.access_token(surgery, alice, scope="openid")
    assert (await site.http.get("/userinfo", headers=bearer(token))).json()["sub"] == alice.account_id
    for _ in range(2):
        given_back = await site.http.post("/revoke", auth=SURGERY, data={"token": token})
        assert (given_back.status_code, given_back.content) == (200, b"")
    assert (await site.http.get("/userinfo", headers=bearer(token))).status_code == 401


async def test_rfc_7662_2_1_who_introspects_has_to_say_who_they_are(site: Site) -> None:
    await site.people()
    anonymous = await site.http.post("/introspect", data={"token": "x"})
    assert anonymous.status_code == 401
    known = await site.http.post("/introspect", auth=SURGERY, data={"token": "x"})
    assert known.json() == {"active": False}


async def test_grant_5_7_a_change_of_the_realm_is_seen_by_the_next_claim_token(site: Site) -> None:
    alice, bob, records, surgery = await site.people()
    pat, alices = await site.world.pat(records, alice), await site.manager(alice, surgery)
    resource_id = await registered(site, pat)
    share = {"resource_id": resource_id, "grantee": {"account": "bob"}, "scopes": ["read"]}
    assert (await site.http.post("/me/grants", headers=alices, json=share)).status_code == 201
    for change in ("one", "two"):
        ticket = await ticket_for(site, pat, resource_id, "read")
        # The server hears of this with its next question, which comes after the claim token was looked at.
        await site.world.replace(replace(site.world.realm, display_name=change))
        body = {"grant_type": UMA_GRANT, "ticket": ticket, "claim_token": site.id_token(bob, surgery)}
        answer = await site.http.post("/token", auth=SURGERY, data=body | {"claim_token_format": ID_TOKEN})
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "form", [{}, {"grant_type": UMA_GRANT}, {"grant_type": UMA_GRANT, "ticket": "t", "scope": '"'}]
)
async def test_grant_3_3_6_who_is_asking_comes_before_what_is_wrong(site: Site, form: dict[str, str]) -> None:
    await site.people()
    stranger = await site.http.post("/token", auth=("surgery", "wrong"), data={**form, "x": "y"})
    assert (stranger.status_code, stranger.json()["error"]) == (401, "invalid_client")
    known = await site.http.post("/token", auth=SURGERY, data={**form, "x": "y"})
    assert known.status_code == 400
    assert known.json()["error"] in {"invalid_request", "invalid_scope"}


@pytest.mark.parametrize("half", [{"claim_token": "a.b.c"}, {"claim_token_format": ID_TOKEN}])
async def test_grant_3_3_1_half_a_claim_token_is_an_invalid_request_and_spends_nothing(
    site: Site, half: dict[str, str]
) -> None:
    alice, _, records, _ = await site.people()
    pat = await site.world.pat(records, alice)
    ticket = await ticket_for(site, pat, await registered(site, pat), "read")
    body = {"grant_type": UMA_GRANT, "ticket": ticket}
    answer = await site.http.post("/token", auth=SURGERY, data={**body, **half})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert (await site.http.post("/token", auth=SURGERY, data=body)).json()["error"] == "need_info"


async def test_a_realm_with_a_host_of_its_own_is_found_by_it(site: Site) -> None:
    await site.world.replace(replace(site.world.realm, host="https://health.example"))
    for address in ("https://health.example", "https://HEALTH.example"):
        found = await site.http.get(f"{address}/.well-known/uma2-configuration")
        assert found.status_code == 200, found.text
        assert found.json()["token_endpoint"] == "https://health.example/token"
    assert (await site.http.post("https://health.example/token", data={"a": "b"})).status_code == 401
    assert (await site.http.post("https://other.example/token", data={"a": "b"})).status_code == 404
