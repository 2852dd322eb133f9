"""The decision API on the wire."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest

from consentry.core.model import Grant, Grantee, Resource
from tests.web.site import Site, bearer
from tests.worlds import BASE_URL, ISSUER, NOON

EVALUATION, EVALUATIONS = "/access/v1/evaluation", "/access/v1/evaluations"
TODO: dict[str, Any] = json.loads((Path(__file__).parent / "authzen_todo.json").read_text(encoding="utf-8"))


class Home:
    """Alice's record, which Bob may read, and the server that keeps it."""

    def __init__(self, site: Site) -> None:
        self.site = site

    async def arrange(self) -> None:
        world = self.site.world
        self.alice, self.bob, self.records, self.surgery = await self.site.people()
        self.record = await world.resource(self.alice, self.records)
        await world.grant(self.record, self.bob, scopes="read")
        self.headers = bearer(await world.pat(self.records, self.alice))

    def question(self, subject: str = "bob", action: str = "read") -> dict[str, object]:
        return {
            "subject": {"type": "user", "id": subject},
            "action": {"name": action},
            "resource": {"type": "resource", "id": self.record.resource_id},
        }

    async def post(self, path: str, body: object, **headers: str) -> httpx2.Response:
        return await self.site.http.post(path, headers={**self.headers, **headers}, json=body)


@pytest.fixture
async def home(site: Site) -> Home:
    made = Home(site)
    await made.arrange()
    return made


async def test_an_1_a_permit_and_a_deny_are_both_answers(home: Home) -> None:
    for question, expected in (
        (home.question(), True),
        (home.question(home.bob.account_id), True),
        (home.question("BOB"), True),
        (home.question(action="write"), False),
        (home.question("carol"), False),
        ({**home.question(), "resource": {"type": "resource", "id": "unknown"}}, False),
        ({**home.question(), "resource": {"type": "photo", "id": home.record.resource_id}}, True),
        ({**home.question(), "subject": {"type": "group", "id": "bob"}}, False),
        ({**home.question(), "context": {"client_id": "surgery", "time": "noon"}}, True),
    ):
        answer = await home.post(EVALUATION, question)
        assert (answer.status_code, answer.json()) == (200, {"decision": expected}), question


