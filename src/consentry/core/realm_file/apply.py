"""Making a realm what its file says: one decision, which plans and changes, or only plans."""

from collections.abc import Callable, Sequence

from consentry.core.changes import Add, Change, Remove, Replace
from consentry.core.context import Answer, Context
from consentry.core.events import event
from consentry.core.model import Account, Grant, SigningKey
from consentry.core.realm_file.difference import Difference
from consentry.core.realm_file.entries import RealmFile
from consentry.core.realm_file.memberships import plan_memberships
from consentry.core.realm_file.plan import Plan, plan_identities
from consentry.core.realm_file.plan_shares import plan_shares
from consentry.core.realm_file.present import everything_present, named_present, nothing_present
from consentry.core.realm_file.problem import Problem
from consentry.core.realm_file.prune import plan_pruning
from consentry.uma.value import value

AT_ONCE = 1000
"""How many changes go into one commit; a file that needs more is applied in parts."""

ACTS = {"Add": "grant.added", "Replace": "grant.changed", "Remove": "grant.removed"}


@value
class ApplyRealmFile:
    """A checked file whose secrets were digested before.

    ``prune``: remove what it does not name.  ``dry_run``: only say what would change.  ``fresh``: the realm was made
    for this file a moment ago.  ``signing_keys``: keys that the realm lacks.
    """

    file: RealmFile
    prune: bool = False
    dry_run: bool = False
    fresh: bool = False
    signing_keys: tuple[SigningKey, ...] = ()


@value
class Applied:
    """What changed, or would change; ``rest`` is what is still to be committed, in this order and in parts.

    If there are problems nothing was changed.
    """

    differences: tuple[Difference, ...]
    problems: tuple[Problem, ...] = ()
    rest: tuple[Change, ...] = ()


@value
class CommitPart:
    """A part of what applying a large file changes."""

    changes: tuple[Change, ...]


async def apply_realm_file(ctx: Context, request: ApplyRealmFile) -> Answer[Applied]:
    """Make the realm what the file says."""
    present = await everything_present(ctx) if request.prune else await named_present(ctx, request.file)
    plan = Plan(request.file, present, now=ctx.now, new_id=ctx.new_id)
    # Somebody else may have applied a file of this realm since the keys were made.
    lacking = [key for key in request.signing_keys if key.alg not in ctx.keys.algorithms]
    _fill(plan, request, lacking)
    if plan.problems or request.dry_run or not plan.changes:
        return Answer(_applied(plan))
    changes = (*plan.changes, *await _sign_outs(ctx, plan), *_events(ctx, plan))
    if len(changes) > AT_ONCE:
        return Answer(_applied(plan, rest=changes))
    return Answer(_applied(plan), *changes)


async def commit_part(ctx: Context, part: CommitPart) -> Answer[None]:
    """Commit a part of a large file's changes.  Each carries its guard, so nothing read since can be overwritten."""
    del ctx
    return Answer(None, *part.changes)


def plan_new_realm(request: ApplyRealmFile, *, now: int, new_id: Callable[[], str]) -> Applied:
    """Say what applying a file would do in a realm that does not exist yet."""
    plan = Plan(request.file, nothing_present(request.file.realm), now=now, new_id=new_id)
    _fill(plan, request, request.signing_keys)
    return _applied(plan)


def _fill(plan: Plan, request: ApplyRealmFile, signing_keys: Sequence[SigningKey]) -> None:
    plan_identities(plan, fresh=request.fresh, signing_keys=signing_keys)
    plan_memberships(plan)
    plan_shares(plan)
    if request.prune:
        plan_pruning(plan)


def _applied(plan: Plan, *, rest: tuple[Change, ...] = ()) -> Applied:
    return Applied(differences=tuple(plan.differences), problems=tuple(plan.problems), rest=rest)


async def _sign_outs(ctx: Context, plan: Plan) -> list[Change]:
    """End the sessions of whoever got another password or was locked out."""
    before = {account.account_id: account for account in plan.present.accounts}
    ended: list[Change] = []
    for change in plan.changes:
        account = change.record
        if isinstance(change, Replace) and isinstance(account, Account):
            earlier = before[account.account_id]
            if account.password_hash != earlier.password_hash or account.disabled_at is not None:
                ended += [Remove(record=session) for session in await ctx.store.sessions_of(account.account_id)]
    return ended


def _events(ctx: Context, plan: Plan) -> list[Change]:
    """Tell owners what was done to their shares, and the audit that a file was applied."""
    told = [
        event(
            ctx,
            ACTS[type(change).__name__],
            owner_id=change.record.owner_id,
            resource_id=change.record.target_id if change.record.target_kind == "resource" else None,
            about=change.record.grant_id,
            reason="realm file",
        )
        for change in plan.changes
        if isinstance(change.record, Grant)
    ]
    signs = [difference.sign for difference in plan.differences]
    counts = {"added": signs.count("+"), "changed": signs.count("~"), "removed": signs.count("-")}
    return [Add(record=record) for record in (*told, event(ctx, "realm_file.applied", detail=counts))]
