"""Reads of the protection API and the UMA grant."""

from collections.abc import Sequence

import sqlalchemy as sa

from consentry.core.model import PermissionTicket, Requester, Resource
from consentry.core.ports import Page, Protection, Surroundings
from consentry.store.json_sql import among, each, listed
from consentry.store.paging import by_id, size
from consentry.store.reads.oauth import ACCESS_TOKEN_BY_DIGEST
from consentry.store.reads.people import ACCOUNT_BY_ID
from consentry.store.reads.reading import REALM_NAME, Call, Reading, also, array, of_the_enabled, within
from consentry.store.statement import ZERO, Statement, number, text, word
from consentry.store.tables import (
    ACCESS_REQUEST,
    ACCESS_TOKEN,
    ACCOUNT,
    APART,
    CIRCLE_MEMBER,
    GRANT,
    MEMBERSHIP,
    PERMISSION_TICKET,
    RESOURCE,
    asker_key,
    grantee_key,
)

_resource, _grant, _request = RESOURCE.table, GRANT.table, ACCESS_REQUEST.table
_token, _account = ACCESS_TOKEN.table, ACCOUNT.table
_digest, _owner_id, _server = text("digest"), text("owner_id"), text("resource_server")
_ids, _id, _after, _limit = text("ids"), text("resource_id"), text("after"), number("limit")
_account_id, _asker_key, _keys = text("account_id"), text("asker_key"), text("keys")


def _of_token(column: sa.Column[str | int | None]) -> sa.ScalarSelect[str | int | None]:
    return sa.select(column).where(_token.c.realm == REALM_NAME, _token.c.digest == _digest).scalar_subquery()


PROTECTED_RESOURCES = Statement(
    "resources under a PAT",
    within(
        RESOURCE,
        among(_resource.c.resource_id, listed(_ids)),
        also(_resource.c.owner_id, _of_token(_token.c.account_id)),
        also(_resource.c.resource_server, _of_token(_token.c.client_id)),
    ),
    REALM_NAME,
    _digest,
    _ids,
)

_here = (_resource.c.owner_id == _owner_id, _resource.c.resource_server == _server)
_also_here = (also(_resource.c.owner_id, _owner_id), also(_resource.c.resource_server, _server))
RESOURCE_AT_SERVER = Statement(
    "resource at a resource server",
    within(RESOURCE, _resource.c.resource_id == _id, *_also_here),
    REALM_NAME,
    _owner_id,
    _server,
    _id,
)
RESOURCE_IDS = Statement(
    "resource ids at a resource server",
    sa.select(_resource.c.resource_id)
    .where(_resource.c.realm == REALM_NAME, *_here, _resource.c.resource_id > _after)
    .order_by(_resource.c.resource_id)
    .limit(_limit)
    .offset(ZERO),
    REALM_NAME,
    _owner_id,
    _server,
    _after,
    _limit,
)


def _lineage() -> sa.ScalarSelect[str]:
    """Select the ids of the wanted resources, and of everything these are part of."""
    wanted = sa.select(_resource.c.resource_id, _resource.c.parent).where(
        _resource.c.realm == REALM_NAME, among(_resource.c.resource_id, listed(_ids)), *_also_here
    )
    lineage = wanted.cte("lineage", recursive=True)
    above = _resource.alias("above")
    lineage = lineage.union(
        sa.select(above.c.resource_id, above.c.parent).where(
            above.c.realm == REALM_NAME, above.c.resource_id == lineage.c.parent, also(above.c.owner_id, _owner_id)
        )
    )
    return sa.select(lineage.c.resource_id).scalar_subquery()


WANTED_RESOURCES = Statement(
    "wanted resources and what they are part of",
    within(RESOURCE, among(_resource.c.resource_id, _lineage()), *_also_here),
    REALM_NAME,
    _owner_id,
    _server,
    _ids,
)

TICKET_BY_DIGEST = Statement(
    "permission ticket by digest",
    of_the_enabled(PERMISSION_TICKET, "owner_id", PERMISSION_TICKET.table.c.digest == _digest),
    REALM_NAME,
    _digest,
)


def _named() -> sa.CompoundSelect[str]:
    """Select every key under which the requester may be named: as given, and the account's verified address."""
    keys, key = each(_keys, "named")
    verified = sa.select(word("email:") + _account.c.email_folded).where(
        _account.c.realm == REALM_NAME, _account.c.account_id == _account_id
    )
    return sa.union_all(sa.select(key.label("key")).select_from(keys), verified)


def _memberships() -> sa.ScalarSelect[str]:
    """Select every key under which the requester may lie in one of the owner's circles."""
    named = _named().subquery("somebody")
    return sa.select(_owner_id + word(APART) + named.c.key).scalar_subquery()


def _reach() -> sa.ScalarSelect[str]:
    """Select every key under which a grant on one of the wanted resources to this requester may lie."""
    targets, target = each(_resource.c.targets, "target")
    grantee = _named().subquery("grantee")
    return (
        sa.select(_owner_id + word(APART) + target + word(APART) + grantee.c.key)
        .select_from(_resource, targets, grantee)
        .where(_resource.c.realm == REALM_NAME, among(_resource.c.resource_id, _lineage()), *_also_here)
        .scalar_subquery()
    )


