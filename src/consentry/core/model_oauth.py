"""The records of OAuth: codes, tokens, and what may be used once.

Spec: RFC 6749 1.4, 1.5, 4.1.2.
"""

from consentry.core.model_sharing import GrantedPermission, Requester
from consentry.uma.value import value


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
    jkt: str | None = None
    actor_id: str | None = None


@value
class AccessToken:
    """An opaque OAuth access token; with scope ``uma_protection`` it is a PAT.

    ``family`` joins everything that came from one authorization, so that it can end together.  ``account_id`` is whom
    the token speaks for; with client credentials the client's own organisation, or nobody.  ``actor_id`` is the person
    who acts for that organisation; ``jkt`` is the thumbprint of the key that the token is bound to (RFC 9449 6).
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
    jkt: str | None = None
    actor_id: str | None = None


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
    jkt: str | None = None
    actor_id: str | None = None


@value
class UsedOnce:
    """Something a stranger made that must not be accepted twice (an assertion's ``jti``).  Spec: RFC 7523 3."""

    purpose: str
    digest: str
    expires_at: int
