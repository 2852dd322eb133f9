"""Decisions without tokens: whether somebody may do something to a thing now.

The answer comes from the assessment that decides about RPTs, on the same grants, with the same default: no.

Spec: AuthZEN 6, 7.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal, get_args

from consentry.core.context import Answer, Context
from consentry.core.decision_point import (
    Asking,
    Named,
    Use,
    accounts_named,
    asking,
    permitted_scopes,
    resources_named,
    surroundings_of,
)
from consentry.core.errors import InvalidRequest
from consentry.uma.value import value

Semantic = Literal["execute_all", "deny_on_first_deny", "permit_on_first_permit"]
SEMANTICS: tuple[Semantic, ...] = get_args(Semantic)
MOST_EVALUATIONS = 500


@value
class Evaluation:
    """One question; ``client_id`` is the app that the person would use, if that matters."""

    subject: Named
    action: str
    resource: Named
    client_id: str = ""


@value
class EvaluationRequest:
    """Questions, and after which answer to stop."""

    token: str
    evaluations: tuple[Evaluation, ...]
    semantic: Semantic = "execute_all"


async def evaluate(ctx: Context, request: EvaluationRequest) -> Answer[tuple[bool, ...]]:
    """Answer each question, as far as the semantic goes; what is unknown here is a no like any other."""
    who = await asking(ctx, request.token)
    if len(request.evaluations) > MOST_EVALUATIONS:
        raise InvalidRequest(f"at most {MOST_EVALUATIONS} evaluations can be asked for at once")
    return Answer(_as_far_as(await _decisions(ctx, who, request.evaluations), request.semantic))


async def _decisions(ctx: Context, who: Asking, evaluations: Sequence[Evaluation]) -> list[bool]:
    """Decide everything; questions about the same person, app and resource server share one read."""
    accounts = await accounts_named(ctx, [each.subject for each in evaluations])
    resources = await resources_named(ctx, who, [each.resource for each in evaluations])
    together: dict[tuple[Named, str, str], list[int]] = defaultdict(list)
    for number, each in enumerate(evaluations):
        if each.subject in accounts and each.resource in resources:
            together[each.subject, each.client_id, resources[each.resource].resource_server].append(number)
    decisions = [False] * len(evaluations)
    for (subject, client_id, _), numbers in together.items():
        use = Use(account=accounts[subject], client_id=client_id)
        things = {number: resources[evaluations[number].resource] for number in numbers}
        around = await surroundings_of(ctx, use, tuple(things.values()))
        for number, thing in things.items():
            action = evaluations[number].action
            decisions[number] = action in permitted_scopes(ctx, use, thing, (action,), around)
    return decisions


def _as_far_as(decisions: Sequence[bool], semantic: Semantic) -> tuple[bool, ...]:
    """Cut the answers after the one that the semantic stops at.  Spec: AuthZEN 7.1."""
    stop = {"deny_on_first_deny": False, "permit_on_first_permit": True}.get(semantic)
    if stop is None or stop not in decisions:
        return tuple(decisions)
    return tuple(decisions[: decisions.index(stop) + 1])
