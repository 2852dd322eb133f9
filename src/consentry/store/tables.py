"""The schema: one table for each record.

The realm leads every key and index.  What belongs to an owner is keyed by realm and owner, tokens and tickets by
realm and digest.  Records are found by these keys and indexes and in no other way.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

import sqlalchemy as sa

from consentry.core.model import (
    AccessRequest,
    AccessToken,
    Account,
    AuthorizationCode,
    Circle,
    CircleMember,
    Client,
    Consent,
    Event,
    Grant,
    GranteeKind,
    Interaction,
    Membership,
    PermissionTicket,
    PersistedClaims,
    Realm,
    Record,
    RefreshToken,
    RepeatedAnswer,
    Requester,
    Resource,
    Rpt,
    Session,
    SigningKey,
    TargetKind,
    TrustedIssuer,
    UsedOnce,
)
from consentry.store.codec import json_text
from consentry.store.layout import NUMBER, TEXT, Derived, Layout
from consentry.store.members import members_of

R = TypeVar("R", bound=Record)

metadata = sa.MetaData()

APART = "\x1f"
"""What stands between the parts of a key that is made of several."""

LAYOUTS: dict[type, Layout[Record]] = {}
"""Every record's layout, for those who are given a record of whatever kind."""


def fold(text: str) -> str:
    """Return what two spellings of one name or address share: neither case nor composition counts."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def grantee_key(kind: GranteeKind, id: str) -> str:
    """Return what a grant is found by: one person, address or client; all circles, organisations, claim conditions."""
    if kind in {"circle", "claims", "organisation"}:
        return kind
    return f"{kind}:{fold(id) if kind == 'email' else id}"


def target(kind: TargetKind, id: str) -> str:
    """Spell what a grant is about."""
    return f"{kind}:{id}"


def targets_of(resource: Resource) -> Iterator[tuple[TargetKind, str]]:
    """List everything that a grant on a resource may name: its id, its type and its labels."""
    yield "resource", resource.resource_id
    if resource.type is not None:
        yield "type", resource.type
    for label in resource.labels:
        yield "label", label


def target_key(owner_id: str, kind: TargetKind, id: str) -> str:
    """Return what an owner's grants on one resource, label or type are found by."""
    return f"{owner_id}{APART}{target(kind, id)}"


def asker_key(owner_id: str, resource_server: str, client_id: str, requester: Requester) -> str:
    """Return what the requests of one requester to an owner are found by."""
    return APART.join((owner_id, resource_server, client_id, requester.issuer, requester.subject))


def _target_key(grant: Grant) -> str:
    return target_key(grant.owner_id, grant.target_kind, grant.target_id)


def _grantee_key(grant: Grant) -> str:
    return grantee_key(grant.grantee.kind, grant.grantee.id)


def open_key(request: AccessRequest) -> str | None:
    """Return what no two open requests to an owner share: who asks, through what, for what.  Strangers may share."""
    asks = request.requester
    if request.status != "open" or not asks.subject:
        return None
    return f"{request.resource_server} {request.client_id} {asks.issuer} {asks.subject} {request.fingerprint}"


def _lay(
    record: type[R],
    name: str,
    *,
    key: tuple[str, ...],
    indexes: Iterable[tuple[str, ...]] = (),
    derived: Derived[R] | None = None,
    filled: Mapping[str, str] | None = None,
) -> Layout[R]:
    """Lay out a record.  ``filled``: what columns that came with a later migration hold in rows from before it."""
    members = members_of(record, key=key)
    leading = "name" if record is Realm else "realm"
    before = {column: sa.text(spelled) for column, spelled in (filled or {}).items()}
    kinds = {m.name: NUMBER if m.kind in {"number", "flag"} else TEXT for m in members}
    columns = {
        m.name: sa.Column(m.name, kinds[m.name], nullable=m.null_column, server_default=before.get(m.name))
        for m in members
    }
    columns |= {column: sa.Column(column, TEXT) for column in derived or {}}
    if record is not Realm:
        columns["realm"] = sa.Column("realm", TEXT, nullable=False)
    primary = (leading, *(column for column in key if column != leading))
    table = sa.Table(
        name,
        metadata,
        # The key first: SQLite's integrity check stumbles over clustered tables that have it elsewhere.
        *(columns.pop(column) for column in primary),
        *columns.values(),
        sa.PrimaryKeyConstraint(*primary),
        sqlite_with_rowid=False,
    )
    for named in indexes:
        sa.Index(f"ix_{name}_{'_'.join(named)}"[:60], table.c[leading], *(table.c[column] for column in named))
    layout = Layout(record, table, members, key=key, leading=leading, derived=derived or {})
    LAYOUTS[record] = layout  # type: ignore[assignment] # encode takes its own record only; the key says which
    return layout


def _unique(layout: Layout[R], *columns: str, when: str) -> None:
    table = layout.table
    sa.Index(
        f"uq_{table.name}_{'_'.join(columns)}",
        *(table.c[column] for column in columns),
        unique=True,
        sqlite_where=sa.text(when),
        postgresql_where=sa.text(when),
    )


# -- reference data --
REALM = _lay(Realm, "realm", key=("name",))
_unique(REALM, "host", when="host IS NOT NULL")
SIGNING_KEY = _lay(SigningKey, "signing_key", key=("kid",))
TRUSTED_ISSUER = _lay(TrustedIssuer, "trusted_issuer", key=("issuer",))
CLIENT = _lay(
    Client,
    "client",
    key=("client_id",),
    filled={"access_token_format": "'opaque'", "dpop_bound_access_tokens": "0"},
)

