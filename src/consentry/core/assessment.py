"""Authorization assessment: who may do what, and why.  Pure: same arguments, same answer.

Every verdict is one `Step` of the trace, and the outcome is computed from the trace alone, so that an explanation can
never differ from the decision it explains.  Default is deny: what no step permits is not granted.

Spec: Grant 3.3.4, 5.6.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from consentry.core.model import Claim, Grant, GrantedPermission, Requester, Resource
from consentry.core.requested_scopes import Wanted
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
]


@value
class Question:
    """Who asks, through which client, when (epoch seconds); ``until`` is when the token would end at the latest."""

    owner_id: str
    owner_may_request: bool
    requester: Requester | None
    client_id: str
    now: int
    until: int


@value
class Step:
    """One grant looked at for one scope of one resource (scope None: for a permission without scopes)."""

    resource_id: str
    scope: str | None
    verdict: Verdict
    grant: Grant | None = None
    missing: tuple[Claim, ...] = ()


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


def assess(question: Question, wanted: Sequence[Wanted], grants: Sequence[Grant]) -> Assessment:
    """Decide for every scope of every resource."""
    by_resource = {each.resource.resource_id: _trace(question, each, grants) for each in wanted}
    trace = tuple(step for steps in by_resource.values() for step in steps)
    permitted = {each.resource.resource_id: _permitted(by_resource[each.resource.resource_id]) for each in wanted}
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


def _trace(question: Question, wanted: Wanted, grants: Sequence[Grant]) -> list[Step]:
    resource = wanted.resource
    scopes: tuple[str | None, ...] = wanted.scopes or (None,)
    requester = question.requester
    if question.owner_may_request and requester is not None and requester.account_id == question.owner_id:
        return [Step(resource_id=resource.resource_id, scope=scope, verdict="owner") for scope in scopes]
    concerned = [grant for grant in grants if concerns(grant, resource)]
    return [_step(question, resource, scope, grant) for scope in scopes for grant in concerned]


def concerns(grant: Grant, resource: Resource) -> bool:
    """Tell whether a grant is about a resource: by its id, its type or one of its labels."""
    match grant.target_kind:
        case "resource":
            return grant.target_id == resource.resource_id
        case "type":
            return grant.target_id == resource.type
        case "label":
            return grant.target_id in resource.labels


def _step(question: Question, resource: Resource, scope: str | None, grant: Grant) -> Step:
    missing = _missing(question.requester, grant)
    verdict: Verdict
    if scope is not None and scope not in grant.scopes:
        verdict, missing = "not-shared", ()
    elif (state := _state(question, grant)) is not None:
        verdict, missing = state, ()
    elif missing:
        verdict = "needs-claims"
    elif not _is_grantee(question, grant):
        verdict = "someone-else"
    else:
        verdict = "permits" if grant.allow else "forbids"
    return Step(resource_id=resource.resource_id, scope=scope, verdict=verdict, grant=grant, missing=missing)


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


def _is_grantee(question: Question, grant: Grant) -> bool:
    grantee, requester = grant.grantee, question.requester
    match grantee.kind:
        case "client":
            return grantee.id == question.client_id
        case "account":
            return requester is not None and requester.account_id == grantee.id
        case "email":
            return requester is not None and requester.email == grantee.id
        case "claims":
            # An empty list of conditions is no condition that is met (Grant 5.6).
            return requester is not None and bool(grantee.claims) and set(grantee.claims) <= set(requester.claims)
        case "circle":
            return False


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


def _rank(step: Step) -> tuple[bool, bool, int]:
    """Order permitting steps: usable at once before later, endless before ending, later end before earlier."""
    grant = step.grant
    if grant is None:
        return (True, True, 0)
    return (grant.not_before is None, grant.expires_at is None, grant.expires_at or 0)


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


def _future(grant: Grant | None, now: int) -> int | None:
    return grant.not_before if grant and grant.not_before is not None and grant.not_before > now else None
