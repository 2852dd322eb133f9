"""The records of sharing: resources, grants, tickets, RPTs, requests.

Spec: Grant 1.3, 5.5; FedAuthz 3.1, 4.1.
"""

from typing import Literal

from consentry.uma.value import value

GranteeKind = Literal["account", "email", "circle", "organisation", "claims", "client"]
TargetKind = Literal["resource", "label", "type"]
GrantStatus = Literal["active", "scheduled", "paused", "ended"]
RequestStatus = Literal["open", "approved", "narrowed", "denied", "blocked", "withdrawn"]


@value
class TicketPermission:
    """One resource with the scopes that the resource server wants for it.  Spec: FedAuthz 4.1."""

    resource_id: str
    scopes: tuple[str, ...]


@value
class Claim:
    """One thing said about somebody: who says it, its name, its value.  In a grantee: what must have been verified."""

    issuer: str
    name: str
    value: str


@value
class Requester:
    """Who is asking, as far as it was verified.  ``account_id`` when it is somebody of this realm."""

    issuer: str
    subject: str
    account_id: str | None = None
    email: str | None = None
    claims: tuple[Claim, ...] = ()
    verified_at: int = 0


@value
class GrantedPermission:
    """Scopes on one resource, and the grant they came from (None: the owner's own access)."""

    resource_id: str
    grant_id: str | None
    scopes: tuple[str, ...]
    expires_at: int | None = None
    not_before: int | None = None
    issued_at: int = 0


@value
class Resource:
    """What an owner has at a resource server.  Spec: FedAuthz 3.1.

    ``localised`` holds members such as ``name#fr`` and members we do not know, as JSON text.
    """

    resource_id: str
    owner_id: str
    resource_server: str
    resource_scopes: tuple[str, ...]
    name: str | None = None
    description: str | None = None
    type: str | None = None
    icon_uri: str | None = None
    parent: str | None = None
    extra: str = "{}"
    labels: tuple[str, ...] = ()
    favourite: bool = False
    created_at: int = 0
    version: int = 1


@value
class Grantee:
    """With whom something is shared: ``id`` is an account id, e-mail address, circle id or client id.

    For an organisation it is the organisation's account id: everybody who belongs to it, or who has ``role`` there.
    """

    kind: GranteeKind
    id: str = ""
    role: str | None = None
    claims: tuple[Claim, ...] = ()


@value
class Grant:
    """The owner lets a grantee use something: the only kind of policy there is.

    ``target_id`` is a resource id, a label or a type.  ``allow`` false is an explicit no, which beats every yes.
    """

    grant_id: str
    owner_id: str
    target_kind: TargetKind
    target_id: str
    grantee: Grantee
    scopes: tuple[str, ...]
    allow: bool = True
    not_before: int | None = None
    expires_at: int | None = None
    purpose: str | None = None
    client_ids: tuple[str, ...] = ()
    max_uses: int | None = None
    uses: int = 0
    ask_me: bool = False
    reshare: int = 0
    note: str | None = None
    parent: str | None = None
    paused_at: int | None = None
    created_at: int = 0
    created_by: str = ""
    version: int = 1


@value
class PermissionTicket:
    """Single use, rotated; successors carry the same ``family``.  Spec: FedAuthz 4.2, Grant 5.5.

    ``client_id`` is None until a client presents it; ``requester`` and ``scope`` are what the process knows so far.
    ``request_id`` points to the open access request that a poll asks about.  ``code_challenge`` and ``jkt`` bind the
    ticket to whoever began the interaction, or to a key; ``remember`` is set when the requester let us keep the claims.
    """

    digest: str
    family: str
    owner_id: str
    resource_server: str
    permissions: tuple[TicketPermission, ...]
    issued_at: int
    expires_at: int
    client_id: str | None = None
    scope: tuple[str, ...] = ()
    requester: Requester | None = None
    request_id: str | None = None
    interval: int = 0
    taken_at: int | None = None
    code_challenge: str | None = None
    jkt: str | None = None
    remember: bool = False


@value
class Rpt:
    """A requesting party token, bound to requesting party, client, resource server and owner.  Spec: Grant 1.3."""

    digest: str
    family: str
    client_id: str
    resource_server: str
    owner_id: str
    requester: Requester
    permissions: tuple[GrantedPermission, ...]
    issued_at: int
    expires_at: int
    jkt: str | None = None


@value
class AccessRequest:
    """Somebody waits for the owner's word.  Spec: Grant 3.3.6 (request_submitted).

    ``fingerprint`` stands for the permissions: of requests that ask the same, one at most is open.
    """

    request_id: str
    owner_id: str
    resource_server: str
    client_id: str
    requester: Requester
    permissions: tuple[TicketPermission, ...]
    fingerprint: str
    status: RequestStatus = "open"
    message: str | None = None
    created_at: int = 0
    expires_at: int = 0
    decided_at: int | None = None
    version: int = 1


@value
class PersistedClaims:
    """What a requesting party let us keep for the next process (a PCT).  ``claims`` is sealed.  Spec: Grant 3.3.5."""

    digest: str
    client_id: str
    account_id: str | None
    issuer: str
    subject: str
    claims: str
    created_at: int
    expires_at: int
    version: int = 1


@value
class Circle:
    """People whom an owner shares with as one."""

    circle_id: str
    owner_id: str
    name: str
    created_at: int
    version: int = 1


@value
class CircleMember:
    """Somebody in a circle: ``id`` is an account id, or an e-mail address for whoever has it verified."""

    owner_id: str
    circle_id: str
    kind: Literal["account", "email"]
    id: str
    added_at: int


@value
class RepeatedAnswer:
    """What a call with an idempotency key was answered, for whoever repeats it."""

    owner_id: str
    client_id: str
    digest: str
    answer: str
    expires_at: int
