"""The AuthZEN decision API on the wire.

Spec: AuthZEN 5, 6, 7, 8, 9, 10.1.
"""

from collections.abc import Mapping, Sequence

from msgspec import UNSET

from consentry.core import evaluation as core
from consentry.core import evaluation_search as search
from consentry.core.context import Answer, Context
from consentry.core.decision_point import Named
from consentry.core.errors import InvalidRequest
from consentry.core.evaluation import SEMANTICS, Evaluation, EvaluationRequest
from consentry.core.nothing import Nothing
from consentry.core.ports import Page
from consentry.core.sharing import Listed
from consentry.uma.value import value
from consentry.web.answers import refuse_oauth, write_json
from consentry.web.credentials import require_bearer
from consentry.web.http import Request, Response
from consentry.web.json_bodies import read_struct
from consentry.web.parts import Parts
from consentry.web.protocol.authzen_bodies import (
    ActionSearch,
    Entity,
    Paging,
    Question,
    Questions,
    ResourceSearch,
    Single,
    SubjectSearch,
    Surrounding,
)
from consentry.web.protocol.documents import write_document
from consentry.web.route import Endpoint, Handler

PATHS = {
    "access_evaluation_endpoint": "/access/v1/evaluation",
    "access_evaluations_endpoint": "/access/v1/evaluations",
    "search_subject_endpoint": "/access/v1/search/subject",
    "search_resource_endpoint": "/access/v1/search/resource",
    "search_action_endpoint": "/access/v1/search/action",
}


@value
class Several:
    """Evaluations that were asked for one by one, or as a single one."""

    request: EvaluationRequest
    alone: bool


@value
class Decided:
    """Their decisions."""

    decisions: tuple[bool, ...]
    alone: bool


async def _read_evaluation(_: Parts, request: Request) -> EvaluationRequest:
    token = require_bearer(request)
    return EvaluationRequest(token=token, evaluations=(_evaluation(read_struct(request, Single)),))


async def _read_evaluations(_: Parts, request: Request) -> Several:
    token = require_bearer(request)
    body = read_struct(request, Questions)
    semantic = next((each for each in SEMANTICS if each == body.options.evaluations_semantic), None)
    if semantic is None:
        raise InvalidRequest(f"evaluations_semantic has to be one of {', '.join(SEMANTICS)}")
    alone = not body.evaluations
    asked = (body,) if alone else body.evaluations
    evaluations = tuple(_evaluation(_filled(each, body)) for each in asked)
    request_ = EvaluationRequest(token=token, evaluations=evaluations, semantic=semantic)
    return Several(request=request_, alone=alone)


async def _decide_several(ctx: Context, question: Several) -> Answer[Decided]:
    answer = await core.evaluate(ctx, question.request)
    return Answer(Decided(decisions=answer.said, alone=question.alone), *answer.changes)


def _filled(question: Question, common: Question) -> Single:
    subject = question.subject or common.subject
    action = question.action or common.action
    resource = question.resource or common.resource
    if subject is UNSET or action is UNSET or resource is UNSET:
        raise InvalidRequest("an evaluation needs subject, action and resource, of its own or in common")
    context = question.context or common.context or Surrounding()
    return Single(subject=subject, action=action, resource=resource, context=context)


def _evaluation(single: Single) -> Evaluation:
    return Evaluation(
        subject=_named(single.subject),
        action=single.action.name,
        resource=_named(single.resource),
        client_id=single.context.client_id or "",
    )


def _named(entity: Entity) -> Named:
    return Named(type=entity.type, id=entity.id)


def _write_evaluation(_: Request, said: Sequence[bool]) -> Response:
    return write_json(200, {"decision": said[0]})


def _write_evaluations(request: Request, said: Decided) -> Response:
    if said.alone:
        return _write_evaluation(request, said.decisions)
    return write_json(200, {"evaluations": [{"decision": each} for each in said.decisions]})


async def _read_subjects(_: Parts, request: Request) -> search.SearchSubjects:
    token = require_bearer(request)
    body = read_struct(request, SubjectSearch)
    return search.SearchSubjects(
        token=token,
        subject_type=body.subject.type,
        action=body.action.name,
        resource=_named(body.resource),
        client_id=body.context.client_id or "",
        page=_page(body.page),
    )


async def _read_resources(_: Parts, request: Request) -> search.SearchResources:
    token = require_bearer(request)
    body = read_struct(request, ResourceSearch)
    return search.SearchResources(
        token=token,
        subject=_named(body.subject),
        action=body.action.name,
        resource_type=body.resource.type,
        client_id=body.context.client_id or "",
        page=_page(body.page),
    )


async def _read_actions(_: Parts, request: Request) -> search.SearchActions:
    token = require_bearer(request)
    body = read_struct(request, ActionSearch)
    return search.SearchActions(
        token=token,
        subject=_named(body.subject),
        resource=_named(body.resource),
        client_id=body.context.client_id or "",
    )


def _page(paging: Paging) -> Page:
    return Page(limit=min(paging.limit, search.LARGEST_PAGE), after=paging.token or None)


def _write_found(_: Request, said: Listed[Named]) -> Response:
    return _write_results([{"type": each.type, "id": each.id} for each in said.items], said.next)


def _write_actions(_: Request, said: Listed[str]) -> Response:
    return _write_results([{"name": each} for each in said.items], said.next)


def _write_results(results: Sequence[Mapping[str, str]], following: str | None) -> Response:
    return write_json(200, {"results": results, "page": {"next_token": following or ""}})


async def _read_configuration(_: Parts, __: Request) -> Nothing:
    return Nothing()


async def _configuration(ctx: Context, _: Nothing) -> Answer[dict[str, object]]:
    """Say where decisions are asked for.  Spec: AuthZEN 9.1."""
    endpoints = {name: ctx.issuer + path for name, path in PATHS.items()}
    return Answer({"policy_decision_point": ctx.issuer, **endpoints})


evaluation = Endpoint(read=_read_evaluation, decide=core.evaluate, write=_write_evaluation, refuse=refuse_oauth)
evaluations = Endpoint(read=_read_evaluations, decide=_decide_several, write=_write_evaluations, refuse=refuse_oauth)
subjects = Endpoint(read=_read_subjects, decide=search.search_subjects, write=_write_found, refuse=refuse_oauth)
resources = Endpoint(read=_read_resources, decide=search.search_resources, write=_write_found, refuse=refuse_oauth)
actions = Endpoint(read=_read_actions, decide=search.search_actions, write=_write_actions, refuse=refuse_oauth)
configuration = Endpoint(read=_read_configuration, decide=_configuration, write=write_document, refuse=refuse_oauth)

ENDPOINTS: Mapping[str, Handler] = dict(
    zip(PATHS, (evaluation, evaluations, subjects, resources, actions), strict=True)
)
