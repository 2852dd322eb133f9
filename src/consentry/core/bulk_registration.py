"""Many resources at once, all or none: an extension of resource registration.

Spec: FedAuthz 3.2.1.
"""

from consentry.core.bearer import owner_of, protection
from consentry.core.changes import Add, Change
from consentry.core.context import Answer, Context
from consentry.core.errors import InvalidRequest
from consentry.core.hierarchy import placed
from consentry.core.model import AccessToken
from consentry.core.repeating import Repeatable, earlier, keep_answer
from consentry.core.resource_registration import (
    StoredResource,
    check_description,
    new_resource,
    registered,
    registration_event,
)
from consentry.uma.value import value
from consentry.uma.wire import ResourceDescription

MOST_AT_ONCE = 500


@value
class RegisterMany:
    """``repeatable`` if the call carries an idempotency key."""

    pat: str | None
    descriptions: tuple[ResourceDescription, ...]
    repeatable: Repeatable | None = None


async def register_many(ctx: Context, request: RegisterMany) -> Answer[tuple[StoredResource, ...]]:
    """Begin to protect many resources, in one commit; the answers stand in the order of the descriptions."""
    pat = (await protection(ctx, request.pat, ())).token
    _check(request.descriptions)
    known = await earlier(ctx, owner_of(pat), pat.client_id, request.repeatable)
    if known.ids is not None:
        return Answer(tuple(registered(ctx, resource_id) for resource_id in known.ids))
    ids, changes = await _added(ctx, pat, request.descriptions)
    kept = keep_answer(ctx, owner_of(pat), pat.client_id, request.repeatable, ids)
    return Answer(tuple(registered(ctx, each) for each in ids), *known.lapsed, *changes, *kept)


async def _added(
    ctx: Context, pat: AccessToken, descriptions: tuple[ResourceDescription, ...]
) -> tuple[tuple[str, ...], list[Change]]:
    ids: list[str] = []
    changes: list[Change] = []
    fits: set[str] = set()
    for description in descriptions:
        resource = new_resource(ctx, pat, description)
        if resource.parent is not None and resource.parent not in fits:
            await placed(ctx, resource, new=True)
            fits.add(resource.parent)
        ids.append(resource.resource_id)
        changes.append(Add(record=resource))
        changes.append(Add(record=registration_event(ctx, "resource.registered", resource)))
    return tuple(ids), changes


def _check(descriptions: tuple[ResourceDescription, ...]) -> None:
    if not 0 < len(descriptions) <= MOST_AT_ONCE:
        raise InvalidRequest(f"between 1 and {MOST_AT_ONCE} resources can be registered at once")
    for position, description in enumerate(descriptions):
        try:
            check_description(description)
        except InvalidRequest as problem:
            raise InvalidRequest(f"description {position}: {problem.description}") from problem
