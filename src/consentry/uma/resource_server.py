"""May this request pass?  A pure decision over what introspection said, and what may be remembered of it.

Spec: FedAuthz 5.1.1, Grant 3.2, 3.5, 5.3, RFC 7662 4.
"""

from collections.abc import Sequence
from dataclasses import field
from hashlib import sha256
from typing import Literal, TypeAlias

from consentry.uma.value import value
from consentry.uma.wire import GrantedPermission, IntrospectionResponse, Permission

LONGEST_CACHE = 60

Reason: TypeAlias = Literal[
    "no_token", "inactive", "expired", "not_yet_valid", "insufficient_scope", "key_bound", "unreachable", "own_rule"
]


@value
class Unavailable:
    """Stands for an introspection that brought no answer."""


@value
class Allow:
    """Let the request pass.  ``expires_at`` (epoch seconds) is when the last needed permission or the token ends."""

    introspection: IntrospectionResponse
    expires_at: int | None = None


@value
class Challenge:
    """Ask for a ticket for ``permissions`` and answer 401 with it.  Spec: Grant 3.2.1, 3.5."""

    permissions: tuple[Permission, ...]
    reason: Reason


@value
class Refuse:
    """Answer 403 and give no ticket.  Spec: Grant 3.2.2."""

    reason: Reason


Decision: TypeAlias = Allow | Challenge | Refuse


def decide(
    introspection: IntrospectionResponse | Unavailable | None, needed: Sequence[Permission], *, now: int
) -> Decision:
    """Decide over a request that needs every one of ``needed``; ``introspection`` is None if there was no token.

    ``now`` is in epoch seconds.  Needing nothing is a mistake in the caller's map and never allowed.
    """
    if not needed:
        raise ValueError("a protected request needs at least one permission")
    if isinstance(introspection, Unavailable):
        return Refuse(reason="unreachable")
    reason = _objection(introspection, needed, now)
    if introspection is None or reason is not None:
        return Challenge(permissions=tuple(needed), reason=reason or "no_token")
    return Allow(introspection=introspection, expires_at=_end(introspection, needed, now))


def _objection(introspection: IntrospectionResponse | None, needed: Sequence[Permission], now: int) -> Reason | None:
    if introspection is None:
        return "no_token"
    if not introspection.active:
        return "inactive"
    if introspection.exp is not None and introspection.exp <= now:
        return "expired"
    if introspection.nbf is not None and introspection.nbf > now:
        return "not_yet_valid"
    if introspection.cnf is not None:
        # Whoever presents a key-bound token has to prove the key; as a plain bearer token it is worth nothing.
        return "key_bound"
    valid = _valid(introspection, now)
    return None if all(_covered(permission, valid) for permission in needed) else "insufficient_scope"


def _valid(introspection: IntrospectionResponse, now: int) -> tuple[GrantedPermission, ...]:
    return tuple(
        permission
        for permission in introspection.effective_permissions()
        if (permission.exp is None or permission.exp > now) and (permission.nbf is None or permission.nbf <= now)
    )


def _covered(needed: Permission, valid: Sequence[GrantedPermission]) -> bool:
    """Say whether every scope is granted on this very resource; scopes of other resources never count."""
    same = [permission for permission in valid if permission.resource_id == needed.resource_id]
    granted = {scope for permission in same for scope in permission.resource_scopes}
    return bool(same) and granted.issuperset(needed.resource_scopes)


def _end(introspection: IntrospectionResponse, needed: Sequence[Permission], now: int) -> int | None:
    wanted = {permission.resource_id for permission in needed}
    used = [permission for permission in _valid(introspection, now) if permission.resource_id in wanted]
    return min((permission.exp for permission in used if permission.exp is not None), default=introspection.exp)


@value
class CacheKey:
    """What a remembered decision was about; the token is kept as a digest only."""

    token_digest: bytes = field(repr=False)
    issuer: str
    method: str
    needed: tuple[Permission, ...]


def cache_key(token: str, *, issuer: str, method: str, needed: Sequence[Permission]) -> CacheKey:
    """Make the key for one token, server, method, and set of resources with scopes.

    The server is part of it because two servers may use one identifier for different resources.
    """
    return CacheKey(token_digest=sha256(token.encode()).digest(), issuer=issuer, method=method, needed=tuple(needed))


class DecisionCache:
    """Remembers permissions for ``ttl`` seconds, at most 60, and never beyond the end of a permission or the token.

    With the default of 0 nothing is remembered, so that a withdrawal counts from the next request on.  Only ``Allow``
    is kept: a refusal always goes back to the authorization server.
    """

    def __init__(self, *, ttl: int = 0, size: int = 10_000) -> None:
        if not 0 <= ttl <= LONGEST_CACHE:
            raise ValueError(f"ttl has to be between 0 and {LONGEST_CACHE} seconds")
        self._ttl = ttl
        self._size = size
        self._kept: dict[CacheKey, tuple[int, Allow]] = {}

    def find(self, key: CacheKey, *, now: int) -> Allow | None:
        """Return a decision that may still be used."""
        until, allow = self._kept.get(key, (0, None))
        if until <= now:
            self._kept.pop(key, None)
            return None
        return allow

    def keep(self, key: CacheKey, allow: Allow, *, now: int) -> None:
        """Remember a decision as long as it may be used; of too many the oldest go."""
        until = min(now + self._ttl, now + self._ttl if allow.expires_at is None else allow.expires_at)
        if until <= now:
            return
        self._kept.pop(key, None)
        while len(self._kept) >= self._size:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (until, allow)
