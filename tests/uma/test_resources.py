import asyncio
import json

import pytest

from consentry.uma import (
    ClientSecretBasic,
    MemoryStore,
    Protection,
    Reconciled,
    ResourceDescription,
    ensure,
    forget,
    reconcile,
)
from consentry.uma.httpx import AsyncSender
from tests.uma.scripted import ISSUER, Scripted, json_answer, tokens

COLLECTION = f"{ISSUER}/uma/resource"
RECORD = ResourceDescription(resource_scopes=("read", "write"))
PHOTO = ResourceDescription(resource_scopes=("view",), name="Beach")


@pytest.fixture
def server() -> Scripted:
    server = Scripted()
    server.token(tokens("pat"))
    server.answer("POST", COLLECTION, json_answer(201, {"_id": "r1"}), json_answer(201, {"_id": "r2"}))
    return server


@pytest.fixture
def alice(server: Scripted) -> Protection:
    return Protection(
        issuer=ISSUER,
        client=ClientSecretBasic(client_id="records", client_secret="s"),
        send=AsyncSender(server.aclient()),
        store=MemoryStore(),
        own_resources=True,
    )


async def test_rs_f_3_2_a_thing_is_registered_once(server: Scripted, alice: Protection) -> None:
    first = await ensure(alice, "record", RECORD)
    second = await ensure(alice, "record", RECORD)
    assert first.resource_id == second.resource_id == "r1"
    assert len(server.sent_to(COLLECTION, "POST")) == 1


async def test_rs_f_3_2_a_thing_is_registered_once_however_many_ask(server: Scripted, alice: Protection) -> None:
    await asyncio.gather(*(ensure(alice, "record", RECORD) for _ in range(8)))
    assert len(server.sent_to(COLLECTION, "POST")) == 1


async def test_rs_f_8_1_no_more_is_registered_than_was_said(server: Scripted, alice: Protection) -> None:
    await ensure(alice, "/home/alice/secret-diagnosis", RECORD)
    (request,) = server.sent_to(COLLECTION, "POST")
    assert json.loads(request.content) == {"resource_scopes": ["read", "write"]}


async def test_rs_f_3_2_a_changed_description_replaces_the_old_one(server: Scripted, alice: Protection) -> None:
    server.answer("PUT", f"{COLLECTION}/r1", json_answer(200, {"_id": "r1"}))
    await ensure(alice, "record", RECORD)
    for _ in range(2):
        assert (await ensure(alice, "record", PHOTO)).resource_id == "r1"
    (request,) = server.sent_to(f"{COLLECTION}/r1", "PUT")
    assert json.loads(request.content) == {"resource_scopes": ["view"], "name": "Beach"}


async def test_rs_f_3_2_what_the_server_lost_is_registered_again(server: Scripted, alice: Protection) -> None:
    await ensure(alice, "record", RECORD)
    assert (await ensure(alice, "record", PHOTO)).resource_id == "r2"


async def test_rs_f_3_2_deleting_a_thing_deregisters_it(server: Scripted, alice: Protection) -> None:
    server.answer("DELETE", f"{COLLECTION}/r1", json_answer(204, {}))
    await ensure(alice, "record", RECORD)
    await forget(alice, "record")
    await forget(alice, "record")
    assert len(server.sent_to(f"{COLLECTION}/r1", "DELETE")) == 1
    assert await alice.store.resource("record") is None


async def test_rs_f_3_2_deleting_what_the_server_has_lost_is_no_error(server: Scripted, alice: Protection) -> None:
    await ensure(alice, "record", RECORD)
    await forget(alice, "record")
    assert await alice.store.resources() == {}


async def test_rs_f_3_2_5_1_reconcile_reports_and_repairs_both_sides(server: Scripted, alice: Protection) -> None:
    ids = iter(["lost", "changed", "gone", "new", "again"])
    server.answer("POST", COLLECTION, *(json_answer(201, {"_id": name}) for name in ids))
    for key in ("lost", "changed", "gone"):
        await ensure(alice, key, RECORD)
    server.answer("GET", COLLECTION, json_answer(200, ["changed", "gone", "stranger"]))
    server.answer("PUT", f"{COLLECTION}/changed", json_answer(200, {"_id": "changed"}))
    server.answer("DELETE", f"{COLLECTION}/gone", json_answer(204, {}))
    done = await reconcile(alice, {"lost": RECORD, "changed": PHOTO, "new": RECORD})
    assert done == Reconciled(
        registered=("lost", "new"), updated=("changed",), removed=("gone",), strangers=("stranger",)
    )
    assert not server.sent_to(f"{COLLECTION}/stranger")
    known = {key: entry.resource_id for key, entry in (await alice.store.resources()).items()}
    assert known == {"lost": "new", "changed": "changed", "new": "again"}


async def test_rs_f_3_2_5_1_reconcile_of_what_is_in_step_changes_nothing(server: Scripted, alice: Protection) -> None:
    await ensure(alice, "record", RECORD)
    server.answer("GET", COLLECTION, json_answer(200, ["r1"]))
    assert await reconcile(alice, {"record": RECORD}) == Reconciled()
