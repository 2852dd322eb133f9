"""Authorization assessment: who may do what, and why.  Pure: same arguments, same answer.

Every verdict is one `Step` of the trace, and the outcome is computed from the trace alone, so that an explanation can
never differ from the decision it explains.  Default is deny: what no step permits is not granted.

Spec: Grant 3.3.4, 5.6.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from consentry.core.model import Claim, Grant, GrantedPermission, Membership, Requester, Resource, TargetKind
from consentry.core.requested_scopes import Wanted
from consentry.core.reshare import effective
from consentry.uma.value import value

Verdict = Literal[
    "owner",  # it is the owner who asks
    "permits",
    "forbids",  # an explicit no
    "not-shared",  # the grant does not have this scope
    "someone-else",  # it is for another grantee
    "needs-claims",  # it may be for this requester, more must be known
    "another-app",
    "not-yet",
    "ended",
    "paused",
    "used-up",  # as often as it may be
    "asks-owner",  # each use needs the owner's yes
    "chain-broken",  # somebody above no longer passes it on
]


Target = tuple[TargetKind, str]
ByTarget = Mapping[Target, Sequence[tuple[int, Grant]]]


@value
class Question:
    """Who asks, through which client, when (epoch seconds); ``until`` is when the token would end at the latest.

    ``circles``: those of the owner's circles that the requester is in; ``memberships``: organisation and role of each
    membership that counts now.  ``held``: the question is what a token still holds, so that uses are not counted again.
    """

    owner_id: str
    owner_may_request: bool
    requester: Requester | None
    client_id: str
    now: int
    until: int
    circles: frozenset[str] = frozenset()
    memberships: frozenset[tuple[str, str]] = frozenset()
    held: bool = False


@value
class Step:
    """One grant looked at for one scope of one resource (scope None: for a permission without scopes).

    ``later``: it begins after the moment that was asked about.
    """

    resource_id: str
    scope: str | None
    verdict: Verdict
    grant: Grant | None = None
    missing: tuple[Claim, ...] = ()
    later: bool = False


@value
class Assessment:
    """The outcome for everything wanted, and the trace it came from.

    ``granted``: what may be given; ``complete``: every ticket scope of every resource is granted; ``full``: also every
    scope that the client added; ``forbidden``: an explicit no stands against something; ``missing``: claims that could
    still help.
    """

    granted: tuple[GrantedPermission, ...]
    complete: bool
    full: bool
    forbidden: bool
    missing: tuple[Claim, ...]
    trace: tuple[Step, ...]


def assess(
    question: Question, wanted: Sequence[Wanted], grants: Sequence[Grant], *, passed_on: Sequence[Grant] = ()
) -> Assessment:
    """Decide for every scope of every resource; ``passed_on`` holds grants that only count as links of a chain."""
    by_id = {grant.grant_id: grant for grant in (*passed_on, *grants)}
    about = _by_target(grants)
    by_resource = {each.resource.resource_id: _trace(question, each, about, by_id) for each in wanted}
    trace = tuple(step for steps in by_resource.values() for step in steps)
    permitted = {name: _permitted(steps) for name, steps in by_resource.items()}
    return Assessment(
        granted=tuple(
            permission
            for each in wanted
            for permission in _permissions(each.resource, permitted[each.resource.resource_id], question)
        ),
        complete=all(_covers(permitted[each.resource.resource_id], each.ticket_scopes) for each in wanted),
        full=all(_covers(permitted[each.resource.resource_id], each.scopes) for each in wanted),
        forbidden=any(step.verdict == "forbids" for step in trace),
        missing=tuple(dict.fromkeys(claim for step in trace for claim in step.missing)),
        trace=trace,
    )


def _trace(question: Question, wanted: Wanted, about: ByTarget, by_id: Mapping[str, Grant]) -> list[Step]:
    resource = wanted.resource
    scopes: tuple[str | None, ...] = wanted.scopes or (None,)
    requester = question.requester
    if question.owner_may_request and requester is not None and requester.account_id == question.owner_id:
        return [Step(resource_id=resource.resource_id, scope=scope, verdict="owner") for scope in scopes]
    targets = {target for each in (resource, *wanted.lineage) for target in _targets(each)}
    concerned = [grant for _, grant in sorted(_numbered(about, targets), key=_number)]
    return [_step(question, resource, scope, grant, by_id) for scope in scopes for grant in concerned]


def concerns(grant: Grant, resource: Resource) -> bool:
    """Tell whether a grant is about a resource: by its id, its type or one of its labels."""
    return (grant.target_kind, grant.target_id) in _targets(resource)


def _targets(resource: Resource) -> set[Target]:
    """Return everything that a grant on a resource may name."""
    labels: set[Target] = {("label", label) for label in resource.labels}
    types: set[Target] = {("type", resource.type)} if resource.type is not None else set()
    return {("resource", resource.resource_id), *types, *labels}


def _by_target(grants: Sequence[Grant]) -> ByTarget:
    """Put grants where they are found without looking at all of them, each with its place among them."""
    about: dict[Target, list[tuple[int, Grant]]] = {}
    for number, grant in enumerate(grants):
        about.setdefault((grant.target_kind, grant.target_id), []).append((number, grant))
    return about


def _numbered(about: ByTarget, targets: Iterable[Target]) -> Iterable[tuple[int, Grant]]:
    return (found for target in targets for found in about.get(target, ()))


def _number(numbered: tuple[int, Grant]) -> int:
    return numbered[0]


def _step(question: Question, resource: Resource, scope: str | None, grant: Grant, by_id: Mapping[str, Grant]) -> Step:
    held = effective(grant, by_id)
    missing: tuple[Claim, ...] = ()
    verdict: Verdict
    if held is None:
        verdict = "chain-broken"
    elif scope is not None and scope not in held.scopes:
        verdict = "not-shared"
    elif (state := _state(question, held)) is not None:
        verdict = state
    elif missing := _missing(question.requester, held):
        verdict = "needs-claims"
    elif not _is_grantee(question, held):
        verdict = "someone-else"
    elif not held.allow:
        verdict = "forbids"
    else:
        verdict = _spent(question, held) or "permits"
    return Step(
        resource_id=resource.resource_id,
        scope=scope,
        verdict=verdict,
        grant=held or grant,
        missing=missing,
        later=_future(held or grant, question.now) is not None,
    )


def _state(question: Question, grant: Grant) -> Verdict | None:
    """Return why a grant does not count at all now, if it does not."""
    if grant.expires_at is not None and grant.expires_at <= question.now:
        return "ended"
    if grant.not_before is not None and grant.not_before >= question.until:
        return "not-yet"
    if grant.paused_at is not None:
        return "paused"
    if grant.client_ids and question.client_id not in grant.client_ids:
        return "another-app"
    return None


def _spent(question: Question, grant: Grant) -> Verdict | None:
    """Return why a grant that fits gives nothing new, if it does not.  What a token holds already stays."""
    if question.held:
        return None
    if grant.max_uses is not None and grant.uses >= grant.max_uses:
        return "used-up"
    return "asks-owner" if grant.ask_me else None


def _is_grantee(question: Question, grant: Grant) -> bool:
    grantee, requester = grant.grantee, question.requester
    match grantee.kind:
        case "client":
            return grantee.id == question.client_id
        case "account":
            return requester is not None and requester.account_id == grantee.id
        case "email":
            return requester is not None and requester.email == grantee.id
        case "circle":
            return grantee.id in question.circles
        case "organisation":
            return any(
                organisation == grantee.id and grantee.role in (None, role)
                for organisation, role in question.memberships
            )
        case "claims":
            # An empty list of conditions is no condition that is met (Grant 5.6).
            said = {claim for claim in requester.claims if claim.value} if requester else set()
            return bool(grantee.claims) and set(grantee.claims) <= said


def _missing(requester: Requester | None, grant: Grant) -> tuple[Claim, ...]:
    """Return the claims that a grant asks for and that nobody has said anything about yet."""
    if grant.grantee.kind != "claims":
        return ()
    said = {(claim.issuer, claim.name) for claim in requester.claims} if requester else set()
    return tuple(claim for claim in grant.grantee.claims if (claim.issuer, claim.name) not in said)


def _permitted(steps: Iterable[Step]) -> dict[str | None, Step]:
    """Return the step that permits each scope: none where an explicit no stands, else the one that lasts longest."""
    permitted: dict[str | None, Step] = {}
    forbidden: set[str | None] = set()
    for step in steps:
        if step.verdict == "forbids":
            forbidden.add(step.scope)
        elif step.verdict in ("permits", "owner"):
            best = permitted.get(step.scope)
            if best is None or _rank(step) > _rank(best):
                permitted[step.scope] = step
    return {scope: step for scope, step in permitted.items() if scope not in forbidden}


def _rank(step: Step) -> tuple[bool, bool, bool, int]:
    """Order permitting steps: usable at once before later, uncounted before counted, then by how long they last."""
    grant = step.grant
    if grant is None:
        return (True, True, True, 0)
    return (not step.later, grant.max_uses is None, grant.expires_at is None, grant.expires_at or 0)


def _covers(permitted: dict[str | None, Step], scopes: Sequence[str]) -> bool:
    return all(scope in permitted for scope in scopes) if scopes else bool(permitted)


def _permissions(
    resource: Resource, permitted: dict[str | None, Step], question: Question
) -> Iterable[GrantedPermission]:
    """Put the permitted scopes of one resource together by the grant they come from."""
    by_grant: dict[str | None, list[str]] = {}
    steps: dict[str | None, Step] = {}
    for scope, step in permitted.items():
        key = step.grant.grant_id if step.grant else None
        steps[key] = step
        by_grant.setdefault(key, []).extend([scope] if scope is not None else [])
    for key, scopes in by_grant.items():
        grant = steps[key].grant
        yield GrantedPermission(
            resource_id=resource.resource_id,
            grant_id=key,
            scopes=tuple(scopes),
            expires_at=grant.expires_at if grant else None,
            not_before=_future(grant, question.now),
            issued_at=question.now,
        )


def memberships_of(memberships: Iterable[Membership], now: int) -> frozenset[tuple[str, str]]:
    """Return organisation and role of those memberships that count now."""
    return frozenset(
        (each.organisation_id, each.role) for each in memberships if each.until is None or each.until > now
    )


def _future(grant: Grant | None, now: int) -> int | None:
    return grant.not_before if grant and grant.not_before is not None and grant.not_before > now else None
