"""What a pushed claim token proves about whoever is asking.

Who may push which token, and whom its audience has to name, is judged where the client is known.
Spec: Grant 3.3.1, 5.7; OpenID Connect Core 2, 3.1.3.7.
"""

from collections.abc import Mapping
from dataclasses import field

from consentry.uma.value import value


@value
class ClaimToken:
    """A claim token whose signature, issuer and times are good.

    ``realm_version`` is the version of the realm whose keys and trusted issuers it was verified with.  ``claims`` are
    all its members; nothing in them counts but by way of a claim name that somebody asks for.
    """

    issuer: str
    subject: str
    audience: tuple[str, ...]
    issued_at: int
    expires_at: int
    not_before: int | None = None
    azp: str | None = None
    auth_time: int | None = None
    realm_version: int = 0
    claims: Mapping[str, object] = field(default_factory=dict, hash=False, repr=False)


@value
class BadClaimToken:
    """A claim token that proves nothing; ``reason`` is for the audit.  The answer to it is ``need_info``.

    ``realm_version``: see `ClaimToken`.
    """

    reason: str
    realm_version: int | None = None
