"""A thing's page says on which terms and by whom it is shared, and leads to why somebody can see it."""

from dataclasses import replace

from tests.console.visiting import Clinic, Visitor, visible


async def test_limits_and_who_passed_it_on_stand_beside_a_share(clinic: Clinic, alice: Visitor) -> None:
    grant = await clinic.world.grant(clinic.record, clinic.bob)
    passed = replace(
        grant,
        grant_id="passed",
        grantee=replace(grant.grantee, id=clinic.carol.account_id),
        parent=grant.grant_id,
        created_by=clinic.bob.account_id,
        max_uses=3,
        uses=1,
    )
    await clinic.world.replace(replace(grant, reshare=1))
    await clinic.world.add(passed)
    shown = visible((await alice.see(clinic.thing)).text)
    for words in ("Passed on by Bob", "Used 1 of 3 times", "May be passed on", "Why can Bob see this?"):
        assert words in shown


async def test_the_owner_reads_why_somebody_can_see_a_thing(clinic: Clinic, alice: Visitor) -> None:
    await clinic.world.grant(clinic.record, clinic.bob, scopes="read")
    answer = await alice.see(f"{clinic.thing}/why?subject=bob")
    shown = visible(answer.text)
    assert answer.status == 200
    assert "Why can Bob see this?" in shown
    assert "Your share of Health record with Bob permits it." in shown
    assert "Your share of Health record with Bob is not about this." in shown
    assert (await alice.see(f"{clinic.thing}/why")).status == 400
