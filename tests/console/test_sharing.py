"""Share, change, pause, stop, undo: every press a plain form."""

from dataclasses import replace

import pytest

from consentry.core.model import Claim, Grantee
from tests.console.visiting import DAY, Clinic, Visitor, visible
from tests.worlds import NOON

END_OF_TODAY = NOON - NOON % DAY + DAY - 1


async def share(clinic: Clinic, alice: Visitor, *chosen: tuple[str, str], person: str = "bob") -> str:
    """Share through the form, and return what the next page shows."""
    form = await alice.see(f"{clinic.thing}/share")
    return visible((await alice.done(form, "/share", ("person", person), *chosen)).text)


async def test_the_form_begins_with_the_least_and_thirty_days(clinic: Clinic, alice: Visitor) -> None:
    shown = await share(clinic, alice)
    assert "Health record: Bob can read the record, until 14 February 2027." in shown
    (grant,) = await clinic.grants()
    assert grant.grantee == Grantee(kind="account", id=clinic.bob.account_id)
    assert grant.scopes == ("read",)
    assert grant.expires_at == NOON + 30 * DAY


@pytest.mark.parametrize(
    ("until", "expires_at"),
    [("today", END_OF_TODAY), ("week", NOON + 7 * DAY), ("never", None), ("date", END_OF_TODAY + 5 * DAY)],
)
async def test_an_end_is_a_preset_or_a_day(clinic: Clinic, alice: Visitor, until: str, expires_at: int | None) -> None:
    await share(clinic, alice, ("until", until), ("date", "2027-01-20"))
    (grant,) = await clinic.grants()
    assert grant.expires_at == expires_at


async def test_an_address_a_purpose_and_an_app_can_be_named(clinic: Clinic, alice: Visitor) -> None:
    chosen = (("scope", "read"), ("scope", "write"), ("purpose", "Operation"), ("app", "surgery"))
    shown = await share(clinic, alice, *chosen, person="Grandma@example.test")
    assert "grandma@example.test can read the record and add entries with Surgery," in shown
    assert "For: Operation" in shown
    (grant,) = await clinic.grants()
    assert grant.grantee == Grantee(kind="email", id="grandma@example.test")
    assert grant.client_ids == ("surgery",)


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ((("person", "nobody"),), "Nobody here has this user name."),
        ((("person", ""),), "Who is it? Type a user name or an e-mail address."),
        ((("person", "@"),), "This is not an e-mail address."),
        ((("person", "alice"),), "It is yours already."),
        ((("person", "bob"), ("scope", "")), "Tick at least one."),
        ((("person", "bob"), ("until", "date"), ("date", "2020-01-01")), "Choose an end that lies in the future."),
        ((("person", "bob"), ("until", "date"), ("date", "soon")), "Choose an end that lies in the future."),
        ((("person", "bob"), ("until", "date"), ("date", "")), "Choose an end that lies in the future."),
        ((("person", "bob"), ("until", "whenever")), "Choose an end that lies in the future."),
        ((("person", "bob"), ("scope", "fly")), "The resource has no such scope."),
        ((("person", "bob"), ("purpose", "x" * 1_001)), "Purpose and note have at most 1000 characters."),
    ],
)
async def test_what_is_wrong_is_said_where_it_is_and_nothing_typed_is_lost(
    clinic: Clinic, alice: Visitor, chosen: tuple[tuple[str, str], ...], said: str
) -> None:
    form = await alice.see(f"{clinic.thing}/share")
    answer = await alice.press(form, "/share", *chosen)
    assert answer.status == 422
    assert said in visible(answer.text)
    if chosen[0][1]:
        assert f'value="{chosen[0][1]}"' in answer.text
    assert await clinic.grants() == []


async def test_sharing_can_be_taken_back(clinic: Clinic, alice: Visitor) -> None:
    form = await alice.see(f"{clinic.thing}/share")
    shared = await alice.done(form, "/share", ("person", "bob"))
    undone = await alice.done(shared, "/stop", ("back", "thing"))
    assert "Bob has no more access to Health record." in visible(undone.text)
    assert await clinic.grants() == []


