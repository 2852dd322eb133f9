"""Identifiers are opaque and exact: no name, type, prefix, wildcard or null stands for one.

Spec: FedAuthz 3.1, 3.2, 4.1, 4.3; Grant 3.3.4.
"""

import itertools
import json
from dataclasses import replace

import pytest

from consentry.core.model import Resource
from consentry.uma.codes import CLAIM_TOKEN_FORMAT_ID_TOKEN, GRANT_UMA_TICKET
from tests.harness.wire import basic
from tests.ownership.calls import DESCRIPTION, NEW_GRANT
from tests.ownership.conftest import Commits
from tests.ownership.estate import UNKNOWN, Caller, Estate, Holding
from tests.ownership.test_matrix import seen
from tests.worlds import ISSUER


def wider(resource: Resource) -> dict[str, object]:
    """Return everything that is not a resource's identifier and looks a little like it."""
    found = resource.resource_id
    return {
        "its name": resource.name,
        "its type": resource.type,
        "its type, said to be one": f"type:{resource.type}",
        "its kind and id": f"resource:{found}",
        "the beginning of it": found[:-1],
        "the beginning and a wildcard": f"{found[:-1]}%",
        "it in capitals": found.upper(),
        "it with a space": f"{found} ",
        "it with a line end": f"{found}\n",
        "everything": "*",
        "any": "%",
        "nothing": "",
        "null": None,
        "the word null": "null",
        "a list": [found],
        "an object": {"$eq": found},
        "a number": 0,
        "true": True,
    }


def alice_at_records(estate: Estate) -> tuple[Holding, Caller]:
    return estate.holdings[0], estate.resource_servers[0]


async def test_fedauthz_4_3_nothing_but_the_identifier_stands_for_a_resource(estate: Estate, commits: Commits) -> None:
    holding, caller = alice_at_records(estate)
    own = {"resource_id": holding.resource.resource_id, "resource_scopes": ["read"]}
    before = commits()
    for kind, tried in wider(holding.resource).items():
        other = {"resource_id": tried, "resource_scopes": ["read"]}
        for wanted in (other, [own, other]):
            answer = await estate.site.http.post("/uma/permission", headers=caller.headers, json=wanted)
            assert answer.status_code == 400, kind
            assert answer.json()["error"] in {"invalid_resource_id", "invalid_request"}
    assert commits() == before


async def test_fedauthz_4_1_no_other_member_names_a_resource(estate: Estate, commits: Commits) -> None:
    holding, caller = alice_at_records(estate)
    before = commits()
    for member in ("_id", "id", "resource_set_id", "resourceId", "resource_ids", "name", "type"):
        wanted = {member: holding.resource.resource_id, "resource_scopes": ["read"]}
        answer = await estate.site.http.post("/uma/permission", headers=caller.headers, json=wanted)
        assert answer.status_code == 400, member
    assert commits() == before


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_fedauthz_3_2_what_looks_like_an_identifier_is_as_unknown_as_any(estate: Estate, method: str) -> None:
    holding, caller = alice_at_records(estate)
    body = DESCRIPTION if method == "PUT" else None
    url = f"{ISSUER}/uma/resource"
    unknown = await estate.site.http.request(method, f"{url}/{UNKNOWN}", headers=caller.headers, json=body)
    assert unknown.status_code == 404
    for kind, tried in wider(holding.resource).items():
        if isinstance(tried, str) and tried and not tried.endswith("\n"):
            answer = await estate.site.http.request(
                method, f"{url}/{tried.replace('%', '%25')}", headers=caller.headers, json=body
            )
            assert seen(answer) == seen(unknown), kind


async def test_fedauthz_3_2_3_the_path_says_what_is_updated_whatever_the_body_says(estate: Estate) -> None:
    holding, caller = alice_at_records(estate)
    foreign = estate.holdings[2].resource
    for member in ("_id", "id", "resource_id", "owner", "owner_id", "ownerId", "resource_server"):
        body = {**DESCRIPTION, "name": f"by {member}", member: foreign.resource_id}
        answer = await estate.site.http.put(
            f"/uma/resource/{holding.resource.resource_id}", headers=caller.headers, json=body
        )
        assert (answer.status_code, answer.json()["_id"]) == (200, holding.resource.resource_id), member
    rows = await estate.site.world.server.database.work("demo", estate.site.world.realm.version).owner_resources_by_id(
        foreign.owner_id, [foreign.resource_id]
    )
    assert [(row.name, row.version) for row in rows] == [(foreign.name, foreign.version + 1)]


