"""The records of a realm, its people and its clients.

Spec: RFC 7517, RFC 7591.
"""

from typing import Literal

from consentry.core.realm import RealmSettings
from consentry.uma.value import value


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
    resource server registers resources for when its PAT comes from client credentials.  ``access_token_format`` and
    ``partial`` are a resource server's: how its RPTs are spelled (RFC 9068), and what becomes of a request that can be
    granted in part (None: as the realm says).
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
    access_token_format: Literal["opaque", "jwt"] = "opaque"
    partial: Literal["ticket", "all", "any"] | None = None
    dpop_bound_access_tokens: bool = False
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
class Membership:
    """Somebody belongs to an organisation: on its staff, or acting for it.  ``until`` is when that ends."""

    organisation_id: str
    account_id: str
    role: str
    until: int | None = None
    created_at: int = 0
    version: int = 1
