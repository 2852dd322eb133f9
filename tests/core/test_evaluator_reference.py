"""The assessment against a second evaluator, on random worlds; and planted faults, each of which has to be found."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import TypeVar

import pytest

from consentry.core import assessment
from consentry.core.assessment import Assessment, Question, Step, assess
from consentry.core.model import Claim, Grant, Grantee, Requester, Resource
from consentry.core.requested_scopes import Wanted
from consentry.uma.value import value
from tests.core.naive_evaluator import Outcome, evaluate

NOW, UNTIL = 1_000, 2_000
ISSUER = "https://as.example"
SCOPES = ("read", "write", "print")
CLAIMS = tuple(Claim(issuer=ISSUER, name=name, value=text) for name in ("role", "ward") for text in ("one", "two"))
T = TypeVar("T")


@value
class Asked:
    """One random world and the question in it."""

    question: Question
    wanted: tuple[Wanted, ...]
    grants: tuple[Grant, ...]
    above: tuple[Grant, ...]


def some(chance: Random, choices: Sequence[T]) -> tuple[T, ...]:
    return tuple(each for each in choices if chance.random() < 0.5)


def maybe(chance: Random, often: float, *choices: T) -> T | None:
    return chance.choice(choices) if chance.random() < often else None


def grantee(chance: Random) -> Grantee:
    match chance.randrange(9):
        case 0:
            return Grantee(kind="email", id=chance.choice(("bob@example.test", "carol@example.test")))
        case 1:
            return Grantee(kind="client", id=chance.choice(("surgery", "kiosk")))
        case 2:
            return Grantee(kind="circle", id=chance.choice(("family", "friends")))
        case 3:
            return Grantee(kind="organisation", id=chance.choice(("clinic", "bank")), role=maybe(chance, 0.5, "nurse"))
        case 4:
            return Grantee(kind="claims", claims=some(chance, CLAIMS[:3]))
        case _:
            return Grantee(kind="account", id=chance.choice(("bob", "bob", "carol")))


def grant(chance: Random, number: int, earlier: Sequence[Grant]) -> Grant:
    target = chance.choice((("resource", "r0"), ("resource", "r0"), ("resource", "r1"), ("type", "t"), ("label", "l")))
    parent = chance.choice(earlier).grant_id if earlier and chance.random() < 0.4 else maybe(chance, 0.02, "gone")
    return Grant(
        grant_id=f"g{number}",
        owner_id="alice",
        target_kind=target[0],  # type: ignore[arg-type] # one of the kinds
        target_id=target[1],
        grantee=grantee(chance),
        scopes=some(chance, SCOPES) or ("read",),
        allow=chance.random() < 0.9,
        not_before=maybe(chance, 0.2, NOW - 1, NOW, NOW + 1, UNTIL - 1, UNTIL),
        expires_at=maybe(chance, 0.3, NOW - 1, NOW, NOW + 1, UNTIL),
        paused_at=maybe(chance, 0.05, NOW - 1),
        client_ids=chance.choice(((), (), (), ("surgery",), ("kiosk",), ("surgery", "kiosk"))),
        max_uses=maybe(chance, 0.2, 1, 2),
        uses=chance.choice((0, 1, 2)),
        ask_me=chance.random() < 0.1,
        reshare=chance.choice((0, 1, 2, 9)),
        parent=parent,
        created_by=chance.choice(("bob", "bob", "carol")),
    )


def asked(chance: Random) -> Asked:
    grants: list[Grant] = []
    for number in range(chance.randrange(6)):
        grants.append(grant(chance, number, grants))
    if chance.random() < 0.02:
        grants = long_chain(chance)
    hidden = {each.grant_id for each in grants if chance.random() < 0.1}
    return Asked(
        question=question(chance),
        wanted=tuple(wanted(chance)),
        grants=tuple(each for each in grants if each.grant_id not in hidden),
        above=tuple(each for each in grants if each.grant_id in hidden),
    )


def long_chain(chance: Random) -> list[Grant]:
    """Make a chain about as long as one may be, sometimes closed to a circle."""
    length = chance.randrange(7, 12)
    top = Grant(
        grant_id="g0",
        owner_id="alice",
        target_kind="resource",
        target_id="r0",
        grantee=Grantee(kind="account", id="bob"),
        scopes=SCOPES,
        reshare=99,
        created_by="bob",
    )
    chain = [replace(top, grant_id=f"g{n}", parent=f"g{n - 1}" if n else None) for n in range(length)]
    return [replace(chain[0], parent=chain[-1].grant_id), *chain[1:]] if chance.random() < 0.2 else chain


def question(chance: Random) -> Question:
    claims = some(chance, CLAIMS)
    bob = Requester(issuer=ISSUER, subject="bob", account_id="bob", email="bob@example.test", claims=claims)
    stranger = Requester(issuer="https://id.example", subject="x", email="carol@example.test", claims=claims)
    alice = Requester(issuer=ISSUER, subject="alice", account_id="alice")
    return Question(
        owner_id="alice",
        owner_may_request=chance.random() < 0.5,
        requester=chance.choice((bob, bob, bob, bob, stranger, alice, None)),
        client_id=chance.choice(("surgery", "kiosk")),
        now=NOW,
        until=UNTIL,
        circles=frozenset(some(chance, ("family", "friends"))),
        memberships=frozenset(some(chance, (("clinic", "nurse"), ("clinic", "porter"), ("bank", "clerk")))),
        held=chance.random() < 0.2,
    )


def wanted(chance: Random) -> Iterator[Wanted]:
    whole = resource(chance, "r1")
    for resource_id in ("r0", "r2")[: chance.randrange(1, 3)]:
        ticket = some(chance, SCOPES)
        yield Wanted(
            resource=resource(chance, resource_id),
            ticket_scopes=ticket,
            client_scopes=tuple(each for each in some(chance, SCOPES) if each not in ticket),
            lineage=(whole,) if chance.random() < 0.4 else (),
        )


def resource(chance: Random, resource_id: str) -> Resource:
    return Resource(
        resource_id=resource_id,
        owner_id="alice",
        resource_server="rs",
        resource_scopes=SCOPES,
        type=maybe(chance, 0.4, "t"),
        labels=("l",) if chance.random() < 0.4 else (),
    )


def differ(world: Asked) -> bool:
    """Say whether the two evaluators see this world differently."""
    first = assess(world.question, world.wanted, world.grants, passed_on=world.above)
    second = evaluate(world.question, world.wanted, world.grants, world.above)
    return not agree(first, second)


def agree(first: Assessment, second: Outcome) -> bool:
    given = {
        (permission.resource_id, scope): permission.grant_id
        for permission in first.granted
        for scope in permission.scopes or (None,)
    }
    return (
        given.keys() == second.given.keys()
        and all(grant_id in second.given[key] for key, grant_id in given.items())
        and (first.complete, first.full, first.forbidden) == (second.complete, second.full, second.forbidden)
        and set(first.missing) == second.missing
    )


def worlds(number: int, seed: int) -> Iterator[Asked]:
    chance = Random(seed)  # noqa: S311 - the same worlds each time
    return (asked(chance) for _ in range(number))


def test_g_3_3_4_two_evaluators_agree_on_five_thousand_worlds() -> None:
    assert [world for world in worlds(5_000, seed=1) if differ(world)] == []


@pytest.mark.slow
def test_g_3_3_4_two_evaluators_agree_on_two_hundred_thousand_worlds() -> None:
    assert next((world for world in worlds(200_000, seed=2) if differ(world)), None) is None


def test_random_worlds_are_of_every_kind() -> None:
    seen: set[str] = set()
    for world in worlds(2_000, seed=3):
        seen |= {step.verdict for step in assess(world.question, world.wanted, world.grants).trace}
    assert seen == set(assessment.Verdict.__args__)  # type: ignore[attr-defined] # a Literal has arguments


def test_g_3_3_4_the_trace_alone_says_what_is_given() -> None:
    for world in worlds(2_000, seed=4):
        found = assess(world.question, world.wanted, world.grants, passed_on=world.above)
        given = {
            (permission.resource_id, scope) for permission in found.granted for scope in permission.scopes or (None,)
        }
        assert given == from_trace(found.trace)
        assert found.forbidden == any(step.verdict == "forbids" for step in found.trace)
        assert set(found.missing) == {claim for step in found.trace for claim in step.missing}


def from_trace(trace: Sequence[Step]) -> set[tuple[str, str | None]]:
    yes = {(step.resource_id, step.scope) for step in trace if step.verdict in ("permits", "owner")}
    return yes - {(step.resource_id, step.scope) for step in trace if step.verdict == "forbids"}


# -- faults that have to be found --


def without_denials(steps: Sequence[Step]) -> dict[str | None, Step]:
    return {step.scope: step for step in steps if step.verdict in ("permits", "owner")}


FAULTS: dict[str, tuple[str, Callable[..., object]]] = {
    "a no is ignored": ("_permitted", without_denials),
    "the chain is not looked at": ("effective", lambda grant, _by_id: grant),
    "what has ended counts": (
        "_state",
        lambda question, grant, state=assessment._state: state(question, replace(grant, expires_at=None)),  # noqa: SLF001
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assessment, *FAULTS[fault])
    assert any(differ(world) for world in worlds(2_000, seed=5))