# -- people --
ACCOUNT = _lay(
    Account,
    "account",
    key=("account_id",),
    derived={
        "username_folded": lambda account: fold(account.username),
        "email_folded": lambda account: fold(account.email) if account.email and account.email_verified else None,
    },
)
_unique(ACCOUNT, "realm", "username_folded", when="username_folded IS NOT NULL")
_unique(ACCOUNT, "realm", "email_folded", when="email_folded IS NOT NULL")
SESSION = _lay(Session, "session", key=("digest",), indexes=[("account_id",), ("expires_at",)])
INTERACTION = _lay(Interaction, "interaction", key=("digest",), indexes=[("expires_at",)])
CONSENT = _lay(Consent, "consent", key=("account_id", "client_id"))
MEMBERSHIP = _lay(Membership, "membership", key=("organisation_id", "account_id"), indexes=[("account_id",)])

# -- OAuth --
AUTHORIZATION_CODE = _lay(
    AuthorizationCode,
    "authorization_code",
    key=("digest",),
    indexes=[("family",), ("account_id", "client_id"), ("expires_at",)],
)
ACCESS_TOKEN = _lay(
    AccessToken,
    "access_token",
    key=("digest",),
    indexes=[("family",), ("account_id", "client_id"), ("expires_at",)],
)
REFRESH_TOKEN = _lay(
    RefreshToken,
    "refresh_token",
    key=("digest",),
    indexes=[("family",), ("account_id", "client_id"), ("expires_at",)],
)
USED_ONCE = _lay(UsedOnce, "used_once", key=("purpose", "digest"), indexes=[("expires_at",)])

# -- UMA --
PERMISSION_TICKET = _lay(
    PermissionTicket,
    "permission_ticket",
    key=("digest",),
    indexes=[("family",), ("expires_at",)],
    filled={"remember": "0"},
)
RPT = _lay(
    Rpt,
    "rpt",
    key=("owner_id", "digest"),
    indexes=[("digest",), ("family",), ("expires_at",)],
    derived={
        "requester_account_id": lambda rpt: rpt.requester.account_id,
        "requester_email": lambda rpt: fold(rpt.requester.email) if rpt.requester.email else None,
    },
)
PERSISTED_CLAIMS = _lay(
    PersistedClaims, "persisted_claims", key=("digest",), indexes=[("account_id",), ("expires_at",)]
)
REPEATED_ANSWER = _lay(
    RepeatedAnswer, "repeated_answer", key=("owner_id", "client_id", "digest"), indexes=[("expires_at",)]
)
RESOURCE = _lay(
    Resource,
    "resource",
    key=("owner_id", "resource_id"),
    indexes=[
        ("resource_id",),
        ("owner_id", "resource_server", "resource_id"),
        ("owner_id", "created_at", "resource_id"),
        ("parent",),
    ],
    derived={
        "name_folded": lambda resource: fold(resource.name or ""),
        # Everything that a grant on it may name, as JSON text.
        "targets": lambda resource: json_text([target(*each) for each in targets_of(resource)]),
    },
)
GRANT = _lay(
    Grant,
    "grant",
    key=("owner_id", "grant_id"),
    indexes=[
        ("grant_id",),
        ("reach_key",),
        ("target_key", "created_at", "grant_id"),
        ("owner_id", "grantee_id", "created_at", "grant_id"),
        ("owner_id", "created_at", "grant_id"),
        ("grantee_key", "created_at", "grant_id"),
        ("refusal_key",),
        ("parent",),
    ],
    derived={
        "target_key": _target_key,
        "grantee_key": _grantee_key,
        # Owner, target and grantee in one: what an assessment looks for, whatever else the owner has shared.
        "reach_key": lambda grant: f"{_target_key(grant)}{APART}{_grantee_key(grant)}",
        # Whose explicit no it is, so that one can be found among many grants.
        "refusal_key": lambda grant: None if grant.allow else grant.owner_id,
    },
)
CIRCLE = _lay(Circle, "circle", key=("owner_id", "circle_id"))
CIRCLE_MEMBER = _lay(
    CircleMember,
    "circle_member",
    key=("owner_id", "circle_id", "kind", "id"),
    indexes=[("member_key",)],
    # Owner and member in one: which circles of an owner somebody is in, however many members these have.
    derived={"member_key": lambda member: f"{member.owner_id}{APART}{grantee_key(member.kind, member.id)}"},
)
ACCESS_REQUEST = _lay(
    AccessRequest,
    "access_request",
    key=("owner_id", "request_id"),
    indexes=[
        ("request_id",),
        ("owner_id", "created_at", "request_id"),
        ("owner_id", "status", "created_at", "request_id"),
        ("asker_key",),
        ("requester_account_id", "created_at", "request_id"),
    ],
    derived={
        "asker_key": lambda request: asker_key(
            request.owner_id, request.resource_server, request.client_id, request.requester
        ),
        "requester_account_id": lambda request: request.requester.account_id,
        "open_key": open_key,
    },
)
_unique(ACCESS_REQUEST, "realm", "owner_id", "open_key", when="open_key IS NOT NULL")
EVENT = _lay(Event, "event", key=("owner_id", "at", "event_id"))
