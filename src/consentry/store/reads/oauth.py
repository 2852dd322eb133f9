"""Reads of what the token endpoint hands out and takes back."""

from collections.abc import Sequence

import sqlalchemy as sa

from consentry.core.model import AccessToken, AuthorizationCode, Record, RefreshToken
from consentry.store.layout import Layout
from consentry.store.reads.reading import REALM_NAME, R, Reading, by, of_the_enabled, within
from consentry.store.statement import ONE, Statement, text
from consentry.store.tables import (
    ACCESS_TOKEN,
    AUTHORIZATION_CODE,
    PERMISSION_TICKET,
    REFRESH_TOKEN,
    RPT,
    USED_ONCE,
)

_digest, _account_id, _client_id = text("digest"), text("account_id"), text("client_id")


def _of_the_living(layout: Layout[R]) -> Statement:
    table = layout.table
    found = of_the_enabled(layout, "account_id", table.c.digest == _digest)
    return Statement(f"{table.name} by digest", found, REALM_NAME, _digest)


def _issued(layout: Layout[R]) -> Statement:
    table = layout.table
    conditions = [table.c.account_id == _account_id, table.c.client_id == _client_id]
    if "taken_at" in table.c:
        conditions.append(table.c.taken_at.is_(None))
    return Statement(f"{table.name} issued to", within(layout, *conditions), REALM_NAME, _account_id, _client_id)


CODE_BY_DIGEST = _of_the_living(AUTHORIZATION_CODE)
ACCESS_TOKEN_BY_DIGEST = _of_the_living(ACCESS_TOKEN)
REFRESH_TOKEN_BY_DIGEST = _of_the_living(REFRESH_TOKEN)

CODES_OF_FAMILY = by(AUTHORIZATION_CODE, "codes of a family", "family")
ACCESS_TOKENS_OF_FAMILY = by(ACCESS_TOKEN, "access tokens of a family", "family")
REFRESH_TOKENS_OF_FAMILY = by(REFRESH_TOKEN, "refresh tokens of a family", "family")
TICKETS_OF_FAMILY = by(PERMISSION_TICKET, "tickets of a family", "family")
RPTS_OF_FAMILY = by(RPT, "rpts of a family", "family")

CODES_ISSUED = _issued(AUTHORIZATION_CODE)
ACCESS_TOKENS_ISSUED = _issued(ACCESS_TOKEN)
REFRESH_TOKENS_ISSUED = _issued(REFRESH_TOKEN)

_purpose = text("purpose")
_used = USED_ONCE.table
USED = Statement(
    "used once",
    sa.select(ONE)
    .select_from(_used)
    .where(_used.c.realm == REALM_NAME, _used.c.purpose == _purpose, _used.c.digest == _digest),
    REALM_NAME,
    _purpose,
    _digest,
)


class OAuthReads(Reading):
    """Codes and tokens, by digest or by what they belong to."""

    async def authorization_code(self, digest: str) -> AuthorizationCode | None:
        """Return a code, taken ones included, if its account is enabled."""
        return await self.one(AUTHORIZATION_CODE, CODE_BY_DIGEST, digest)

    async def access_token(self, digest: str) -> AccessToken | None:
        """Return an access token if the account it speaks for, if any, is enabled."""
        return await self.one(ACCESS_TOKEN, ACCESS_TOKEN_BY_DIGEST, digest)

    async def refresh_token(self, digest: str) -> RefreshToken | None:
        """Return a refresh token, taken ones included, if its account, if any, is enabled."""
        return await self.one(REFRESH_TOKEN, REFRESH_TOKEN_BY_DIGEST, digest)

    async def family(self, family: str) -> Sequence[Record]:
        """Return every code, access token, refresh token, ticket and RPT of one family, taken ones included."""
        key = (self.realm, family)
        codes, accesses, refreshes, tickets, rpts = await self.ask(
            (CODES_OF_FAMILY, key),
            (ACCESS_TOKENS_OF_FAMILY, key),
            (REFRESH_TOKENS_OF_FAMILY, key),
            (TICKETS_OF_FAMILY, key),
            (RPTS_OF_FAMILY, key),
        )
        return [
            *map(AUTHORIZATION_CODE.decode, codes),
            *map(ACCESS_TOKEN.decode, accesses),
            *map(REFRESH_TOKEN.decode, refreshes),
            *map(PERMISSION_TICKET.decode, tickets),
            *map(RPT.decode, rpts),
        ]

    async def issued_to(self, account_id: str, client_id: str) -> Sequence[Record]:
        """Return every untaken code, access token and refresh token of one account at one client."""
        key = (self.realm, account_id, client_id)
        codes, accesses, refreshes = await self.ask(
            (CODES_ISSUED, key), (ACCESS_TOKENS_ISSUED, key), (REFRESH_TOKENS_ISSUED, key)
        )
        return [
            *map(AUTHORIZATION_CODE.decode, codes),
            *map(ACCESS_TOKEN.decode, accesses),
            *map(REFRESH_TOKEN.decode, refreshes),
        ]

    async def used_once(self, purpose: str, digest: str) -> bool:
        """Tell whether something that may be used once has been."""
        (rows,) = await self.ask((USED, (self.realm, purpose, digest)))
        return bool(rows)
