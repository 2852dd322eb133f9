"""Reads about people: accounts, sessions, interactions, consents."""

from collections.abc import Sequence

import sqlalchemy as sa

from consentry.core.model import Account, Consent, Interaction, Session
from consentry.core.ports import Page, SignedIn
from consentry.store.json_sql import among, listed
from consentry.store.paging import by_id, size
from consentry.store.reads.reading import REALM_NAME, Reading, array, by, within
from consentry.store.statement import ZERO, Statement, number, text
from consentry.store.tables import ACCOUNT, CONSENT, INTERACTION, SESSION, fold

_account, _session = ACCOUNT.table, SESSION.table
_ids, _digest, _after, _limit = text("ids"), text("digest"), text("after"), number("limit")

ACCOUNT_BY_ID = by(ACCOUNT, "account by id", "account_id")
ACCOUNTS_BY_ID = Statement(
    "accounts by id", within(ACCOUNT, among(_account.c.account_id, listed(_ids))), REALM_NAME, _ids
)
ACCOUNT_BY_USERNAME = by(ACCOUNT, "account by username", "username_folded")
ACCOUNT_BY_EMAIL = by(ACCOUNT, "account by email", "email_folded")
ACCOUNTS = Statement(
    "accounts",
    within(ACCOUNT, _account.c.account_id > _after).order_by(_account.c.account_id).limit(_limit).offset(ZERO),
    REALM_NAME,
    _after,
    _limit,
)
SESSION_WITH_ACCOUNT = Statement(
    "session with account",
    sa.select(*SESSION.columns, *ACCOUNT.columns)
    .join_from(
        _session,
        _account,
        sa.and_(_account.c.realm == _session.c.realm, _account.c.account_id == _session.c.account_id),
    )
    .where(_session.c.realm == REALM_NAME, _session.c.digest == _digest, _account.c.disabled_at.is_(None)),
    REALM_NAME,
    _digest,
)
SESSIONS_OF = by(SESSION, "sessions of an account", "account_id")
INTERACTION_BY_DIGEST = by(INTERACTION, "interaction", "digest")
CONSENT_OF = by(CONSENT, "consent", "account_id", "client_id")
CONSENTS_OF = by(CONSENT, "consents of an account", "account_id")


class PeopleReads(Reading):
    """Accounts and what their browsers are doing."""

    async def account(self, account_id: str) -> Account | None:
        """Return an account, disabled ones included."""
        return await self.one(ACCOUNT, ACCOUNT_BY_ID, account_id)

    async def accounts_by_id(self, account_ids: Sequence[str]) -> Sequence[Account]:
        """Return those of the accounts that exist, in no order."""
        return await self.many(ACCOUNT, ACCOUNTS_BY_ID, array(account_ids)) if account_ids else ()

    async def account_by_username(self, username: str) -> Account | None:
        """Return the account with this name (compared without case)."""
        return await self.one(ACCOUNT, ACCOUNT_BY_USERNAME, fold(username))

    async def account_by_email(self, email: str) -> Account | None:
        """Return the account whose *verified* address this is (compared without case)."""
        return await self.one(ACCOUNT, ACCOUNT_BY_EMAIL, fold(email))

    async def accounts(self, page: Page) -> Sequence[Account]:
        """List accounts by ``account_id``."""
        return await self.many(ACCOUNT, ACCOUNTS, by_id(page), size(page))

    async def session(self, digest: str) -> SignedIn | None:
        """Return a browser session and its account, if that is enabled."""
        (rows,) = await self.ask((SESSION_WITH_ACCOUNT, (self.realm, digest)))
        if not rows:
            return None
        split = len(SESSION.columns)
        return SignedIn(session=SESSION.decode(rows[0][:split]), account=ACCOUNT.decode(rows[0][split:]))

    async def sessions_of(self, account_id: str) -> Sequence[Session]:
        """Return an account's sessions."""
        return await self.many(SESSION, SESSIONS_OF, account_id)

    async def interaction(self, digest: str) -> Interaction | None:
        """Return where a browser is in an authorization process."""
        return await self.one(INTERACTION, INTERACTION_BY_DIGEST, digest)

    async def consent(self, account_id: str, client_id: str) -> Consent | None:
        """Return what the account has allowed the client."""
        return await self.one(CONSENT, CONSENT_OF, account_id, client_id)

    async def consents_of(self, account_id: str) -> Sequence[Consent]:
        """Return everything the account has allowed."""
        return await self.many(CONSENT, CONSENTS_OF, account_id)
