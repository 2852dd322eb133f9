"""Bob says who he is on a page, lets the surgery remember it, and makes it forget: over HTTP, on either store.

Spec: Grant 3.3.2, 3.3.3, 3.3.5, 3.7.
"""

import httpx2

from consentry.cli.demo_browser import Browser
from consentry.cli.demo_place import Place
from consentry.cli.demo_token import DemoToken, issue_demo_token
from consentry.uma.codes import SCOPE_UMA_POLICY_MANAGER
from tests.flows.conftest import browser

SECRET = "Penicillin"
QUESTION = "Surgery tablet will know that Dr. Bob is asking"


async def of(username: str, place: Place) -> dict[str, str]:
    """Return the header with which somebody's own app speaks for them."""
    wanted = DemoToken(account=username, client_id="surgery", scope=(SCOPE_UMA_POLICY_MANAGER,))
    return {"authorization": f"Bearer {(await issue_demo_token(place, wanted)).access_token}"}


async def shared_with_doctors(place: Place, api: httpx2.AsyncClient) -> None:
    """Let Alice share her record with whoever this realm says is a doctor, which no ID token tells."""
    hers = await of("alice", place)
    (record,) = (await api.get(f"{place.issuer}/me/resources", headers=hers)).json()["items"]
    doctors = {"claims": [{"issuer": place.issuer, "name": "groups", "value": "doctors"}]}
    grant = {"resource_id": record["id"], "grantee": doctors, "scopes": ["read"]}
    made = await api.post(f"{place.issuer}/me/grants", headers=hers, json=grant)
    assert made.status_code == 201, made.text


async def remembered(place: Place, api: httpx2.AsyncClient) -> list[str]:
    found = await api.get(f"{place.issuer}/me/remembered", headers=await of("bob", place))
    return [each["client_name"] for each in found.json()["items"]]


async def asks(bob: Browser, place: Place) -> httpx2.Response:
    return await bob.http.get(f"{place.surgery}/patients/alice")


async def test_g_3_3_2_1_g_3_3_3_1_bob_says_more_than_his_id_token_and_is_remembered(town: Place) -> None:
    place = town
    async with browser("alice") as alice, browser("bob") as bob, httpx2.AsyncClient(trust_env=False) as api:
        await alice.visit(f"{place.records}/sign-in")
        await shared_with_doctors(place, api)
        await bob.visit(f"{place.surgery}/sign-in")

        # He may say no, and nothing comes of it.
        page = await asks(bob, place)
        assert QUESTION in page.text
        assert SECRET not in (await bob.press(page, "/uma/claims/answer", decision="cancel")).text

        # He says yes: the same request goes through.
        page = await asks(bob, place)
        record = await bob.press(page, "/uma/claims/answer", decision="continue", remember="yes")
        assert SECRET in record.text
        assert await remembered(place, api) == ["Surgery tablet"]

        # He signs out at the surgery, which gives everything back.
        await bob.http.post(f"{place.surgery}/sign-out", headers={"origin": place.surgery})
        assert await remembered(place, api) == []


async def test_g_3_3_3_7_without_the_tick_the_question_comes_each_time(town: Place) -> None:
    place = town
    async with browser("alice") as alice, browser("bob") as bob, httpx2.AsyncClient(trust_env=False) as api:
        await alice.visit(f"{place.records}/sign-in")
        await shared_with_doctors(place, api)
        for _ in range(2):
            await bob.visit(f"{place.surgery}/sign-in")
            page = await asks(bob, place)
            assert QUESTION in page.text
            record = await bob.press(page, "/uma/claims/answer", decision="continue", remember="")
            assert SECRET in record.text
            assert await remembered(place, api) == []
            await bob.http.post(f"{place.surgery}/sign-out", headers={"origin": place.surgery})
