"""Why somebody can, or cannot, use one of my things: the evaluator's own trace, for the owner to read.

Nothing is explained that was not decided: outcome and steps are those of `assess`, asked as if the person came now.

Spec: Grant 3.3.4.
"""

from typing import Literal

from consentry.core.asking import question
from consentry.core.assessment import Assessment, Step, assess
from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidRequest
from consentry.core.grantee import NoSuchGrantee
from consentry.core.me import Who, me
from consentry.core.model import Account, Requester
from consentry.core.owner_grants import MyGrant, shown
from consentry.core.owner_resources import my_resource
from consentry.core.requested_scopes import Wanted, lineage_of
from consentry.uma.value import value

Outcome = Literal["allowed", "forbidden", "asks-owner", "needs-claims", "not-shared"]


@value
class Why:
    """``subject`` is a user name, ``scope`` one of the resource's (None: each), ``client_id`` the app they come by."""

    who: Who
    resource_id: str
    subject: str
    scope: str | None = None
    client_id: str | None = None


@value
class ExplainedStep:
    """One grant looked at for one scope, and the grant with its names; None where no grant was needed."""

    step: Step
    grant: MyGrant | None


@value
class ExplainedScope:
    """What was decided about one scope (None: a permission without scopes), and every step on the way."""

    scope: str | None
    outcome: Outcome
    steps: tuple[ExplainedStep, ...]


@value
class Explanation:
    resource_id: str
    subject: str
    person: str
    scopes: tuple[ExplainedScope, ...]


async def why(ctx: Context, request: Why) -> Answer[Explanation]:
    """Explain what somebody may do with one of my things now."""
    owner_id = await me(ctx, request.who)
    resource = await my_resource(ctx, owner_id, request.resource_id)
    if request.scope is not None and request.scope not in resource.resource_scopes:
        raise InvalidRequest("the resource has no such scope")
    account = await ctx.store.account_by_username(request.subject)
    if account is None:
        raise NoSuchGrantee("nobody here has this user name")
    requester = _requester(ctx, account)
    client_id = request.client_id or ""
    around = await ctx.store.surroundings(
        owner_id, resource.resource_server, (resource.resource_id,), requester=requester, client_id=client_id
    )
    by_id = {each.resource_id: each for each in around.resources}
    scopes = resource.resource_scopes if request.scope is None else (request.scope,)
    wanted = Wanted(resource=resource, ticket_scopes=scopes, client_scopes=(), lineage=lineage_of(resource, by_id))
    asked = question(
        ctx,
        owner_id=owner_id,
        requester=requester,
        client_id=client_id,
        circles=around.circles,
        memberships=around.memberships,
    )
    assessed = assess(asked, (wanted,), around.grants)
    rows = {row.grant.grant_id: row for row in await shown(ctx, owner_id, *around.grants)}
    explained = tuple(_explained(scope, assessed, rows) for scope in scopes or (None,))
    return Answer(
        Explanation(
            resource_id=resource.resource_id,
            subject=account.username,
            person=account.name or account.username,
            scopes=explained,
        )
    )


def _requester(ctx: Context, account: Account) -> Requester | None:
    """Return who would ask; nobody, if the account is disabled."""
    if account.disabled_at is not None:
        return None
    return Requester(
        issuer=ctx.issuer,
        subject=account.account_id,
        account_id=account.account_id,
        email=account.email.casefold() if account.email and account.email_verified else None,
        verified_at=ctx.now,
    )


def _explained(scope: str | None, assessed: Assessment, rows: dict[str, MyGrant]) -> ExplainedScope:
    steps = [step for step in assessed.trace if step.scope == scope]
    given = any(scope in (permission.scopes or (None,)) for permission in assessed.granted)
    return ExplainedScope(
        scope=scope,
        outcome="allowed" if given else outcome_of(steps),
        steps=tuple(
            ExplainedStep(step=step, grant=rows.get(step.grant.grant_id) if step.grant else None) for step in steps
        ),
    )


def outcome_of(steps: list[Step]) -> Outcome:
    """Return what the steps for one scope come to, in the order in which it matters."""
    verdicts = {step.verdict for step in steps}
    if "forbids" in verdicts:
        return "forbidden"
    if verdicts & {"permits", "owner"}:
        return "allowed"
    if "asks-owner" in verdicts:
        return "asks-owner"
    return "needs-claims" if "needs-claims" in verdicts else "not-shared"
