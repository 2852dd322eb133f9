"""The requesting party: what is known about whoever is asking, who says it, and whether it may count here.

Several issuers may speak of one requesting party, each of one subject; a second subject of the same issuer is
somebody else.

Spec: Grant 3.3.1, 3.3.2, 5.7; OpenID Connect Core 2, 3.1.3.7.
"""

from collections.abc import Mapping
from dataclasses import replace

from consentry.core.claims import ClaimToken
from consentry.core.model import Account, Claim, Client, Requester, TrustedIssuer
from consentry.core.standard_claims import standard_claims

OF_ACCOUNT = ("sub", "email", "name", "preferred_username", "groups", "roles")
"""What we say ourselves about the people of the realm."""

NOTHING = ""
"""The value of a claim that somebody does not have; no condition has it."""

KEPT_CLAIMS = (*OF_ACCOUNT, "acr")
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
        claims=_kept(token.issuer, {**token.claims, "sub": token.subject}),
        verified_at=token.issued_at,
    )


def requester_of(account: Account, *, own_issuer: str, now: int) -> Requester:
    """Return what we know ourselves about somebody who has just shown that it is them.

    What they do not have is said too, as a claim without a value: asking again would tell nothing more.
    """
    known = {**standard_claims(account, ("profile", "email")), "groups": account.groups, "roles": account.roles}
    if not account.email_verified:
        known.pop("email", None)
    claims = _kept(own_issuer, known)
    has = {claim.name for claim in claims}
    return Requester(
        issuer=own_issuer,
        subject=account.account_id,
        account_id=account.account_id,
        email=account.email.casefold() if account.email and account.email_verified else None,
        claims=(
            *claims,
            *(Claim(issuer=own_issuer, name=name, value=NOTHING) for name in OF_ACCOUNT if name not in has),
        ),
        verified_at=now,
    )


def merged(known: Requester | None, more: Requester) -> Requester | None:
    """Put together what is known and what is newer; None if the two are different people.

    Somebody of this realm is known by their account first, whatever other issuers call them.
    """
    if known is None:
        return more
    if not same_people(known, more):
        return None
    newer = {(claim.issuer, claim.name) for claim in more.claims}
    older = tuple(claim for claim in known.claims if (claim.issuer, claim.name) not in newer)
    first, second = (more, known) if more.account_id is not None else (known, more)
    return replace(
        first,
        email=first.email or second.email,
        claims=(*older, *more.claims),
        verified_at=max(known.verified_at, more.verified_at),
    )


def same_people(one: Requester, other: Requester) -> bool:
    """Tell whether no issuer says that the two are different people."""
    theirs = _subjects(other)
    return all(theirs.get(issuer, subject) == subject for issuer, subject in _subjects(one).items())


def as_of_today(requester: Requester, account: Account, *, own_issuer: str) -> Requester:
    """Return somebody of this realm with what we say of them today, of whatever we had said."""
    today = requester_of(account, own_issuer=own_issuer, now=requester.verified_at)
    ours = {claim.name for claim in requester.claims if claim.issuer == own_issuer and claim.name in OF_ACCOUNT}
    others = tuple(claim for claim in requester.claims if claim.issuer != own_issuer or claim.name not in OF_ACCOUNT)
    current = tuple(claim for claim in today.claims if claim.name in ours)
    return replace(requester, email=today.email, claims=(*others, *current))


def _subjects(requester: Requester) -> dict[str, str]:
    said = {claim.issuer: claim.value for claim in requester.claims if claim.name == "sub"}
    return {requester.issuer: requester.subject, **said}


def _kept(issuer: str, said: Mapping[str, object]) -> tuple[Claim, ...]:
    found = []
    for name in KEPT_CLAIMS:
        told = said.get(name)
        values = told if isinstance(told, list | tuple) else [told]
        found += [Claim(issuer=issuer, name=name, value=text) for text in values if isinstance(text, str)]
    return tuple(found)