async def test_stopping_takes_one_press_and_says_what_ended(clinic: Clinic, alice: Visitor) -> None:
    await clinic.world.grant(clinic.record, clinic.bob)
    stopped = await alice.done(await alice.see(clinic.thing), "/stop")
    assert await clinic.grants() == []
    shown = visible(stopped.text)
    assert "Bob has no more access to Health record. It ended at once. Copies made before stay." in shown
    assert "Only you can see this" in shown


async def test_stopping_can_be_taken_back_once(clinic: Clinic, alice: Visitor) -> None:
    before = replace(await clinic.world.grant(clinic.record, clinic.bob, expires_at=NOON + DAY), grant_id="")
    stopped = await alice.done(await alice.see(clinic.thing), "/stop")
    clinic.world.clock.forward(60)
    again = await alice.done(stopped, "/undo")
    assert "Health record: Bob can read the record and add entries, until 16 January 2027." in visible(again.text)
    (after,) = await clinic.grants()
    assert replace(after, grant_id="", created_at=before.created_at) == before
    second = await alice.press(stopped, "/undo")
    assert second.status == 412
    assert len(await clinic.grants()) == 1


async def test_what_was_stopped_long_ago_is_not_taken_back(clinic: Clinic, alice: Visitor) -> None:
    await clinic.world.grant(clinic.record, clinic.bob)
    stopped = await alice.done(await alice.see(clinic.thing), "/stop")
    clinic.world.clock.forward(3_601)
    assert (await alice.press(stopped, "/undo")).status == 412
    assert await clinic.grants() == []


async def test_an_undo_of_another_session_or_a_made_up_one_does_nothing(clinic: Clinic, alice: Visitor) -> None:
    await clinic.world.grant(clinic.record, clinic.bob)
    stopped = await alice.done(await alice.see(clinic.thing), "/stop")
    other = await clinic.visit()
    for visitor, before in ((other, None), (alice, "v1.made.up")):
        chosen = [("csrf", await visitor.csrf())] + ([("before", before)] if before else [])
        assert (await visitor.press(stopped, "/undo", *chosen)).status == 403
    assert await clinic.grants() == []


async def test_a_pause_rests_a_share_and_can_be_resumed(clinic: Clinic, alice: Visitor) -> None:
    await clinic.world.grant(clinic.record, clinic.bob)
    paused = await alice.done(await alice.see(clinic.thing), "/pause")
    assert "Bob has no access to Health record until you resume it." in visible(paused.text)
    assert "Paused" in visible(paused.text)
    (grant,) = await clinic.grants()
    assert grant.paused_at == NOON
    resumed = await alice.done(paused, "/resume")
    assert "Bob has access to Health record again." in visible(resumed.text)
    (grant,) = await clinic.grants()
    assert grant.paused_at is None


async def test_a_change_keeps_what_was_not_touched_and_can_be_taken_back(clinic: Clinic, alice: Visitor) -> None:
    grant = await clinic.world.grant(clinic.record, clinic.bob, expires_at=NOON + DAY)
    form = await alice.see(f"/console/grants/{grant.grant_id}")
    assert "As it is: 16 January 2027" in visible(form.text)
    changed = await alice.done(form, f"/grants/{grant.grant_id}", ("scope", "read"), ("purpose", "Second look"))
    (after,) = await clinic.grants()
    assert (after.scopes, after.purpose, after.expires_at) == (("read",), "Second look", NOON + DAY)
    await alice.done(changed, "/undo")
    (back,) = await clinic.grants()
    assert replace(back, version=1) == grant


async def test_a_clash_shows_both_and_saves_nothing(clinic: Clinic, alice: Visitor) -> None:
    grant = await clinic.world.grant(clinic.record, clinic.bob, expires_at=NOON + DAY)
    mine = await alice.see(f"/console/grants/{grant.grant_id}")
    elsewhere = await clinic.visit()
    theirs = await elsewhere.see(f"/console/grants/{grant.grant_id}")
    await elsewhere.done(theirs, grant.grant_id, ("until", "week"))
    clash = await alice.press(mine, grant.grant_id, ("scope", "read"), ("until", "never"))
    assert clash.status == 422
    shown = visible(clash.text)
    assert "Nothing was saved." in shown
    assert "Now: Health record: Bob can read the record and add entries, until 22 January 2027." in shown
    saved = await alice.done(clash, grant.grant_id)
    assert "Bob can read the record, without an end date." in visible(saved.text)


