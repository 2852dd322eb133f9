"""Who is asking, and the owner's word; and the requester's side of it."""

from dataclasses import replace

import pytest

from consentry.core.model import Claim, Grantee, Requester
from tests.console.visiting import DAY, Clinic, Visitor, visible
from tests.worlds import NOON


@pytest.mark.parametrize("page", ["/console", "/console/requests"])
async def test_allow_gives_exactly_what_was_asked_for_thirty_days(clinic: Clinic, alice: Visitor, page: str) -> None:
    asked = await clinic.asks()
    shown = await alice.see(page)
    assert "Bob asks for Health record" in visible(shown.text)
    assert "Signed in here" in visible(shown.text)
    after = await alice.done(shown, "/allow")
    assert "You allowed it: Bob can read the record and add entries (Health record)." in visible(after.text)
    (grant,) = await clinic.grants()
    assert grant.grantee == Grantee(kind="account", id=clinic.bob.account_id)
    assert (grant.scopes, grant.client_ids) == (("read", "write"), ("surgery",))
    assert grant.expires_at == NOON + 30 * DAY
    assert (await clinic.request(asked)).status == "approved"


async def test_allow_less_is_a_choice_of_scopes_and_an_end(clinic: Clinic, alice: Visitor) -> None:
    asked = await clinic.asks()
    form = await alice.see(f"/console/requests/{asked.request_id}")
    after = await alice.done(form, "/allow", ("scope", "read"), ("until", "week"))
    assert "You allowed a part of what Bob asked for (Health record)." in visible(after.text)
    (grant,) = await clinic.grants()
    assert (grant.scopes, grant.expires_at) == (("read",), NOON + 7 * DAY)
    assert (await clinic.request(asked)).status == "narrowed"


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (("scope", ""), "Tick at least one, or deny."),
        (("scope", "fly"), "Only what was asked for can be allowed."),
        (("until", "date"), "Choose an end that lies in the future."),
    ],
)
async def test_a_mistake_in_allowing_less_changes_nothing(
    clinic: Clinic, alice: Visitor, chosen: tuple[str, str], said: str
) -> None:
    asked = await clinic.asks()
    form = await alice.see(f"/console/requests/{asked.request_id}")
    answer = await alice.press(form, "/allow", chosen)
    assert answer.status == 422
    assert said in visible(answer.text)
    assert await clinic.grants() == []
    assert (await clinic.request(asked)).status == "open"


@pytest.mark.parametrize(("deed", "status"), [("/deny", "denied"), ("/block", "blocked")])
async def test_no_is_one_press_without_a_reason(clinic: Clinic, alice: Visitor, deed: str, status: str) -> None:
    asked = await clinic.asks()
    after = await alice.done(await alice.see("/console/requests"), deed)
    assert "You said no to Bob" in visible(after.text)
    assert "Nobody is asking" in visible(after.text)
    assert (await clinic.request(asked)).status == status
    assert await clinic.grants() == []


async def test_an_answer_that_comes_second_changes_nothing(clinic: Clinic, alice: Visitor) -> None:
    asked = await clinic.asks()
    stale = await alice.see(f"/console/requests/{asked.request_id}")
    await alice.done(await alice.see("/console/requests"), "/deny")
    for deed in ("/allow", "/deny", "/block"):
        second = await alice.press(stale, deed)
        assert second.status == 422
        assert "It has been decided or withdrawn already." in visible(second.text)
        assert "You said no to Bob" in visible(second.text)
    assert await clinic.grants() == []


async def test_the_newest_request_stands_first_and_the_count_is_in_the_navigation(
    clinic: Clinic, alice: Visitor
) -> None:
    await clinic.asks()
    await clinic.asks(clinic.carol, scopes="read", name="two")
    shown = visible((await alice.see("/console/activity")).text)
    assert "Requests 2 waiting" in shown


async def test_the_requester_sees_what_became_of_it_and_can_withdraw(clinic: Clinic) -> None:
    asked = await clinic.asks()
    bob = await clinic.visit("bob")
    shown = await bob.see("/console/asked")
    assert "Alice" in visible(shown.text)
    assert "Waiting" in visible(shown.text)
    # Of the thing the requester learns nothing here.
    assert "Health record" not in visible(shown.text)
    after = await bob.done(shown, "/withdraw")
    assert "You no longer ask for it." in visible(after.text)
    assert "Withdrawn" in visible(after.text)
    assert (await clinic.request(asked)).status == "withdrawn"
    assert (await bob.press(shown, "/withdraw")).status == 412


async def test_a_block_looks_like_a_no_to_the_requester(clinic: Clinic, alice: Visitor) -> None:
    await clinic.asks()
    await alice.done(await alice.see("/console/requests"), "/block")
    bob = await clinic.visit("bob")
    shown = visible((await bob.see("/console/asked")).text)
    assert "Denied" in shown
    assert "lock" not in shown.lower().replace("clock", "")


async def test_what_is_shared_with_me_says_by_whom_what_and_until_when(clinic: Clinic) -> None:
    await clinic.world.grant(clinic.record, clinic.bob, scopes="read", expires_at=NOON + 30 * DAY)
    bob = await clinic.visit("bob")
    shown = visible((await bob.see("/console/shared")).text)
    assert "Health record From Alice. You can read the record. Until 14 February 2027" in shown


async def test_somebody_from_elsewhere_is_named_by_who_vouches_for_them(clinic: Clinic, alice: Visitor) -> None:
    asked = await clinic.asks()
    name = Claim(issuer="https://hospital.example", name="name", value="Dr. Eve")
    eve = Requester(issuer="https://hospital.example", subject="e-1", claims=(name,))
    await clinic.world.replace(replace(asked, requester=eve))
    shown = await alice.see("/console/requests")
    assert "Dr. Eve asks for Health record" in visible(shown.text)
    assert "Vouched for by hospital.example" in visible(shown.text)
    await alice.done(shown, "/allow")
    (grant,) = await clinic.grants()
    assert grant.grantee.claims == (Claim(issuer="https://hospital.example", name="sub", value="e-1"),)
    assert "sub e-1" in visible((await alice.see("/console/people")).text)


async def test_a_request_for_what_is_gone_can_still_be_answered(clinic: Clinic, alice: Visitor) -> None:
    await clinic.asks()
    await clinic.world.remove(clinic.record)
    shown = await alice.see("/console/requests")
    assert "Bob asks for something that is gone" in visible(shown.text)
    assert (await alice.press(shown, "/allow")).status == 422
    await alice.done(shown, "/deny")


async def test_a_request_that_was_withdrawn_says_so(clinic: Clinic, alice: Visitor) -> None:
    asked = await clinic.asks()
    bob = await clinic.visit("bob")
    await bob.done(await bob.see("/console/asked"), "/withdraw")
    shown = visible((await alice.see(f"/console/requests/{asked.request_id}")).text)
    assert "Bob no longer asks for Health record." in shown
    assert "Allow" not in shown
