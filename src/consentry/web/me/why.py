"""`/me/why`: why somebody can, or cannot, use one of my things, in words and as data."""

from collections.abc import Mapping

from consentry.core import why as core
from consentry.core.assessment import Verdict
from consentry.core.errors import InvalidRequest
from consentry.core.owner_grants import MyGrant
from consentry.web.answers import present, refuse_problem, write_json
from consentry.web.forms import read_query
from consentry.web.http import Request, Response
from consentry.web.me.common import filters, who
from consentry.web.me.grant_members import grant_members
from consentry.web.parts import Parts
from consentry.web.route import Endpoint

OUTCOMES: Mapping[core.Outcome, str] = {
    "allowed": "{person} may {scope}.",
    "forbidden": "{person} may not {scope}: you said no, and a no beats every yes.",
    "asks-owner": "{person} may {scope} once you say yes; you are asked each time.",
    "needs-claims": "{person} may {scope} only if more is known about them.",
    "not-shared": "{person} may not {scope}: nothing that you share gives it.",
}
VERDICTS: Mapping[Verdict, str] = {
    "owner": "It is theirs.",
    "permits": "{grant} permits it.",
    "forbids": "{grant} says no.",
    "not-shared": "{grant} is not about this.",
    "someone-else": "{grant} is for somebody else.",
    "needs-claims": "{grant} asks for proof that has not been given: {missing}.",
    "another-app": "{grant} counts only in {apps}.",
    "not-yet": "{grant} has not begun.",
    "ended": "{grant} has ended.",
    "paused": "{grant} is paused.",
    "used-up": "{grant} has been used as often as it may be.",
    "asks-owner": "{grant} asks you each time.",
    "chain-broken": "{grant} was passed on by somebody who may not pass it on any more.",
}


async def _read(_: Parts, request: Request) -> core.Why:
    asking = who(request)
    query = filters(read_query(request), "resource_id", "subject", "scope", "client_id")
    if not query.get("resource_id") or not query.get("subject"):
        raise InvalidRequest("resource_id and subject are required")
    return core.Why(
        who=asking,
        resource_id=query["resource_id"],
        subject=query["subject"],
        scope=query.get("scope"),
        client_id=query.get("client_id"),
    )


def outcome_words(said: core.Explanation, scope: core.ExplainedScope) -> str:
    """Say in a sentence what was decided about one scope."""
    use = f"use “{scope.scope}” here" if scope.scope is not None else "use this"
    return OUTCOMES[scope.outcome].format(person=said.person, scope=use)


def step_words(explained: core.ExplainedStep) -> str:
    """Say in a sentence what one grant did to the decision."""
    missing = ", ".join(f"“{claim.name}” from {claim.issuer}" for claim in explained.step.missing)
    apps = ", ".join(explained.grant.apps) if explained.grant else ""
    return VERDICTS[explained.step.verdict].format(grant=_named(explained.grant), missing=missing, apps=apps)


def _named(row: MyGrant | None) -> str:
    if row is None:
        return "A grant"
    with_whom = row.person or row.app or {"email": row.grant.grantee.id}.get(row.grant.grantee.kind)
    what = {"resource": row.thing or "this", "label": f"everything labelled “{row.grant.target_id}”"}.get(
        row.grant.target_kind, f"everything of the type “{row.grant.target_id}”"
    )
    return f"Your share of {what} with {with_whom or 'whoever fits'}"


def _scope_members(said: core.Explanation, scope: core.ExplainedScope) -> Mapping[str, object]:
    return {
        **present(scope=scope.scope),
        "outcome": scope.outcome,
        "words": outcome_words(said, scope),
        "steps": [_step_members(each) for each in scope.steps],
    }


def _step_members(explained: core.ExplainedStep) -> Mapping[str, object]:
    missing = [{"issuer": claim.issuer, "name": claim.name} for claim in explained.step.missing]
    return present(
        verdict=explained.step.verdict,
        words=step_words(explained),
        grant=grant_members(explained.grant) if explained.grant else None,
        missing=missing or None,
    )


def _write(_: Request, said: core.Explanation) -> Response:
    explained = {
        "resource_id": said.resource_id,
        "subject": said.subject,
        "scopes": [_scope_members(said, scope) for scope in said.scopes],
    }
    return write_json(200, explained)


why = Endpoint(read=_read, decide=core.why, write=_write, refuse=refuse_problem)
