"""A decision and an RPT never differ: the worked example, and random worlds."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from consentry.core.decision_point import Named
from consentry.core.evaluation import Evaluation, EvaluationRequest, evaluate
from consentry.core.evaluation_search import (
    SearchActions,
    SearchResources,
    SearchSubjects,
    search_actions,
    search_resources,
    search_subjects,
)
from consentry.core.issued import TokenIssued
from consentry.core.model import Account, Circle, CircleMember, Claim, Event, Grant, Grantee, Resource
from consentry.core.model_sharing import TargetKind
from consentry.core.ports import Page
from consentry.core.realm import RealmSettings
from consentry.core.sharing import Listed
from consentry.core.standard_claims import CLAIMS_BY_SCOPE, standard_claims
from consentry.core.token import token
from tests.sharing import Cast, new_cast
from tests.worlds import ISSUER, NOON, new_world

ANYTHING = RealmSettings(partial="any", pending_requests=False)
SCOPES = ("read", "write")
WORLDS = 60


async def decided(
    cast: Cast, person: Account, asked: Iterable[tuple[Resource, str]], *, client_id: str = "surgery", pat: str = ""
) -> set[tuple[str, str]]:
    """Return what evaluations permit, of so many pairs of resource and scope."""
    pairs = list(asked)
    request = EvaluationRequest(
        token=pat or cast.pat,
        evaluations=tuple(
            Evaluation(
                subject=Named(type="user", id=person.account_id),
                action=scope,
                resource=Named(type="resource", id=resource.resource_id),
                client_id=client_id,
            )
            for resource, scope in pairs
        ),
    )
    decisions = await cast.world.said(evaluate, request, tuple)
    return {(pair[0].resource_id, pair[1]) for pair, yes in zip(pairs, decisions, strict=True) if yes}


async def obtained(
    cast: Cast, person: Account, *wanted: tuple[Resource, tuple[str, ...]], scope: str = "", pat: str = ""
) -> set[tuple[str, str]]:
    """Return what an RPT for the same would hold at this moment."""
    pat = pat or cast.pat
    pushed = replace(cast.id_token(person, cast.surgery), claims=standard_claims(person, tuple(CLAIMS_BY_SCOPE)))
    request = cast.request(await cast.ticket(*wanted, pat=pat), claim_token=pushed, scope=scope)
    answer = await cast.world.ask(token, request)
    if not isinstance(answer, TokenIssued):
        return set()
    seen = await cast.introspected(answer.access_token, pat=pat)
    now = [each for each in seen.permissions or () if each.not_before is None or each.not_before <= NOON]
    return {(each.resource_id, name) for each in now for name in each.scopes}


async def test_an_7_the_decision_equals_the_rpt_of_the_worked_example(tmp_path: Path) -> None:
    async with new_world(tmp_path, ANYTHING) as world:
        cast = await new_cast(world)
        await world.replace(replace(cast.surgery, scope=("download",)))
        album = await world.resource(cast.alice, cast.records, name="album", scopes="edit download")
        photos = [
            await world.resource(cast.alice, cast.records, name=f"photo{n}", scopes="view download") for n in (1, 2)
        ]
        await world.grant(photos[0], cast.bob, scopes="view")
        wanted = [(album, ("edit",)), *((photo, ("view",)) for photo in photos)]
        rpt = await obtained(cast, cast.bob, *wanted, scope="download")
        asked = [(each, scope) for each in (album, *photos) for scope in ("edit", "view", "download")]
        assert await decided(cast, cast.bob, asked) == rpt == {("photo1-of-alice", "view")}


def any_grantee(chance: Random, cast: Cast) -> Grantee:
    match chance.randrange(8):
        case 0:
            return Grantee(kind="email", id="carol@example.test")
        case 1:
            return Grantee(kind="circle", id="friends")
        case 2:
            return Grantee(kind="client", id=chance.choice(("surgery", "rival")))
        case 3:
            return Grantee(kind="claims", claims=(Claim(issuer=ISSUER, name="preferred_username", value="bob"),))
        case _:
            return Grantee(kind="account", id=chance.choice((cast.bob, cast.carol)).account_id)


def any_grant(chance: Random, cast: Cast, owner: Account, number: int) -> Grant:
    things = (f"one-of-{owner.username}", f"two-of-{owner.username}")
    targets: tuple[tuple[TargetKind, str], ...] = (
        ("resource", things[0]),
        ("resource", things[1]),
        ("type", "t"),
        ("label", "l"),
    )
    target = chance.choice(targets)
    return Grant(
        grant_id=f"{owner.username}-{number}",
        owner_id=owner.account_id,
        target_kind=target[0],
        target_id=target[1],
        grantee=any_grantee(chance, cast),
        scopes=chance.choice((SCOPES, ("read",), ("write",))),
        allow=chance.random() < 0.93,
        not_before=chance.choice((None, None, None, NOON - 5, NOON, NOON + 5, NOON + 90_000)),
        expires_at=chance.choice((None, None, None, None, NOON, NOON + 5)),
        paused_at=chance.choice((None, None, None, None, NOON - 1)),
        client_ids=chance.choice(((), (), (), ("surgery",), ("rival",))),
        max_uses=chance.choice((None, None, None, 1)),
        uses=chance.choice((0, 1)),
        ask_me=chance.random() < 0.1,
        created_at=NOON + number,
        created_by=owner.account_id,
    )


async def settle(chance: Random, cast: Cast, number: int) -> tuple[Account, list[Resource], str]:
    """Let one more owner share at random; return her things and her PAT."""
    owner = await cast.world.account(f"owner{number}")
    labels: tuple[str, ...] = chance.choice(((), ("l",)))
    things = []
    for name in ("one", "two"):
        thing = await cast.world.resource(owner, cast.records, name=name)
        changed = replace(thing, type=chance.choice((None, "t")), labels=labels)
        await cast.world.replace(changed)
        things.append(changed)
    if chance.random() < 0.5:
        member = chance.choice((cast.bob, cast.carol)).account_id
        await cast.world.add(
            Circle(circle_id="friends", owner_id=owner.account_id, name="Friends", created_at=NOON),
            CircleMember(owner_id=owner.account_id, circle_id="friends", kind="account", id=member, added_at=NOON),
        )
    await cast.world.add(*(any_grant(chance, cast, owner, n) for n in range(chance.randrange(2, 9))))
    return owner, things, await cast.world.pat(cast.records, owner)


async def test_an_7_the_decision_equals_the_rpt_in_random_worlds(tmp_path: Path) -> None:
    chance = Random(2026)  # noqa: S311 - the same worlds every time
    yes, no = 0, 0
    async with new_world(tmp_path, ANYTHING) as world:
        cast = await new_cast(world)
        for number in range(WORLDS):
            owner, things, pat = await settle(chance, cast, number)
            everything = [(thing, scope) for thing in things for scope in SCOPES]
            # Uses are counted when a token is issued, so everybody is asked about before anybody gets one.
            expected = {person: await decided(cast, person, everything, pat=pat) for person in (cast.bob, cast.carol)}
            await searches_agree(cast, things, pat, expected)
            for person in chance.sample((cast.bob, cast.carol), 1):
                rpt = await obtained(cast, person, *((thing, SCOPES) for thing in things), pat=pat)
                assert expected[person] == rpt, (owner.username, person.username)
                yes, no = yes + len(rpt), no + len(everything) - len(rpt)
    assert min(yes, no) > WORLDS / 2, "both answers have to be common"


async def searches_agree(
    cast: Cast, things: list[Resource], pat: str, expected: dict[Account, set[tuple[str, str]]]
) -> None:
    """Hold each search against the decisions."""
    bob = Named(type="user", id=cast.bob.account_id)
    may = expected[cast.bob]
    found = SearchResources(
        token=pat, subject=bob, action="read", resource_type="resource", client_id="surgery", page=Page(limit=10)
    )
    resources = await cast.world.said(search_resources, found, Listed)
    assert {each.id for each in resources.items} == {thing for thing, scope in may if scope == "read"}
    for thing in things:
        named = Named(type="resource", id=thing.resource_id)
        actions = SearchActions(token=pat, subject=bob, resource=named, client_id="surgery")
        listed = await cast.world.said(search_actions, actions, Listed)
        assert set(listed.items) == {scope for each, scope in may if each == thing.resource_id}


async def test_an_7_a_decision_changes_nothing(tmp_path: Path) -> None:
    async with new_world(tmp_path, ANYTHING) as world:
        cast = await new_cast(world)
        grant = await world.grant(cast.record, cast.bob)
        await world.replace(replace(grant, max_uses=1))
        for _ in range(3):
            assert await decided(cast, cast.bob, [(cast.record, "read")])
        work = world.server.database.work("demo", world.realm.version)
        events: list[Event] = list(await work.events(cast.alice.account_id, Page()))
        assert not [each for each in events if each.kind not in ("grant.added", "resource.registered")]
        assert await work.access_requests(cast.alice.account_id, None, Page()) == []


async def test_an_7_whoever_is_disabled_or_unknown_may_nothing(tmp_path: Path) -> None:
    async with new_world(tmp_path, ANYTHING) as world:
        cast = await new_cast(world)
        await world.grant(cast.record, cast.bob)
        asked = [(cast.record, "read"), (cast.daves, "read"), (cast.photo, "view"), (cast.record, "fly")]
        assert await decided(cast, cast.bob, asked) == {(cast.record.resource_id, "read")}
        assert await decided(cast, replace(cast.bob, account_id="gone"), asked) == set()
        await world.replace(replace(cast.bob, disabled_at=NOON))
        assert await decided(cast, cast.bob, asked) == set()


async def test_an_4_a_search_for_subjects_looks_into_circles_and_at_addresses(tmp_path: Path) -> None:
    async with new_world(tmp_path, replace(ANYTHING, owner_may_request=False)) as world:
        cast = await new_cast(world)
        owner_id = cast.alice.account_id
        shared = [
            Grantee(kind="circle", id="friends"),
            Grantee(kind="email", id="dave@example.test"),
            Grantee(kind="claims", claims=(Claim(issuer="https://elsewhere.example", name="sub", value="x"),)),
            Grantee(kind="client", id="kiosk"),
        ]
        await world.add(
            Circle(circle_id="friends", owner_id=owner_id, name="Friends", created_at=NOON),
            CircleMember(owner_id=owner_id, circle_id="friends", kind="account", id=cast.bob.account_id, added_at=NOON),
            CircleMember(owner_id=owner_id, circle_id="friends", kind="email", id="carol@example.test", added_at=NOON),
        )
        first = await world.grant(cast.record, cast.alice)
        await world.remove(first)
        await world.add(
            *(replace(first, grant_id=f"g{n}", grantee=each, created_at=NOON + n) for n, each in enumerate(shared))
        )
        request = SearchSubjects(
            token=cast.pat,
            subject_type="user",
            action="read",
            resource=Named(type="resource", id=cast.record.resource_id),
        )
        found = await world.said(search_subjects, request, Listed)
        assert [each.id for each in found.items] == sorted(
            person.account_id for person in (cast.bob, cast.carol, cast.dave)
        )
        other = await world.said(search_subjects, replace(request, subject_type="group"), Listed)
        assert other.items == ()


@pytest.mark.parametrize("past", [NOON - 5, NOON])
async def test_g_3_3_4_9_what_counts_now_is_not_hidden_by_what_begins_later(tmp_path: Path, past: int) -> None:
    async with new_world(tmp_path, ANYTHING) as world:
        cast = await new_cast(world)
        now = replace(await world.grant(cast.record, cast.bob, scopes="read"), not_before=past, expires_at=NOON + 60)
        await world.replace(now)
        await world.add(replace(now, grant_id="later", not_before=NOON + 30, expires_at=None))
        asked = await decided(cast, cast.bob, [(cast.record, "read")])
        assert asked == await obtained(cast, cast.bob, (cast.record, ("read",))) == {(cast.record.resource_id, "read")}