async def test_fedauthz_3_2_1_an_identifier_in_a_registration_is_not_taken(estate: Estate) -> None:
    _, caller = alice_at_records(estate)
    named = {holding.resource.resource_id for holding in estate.holdings} | {"my-own-choice"}
    for name in named:
        body = {
            **DESCRIPTION,
            "_id": name,
            "resource_id": name,
            "owner": "account-of-dave",
            "owner_id": "account-of-dave",
        }
        answer = await estate.site.http.post("/uma/resource", headers=caller.headers, json=body)
        assert answer.status_code == 201
        assert answer.json()["_id"] not in named
    listed = await estate.site.http.get("/uma/resource", headers=estate.resource_servers[2].headers)
    assert listed.json() == [estate.holdings[2].resource.resource_id]


async def test_a_parameter_that_names_somebody_else_shows_nothing_of_theirs(estate: Estate) -> None:
    dave = estate.holdings[2]
    names = ("owner", "owner_id", "account", "account_id", "resource_server", "client_id", "sub")
    texts = (dave.owner.account_id, dave.owner.username, dave.server.client_id)
    for name, text in itertools.product(names, texts):
        for caller in (estate.owners[0], estate.resource_servers[0]):
            path = "/me/resources" if caller.server is None else "/uma/resource"
            answer = await estate.site.http.get(path, headers=caller.headers, params={name: text})
            assert answer.status_code in {200, 400}
            assert dave.resource.resource_id not in answer.text


async def test_a_grant_is_on_exactly_what_its_owner_named(estate: Estate, commits: Commits) -> None:
    holding, caller = estate.holdings[0], estate.owners[0]
    before = commits()
    for kind, tried in wider(holding.resource).items():
        body = {**NEW_GRANT, "resource_id": tried}
        answer = await estate.site.http.post("/me/grants", headers=caller.headers, json=body)
        assert answer.status_code in {400, 404}, kind
    assert commits() == before


async def test_a_grant_has_one_target_and_keeps_it(estate: Estate, commits: Commits) -> None:
    holding, caller = estate.holdings[0], estate.owners[0]
    own, foreign = holding.resource.resource_id, estate.holdings[2].resource.resource_id
    before = commits()
    for more in ({"label": "*"}, {"type": "*"}, {"resource_ids": [foreign]}, {"owner": "dave"}, {"resources": [own]}):
        body = {**NEW_GRANT, "resource_id": own, **more}
        answer = await estate.site.http.post("/me/grants", headers=caller.headers, json=body)
        assert answer.status_code == 400, more
    twice = json.dumps({**NEW_GRANT, "resource_id": own})[:-1] + f', "resource_id": "{foreign}"}}'
    answer = await estate.site.http.post(
        "/me/grants", headers={**caller.headers, "content-type": "application/json"}, content=twice
    )
    assert answer.status_code == 400
    for change in ({"resource_id": foreign}, {"owner_id": "account-of-dave"}, {"grantee": {"account": "alice"}}):
        answer = await estate.site.http.patch(
            f"/me/grants/{holding.grant.grant_id}", headers=caller.headers, json=change
        )
        assert answer.status_code == 400, change
    assert commits() == before


async def test_grant_3_3_4_what_one_owner_shares_by_type_or_label_opens_nothing_of_another_owners(
    estate: Estate,
) -> None:
    alice, dave, world = estate.holdings[0], estate.holdings[2], estate.site.world
    zoe = await world.account("zoe")
    for holding in (alice, dave):
        twin = replace(holding.resource, version=holding.resource.version + 1, type="record", labels=("health",))
        await world.replace(replace(twin, name="My record"))
    for target in ({"type": "record"}, {"label": "health"}):
        body = {"grantee": {"account": "zoe"}, "scopes": ["read"], **target}
        shared = await estate.site.http.post("/me/grants", headers=estate.owners[0].headers, json=body)
        assert shared.status_code == 201, shared.text
    outcomes = []
    for holding, server in ((alice, estate.resource_servers[0]), (dave, estate.resource_servers[2])):
        wanted = {"resource_id": holding.resource.resource_id, "resource_scopes": ["read"]}
        ticket = (await estate.site.http.post("/uma/permission", headers=server.headers, json=wanted)).json()["ticket"]
        form = {
            "grant_type": GRANT_UMA_TICKET,
            "ticket": ticket,
            "claim_token": estate.site.id_token(zoe, estate.app),
            "claim_token_format": CLAIM_TOKEN_FORMAT_ID_TOKEN,
        }
        answer = await estate.site.http.post("/token", headers=basic("app"), data=form)
        outcomes.append((answer.status_code, answer.json().get("error")))
    assert outcomes == [(200, None), (403, "request_submitted")]
