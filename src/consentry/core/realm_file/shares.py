"""Resources and grants in a realm file.

Spec: FedAuthz 3.1.
"""

from dataclasses import replace

from consentry.core.model import Claim, Grant, Grantee, Resource, TargetKind
from consentry.core.realm_file.entries import ClaimEntry, GranteeEntry, GrantEntry, ResourceEntry
from consentry.core.realm_file.people import People
from consentry.core.realm_file.said import (
    said,
    said_json,
    said_moment,
    said_number,
    said_since,
    said_text,
    shown_json,
    shown_moment,
)


def resource_record(entry: ResourceEntry, base: Resource) -> Resource:
    """Lay what a file says of a resource over what is there."""
    return replace(
        base,
        resource_scopes=said(entry.resource_scopes, base.resource_scopes),
        name=said_text(entry.name, base.name),
        description=said_text(entry.description, base.description),
        type=said_text(entry.type, base.type),
        icon_uri=said_text(entry.icon_uri, base.icon_uri),
        parent=said_text(entry.parent, base.parent),
        extra=said_json(entry.extra, base.extra) or "{}",
        labels=said(entry.labels, base.labels),
        favourite=said(entry.favourite, base.favourite),
    )


def resource_entry(resource: Resource, people: People) -> ResourceEntry:
    """Write down a resource."""
    return ResourceEntry(
        id=resource.resource_id,
        owner=people.name(resource.owner_id),
        resource_server=resource.resource_server,
        resource_scopes=resource.resource_scopes,
        name=resource.name or "",
        description=resource.description or "",
        type=resource.type or "",
        icon_uri=resource.icon_uri or "",
        parent=resource.parent or "",
        extra=shown_json(resource.extra),
        labels=resource.labels,
        favourite=resource.favourite,
        created_at=shown_moment(resource.created_at),
    )


def target_of(entry: GrantEntry) -> tuple[TargetKind, str]:
    """Return what a grant is about."""
    if entry.resource_id:
        return "resource", entry.resource_id
    return ("label", entry.label) if entry.label else ("type", entry.type or "")


def grantee_of(entry: GranteeEntry, people: People) -> Grantee | None:
    """Return with whom something is shared; None if the file means an account that there is not."""
    if entry.account:
        account = people.named(entry.account)
        return Grantee(kind="account", id=account.account_id) if account else None
    if entry.email:
        return Grantee(kind="email", id=entry.email.casefold())
    if entry.circle:
        return Grantee(kind="circle", id=entry.circle)
    if entry.organisation:
        account = people.named(entry.organisation)
        return Grantee(kind="organisation", id=account.account_id, role=entry.role) if account else None
    if entry.client:
        return Grantee(kind="client", id=entry.client)
    claims = (Claim(issuer=claim.issuer, name=claim.name, value=claim.value) for claim in entry.claims or ())
    return Grantee(kind="claims", claims=tuple(claims))


def grant_record(entry: GrantEntry, base: Grant, *, now: int) -> Grant:
    """Lay what a file says of a grant over what is there; owner, target and grantee are those of ``base``."""
    return replace(
        base,
        scopes=said(entry.scopes, base.scopes),
        allow=said(entry.allow, base.allow),
        not_before=said_moment(entry.not_before, base.not_before),
        expires_at=said_moment(entry.expires_at, base.expires_at),
        purpose=said_text(entry.purpose, base.purpose),
        client_ids=said(entry.client_ids, base.client_ids),
        max_uses=said_number(entry.max_uses, base.max_uses),
        uses=said(entry.uses, base.uses),
        ask_me=said(entry.ask_me, base.ask_me),
        reshare=said(entry.reshare, base.reshare),
        note=said_text(entry.note, base.note),
        parent=said_text(entry.parent, base.parent),
        paused_at=said_since(entry.paused, base.paused_at, now=now),
    )


def grant_entry(grant: Grant, people: People, *, resource_server: str | None) -> GrantEntry:
    """Write down a grant."""
    return GrantEntry(
        owner=people.name(grant.owner_id),
        grantee=_grantee_entry(grant.grantee, people),
        id=grant.grant_id,
        resource_id=grant.target_id if grant.target_kind == "resource" else None,
        label=grant.target_id if grant.target_kind == "label" else None,
        type=grant.target_id if grant.target_kind == "type" else None,
        resource_server=resource_server,
        scopes=grant.scopes,
        allow=grant.allow,
        not_before=shown_moment(grant.not_before),
        expires_at=shown_moment(grant.expires_at),
        purpose=grant.purpose or "",
        client_ids=grant.client_ids,
        max_uses=grant.max_uses or 0,
        uses=grant.uses,
        ask_me=grant.ask_me,
        reshare=grant.reshare,
        note=grant.note or "",
        parent=grant.parent or "",
        paused=grant.paused_at is not None,
        created_at=shown_moment(grant.created_at),
        created_by=people.name(grant.created_by) if grant.created_by else "",
    )


def _grantee_entry(grantee: Grantee, people: People) -> GranteeEntry:
    match grantee.kind:
        case "account":
            return GranteeEntry(account=people.name(grantee.id))
        case "email":
            return GranteeEntry(email=grantee.id)
        case "circle":
            return GranteeEntry(circle=grantee.id)
        case "organisation":
            return GranteeEntry(organisation=people.name(grantee.id), role=grantee.role)
        case "client":
            return GranteeEntry(client=grantee.id)
        case "claims":
            claims = (ClaimEntry(issuer=claim.issuer, name=claim.name, value=claim.value) for claim in grantee.claims)
            return GranteeEntry(claims=tuple(claims))
