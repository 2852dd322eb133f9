"""What crosses the wire: values whose fields are the specification's members.

Spec: Grant 3.3.5, 3.3.6, FedAuthz 3.1, 3.2, 4.1, 4.2, 5.1.1, RFC 6749 5.1, RFC 7662 2.2.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field

from consentry.uma.value import value


@value
class ResourceDescription:
    """What a resource server tells about a resource.  ``extras`` keeps localised (``name#fr``) and foreign members.

    ``parent`` is the ``_id`` of the resource that this one is part of, which is an extension.  Spec: FedAuthz 3.1.
    """

    resource_scopes: tuple[str, ...]
    name: str | None = None
    description: str | None = None
    icon_uri: str | None = None
    type: str | None = None
    parent: str | None = None
    extras: Mapping[str, object] = field(default_factory=dict, hash=False)


@value
class Registered:
    """The answer to create and update; ``resource_id`` is the member ``_id``.  Spec: FedAuthz 3.2."""

    resource_id: str
    user_access_policy_uri: str | None = None


@value
class RegisteredResource:
    """The answer to read: identifier and description.  Spec: FedAuthz 3.2.2."""

    resource_id: str
    description: ResourceDescription
    user_access_policy_uri: str | None = None


@value
class Permission:
    """One resource with some of its scopes, asked for.  Spec: FedAuthz 4.1."""

    resource_id: str
    resource_scopes: tuple[str, ...]


@value
class TicketResponse:
    """Spec: FedAuthz 4.2."""

    ticket: str = field(repr=False)


@value
class TokenResponse:
    """``access_token`` is an RPT, a PAT or any other token; ``expires_in`` is in seconds.

    Spec: RFC 6749 5.1, Grant 3.3.5.
    """

    access_token: str = field(repr=False)
    token_type: str
    expires_in: int | None = None
    refresh_token: str | None = field(default=None, repr=False)
    pct: str | None = field(default=None, repr=False)
    upgraded: bool = False
    scope: str | None = None
    id_token: str | None = field(default=None, repr=False)


@value
class GrantedPermission:
    """One resource with scopes of it, granted; times are epoch seconds.  Spec: FedAuthz 5.1.1."""

    resource_id: str
    resource_scopes: tuple[str, ...]
    exp: int | None = None
    iat: int | None = None
    nbf: int | None = None


@value
class IntrospectionResponse:
    """What a token is worth; times are epoch seconds.  Spec: RFC 7662 2.2, FedAuthz 5.1.1."""

    active: bool
    permissions: tuple[GrantedPermission, ...] = ()
    exp: int | None = None
    iat: int | None = None
    nbf: int | None = None
    client_id: str | None = None
    sub: str | None = None
    iss: str | None = None
    aud: tuple[str, ...] = ()
    jti: str | None = None
    scope: str | None = None
    token_type: str | None = None
    cnf: Mapping[str, object] | None = field(default=None, hash=False)

    def effective_permissions(self) -> tuple[GrantedPermission, ...]:
        """Return the permissions with the token's own times laid over theirs.

        The earlier ``exp``, the later ``iat`` and the later ``nbf`` win; a time that is missing on one side is taken
        from the other.
        """
        return tuple(
            GrantedPermission(
                resource_id=permission.resource_id,
                resource_scopes=permission.resource_scopes,
                exp=_earlier(permission.exp, self.exp),
                iat=_later(permission.iat, self.iat),
                nbf=_later(permission.nbf, self.nbf),
            )
            for permission in self.permissions
        )


@value
class RequiredClaim:
    """A hint at what to push; of several formats or issuers any one suffices.  Spec: Grant 3.3.6."""

    claim_token_format: tuple[str, ...] = ()
    claim_type: str | None = None
    friendly_name: str | None = None
    issuer: tuple[str, ...] = ()
    name: str | None = None


@value
class NeedInfo:
    """More must be known.  ``ticket`` continues the process and may be used at once.  Spec: Grant 3.3.6."""

    ticket: str = field(repr=False)
    required_claims: tuple[RequiredClaim, ...] = ()
    redirect_user: str | None = None


@value
class RequestSubmitted:
    """The resource owner was asked.  Come back with ``ticket`` after ``interval`` seconds.  Spec: Grant 3.3.6."""

    ticket: str = field(repr=False)
    interval: int | None = None


@value
class ErrorResponse:
    """Spec: RFC 6749 5.2, FedAuthz 6."""

    error: str
    error_description: str | None = None
    error_uri: str | None = None


def _earlier(one: int | None, other: int | None) -> int | None:
    return min(_known(one, other), default=None)


def _later(one: int | None, other: int | None) -> int | None:
    return max(_known(one, other), default=None)


def _known(*times: int | None) -> Iterable[int]:
    return [time for time in times if time is not None]
