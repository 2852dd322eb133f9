"""Who may do what, a second time: written from the rules alone, as plainly as possible, to be compared with.

A scope of a resource is given if some grant says yes and none says no.  A grant speaks of a resource if it names its
id, its type or a label of it, or those of something it is part of.  It counts for a requester, through an app, at a
time, as far as everything it was passed on from counts as well.
"""

from collections.abc import Sequence

from consentry.core.assessment import Question
from consentry.core.model import Claim, Grant, Resource
from consentry.core.requested_scopes import Wanted
from consentry.uma.value import value

MOST_LINKS = 8


@value
class Outcome:
    """What is given (resource, scope and the grants that may stand for it), and what else there is to say."""

    given: dict[tuple[str, str | None], frozenset[str | None]]
    complete: bool
    full: bool
    forbidden: bool
    missing: frozenset[Claim]


def evaluate(question: Question, wanted: Sequence[Wanted], grants: Sequence[Grant], above: Sequence[Grant]) -> Outcome:
    given: dict[tuple[str, str | None], frozenset[str | None]] = {}
    missing: set[Claim] = set()
    forbidden = False
    known = [*grants, *above]
    for each in wanted:
        for scope in each.scopes or (None,):
            key = (each.resource.resource_id, scope)
            if is_the_owner(question):
                given[key] = frozenset((None,))
                continue
            there = [each.resource, *each.lineage]
            counting = [grant for grant in grants if counts(question, grant, there, scope, known)]
            missing |= {claim for grant in counting for claim in unsaid(question, grant)}
            fitting = [grant for grant in counting if is_for(question, grant)]
            if any(not grant.allow for grant in fitting):
                forbidden = True
                continue
            yes = frozenset(grant.grant_id for grant in fitting if question.held or not spent(chain_of(grant, known)))
            if yes:
                given[key] = yes
    return Outcome(
        given=given,
        complete=all(has(given, each.resource, each.ticket_scopes) for each in wanted),
        full=all(has(given, each.resource, each.scopes) for each in wanted),
        forbidden=forbidden,
        missing=frozenset(missing),
    )


def has(given: dict[tuple[str, str | None], frozenset[str | None]], resource: Resource, scopes: Sequence[str]) -> bool:
    if not scopes:
        return any(resource_id == resource.resource_id for resource_id, _ in given)
    return all((resource.resource_id, scope) in given for scope in scopes)


def is_the_owner(question: Question) -> bool:
    asks = question.requester
    return question.owner_may_request and asks is not None and asks.account_id == question.owner_id


def counts(
    question: Question, grant: Grant, there: Sequence[Resource], scope: str | None, known: Sequence[Grant]
) -> bool:
    """Say whether a grant has to be looked at for a scope: it is about the thing, and holds now, all the way up."""
    if not any(is_about(grant, resource) for resource in there):
        return False
    chain = chain_of(grant, known)
    return bool(chain) and all(holds(question, each) and (scope is None or scope in each.scopes) for each in chain)


def holds(question: Question, grant: Grant) -> bool:
    """Say whether a grant holds at this time, through this app."""
    if grant.expires_at is not None and grant.expires_at <= question.now:
        return False
    if grant.not_before is not None and grant.not_before >= question.until:
        return False
    if grant.paused_at is not None:
        return False
    return not grant.client_ids or question.client_id in grant.client_ids


def is_about(grant: Grant, resource: Resource) -> bool:
    return (
        (grant.target_kind == "resource" and grant.target_id == resource.resource_id)
        or (grant.target_kind == "type" and grant.target_id == resource.type)
        or (grant.target_kind == "label" and grant.target_id in resource.labels)
    )


def chain_of(grant: Grant, known: Sequence[Grant]) -> list[Grant]:
    """Return a grant and all it was passed on from; nothing if somebody there does not pass it on, or is gone."""
    chain = [grant]
    while chain[-1].parent is not None:
        found = [each for each in known if each.grant_id == chain[-1].parent]
        if not found or len(chain) > MOST_LINKS:
            return []
        upper, lower = found[0], chain[-1]
        may = upper.allow and upper.reshare >= len(chain)
        if not may or upper.grantee.kind != "account" or upper.grantee.id != lower.created_by:
            return []
        chain.append(upper)
    return chain


def spent(chain: Sequence[Grant]) -> bool:
    """Say whether a grant, or one above it, has been used as often as it may, or asks its owner each time."""
    return any(each.ask_me or (each.max_uses is not None and each.uses >= each.max_uses) for each in chain)


def is_for(question: Question, grant: Grant) -> bool:
    asks, grantee = question.requester, grant.grantee
    if grantee.kind == "client":
        return grantee.id == question.client_id
    if grantee.kind == "circle":
        return grantee.id in question.circles
    if grantee.kind == "organisation":
        roles = [role for organisation, role in question.memberships if organisation == grantee.id]
        return bool(roles) and (grantee.role is None or grantee.role in roles)
    if asks is None:
        return False
    if grantee.kind == "account":
        return asks.account_id == grantee.id
    if grantee.kind == "email":
        return asks.email == grantee.id
    return bool(grantee.claims) and all(claim in asks.claims for claim in grantee.claims)


def unsaid(question: Question, grant: Grant) -> list[Claim]:
    """Return the conditions of a grant about which nobody has said anything."""
    said = [(claim.issuer, claim.name) for claim in question.requester.claims] if question.requester else []
    wanted = grant.grantee.claims if grant.grantee.kind == "claims" else ()
    return [claim for claim in wanted if (claim.issuer, claim.name) not in said]
