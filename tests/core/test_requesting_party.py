"""Who is asking, put together from what several issuers say."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.grants.uma_ticket import RequestDenied
from consentry.core.issued import TokenIssued
from consentry.core.model import Claim, Grant, Grantee, Requester, TrustedIssuer
from consentry.core.requesting_party import as_of_today, merged, requester_of, same_people
from consentry.core.token import token
from consentry.uma.wire import NeedInfo
from tests.sharing import Cast, new_cast
from tests.worlds import ISSUER, NOON, World

HOSPITAL, COLLEGE = "https://hospital.example", "https://college.example"


@pytest.fixture
async def cast(world: World) -> Cast:
    made = await new_cast(world)
    issuers = [TrustedIssuer(issuer=each, jwks="{}", client_ids=("surgery",)) for each in (HOSPITAL, COLLEGE)]
    await world.add(*issuers)
    return made


def somebody(issuer: str, subject: str, **claims: str) -> Requester:
    said = {"sub": subject, **claims}
    return Requester(
        issuer=issuer,
        subject=subject,
        account_id=subject if issuer == ISSUER else None,
        claims=tuple(Claim(issuer=issuer, name=name, value=text) for name, text in said.items()),
        verified_at=NOON,
    )


def test_a_31_what_is_said_later_wins_by_issuer_and_name() -> None:
    before = somebody(HOSPITAL, "b-17", roles="porter", name="Bob")
    after = merged(before, replace(somebody(HOSPITAL, "b-17", roles="surgeon"), verified_at=NOON + 5))
    assert after is not None
    assert {(each.name, each.value) for each in after.claims} == {
        ("sub", "b-17"),
        ("roles", "surgeon"),
        ("name", "Bob"),
    }
    assert after.verified_at == NOON + 5


def test_a_30_several_issuers_speak_of_one_person_and_our_account_comes_first() -> None:
    foreign = replace(somebody(HOSPITAL, "b-17"), email="bob@hospital.example")
    for together in (merged(foreign, somebody(ISSUER, "bob")), merged(somebody(ISSUER, "bob"), foreign)):
        assert together is not None
        assert (together.issuer, together.subject, together.account_id) == (ISSUER, "bob", "bob")
        subjects = {(each.issuer, each.value) for each in together.claims if each.name == "sub"}
        assert subjects == {(HOSPITAL, "b-17"), (ISSUER, "bob")}


def test_security_a03_a_second_subject_of_the_same_issuer_is_somebody_else() -> None:
    known = merged(somebody(ISSUER, "bob"), somebody(HOSPITAL, "b-17"))
    assert known is not None
    assert merged(known, somebody(HOSPITAL, "c-18")) is None
    assert merged(known, somebody(ISSUER, "carol")) is None
    assert merged(known, somebody(HOSPITAL, "b-17")) is not None


people = st.builds(
    lambda subjects: [somebody(issuer, subject) for issuer, subject in subjects],
    st.lists(st.tuples(st.sampled_from([ISSUER, HOSPITAL, COLLEGE]), st.sampled_from(["b", "c"])), min_size=1),
)


@given(people)
def test_security_a03_however_claims_come_there_is_one_subject_for_each_issuer(rounds: list[Requester]) -> None:
    known: Requester | None = None
    for said in rounds:
        together = merged(known, said)
        assert (together is None) == (known is not None and not same_people(known, said))
        known = together or known
    assert known is not None
    subjects = [each.issuer for each in known.claims if each.name == "sub"]
    assert len(subjects) == len(set(subjects))
    assert known.account_id == next((each.value for each in known.claims if each.issuer == ISSUER), None)


async def test_an_address_nobody_verified_is_not_told(cast: Cast) -> None:
    unverified = requester_of(replace(cast.bob, email_verified=False), own_issuer=ISSUER, now=NOON)
    assert unverified.email is None
    assert "email" not in {each.name for each in unverified.claims if each.value}


async def test_what_we_say_is_renewed_and_what_others_say_stays(cast: Cast) -> None:
    said = somebody(ISSUER, cast.bob.account_id, name="Robert", acr="2")
    known = merged(said, somebody(HOSPITAL, "b-17", name="B."))
    assert known is not None
    today = as_of_today(known, cast.bob, own_issuer=ISSUER)
    names = {(each.issuer, each.name, each.value) for each in today.claims if each.name != "sub"}
    assert names == {(HOSPITAL, "name", "B."), (ISSUER, "name", "Bob"), (ISSUER, "acr", "2")}


async def share_with(cast: Cast, *claims: Claim) -> None:
    grant = Grant(
        grant_id="with-claims",
        owner_id=cast.alice.account_id,
        target_kind="resource",
        target_id=cast.record.resource_id,
        grantee=Grantee(kind="claims", claims=claims),
        scopes=("read",),
        created_at=NOON,
    )
    await cast.world.add(grant)


async def test_a_30_a_31_claims_of_three_issuers_come_in_three_rounds(cast: Cast) -> None:
    surgeon = Claim(issuer=HOSPITAL, name="roles", value="surgeon")
    fellow = Claim(issuer=COLLEGE, name="groups", value="fellows")
    await share_with(cast, surgeon, fellow, Claim(issuer=ISSUER, name="sub", value=cast.bob.account_id))
    own = cast.id_token(cast.bob, cast.surgery)
    first = await cast.world.said(token, cast.request(await cast.ticket(), claim_token=own), NeedInfo)
    assert {each.name: each.issuer for each in first.required_claims} == {"roles": (HOSPITAL,), "groups": (COLLEGE,)}
    hospital = replace(own, issuer=HOSPITAL, subject="b-17", claims={"sub": "b-17", "roles": ["surgeon", "night"]})
    second = await cast.world.said(token, cast.request(first.ticket, claim_token=hospital), NeedInfo)
    assert {each.name: each.issuer for each in second.required_claims} == {"groups": (COLLEGE,)}
    college = replace(own, issuer=COLLEGE, subject="bob", claims={"sub": "bob", "groups": ["fellows"]})
    issued = await cast.world.said(token, cast.request(second.ticket, claim_token=college), TokenIssued)
    assert (await cast.introspected(issued.access_token)).sub == cast.bob.account_id


async def test_security_a03_a_second_subject_of_a_foreign_issuer_needs_another_process(cast: Cast) -> None:
    await share_with(cast, Claim(issuer=COLLEGE, name="sub", value="bob"))
    own = cast.id_token(cast.bob, cast.surgery)
    hospital = replace(own, issuer=HOSPITAL, subject="b-17", claims={"sub": "b-17"})
    first = await cast.world.said(token, cast.request(await cast.ticket(), claim_token=hospital), NeedInfo)
    other = replace(hospital, subject="c-18", claims={"sub": "c-18"})
    second = await cast.world.said(token, cast.request(first.ticket, claim_token=other), NeedInfo)
    college = replace(own, issuer=COLLEGE, subject="bob", claims={"sub": "bob"})
    await cast.world.said(token, cast.request(second.ticket, claim_token=college), TokenIssued)


async def test_a_claim_that_says_something_else_is_a_no(cast: Cast) -> None:
    await share_with(cast, Claim(issuer=HOSPITAL, name="roles", value="surgeon"))
    own = cast.id_token(cast.bob, cast.surgery)
    porter = replace(own, issuer=HOSPITAL, subject="b-17", claims={"sub": "b-17", "roles": ["porter"]})
    answer = await cast.world.ask(token, cast.request(await cast.ticket(), claim_token=porter))
    assert not isinstance(answer, TokenIssued | NeedInfo)
    assert not isinstance(answer, RequestDenied)


async def test_a_33_redirect_user_is_told_only_to_clients_that_can_use_it(cast: Cast) -> None:
    assert (await cast.world.said(token, cast.request(await cast.ticket()), NeedInfo)).redirect_user is None
    await cast.world.replace(replace(cast.surgery, claims_redirect_uris=("https://surgery.example/claims",)))
    asked = await cast.world.said(token, cast.request(await cast.ticket()), NeedInfo)
    # The endpoint and nothing else; the client adds the rest.
    assert asked.redirect_user == f"{ISSUER}/uma/claims"
    await share_with(cast, Claim(issuer=HOSPITAL, name="roles", value="surgeon"))
    known = await cast.world.said(token, cast.request(asked.ticket, by=cast.bob), NeedInfo)
    assert known.redirect_user is None
