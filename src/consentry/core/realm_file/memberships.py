"""Memberships in a realm file: who belongs to which organisation, or acts for it.

Spec: Grant 1.1 (a resource owner may be a legal person).
"""

from dataclasses import replace

from consentry.core.model import Account, Membership
from consentry.core.realm_file.entries import MembershipEntry
from consentry.core.realm_file.people import People
from consentry.core.realm_file.plan import Plan
from consentry.core.realm_file.problem import epoch
from consentry.core.realm_file.said import said, said_moment, shown_moment


def plan_memberships(plan: Plan) -> None:
    """Plan who belongs to which organisation.  People have to be planned before."""
    for position, entry in enumerate(plan.file.memberships or ()):
        _plan_membership(plan, entry, f"$.memberships[{position}]")


def membership_entry(membership: Membership, people: People) -> MembershipEntry:
    """Write down a membership."""
    return MembershipEntry(
        organisation=people.name(membership.organisation_id),
        account=people.name(membership.account_id),
        role=membership.role,
        until=shown_moment(membership.until),
        created_at=shown_moment(membership.created_at),
    )


def name_of_membership(membership: Membership, people: People) -> str:
    """Say in words which membership it is."""
    return f"{people.name(membership.account_id)} in {people.name(membership.organisation_id)}"


def _plan_membership(plan: Plan, entry: MembershipEntry, path: str) -> None:
    organisation, account = plan.people.named(entry.organisation), plan.people.named(entry.account)
    fault = _fault(organisation, account)
    if organisation is None or account is None or fault:
        plan.refuse(*(f"{path}.{fault[0]}", fault[1]) if fault else (path, "names nobody"))
        return
    current = plan.present.memberships.get((organisation.account_id, account.account_id))
    fresh = Membership(
        organisation_id=organisation.account_id,
        account_id=account.account_id,
        role="",
        created_at=current.created_at if current else epoch(entry.created_at or "") or plan.now,
        version=current.version if current else 1,
    )
    base = fresh if plan.file.complete or current is None else current
    record = replace(base, role=said(entry.role, base.role), until=said_moment(entry.until, base.until))
    if not record.role:
        plan.refuse(f"{path}.role", "is missing")
    plan.put(
        record,
        current,
        kind="membership",
        name=name_of_membership(record, plan.people),
        show=lambda one: membership_entry(one, plan.people),
    )


def _fault(organisation: Account | None, account: Account | None) -> tuple[str, str] | None:
    if organisation is None or not organisation.organisation:
        return "organisation", "there is no such organisation"
    if account is None:
        return "account", "there is no such account"
    return ("account", "an organisation cannot belong to one") if account.organisation else None
