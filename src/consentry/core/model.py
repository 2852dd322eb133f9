"""The records that the store keeps, in the field's own words.

All of them live in one realm; the realm is not a member, because the store fills it in.  Times are whole epoch
seconds named ``..._at``; a flag that can be a moment is a moment.  ``digest`` members are SHA-256 digests of secrets
we made; the secrets themselves are never stored.  Records with a ``version`` can be replaced.
"""

from typing import Literal

from consentry.core.realm import RealmSettings
from consentry.uma.value import value

GranteeKind = Literal["account", "email", "circle", "claims", "client"]
TargetKind = Literal["resource", "label", "type"]
RequestStatus = Literal["open", "approved", "narrowed", "denied", "blocked", "withdrawn"]


@value
class Realm:
    """Issuer, keys, settings and data kept apart.  Its version rises with every change of reference data."""

    name: str
    display_name: str = ""
    default: bool = False
    host: str | None = None
    settings: RealmSettings = RealmSettings()
    version: int = 1


@value
class SigningKey:
    """One key of the realm's JWKS.  ``private`` is sealed; ``public`` is the JWK as JSON text.  Spec: RFC 7517."""

    kid: str
    alg: str
    public: str
    private: str
    created_at: int
    retired_at: int | None = None


@value
class TrustedIssuer:
    """A foreign issuer whose ID Tokens count as claim tokens.  ``client_ids``: who may push them (empty: nobody).

    Spec: Grant 5.7.
    """

    issuer: str
    jwks_uri: str | None = None
    jwks: str | None = None
    client_ids: tuple[str, ...] = ()
    version: int = 1


@value
class Account:
    """A person or organisation known to the realm: resource owner, requesting party or both."""

    account_id: str
    username: str
    name: str = ""
    email: str | None = None
    email_verified: bool = False
    password_hash: str | None = None
    organisation: bool = False
    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    created_at: int = 0
    disabled_at: int | None = None
    version: int = 1


@value
class Client:
    """Registered software; a resource server is a client marked as one.  Member names are those of RFC 7591.

    ``secret_digests`` are keyed digests (several during a rotation).  ``account_id`` names the legal person that a
    resource server registers resources for when its PAT comes from client credentials.
    """

    client_id: str
    client_name: str = ""
    secret_digests: tuple[str, ...] = ()
    token_endpoint_auth_method: str = "client_secret_basic"
    resource_server: bool = False
    grant_types: tuple[str, ...] = ()
    redirect_uris: tuple[str, ...] = ()
    claims_redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    jwks: str | None = None
    jwks_uri: str | None = None
    id_token_signed_response_alg: str | None = None
    client_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    account_id: str | None = None
    on_behalf_of: bool = False
    created_at: int = 0
    disabled_at: int | None = None
    version: int = 1


@value
class Session:
    """Somebody signed in at a browser.  ``sid`` is public (it may stand in tokens), ``digest`` is the cookie's."""

    digest: str
    sid: str
    account_id: str
    auth_time: int
    amr: tuple[str, ...]
    created_at: int
    expires_at: int
    user_agent: str = ""


@value
class Interaction:
    """Where a browser is in an authorization process: sign in, consent, gather.  Bound to one browser by its cookie.

    ``request`` is the validated request as JSON text; ``kind`` names its message.
    """

    digest: str
    kind: Literal["authorization", "claims"]
    browser_digest: str
    request: str
    expires_at: int
    version: int = 1


@value
class Consent:
    """What an account has allowed a client to have; asked again when the client wants more."""

    account_id: str
    client_id: str
    scope: tuple[str, ...]
    created_at: int
    version: int = 1


@value
class TicketPermission:
    """One resource with the scopes that the resource server wants for it.  Spec: FedAuthz 4.1."""

    resource_id: str
    scopes: tuple[str, ...]


@value
class Requester:
    """Who is asking, as far as it was verified.  ``account_id`` when it is somebody of this realm."""

    issuer: str
    subject: str
    account_id: str | None = None
    email: str | None = None
    claims: tuple[tuple[str, str], ...] = ()
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
class AuthorizationCode:
    """Spec: RFC 6749 4.1.2, RFC 7636 4.4."""

    digest: str
    family: str
    client_id: str
    account_id: str
    redirect_uri: str
    scope: tuple[str, ...]
    code_challenge: str | None
    nonce: str | None
    auth_time: int
    amr: tuple[str, ...]
    sid: str | None
    expires_at: int
    taken_at: int | None = None


@value
class AccessToken:
    """An opaque OAuth access token; with scope ``uma_protection`` it is a PAT.

    ``family`` joins everything that came from one authorization, so that it can end together.  ``account_id`` is whom
    the token speaks for; with client credentials the client's own organisation, or nobody.
    """

    digest: str
    family: str
    client_id: str
    account_id: str | None
    scope: tuple[str, ...]
    issued_at: int
    expires_at: int
    auth_time: int | None = None
    sid: str | None = None


@value
class RefreshToken:
    """Spec: RFC 6749 6, RFC 9700 4.14.  For an RPT, ``owner_id``, ``resource_server`` and ``permissions`` are set."""

    digest: str
    family: str
    client_id: str
    account_id: str | None
    scope: tuple[str, ...]
    issued_at: int
    expires_at: int
    auth_time: int | None = None
    amr: tuple[str, ...] = ()
    sid: str | None = None
    owner_id: str | None = None
    resource_server: str | None = None
    requester: Requester | None = None
    permissions: tuple[GrantedPermission, ...] = ()
    taken_at: int | None = None


@value
class UsedOnce:
    """Something a stranger made that must not be accepted twice (an assertion's ``jti``).  Spec: RFC 7523 3."""

    purpose: str
    digest: str
    expires_at: int


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
class ClaimCondition:
    """A claim that must have been verified: who says so, its name, its value."""

    issuer: str
    name: str
    value: str


@value
class Grantee:
    """With whom something is shared: ``id`` is an account id, e-mail address, circle id or client id."""

    kind: GranteeKind
    id: str = ""
    claims: tuple[ClaimCondition, ...] = ()


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
    ``request_id`` points to the open access request that a poll asks about.
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


@value
class AccessRequest:
    """Somebody waits for the owner's word.  Spec: Grant 3.3.6 (request_submitted)."""

    request_id: str
    owner_id: str
    resource_server: str
    client_id: str
    requester: Requester
    permissions: tuple[TicketPermission, ...]
    status: RequestStatus = "open"
    message: str | None = None
    created_at: int = 0
    expires_at: int = 0
    decided_at: int | None = None
    version: int = 1


@value
class Event:
    """What happened, written in the commit that made it happen.

    ``owner_id`` is whose activity page shows it; ``actor`` is the account that did it; ``detail`` holds further facts
    as JSON text, never a secret.
    """

    event_id: str
    at: int
    kind: str
    outcome: str = "done"
    owner_id: str | None = None
    actor: str | None = None
    client_id: str | None = None
    resource_server: str | None = None
    resource_id: str | None = None
    about: str | None = None
    reason: str | None = None
    detail: str = "{}"


VersionedRecord = Realm | TrustedIssuer | Account | Client | Interaction | Consent | Resource | Grant | AccessRequest
Record = (
    VersionedRecord
    | SigningKey
    | Session
    | AuthorizationCode
    | AccessToken
    | RefreshToken
    | UsedOnce
    | PermissionTicket
    | Rpt
    | Event
)