BAD: dict[str, object] = {
    "no JSON": "{",
    "an array": "[]",
    "no subject": {"action": {"name": "a"}, "resource": {"type": "t", "id": "i"}},
    "no action": {"subject": {"type": "user", "id": "i"}, "resource": {"type": "t", "id": "i"}},
    "no resource": {"subject": {"type": "user", "id": "i"}, "action": {"name": "a"}},
    "a subject without an id": {
        "subject": {"type": "user"},
        "action": {"name": "a"},
        "resource": {"type": "t", "id": "i"},
    },
    "a subject without a type": {
        "subject": {"id": "bob"},
        "action": {"name": "a"},
        "resource": {"type": "t", "id": "i"},
    },
    "an action without a name": {
        "subject": {"type": "user", "id": "i"},
        "action": {},
        "resource": {"type": "t", "id": "i"},
    },
    "an id that is a number": {
        "subject": {"type": "user", "id": 1},
        "action": {"name": "a"},
        "resource": {"type": "t", "id": "i"},
    },
    "a context that is text": {
        "subject": {"type": "user", "id": "i"},
        "action": {"name": "a"},
        "resource": {"type": "t", "id": "i"},
        "context": "x",
    },
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("path", [EVALUATION, EVALUATIONS])
async def test_an_2_what_is_not_whole_is_a_bad_request(home: Home, path: str, body: object) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {**home.headers, "content-type": "application/json"}
    answer = await home.site.http.post(path, headers=headers, content=text)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert home.site.crashes == []


async def test_an_2_who_may_not_ask_hears_nothing(home: Home) -> None:
    manager = await home.site.manager(home.alice, home.surgery)
    for path in (EVALUATION, EVALUATIONS, "/access/v1/search/action"):
        nobody = await home.site.http.post(path, json=home.question())
        assert (nobody.status_code, nobody.content) == (401, b"")
        unknown = await home.site.http.post(path, json=home.question(), headers=bearer("unknown"))
        assert (unknown.status_code, unknown.json()["error"]) == (401, "invalid_token")
        wrong = await home.site.http.post(path, json=home.question(), headers=manager)
        assert (wrong.status_code, wrong.json()["error"]) == (403, "insufficient_scope")


async def test_an_3_several_questions_share_what_they_have_in_common(home: Home) -> None:
    body = {
        "subject": {"type": "user", "id": "bob"},
        "resource": {"type": "resource", "id": home.record.resource_id},
        "evaluations": [
            {"action": {"name": "read"}},
            {"action": {"name": "write"}},
            {"action": {"name": "read"}, "subject": {"type": "user", "id": "nobody"}},
        ],
    }
    answer = await home.post(EVALUATIONS, body)
    assert answer.json() == {"evaluations": [{"decision": True}, {"decision": False}, {"decision": False}]}
    alone = await home.post(EVALUATIONS, home.question())
    assert alone.json() == {"decision": True}


@pytest.mark.parametrize(
    ("semantic", "asked", "expected"),
    [
        ("execute_all", "rwr", [True, False, True]),
        ("deny_on_first_deny", "rwr", [True, False]),
        ("deny_on_first_deny", "rr", [True, True]),
        ("permit_on_first_permit", "wrw", [False, True]),
        ("permit_on_first_permit", "ww", [False, False]),
    ],
)
async def test_an_3_the_answers_stop_where_the_semantic_says(
    home: Home, semantic: str, asked: str, expected: list[bool]
) -> None:
    names = {"r": "read", "w": "write"}
    evaluations = [{"action": {"name": names[each]}} for each in asked]
    body = {**home.question(), "evaluations": evaluations, "options": {"evaluations_semantic": semantic}}
    answer = await home.post(EVALUATIONS, body)
    assert [each["decision"] for each in answer.json()["evaluations"]] == expected


async def test_an_3_another_semantic_and_too_many_questions_are_refused(home: Home) -> None:
    unknown = await home.post(EVALUATIONS, {**home.question(), "options": {"evaluations_semantic": "guess"}})
    assert unknown.status_code == 400
    many = await home.post(EVALUATIONS, {**home.question(), "evaluations": [{}] * 501})
    assert many.status_code == 400


async def shared(home: Home, count: int) -> set[str]:
    for number in range(count):
        thing = await home.site.world.resource(home.alice, home.records, name=f"thing-{number}")
        if number % 2:
            await home.site.world.grant(thing, home.bob, scopes="read")
    return {home.record.resource_id, *(f"thing-{number}-of-alice" for number in range(1, count, 2))}


async def paged(home: Home, path: str, body: Mapping[str, object]) -> list[str]:
    """Turn pages until there are no more; return the ids that were found."""
    found: list[str] = []
    token = ""
    for _ in range(50):
        answer = await home.post(path, {**body, "page": {"limit": 2, "token": token}})
        assert answer.status_code == 200, answer.text
        results = answer.json()["results"]
        assert len(results) <= 2
        found += [each["id"] for each in results]
        token = answer.json()["page"]["next_token"]
        if not token:
            break
    return found


async def test_an_4_a_search_for_resources_pages_until_the_token_is_empty(home: Home) -> None:
    expected = await shared(home, 7)
    body = {"subject": {"type": "user", "id": "bob"}, "action": {"name": "read"}, "resource": {"type": "resource"}}
    found = await paged(home, "/access/v1/search/resource", body)
    assert (len(found), set(found)) == (len(expected), expected)


async def test_an_4_a_search_for_resources_keeps_to_the_type(home: Home) -> None:
    photo = Resource(
        resource_id="photo",
        owner_id=home.alice.account_id,
        resource_server="records",
        resource_scopes=("read",),
        type="photo",
    )
    await home.site.world.add(photo)
    await home.site.world.grant(photo, home.bob, scopes="read")
    for type_, expected in (("photo", {"photo", home.record.resource_id}), ("book", {home.record.resource_id})):
        body = {"subject": {"type": "user", "id": "bob"}, "action": {"name": "read"}, "resource": {"type": type_}}
        assert set(await paged(home, "/access/v1/search/resource", body)) == expected


async def test_an_4_a_search_for_subjects_finds_whoever_may_and_nobody_else(home: Home) -> None:
    world = home.site.world
    people = [await world.account(name) for name in ("carol", "dave", "erin", "frank")]
    for person, scopes in zip(people, ("read", "write", "read write", "read"), strict=True):
        await world.grant(home.record, person, scopes=scopes)
    forbidden = Grant(
        grant_id="no",
        owner_id=home.alice.account_id,
        target_kind="resource",
        target_id=home.record.resource_id,
        grantee=Grantee(kind="account", id=people[3].account_id),
        scopes=("read",),
        allow=False,
    )
    await world.add(forbidden)
    body = {**home.question(), "subject": {"type": "user"}}
    found = await paged(home, "/access/v1/search/subject", body)
    assert found == sorted(found)
    assert set(found) == {f"account-of-{name}" for name in ("alice", "bob", "carol", "erin")}


async def test_an_4_a_search_for_actions_names_what_may_be_done(home: Home) -> None:
    body = {name: member for name, member in home.question().items() if name != "action"}
    answer = await home.post("/access/v1/search/action", body)
    assert answer.json() == {"results": [{"name": "read"}], "page": {"next_token": ""}}
    owner = await home.post("/access/v1/search/action", {**body, "subject": {"type": "user", "id": "alice"}})
    assert [each["name"] for each in owner.json()["results"]] == ["read", "write"]


async def test_an_5_the_configuration_says_where_to_ask(home: Home) -> None:
    answer = await home.site.http.get("/.well-known/authzen-configuration")
    found = answer.json()
    assert found["policy_decision_point"] == ISSUER
    for name in ("access_evaluation_endpoint", "access_evaluations_endpoint"):
        assert (await home.post(found[name], home.question())).status_code == 200
    inserted = await home.site.http.get(f"{BASE_URL}/.well-known/authzen-configuration/realms/demo")
    assert inserted.json() == found


async def test_an_6_the_number_of_a_request_comes_back_and_unknown_members_are_passed_over(home: Home) -> None:
    question = {**home.question(), "more": {"a": [1]}, "context": {"weather": "fine"}}
    answer = await home.post(EVALUATION, question, **{"x-request-id": "bfe9eb29-ab87-4ca3-be83-a1d5d8305716"})
    assert answer.json() == {"decision": True}
    assert answer.headers["x-request-id"] == "bfe9eb29-ab87-4ca3-be83-a1d5d8305716"
    refused = await home.post(EVALUATION, {}, **{"x-request-id": "mine"})
    assert (refused.status_code, refused.headers["x-request-id"]) == (400, "mine")
    strange = await home.post(EVALUATION, question, **{"x-request-id": "<script>"})
    assert strange.headers["x-request-id"] != "<script>"


async def test_an_7_a_program_of_an_organisation_asks_about_its_things_everywhere(home: Home) -> None:
    world = home.site.world
    clinic = await world.account("clinic", organisation=True)
    await world.client("robot", scope="authzen", account=clinic)
    stray = await world.client("stray", scope="authzen")
    albums = await world.client("albums", resource_server=True)
    things = [await world.resource(clinic, server, name=server.client_id) for server in (home.records, albums)]
    for thing in things:
        await world.grant(thing, home.bob, scopes="read")
    form = {"grant_type": "client_credentials", "scope": "authzen"}
    issued = await home.site.http.post("/token", auth=("robot", "robot-secret"), data=form)
    home.headers = bearer(issued.json()["access_token"])
    for thing in things:
        question = {**home.question(), "resource": {"type": "resource", "id": thing.resource_id}}
        assert (await home.post(EVALUATION, question)).json() == {"decision": True}
    assert (await home.post(EVALUATION, home.question())).json() == {"decision": False}
    body = {"subject": {"type": "user", "id": "bob"}, "action": {"name": "read"}, "resource": {"type": "resource"}}
    assert set(await paged(home, "/access/v1/search/resource", body)) == {thing.resource_id for thing in things}
    nobodys = await home.site.http.post("/token", auth=(stray.client_id, "stray-secret"), data=form)
    assert nobodys.json()["error"] == "invalid_scope"


@pytest.mark.parametrize("path", [EVALUATION, EVALUATIONS])
async def test_an_1_every_decision_of_the_todo_list_is_as_expected(home: Home, path: str) -> None:
    world = home.site.world
    accounts = {name: await world.account(name) for name in TODO["people"]}
    for each in TODO["resources"]:
        resource = Resource(
            resource_id=each["id"],
            owner_id=home.alice.account_id,
            resource_server="records",
            resource_scopes=tuple(each["scopes"]),
            type=each["type"],
            created_at=NOON,
        )
        await world.add(resource)
    for number, each in enumerate(TODO["grants"]):
        grant = Grant(
            grant_id=f"todo-{number}",
            owner_id=home.alice.account_id,
            target_kind="type" if "type" in each else "resource",
            target_id=each.get("type") or each["resource"],
            grantee=Grantee(kind="account", id=accounts[each["to"]].account_id),
            scopes=tuple(each["scopes"]),
            created_at=NOON,
        )
        await world.add(grant)
    expected = [each["expected"] for each in TODO["decisions"]]
    assert {True, False} == set(expected)
    if path == EVALUATIONS:
        answer = await home.post(path, {"evaluations": [each["request"] for each in TODO["decisions"]]})
        assert [each["decision"] for each in answer.json()["evaluations"]] == expected
        return
    for each in TODO["decisions"]:
        answer = await home.post(path, each["request"])
        assert answer.json() == {"decision": each["expected"]}, each
