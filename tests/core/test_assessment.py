"""Assessment is pure: default deny, a no beats every yes, and nothing is granted that no grant holds."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from consentry.core.assessment import Assessment, Question, assess
from consentry.core.model import Claim, Grant, Grantee, Requester, Resource
from consentry.core.requested_scopes import Wanted

NOW = 1_000
ISSUER = "https://as.example"
BOB = Requester(issuer=ISSUER, subject="bob", account_id="bob", email="bob@example.test")
SCOPES = ("read", "write")
RECORD = Resource(resource_id="record", owner_id="alice", resource_server="rs", resource_scopes=SCOPES, type="health")


QUESTION = Question(
    owner_id="alice", owner_may_request=True, requester=BOB, client_id="surgery", now=NOW, until=NOW + 3_600
)
GRANT = Grant(
    grant_id="g1",
    owner_id="alice",
    target_kind="resource",
    target_id="record",
    grantee=Grantee(kind="account", id="bob"),
    scopes=SCOPES,
)


def wanted(*ticket_scopes: str, client_scopes: tuple[str, ...] = ()) -> Wanted:
    return Wanted(resource=RECORD, ticket_scopes=ticket_scopes, client_scopes=client_scopes)


def scopes_of(assessed: Assessment) -> set[str]:
    return {scope for permission in assessed.granted for scope in permission.scopes}


def verdicts(assessed: Assessment) -> set[str]:
    return {step.verdict for step in assessed.trace}


def test_grant_5_6_without_grants_nothing_is_granted() -> None:
    assessed = assess(QUESTION, [wanted("read")], [])
    assert assessed.granted == ()
    assert not assessed.complete


def test_grant_5_6_a_permission_without_scopes_needs_a_grant_too() -> None:
    assert not assess(QUESTION, [wanted()], []).complete
    assessed = assess(QUESTION, [wanted()], [GRANT])
    assert assessed.complete
    assert [permission.scopes for permission in assessed.granted] == [()]


def test_grant_5_6_claims_without_conditions_permit_nobody() -> None:
    assessed = assess(QUESTION, [wanted("read")], [replace(GRANT, grantee=Grantee(kind="claims"))])
    assert assessed.granted == ()


def test_g_3_3_4_8_only_what_is_shared_is_granted() -> None:
    assessed = assess(QUESTION, [wanted("read", client_scopes=("write",))], [replace(GRANT, scopes=("read",))])
    assert scopes_of(assessed) == {"read"}
    assert assessed.complete
    assert not assessed.full


def test_a_no_beats_every_yes() -> None:
    assessed = assess(QUESTION, [wanted("read")], [GRANT, replace(GRANT, grant_id="g2", allow=False, scopes=("read",))])
    assert assessed.granted == ()
    assert assessed.forbidden


def test_a_grant_counts_only_in_its_time_app_and_state() -> None:
    for useless, verdict in (
        (replace(GRANT, expires_at=NOW), "ended"),
        (replace(GRANT, not_before=NOW + 3_600), "not-yet"),
        (replace(GRANT, paused_at=NOW - 1), "paused"),
        (replace(GRANT, client_ids=("other",)), "another-app"),
        (replace(GRANT, grantee=Grantee(kind="account", id="carol")), "someone-else"),
        (replace(GRANT, scopes=("write",)), "not-shared"),
    ):
        assessed = assess(QUESTION, [wanted("read")], [useless])
        assert assessed.granted == ()
        assert verdicts(assessed) == {verdict}


def test_f_5_1_1_8_a_grant_that_begins_soon_is_granted_with_its_beginning() -> None:
    assessed = assess(QUESTION, [wanted("read")], [replace(GRANT, not_before=NOW + 60)])
    assert [permission.not_before for permission in assessed.granted] == [NOW + 60]


def test_a_grant_to_an_address_counts_for_whoever_has_it_verified() -> None:
    invited = replace(GRANT, grantee=Grantee(kind="email", id="bob@example.test"))
    assert assess(QUESTION, [wanted("read")], [invited]).complete
    assert not assess(replace(QUESTION, requester=replace(BOB, email=None)), [wanted("read")], [invited]).complete


def test_a_grant_by_type_or_label_counts_for_what_has_it() -> None:
    by_type = replace(GRANT, target_kind="type", target_id="health")
    by_label = replace(GRANT, target_kind="label", target_id="family")
    assert assess(QUESTION, [wanted("read")], [by_type]).complete
    assert not assess(QUESTION, [wanted("read")], [by_label]).complete
    labelled = Wanted(resource=replace(RECORD, labels=("family",)), ticket_scopes=("read",), client_scopes=())
    assert assess(QUESTION, [labelled], [by_label]).complete


def test_missing_claims_are_named_and_met_claims_permit() -> None:
    surgeon = Claim(issuer="https://id.example", name="role", value="surgeon")
    conditioned = replace(GRANT, grantee=Grantee(kind="claims", claims=(surgeon,)))
    assert assess(QUESTION, [wanted("read")], [conditioned]).missing == (surgeon,)
    proven = replace(BOB, claims=(surgeon,))
    assert assess(replace(QUESTION, requester=proven), [wanted("read")], [conditioned]).complete
    other = replace(BOB, claims=(replace(surgeon, value="visitor"),))
    assessed = assess(replace(QUESTION, requester=other), [wanted("read")], [conditioned])
    assert assessed.missing == ()
    assert not assessed.complete


def test_the_owner_may_use_what_is_hers_unless_the_realm_says_no() -> None:
    alice = Requester(issuer=ISSUER, subject="alice", account_id="alice")
    assert assess(replace(QUESTION, requester=alice), [wanted("read", "write")], []).complete
    assert not assess(replace(QUESTION, requester=alice, owner_may_request=False), [wanted("read")], []).complete


def test_of_two_grants_the_one_that_lasts_longer_is_used() -> None:
    assessed = assess(
        QUESTION,
        [wanted("read")],
        [replace(GRANT, expires_at=NOW + 10), replace(GRANT, grant_id="g2", expires_at=NOW + 20)],
    )
    assert [permission.grant_id for permission in assessed.granted] == ["g2"]


GRANTEES = st.sampled_from(
    [
        Grantee(kind="account", id="bob"),
        Grantee(kind="account", id="carol"),
        Grantee(kind="email", id="bob@example.test"),
        Grantee(kind="client", id="surgery"),
        Grantee(kind="claims"),
        Grantee(kind="circle", id="family"),
    ]
)
MOMENTS = st.none() | st.integers(NOW - 50, NOW + 50)
GRANTS = st.lists(
    st.builds(
        Grant,
        grant_id=st.uuids().map(str),
        owner_id=st.just("alice"),
        target_kind=st.just("resource"),
        target_id=st.just("record"),
        grantee=GRANTEES,
        scopes=st.sampled_from([("read",), ("write",), SCOPES]),
        allow=st.booleans(),
        not_before=MOMENTS,
        expires_at=MOMENTS,
        paused_at=st.none() | st.just(NOW - 1),
        client_ids=st.sampled_from([(), ("surgery",), ("other",)]),
    ),
    max_size=6,
)


@given(GRANTS, st.sampled_from([None, BOB]), st.sampled_from([("read",), ("write",), SCOPES]))
def test_grant_3_3_4_every_granted_scope_has_a_grant_that_holds(
    grants: list[Grant], requester: Requester | None, scopes: tuple[str, ...]
) -> None:
    assessed = assess(replace(QUESTION, requester=requester), [wanted(*scopes)], grants)
    by_id = {each.grant_id: each for each in grants}
    for permission in assessed.granted:
        source = by_id[permission.grant_id or ""]
        assert source.allow
        assert set(permission.scopes) <= set(source.scopes) & set(scopes)
        assert source.expires_at is None or source.expires_at > NOW
        assert source.paused_at is None
        assert source.client_ids in ((), ("surgery",))
        assert permission.expires_at == source.expires_at
    granted = scopes_of(assessed)
    assert assessed.complete == (granted == set(scopes))
    forbidden = {step.scope for step in assessed.trace if step.verdict == "forbids"}
    assert not granted & forbidden
    permitted = {step.scope for step in assessed.trace if step.verdict == "permits"}
    assert granted == permitted - forbidden
