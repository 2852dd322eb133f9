"""What an account lets a client know about its person, by scope.  Pure.

Spec: OpenID Connect Core 5.1, 5.4.
"""

from consentry.core.model import Account

CLAIMS_BY_SCOPE = {
    "openid": ("sub",),
    "profile": ("name", "preferred_username"),
    "email": ("email", "email_verified"),
}
CLAIMS_SUPPORTED = tuple(name for names in CLAIMS_BY_SCOPE.values() for name in names)


def standard_claims(account: Account, scope: tuple[str, ...]) -> dict[str, object]:
    """Return ``sub`` and the claims that the scopes stand for; what is empty is left out."""
    known: dict[str, object] = {
        "sub": account.account_id,
        "name": account.name,
        "preferred_username": account.username,
        "email": account.email,
        "email_verified": account.email_verified if account.email else None,
    }
    wanted = ("sub", *(name for each in scope for name in CLAIMS_BY_SCOPE.get(each, ())))
    return {name: known[name] for name in wanted if known[name] not in (None, "")}
