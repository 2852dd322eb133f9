"""What decisions may ask about clients, people and OAuth tokens."""

from collections.abc import Sequence
from typing import Protocol

from consentry.core.findings import Page, SignedIn
from consentry.core.model import (
    AccessToken,
    Account,
    AuthorizationCode,
    Client,
    Consent,
    Interaction,
    Membership,
    PersistedClaims,
    Record,
    RefreshToken,
    Session,
)


class IdentityReads(Protocol):
    """Reads about who is there and what was issued to them."""

    # -- reference data: cached by the realm's version, so usually no round trip --
    async def client(self, client_id: str) -> Client | None:
        """Return a client, disabled ones included."""
        ...

    async def clients(self, page: Page) -> Sequence[Client]:
        """List clients by ``client_id``."""
        ...

    # -- people --
    async def account(self, account_id: str) -> Account | None:
        """Return an account, disabled ones included."""
        ...

    async def accounts_by_id(self, account_ids: Sequence[str]) -> Sequence[Account]:
        """Return those of the accounts that exist, in no order."""
        ...

    async def account_by_username(self, username: str) -> Account | None:
        """Return the account with this name (compared without case)."""
        ...

    async def account_by_email(self, email: str) -> Account | None:
        """Return the account whose *verified* address this is (compared without case)."""
        ...

    async def accounts(self, page: Page) -> Sequence[Account]:
        """List accounts by ``account_id``."""
        ...

    async def session(self, digest: str) -> SignedIn | None:
        """Return a browser session and its account, if that is enabled."""
        ...

    async def sessions_of(self, account_id: str) -> Sequence[Session]:
        """Return an account's sessions."""
        ...

    async def interaction(self, digest: str) -> Interaction | None:
        """Return where a browser is in an authorization process."""
        ...

    async def consent(self, account_id: str, client_id: str) -> Consent | None:
        """Return what the account has allowed the client."""
        ...

    async def consents_of(self, account_id: str) -> Sequence[Consent]:
        """Return everything the account has allowed."""
        ...

    async def membership(self, organisation_id: str, account_id: str) -> Membership | None:
        """Return what somebody is in an organisation, whenever that ends, if both accounts are enabled."""
        ...

    async def memberships_of(self, account_id: str) -> Sequence[Membership]:
        """Return what an account is in every organisation, whenever that ends."""
        ...

    async def members_of(self, organisation_id: str) -> Sequence[Membership]:
        """Return everybody who belongs to an organisation or did, by ``account_id``."""
        ...

    # -- what requesting parties let clients keep --
    async def persisted_claims(self, digest: str) -> PersistedClaims | None:
        """Return what a persisted claims token stands for, if its account, if any, is enabled."""
        ...

    async def persisted_claims_of(self, account_id: str) -> Sequence[PersistedClaims]:
        """Return everything that is kept about an account, for whatever client, expired ones included."""
        ...

    # -- OAuth --
    async def authorization_code(self, digest: str) -> AuthorizationCode | None:
        """Return a code, taken ones included, if its account is enabled."""
        ...

    async def access_token(self, digest: str) -> AccessToken | None:
        """Return an access token if the account it speaks for, if any, is enabled."""
        ...

    async def refresh_token(self, digest: str) -> RefreshToken | None:
        """Return a refresh token, taken ones included, if its account, if any, is enabled."""
        ...

    async def family(self, family: str) -> Sequence[Record]:
        """Return every code, access token, refresh token, ticket and RPT of one family, taken ones included."""
        ...

    async def issued_to(self, account_id: str, client_id: str) -> Sequence[Record]:
        """Return every untaken code, access token and refresh token of one account at one client."""
        ...

    async def used_once(self, purpose: str, digest: str) -> bool:
        """Tell whether something that may be used once has been."""
        ...
