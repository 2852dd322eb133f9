"""What has to change so that resources and grants are as a realm file says.  Pure.

Spec: FedAuthz 3.1.
"""

from dataclasses import replace

from consentry.core.model import Account, Grant, Grantee, Resource
from consentry.core.realm_file.entries import GrantEntry, ResourceEntry
from consentry.core.realm_file.people import People
from consentry.core.realm_file.plan import Plan
from consentry.core.realm_file.present import Owned
from consentry.core.realm_file.problem import epoch
from consentry.core.realm_file.shares import (
    grant_entry,
    grant_record,
    grantee_of,
    resource_entry,
    resource_record,
    target_of,
)


def plan_shares(plan: Plan) -> None:
    """Plan resources, then the grants on them.  People and clients have to be planned before."""
    resources = dict(plan.present.resources)
    for position, resource in enumerate(plan.file.resources or ()):
        _plan_resource(plan, resource, resources, f"$.resources[{position}]")
    for position, grant in enumerate(plan.file.grants or ()):
        _plan_grant(plan, grant, resources, f"$.grants[{position}]")


def _plan_resource(plan: Plan, entry: ResourceEntry, resources: dict[Owned, Resource], path: str) -> None:
    owner = _owner(plan, entry.owner, path)
    server = plan.clients.get(entry.resource_server)
    if server is None or not server.resource_server:
        plan.refuse(f"{path}.resource_server", "there is no such resource server")
    if owner is None:
        return
    current = resources.get((owner.account_id, entry.id))
    if current and current.resource_server != entry.resource_server:
        plan.refuse(f"{path}.resource_server", f"the resource is at {current.resource_server}; it cannot move")
        return
    fresh = Resource(
        resource_id=entry.id,
        owner_id=owner.account_id,
        resource_server=entry.resource_server,
        resource_scopes=(),
        created_at=current.created_at if current else epoch(entry.created_at or "") or plan.now,
        version=current.version if current else 1,
    )
    record = resource_record(entry, fresh if plan.file.complete or current is None else current)
    name = f"{record.resource_id} of {owner.username}"
    plan.put(record, current, kind="resource", name=name, show=lambda one: resource_entry(one, plan.people))
    resources[record.owner_id, record.resource_id] = record


def _plan_grant(plan: Plan, entry: GrantEntry, resources: dict[Owned, Resource], path: str) -> None:
    owner, grantee = _owner(plan, entry.owner, path), grantee_of(entry.grantee, plan.people)
    if grantee is None:
        plan.refuse(f"{path}.grantee.{_named_by(entry)}", "there is no such account")
    elif grantee.kind == "client" and grantee.id not in plan.clients:
        plan.refuse(f"{path}.grantee.client", "there is no such client")
    if owner is None or grantee is None or not _target_is_there(plan, entry, owner, resources, path):
        return
    current = _current(plan, entry, owner, grantee)
    fresh = _fresh_grant(plan, entry, owner, grantee)
    kind, target = target_of(entry)
    base = current or fresh
    if plan.file.complete and current:
        base = replace(
            fresh,
            grant_id=current.grant_id,
            paused_at=current.paused_at if entry.paused else None,
            created_at=current.created_at,
            created_by=current.created_by,
            version=current.version,
        )
    record = grant_record(entry, replace(base, target_kind=kind, target_id=target, grantee=grantee), now=plan.now)
    if not record.scopes:
        plan.refuse(f"{path}.scopes", "is missing: nothing would be shared")
    plan.put(
        record,
        current,
        kind="grant",
        name=name_of_grant(record, plan.people),
        show=lambda one: grant_entry(one, plan.people, resource_server=None),
    )


def _fresh_grant(plan: Plan, entry: GrantEntry, owner: Account, grantee: Grantee) -> Grant:
    kind, target = target_of(entry)
    maker = plan.people.named(entry.created_by) if entry.created_by else None
    return Grant(
        grant_id=entry.id or plan.new_id(),
        owner_id=owner.account_id,
        target_kind=kind,
        target_id=target,
        grantee=grantee,
        scopes=(),
        created_at=epoch(entry.created_at or "") or plan.now,
        created_by=maker.account_id if maker else entry.created_by or owner.account_id,
    )


def _current(plan: Plan, entry: GrantEntry, owner: Account, grantee: Grantee) -> Grant | None:
    if entry.id is not None:
        return plan.present.grants.get((owner.account_id, entry.id))
    same = (
        grant
        for grant in plan.present.grants.values()
        if grant.owner_id == owner.account_id
        and (grant.target_kind, grant.target_id) == target_of(entry)
        and grant.grantee == grantee
    )
    return min(same, key=lambda grant: (grant.created_at, grant.grant_id), default=None)


def _target_is_there(
    plan: Plan, entry: GrantEntry, owner: Account, resources: dict[Owned, Resource], path: str
) -> bool:
    if not entry.resource_id:
        return True
    resource = resources.get((owner.account_id, entry.resource_id))
    if resource is None:
        plan.refuse(f"{path}.resource_id", f"{owner.username} has no such resource")
        return False
    if entry.resource_server not in {None, resource.resource_server}:
        plan.refuse(f"{path}.resource_server", f"the resource is at {resource.resource_server}")
    return True


def _named_by(entry: GrantEntry) -> str:
    return "organisation" if entry.grantee.organisation else "account"


def _owner(plan: Plan, username: str, path: str) -> Account | None:
    owner = plan.people.named(username)
    if owner is None:
        plan.refuse(f"{path}.owner", "there is no such account")
    return owner


def name_of_grant(grant: Grant, people: People) -> str:
    """Say in words which grant it is."""
    grantee = grant.grantee
    whom = (
        people.name(grantee.id)
        if grantee.kind in {"account", "organisation"}
        else grantee.id or "whoever has certain claims"
    )
    return f"{people.name(grant.owner_id)} → {whom}, {grant.target_kind} {grant.target_id}"