def _with_chain() -> sa.ScalarSelect[str]:
    """Select the ids of the grants that reach, and of every grant these were passed on from."""
    reaching = sa.select(_grant.c.grant_id, _grant.c.parent).where(
        _grant.c.realm == REALM_NAME, among(_grant.c.reach_key, _reach())
    )
    chain = reaching.cte("chain", recursive=True)
    above = _grant.alias("passed_on")
    chain = chain.union(
        sa.select(above.c.grant_id, above.c.parent).where(
            above.c.realm == REALM_NAME, above.c.grant_id == chain.c.parent, also(above.c.owner_id, _owner_id)
        )
    )
    return sa.select(chain.c.grant_id).scalar_subquery()


WANTED_GRANTS = Statement(
    "grants around a request",
    within(GRANT, among(_grant.c.grant_id, _with_chain()), also(_grant.c.owner_id, _owner_id)),
    REALM_NAME,
    _owner_id,
    _server,
    _ids,
    _account_id,
    _keys,
)
_member, _membership = CIRCLE_MEMBER.table, MEMBERSHIP.table
WANTED_CIRCLES = Statement(
    "circles of a requester",
    sa.select(_member.c.circle_id).where(_member.c.realm == REALM_NAME, among(_member.c.member_key, _memberships())),
    REALM_NAME,
    _owner_id,
    _account_id,
    _keys,
)
WANTED_MEMBERSHIPS = Statement(
    "memberships of a requester",
    within(MEMBERSHIP, _membership.c.account_id == _account_id),
    REALM_NAME,
    _account_id,
)
WANTED_REQUESTS = Statement(
    "requests around a request",
    within(
        ACCESS_REQUEST,
        _request.c.asker_key == _asker_key,
        _request.c.status.in_([word(status) for status in ("open", "narrowed", "denied", "blocked")]),
    ),
    REALM_NAME,
    _asker_key,
)


class UmaReads(Reading):
    """What resource servers and requesting clients need, always by owner and resource server."""

    async def protection(self, pat_digest: str, resource_ids: Sequence[str]) -> Protection | None:
        """Return a PAT and those of the resources that its owner registered at its resource server."""
        calls: list[Call] = [(ACCESS_TOKEN_BY_DIGEST, (self.realm, pat_digest))]
        if resource_ids:
            calls.append((PROTECTED_RESOURCES, (self.realm, pat_digest, array(resource_ids))))
        tokens, *resources = await self.ask(*calls)
        if not tokens:
            return None
        found = tuple(RESOURCE.decode(row) for rows in resources for row in rows)
        return Protection(token=ACCESS_TOKEN.decode(tokens[0]), resources=found)

    async def resource(self, owner_id: str, resource_server: str, resource_id: str) -> Resource | None:
        """Return one resource of an owner at a resource server."""
        return await self.one(RESOURCE, RESOURCE_AT_SERVER, owner_id, resource_server, resource_id)

    async def resource_ids(self, owner_id: str, resource_server: str, page: Page) -> Sequence[str]:
        """List the ids of an owner's resources at a resource server, by id."""
        (rows,) = await self.ask((RESOURCE_IDS, (self.realm, owner_id, resource_server, by_id(page), size(page))))
        return [str(found) for (found,) in rows]

    async def permission_ticket(self, digest: str) -> PermissionTicket | None:
        """Return a ticket, taken ones included, if its owner is enabled."""
        return await self.one(PERMISSION_TICKET, TICKET_BY_DIGEST, digest)

    async def surroundings(
        self,
        owner_id: str,
        resource_server: str,
        resource_ids: Sequence[str],
        *,
        requester: Requester | None,
        client_id: str,
    ) -> Surroundings:
        """Return what an assessment needs; see `Surroundings`."""
        here = (self.realm, owner_id, resource_server)
        account_id = requester.account_id if requester else None
        ids, keys = array(resource_ids), array(_keys_of(requester, client_id))
        asker = asker_key(owner_id, resource_server, client_id, requester) if requester else None
        calls: list[Call] = [
            (WANTED_RESOURCES, (*here, ids)),
            (WANTED_GRANTS, (*here, ids, account_id, keys)),
            (WANTED_REQUESTS, (self.realm, asker)),
            (WANTED_CIRCLES, (self.realm, owner_id, account_id, keys)),
            (ACCOUNT_BY_ID, (self.realm, account_id)),
            (WANTED_MEMBERSHIPS, (self.realm, account_id)),
        ]
        resources, grants, requests, circles, accounts, memberships = await self.ask(*calls)
        return Surroundings(
            resources=tuple(map(RESOURCE.decode, resources)),
            grants=tuple(map(GRANT.decode, grants)),
            requests=tuple(map(ACCESS_REQUEST.decode, requests)),
            account=ACCOUNT.decode(accounts[0]) if accounts else None,
            circles=frozenset(str(circle_id) for (circle_id,) in circles),
            memberships=tuple(map(MEMBERSHIP.decode, memberships)),
        )


def _keys_of(requester: Requester | None, client_id: str) -> list[str]:
    """List the keys under which grants to a requester through a client may lie."""
    keys = ["circle", "claims", "organisation", grantee_key("client", client_id)]
    if requester is not None and requester.account_id is not None:
        keys.append(grantee_key("account", requester.account_id))
    elif requester is not None and requester.email is not None:
        keys.append(grantee_key("email", requester.email))
    return keys
