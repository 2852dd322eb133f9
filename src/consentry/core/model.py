"""The records that the store keeps, in the field's own words.

All of them live in one realm; the realm is not a member, because the store fills it in.  Times are whole epoch
seconds named ``..._at``; a flag that can be a moment is a moment.  ``digest`` members are SHA-256 digests of secrets
we made; the secrets themselves are never stored.  Records with a ``version`` can be replaced.
"""

from consentry.core.model_identity import (
    Account,
    Client,
    Consent,
    Interaction,
    Membership,
    Realm,
    Session,
    SigningKey,
    TrustedIssuer,
)
from consentry.core.model_oauth import AccessToken, AuthorizationCode, RefreshToken, UsedOnce
from consentry.core.model_sharing import (
    AccessRequest,
    Circle,
    CircleMember,
    Claim,
    Grant,
    GrantedPermission,
    Grantee,
    GranteeKind,
    GrantStatus,
    PermissionTicket,
    PersistedClaims,
    RepeatedAnswer,
    Requester,
    RequestStatus,
    Resource,
    Rpt,
    TargetKind,
    TicketPermission,
)
from consentry.uma.value import value

__all__ = [
    "AccessRequest",
    "AccessToken",
    "Account",
    "AuthorizationCode",
    "Circle",
    "CircleMember",
    "Claim",
    "Client",
    "Consent",
    "Event",
    "Grant",
    "GrantStatus",
    "GrantedPermission",
    "Grantee",
    "GranteeKind",
    "Interaction",
    "Membership",
    "PermissionTicket",
    "PersistedClaims",
    "Realm",
    "Record",
    "RefreshToken",
    "RepeatedAnswer",
    "RequestStatus",
    "Requester",
    "Resource",
    "Rpt",
    "Session",
    "SigningKey",
    "TargetKind",
    "TicketPermission",
    "TrustedIssuer",
    "UsedOnce",
    "VersionedRecord",
]


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


VersionedRecord = (
    Realm
    | TrustedIssuer
    | Account
    | Client
    | Interaction
    | Consent
    | Membership
    | Resource
    | Grant
    | AccessRequest
    | PersistedClaims
    | Circle
)
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
    | CircleMember
    | RepeatedAnswer
    | Event
)
