"""Who may ask for decisions, and about whose things: what the AuthZEN questions have in common.

A resource server asks with its PAT about what its owner has there; a program with the scope ``authzen`` about
everything of the person or organisation that it acts for.

Spec: AuthZEN 5, 6; FedAuthz 1.3.
"""

from collections.abc import Iterable, Mapping, Sequence

from consentry.core.asking import question
from consentry.core.assessment import assess
from consentry.core.bearer import bearer_with_one_of, owner_of
from consentry.core.claims import ClaimToken
from consentry.core.context import Context
from consentry.core.model import Account, Requester, Resource
from consentry.core.ports import Surroundings
from consentry.core.requested_scopes import Wanted, lineage_of
from consentry.core.requesting_party import requester_from
from consentry.core.standard_claims import CLAIMS_BY_SCOPE, standard_claims
from consentry.uma.codes import SCOPE_AUTHZEN, SCOPE_UMA_PROTECTION
from consentry.uma.value import value

USER = "user"
"""The one type of subject there is."""

ANY_TYPE = "resource"
"""A type that names every resource, whatever it was registered as: its id is enough."""


@value
class Named:
    """A subject or a resource as the question names it.  Spec: AuthZEN 5.1, 5.2."""

    type: str
    id: str


@value
class Use:
    """Somebody who would use something, and through which app if that is known."""

    account: Account
    client_id: str


@value
class Asking:
    """Whose things may be asked about; ``resource_server`` None: wherever they are."""

    owner_id: str
    resource_server: str | None


async def asking(ctx: Context, token: str) -> Asking:
    """Return on whose behalf a question is asked.  Raises `InvalidToken`, `InsufficientScope`."""
    found = await bearer_with_one_of(ctx, token, (SCOPE_AUTHZEN, SCOPE_UMA_PROTECTION))
    everywhere = SCOPE_AUTHZEN in found.scope
    return Asking(owner_id=owner_of(found), resource_server=None if everywhere else found.client_id)


async def accounts_named(ctx: Context, subjects: Iterable[Named]) -> Mapping[Named, Account]:
    """Return the enabled accounts that subjects name, by id or by user name; nobody else is known here."""
    people = {each for each in subjects if each.type == USER}
    found = await ctx.store.accounts_by_id(sorted({each.id for each in people})) if people else ()
    by_id = {account.account_id: account for account in found}
    named = {}
    for each in people:
        account = by_id.get(each.id) or await ctx.store.account_by_username(each.id)
        if account is not None and account.disabled_at is None:
            named[each] = account
    return named


async def resources_named(ctx: Context, who: Asking, wanted: Iterable[Named]) -> Mapping[Named, Resource]:
    """Return the resources of whoever asks that are named; another type than the registered one is another thing."""
    names = set(wanted)
    found = await ctx.store.owner_resources_by_id(who.owner_id, sorted({each.id for each in names})) if names else ()
    by_id = {resource.resource_id: resource for resource in found if within(who, resource)}
    return {each: by_id[each.id] for each in names if each.id in by_id and is_of_type(by_id[each.id], each.type)}


def within(who: Asking, resource: Resource) -> bool:
    """Say whether a resource of the owner lies where whoever asks may ask about."""
    return who.resource_server in (None, resource.resource_server)


def is_of_type(resource: Resource, name: str) -> bool:
    """Say whether a resource is meant by a type; one that was registered without is meant by any."""
    return name == ANY_TYPE or resource.type in (None, name)


async def surroundings_of(ctx: Context, use: Use, resources: Sequence[Resource]) -> Surroundings:
    """Read what decides about one person and some resources of one owner at one resource server."""
    return await ctx.store.surroundings(
        resources[0].owner_id,
        resources[0].resource_server,
        tuple(dict.fromkeys(resource.resource_id for resource in resources)),
        requester=requester_of(ctx, use.account),
        client_id=use.client_id,
    )


def permitted_scopes(
    ctx: Context, use: Use, resource: Resource, scopes: Sequence[str], around: Surroundings
) -> frozenset[str]:
    """Return which of the scopes somebody may use now: what an RPT would get, by the same assessment.

    Nothing is issued, counted or asked of the owner.
    """
    by_id = {each.resource_id: each for each in around.resources}
    wanted = tuple(scope for scope in dict.fromkeys(scopes) if scope in resource.resource_scopes)
    if not wanted or resource.resource_id not in by_id:
        return frozenset()
    asked = question(
        ctx,
        owner_id=resource.owner_id,
        requester=requester_of(ctx, use.account),
        client_id=use.client_id,
        circles=around.circles,
        memberships=around.memberships,
    )
    looked_at = Wanted(resource=resource, ticket_scopes=wanted, client_scopes=(), lineage=lineage_of(resource, by_id))
    granted = assess(asked, (looked_at,), around.grants).granted
    # An RPT may hold what begins later; a decision is about this moment.
    return frozenset(scope for each in granted if each.not_before is None for scope in each.scopes)


def requester_of(ctx: Context, account: Account) -> Requester:
    """Return somebody of ours as a requester: what an ID Token with every scope would say of them."""
    said = ClaimToken(
        issuer=ctx.issuer,
        subject=account.account_id,
        audience=(),
        issued_at=ctx.now,
        expires_at=ctx.now,
        realm_version=ctx.realm.version,
        claims=standard_claims(account, tuple(CLAIMS_BY_SCOPE)),
    )
    return requester_from(said, own_issuer=ctx.issuer)