async def test_an_ended_share_can_be_shared_again(clinic: Clinic, alice: Visitor) -> None:
    grant = await clinic.world.grant(clinic.record, clinic.bob, expires_at=NOON + DAY)
    clinic.world.clock.forward(2 * DAY)
    alice = await clinic.visit()
    shown = await alice.see(clinic.thing)
    assert "Only you can see this" in visible(shown.text)
    assert "Share again" in visible(shown.text)
    await alice.done(await alice.see(f"/console/grants/{grant.grant_id}"), grant.grant_id)
    (after,) = await clinic.grants()
    assert after.expires_at == NOON + 32 * DAY


async def test_who_has_access_by_a_label_a_type_or_a_claim_is_shown_too(clinic: Clinic, alice: Visitor) -> None:
    await clinic.world.replace(replace(clinic.record, labels=("family",), type="https://records.example/record"))
    grant = await clinic.world.grant(clinic.record, clinic.bob)
    claim = Claim(issuer="https://idp.example", name="role", value="nurse")
    await clinic.world.add(
        replace(grant, grant_id="by-label", target_kind="label", target_id="family"),
        replace(grant, grant_id="by-type", target_kind="type", target_id="https://records.example/record"),
        replace(grant, grant_id="by-claim", grantee=Grantee(kind="claims", claims=(claim,))),
        replace(grant, grant_id="for-app", grantee=Grantee(kind="client", id="surgery")),
        replace(grant, grant_id="not-here", target_kind="label", target_id="work"),
    )
    shown = visible((await alice.see(clinic.thing)).text)
    assert "everything labelled family" in shown
    assert "everything of type record" in shown
    assert "role nurse" in shown
    assert "An app, whoever uses it" in shown
    assert "labelled work" not in shown


async def test_in_a_dialog_a_share_goes_on_by_header_and_a_mistake_stays_inside(clinic: Clinic, alice: Visitor) -> None:
    by_script = {"hx-request": "true", "hx-target": "dialog#sheet"}
    form = await alice.opened(f"{clinic.thing}/share", by_script)
    assert "hx-post" in form.text
    right = [("csrf", await alice.csrf()), ("person", "bob"), ("scope", "read")]
    mistake = await alice.send(f"/realms/demo{clinic.thing}/share", right[:1], by_script)
    assert mistake.status == 422
    assert "data-sheet" in mistake.text
    done = await alice.send(f"/realms/demo{clinic.thing}/share", right, by_script)
    assert done.status == 200
    assert done.headers["hx-redirect"].endswith(clinic.thing)
    assert done.location == ""


async def test_what_changed_again_since_is_not_taken_back(clinic: Clinic, alice: Visitor) -> None:
    grant = await clinic.world.grant(clinic.record, clinic.bob)
    form = await alice.see(f"/console/grants/{grant.grant_id}")
    changed = await alice.done(form, grant.grant_id, ("until", "week"))
    await alice.done(await alice.see(clinic.thing), "/pause")
    assert (await alice.press(changed, "/undo")).status == 412
    assert (await alice.press(changed, "/undo", ("version", "yes"))).status == 412
    (after,) = await clinic.grants()
    assert after.expires_at == NOON + 7 * DAY


async def test_a_very_long_share_is_stopped_all_the_same(clinic: Clinic, alice: Visitor) -> None:
    grant = await clinic.world.grant(clinic.record, clinic.bob)
    await clinic.world.replace(replace(grant, note="n" * 1_000, purpose="p" * 1_000))
    stopped = await alice.done(await alice.see(clinic.thing), "/stop")
    assert "Bob has no more access" in visible(stopped.text)
    assert "/undo" not in stopped.text


async def test_a_script_gets_the_words_of_a_refusal_into_the_page(clinic: Clinic, alice: Visitor) -> None:
    pressed = [("csrf", await alice.csrf())]
    answer = await alice.send("/realms/demo/console/grants/unknown/stop", pressed, {"hx-request": "true"})
    assert answer.status == 404
    assert answer.headers["hx-retarget"] == "#main"
