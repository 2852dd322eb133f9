"""What a realm holds and its file does not name: removed, with what hangs on it, when the operator says so.

Only the parts that the file has are compared: a file without ``resources`` says nothing about resources.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from consentry.core.changes import Remove
from consentry.core.model import Account, Client, Grant, Membership, Record, Resource, TrustedIssuer
from consentry.core.realm_file.accounts import account_entry
from consentry.core.realm_file.clients import client_entry, issuer_entry
from consentry.core.realm_file.difference import difference
from consentry.core.realm_file.entries import Entry
from consentry.core.realm_file.memberships import membership_entry, name_of_membership
from consentry.core.realm_file.people import People
from consentry.core.realm_file.plan import Plan, key_of
from consentry.core.realm_file.plan_shares import name_of_grant
from consentry.core.realm_file.shares import grant_entry, resource_entry

R = TypeVar("R", Account, Client, Membership, TrustedIssuer, Resource, Grant)


def plan_pruning(plan: Plan) -> None:
    """Plan to remove what the file does not name.  Everything else has to be planned before."""
    present, people = plan.present, People(plan.present.accounts)
    clients = _unnamed(plan, plan.file.clients, present.clients.values())
    accounts = _accounts(plan, clients)
    gone = {account.account_id for account in accounts} | {client.client_id for client in clients}
    resources = _resources(plan, gone)
    for grant in _grants(plan, gone, {(resource.owner_id, resource.resource_id) for resource in resources}):
        _remove(plan, grant, "grant", name_of_grant(grant, people), grant_entry(grant, people, resource_server=None))
    for resource in resources:
        name = f"{resource.resource_id} of {people.name(resource.owner_id)}"
        _remove(plan, resource, "resource", name, resource_entry(resource, people))
    for membership in _memberships(plan, gone):
        name = name_of_membership(membership, people)
        _remove(plan, membership, "membership", name, membership_entry(membership, people))
    for issuer in _unnamed(plan, plan.file.trusted_issuers, present.issuers.values()):
        _remove(plan, issuer, "trusted issuer", issuer.issuer, issuer_entry(issuer))
    for client in clients:
        _remove(plan, client, "client", client.client_id, client_entry(client, people))
    for account in accounts:
        _remove(plan, account, "account", account.username, account_entry(account))


def _unnamed(plan: Plan, part: Sequence[Entry] | None, records: Iterable[R]) -> list[R]:
    return [] if part is None else [record for record in records if key_of(record) not in plan.named]


def _accounts(plan: Plan, pruned: Iterable[Client]) -> list[Account]:
    """Return the accounts that go: not those whose resources a remaining resource server registers itself."""
    gone = {client.client_id for client in pruned}
    kept = {client.account_id for client in plan.clients.values() if client.client_id not in gone}
    unnamed = _unnamed(plan, plan.file.accounts, plan.present.accounts)
    return [account for account in unnamed if account.account_id not in kept]


def _resources(plan: Plan, gone: set[str]) -> list[Resource]:
    unnamed = {key_of(resource) for resource in _unnamed(plan, plan.file.resources, plan.present.resources.values())}
    return [
        resource
        for resource in plan.present.resources.values()
        if resource.owner_id in gone or resource.resource_server in gone or key_of(resource) in unnamed
    ]


def _grants(plan: Plan, gone: set[str], lost: set[tuple[str, str]]) -> list[Grant]:
    unnamed = {key_of(grant) for grant in _unnamed(plan, plan.file.grants, plan.present.grants.values())}
    return [grant for grant in plan.present.grants.values() if _hangs_on(grant, gone, lost) or key_of(grant) in unnamed]


def _memberships(plan: Plan, gone: set[str]) -> list[Membership]:
    present = plan.present.memberships.values()
    unnamed = {key_of(membership) for membership in _unnamed(plan, plan.file.memberships, present)}
    return [one for one in present if {one.organisation_id, one.account_id} & gone or key_of(one) in unnamed]


def _hangs_on(grant: Grant, gone: set[str], lost: set[tuple[str, str]]) -> bool:
    if grant.owner_id in gone or (
        grant.grantee.kind in {"account", "organisation", "client"} and grant.grantee.id in gone
    ):
        return True
    return grant.target_kind == "resource" and (grant.owner_id, grant.target_id) in lost


def _remove(plan: Plan, record: Record, kind: str, name: str, entry: Entry) -> None:
    plan.differences.append(difference(kind, name, before=entry, after=None))
    plan.changes.append(Remove(record=record))
