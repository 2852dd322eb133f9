"""The requesting party: what a verified claim token says about whoever is asking, and whether it may count here.

Spec: Grant 3.3.1, 5.7; OpenID Connect Core 2, 3.1.3.7.
"""

from consentry.core.claims import ClaimToken
from consentry.core.model import Claim, Client, Requester, TrustedIssuer

KEPT_CLAIMS = ("sub", "email", "name", "preferred_username", "groups", "roles", "acr")
"""What of a claim token is kept with the ticket chain."""


def may_push(token: ClaimToken, client: Client, *, own_issuer: str, trusted: tuple[TrustedIssuer, ...]) -> bool:
    """Tell whether the token was made for this client, and by an issuer whose tokens the client may push.

    Spec: Grant 5.7, OpenID Connect Core 3.1.3.7.
    """
    if client.client_id not in token.audience or token.azp not in (None, client.client_id):
        return False
    return token.issuer == own_issuer or any(
        issuer.issuer == token.issuer and client.client_id in issuer.client_ids for issuer in trusted
    )


def requester_from(token: ClaimToken, *, own_issuer: str) -> Requester:
    """Return who a verified claim token speaks of; a subject of our own is one of our accounts."""
    own = token.issuer == own_issuer
    email = token.claims.get("email") if token.claims.get("email_verified") is True else None
    return Requester(
        issuer=token.issuer,
        subject=token.subject,
        account_id=token.subject if own else None,
        email=email.casefold() if isinstance(email, str) else None,
        claims=tuple(_kept(token)),
        verified_at=token.issued_at,
    )


def _kept(token: ClaimToken) -> list[Claim]:
    found = []
    for name in KEPT_CLAIMS:
        said = token.claims.get(name)
        values = said if isinstance(said, list | tuple) else [said]
        found += [Claim(issuer=token.issuer, name=name, value=text) for text in values if isinstance(text, str)]
    return found
