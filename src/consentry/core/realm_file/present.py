"""What a realm holds now of the things that a realm file is about."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from consentry.core.context import Context
from consentry.core.model import Account, Client, Grant, Membership, Realm, Resource, TrustedIssuer
from consentry.core.ports import GrantFilter, Page, cursor
from consentry.core.realm_file.check import ORGANISATION_PREFIX
from consentry.core.realm_file.entries import GrantEntry, RealmFile
from consentry.core.realm_file.people import People
from consentry.core.realm_file.shares import grantee_of, target_of
from consentry.uma.value import value

ROWS = 500

Row = TypeVar("Row")
Owned = tuple[str, str]
"""The owner's account id, and the id of what is owned."""


@value
class Present:
    """What is there now.  ``whole``: everything; otherwise what the file names."""

    realm: Realm
    accounts: tuple[Account, ...] = ()
    clients: Mapping[str, Client]
    issuers: Mapping[str, TrustedIssuer]
    resources: Mapping[Owned, Resource]
    grants: Mapping[Owned, Grant]
    memberships: Mapping[Owned, Membership]
    whole: bool = False


def nothing_present(realm: str) -> Present:
    """Return what a realm holds that is yet to be made."""
    return Present(realm=Realm(name=realm), clients={}, issuers={}, resources={}, grants={}, memberships={}, whole=True)


async def everything_present(ctx: Context) -> Present:
    """Read a whole realm."""
    # People last: whoever owns something of the earlier lists is still there.
    resources = await every(ctx.store.all_resources, key=lambda resource: resource.resource_id)
    grants = await every(ctx.store.all_grants, key=lambda grant: grant.grant_id)
    clients = await every(ctx.store.clients, key=lambda client: client.client_id)
    accounts = tuple(await every(ctx.store.accounts, key=lambda account: account.account_id))
    organisations = [account.account_id for account in accounts if account.organisation]
    memberships = [each for one in organisations for each in await ctx.store.members_of(one)]
    return Present(
        realm=ctx.realm,
        accounts=accounts,
        clients={client.client_id: client for client in clients},
        issuers={issuer.issuer: issuer for issuer in ctx.trusted_issuers},
        resources={(resource.owner_id, resource.resource_id): resource for resource in resources},
        grants={(grant.owner_id, grant.grant_id): grant for grant in grants},
        memberships={(each.organisation_id, each.account_id): each for each in memberships},
        whole=True,
    )


async def named_present(ctx: Context, file: RealmFile) -> Present:
    """Read what a realm file names, and nothing else."""
    clients = await _clients(ctx, file)
    people = People(await _accounts(ctx, file, clients))
    return Present(
        realm=ctx.realm,
        accounts=tuple(people),
        clients=clients,
        issuers={issuer.issuer: issuer for issuer in ctx.trusted_issuers},
        resources=await _resources(ctx, file, people),
        grants=await _grants(ctx, file, people),
        memberships=await _memberships(ctx, file, people),
    )


async def every(read: Callable[[Page], Awaitable[Sequence[Row]]], *, key: Callable[[Row], str]) -> list[Row]:
    """Read all pages of a list."""
    found: list[Row] = []
    after: str | None = None
    while True:
        rows = await read(Page(limit=ROWS, after=after))
        found += rows[:ROWS]
        if len(rows) <= ROWS:
            return found
        after = key(found[-1])


async def _clients(ctx: Context, file: RealmFile) -> dict[str, Client]:
    wanted = {client.client_id for client in file.clients or ()}
    wanted |= {resource.resource_server for resource in file.resources or ()}
    wanted |= {grant.grantee.client for grant in file.grants or () if grant.grantee.client}
    found = [await ctx.store.client(client_id) for client_id in sorted(wanted)]
    return {client.client_id: client for client in found if client}


async def _accounts(ctx: Context, file: RealmFile, clients: Mapping[str, Client]) -> list[Account]:
    found = [await ctx.store.account_by_username(username) for username in sorted(_usernames(file))]
    verified = (account.email for account in file.accounts or () if account.email and account.email_verified)
    found += [await ctx.store.account_by_email(email) for email in verified]
    ids = {account.id for account in file.accounts or () if account.id}
    ids |= {client.account_id for client in clients.values() if client.account_id}
    found += await ctx.store.accounts_by_id(sorted(ids)) if ids else []
    return [account for account in found if account]


def _usernames(file: RealmFile) -> set[str]:
    names = {account.username for account in file.accounts or ()}
    for client in file.clients or ():
        names |= _said(client.account, f"{ORGANISATION_PREFIX}{client.client_id}")
    names |= {resource.owner for resource in file.resources or ()}
    for grant in file.grants or ():
        names |= _said(grant.owner, grant.grantee.account, grant.grantee.organisation, grant.created_by)
    for membership in file.memberships or ():
        names |= {membership.organisation, membership.account}
    return names


def _said(*names: str | None) -> set[str]:
    return {name for name in names if name}


async def _resources(ctx: Context, file: RealmFile, people: People) -> dict[Owned, Resource]:
    wanted = {(resource.owner, resource.id) for resource in file.resources or ()}
    wanted |= {(grant.owner, grant.resource_id) for grant in file.grants or () if grant.resource_id}
    found: dict[Owned, Resource] = {}
    for owner, resource_id in sorted(wanted):
        account = people.named(owner)
        resource = await ctx.store.owner_resource(account.account_id, resource_id) if account else None
        if resource:
            found[resource.owner_id, resource.resource_id] = resource
    return found


async def _memberships(ctx: Context, file: RealmFile, people: People) -> dict[Owned, Membership]:
    accounts = [people.named(entry.account) for entry in file.memberships or ()]
    ids = sorted({account.account_id for account in accounts if account})
    found = [each for account_id in ids for each in await ctx.store.memberships_of(account_id)]
    return {(each.organisation_id, each.account_id): each for each in found}


async def _grants(ctx: Context, file: RealmFile, people: People) -> dict[Owned, Grant]:
    found: dict[Owned, Grant] = {}
    for entry in file.grants or ():
        owner = people.named(entry.owner)
        for grant in await _grant(ctx, entry, owner, people) if owner else ():
            found[grant.owner_id, grant.grant_id] = grant
    return found


async def _grant(ctx: Context, entry: GrantEntry, owner: Account, people: People) -> Iterable[Grant]:
    if entry.id is not None:
        grant = await ctx.store.grant(owner.account_id, entry.id)
        return [grant] if grant else []
    grantee, target = grantee_of(entry.grantee, people), target_of(entry)

    async def page(page: Page) -> Sequence[Grant]:
        return await ctx.store.grants(owner.account_id, GrantFilter(), page)

    grants = await every(page, key=cursor)
    return [grant for grant in grants if (grant.target_kind, grant.target_id) == target and grant.grantee == grantee]
