"""Reads of the protection API, the UMA grant and introspection."""

from collections.abc import Sequence

import sqlalchemy as sa

from consentry.core.model import PermissionTicket, Requester, Resource, Rpt
from consentry.core.ports import LiveRpt, Page, Protection, Surroundings
from consentry.store.layout import Cell
from consentry.store.paging import by_id, size
from consentry.store.reads.oauth import ACCESS_TOKEN_BY_DIGEST
from consentry.store.reads.people import ACCOUNT_BY_ID
from consentry.store.reads.reading import REALM_NAME, Call, Reading, array, of_the_enabled, within
from consentry.store.statement import ZERO, Statement, among, each, listed, member, number, text, word
from consentry.store.tables import (
    ACCESS_REQUEST,
    ACCESS_TOKEN,
    ACCOUNT,
    CIRCLE_MEMBER,
    GRANT,
    MEMBERSHIP,
    PERMISSION_TICKET,
    RESOURCE,
    RPT,
    grantee_key,
)

_resource, _grant, _request, _rpt = RESOURCE.table, GRANT.table, ACCESS_REQUEST.table, RPT.table
_token, _account = ACCESS_TOKEN.table, ACCOUNT.table
_digest, _owner_id, _server = text("digest"), text("owner_id"), text("resource_server")
_ids, _id, _after, _limit = text("ids"), text("resource_id"), text("after"), number("limit")
NOBODY = Requester(issuer="", subject="")
_account_id, _client_id, _subject, _keys = text("account_id"), text("client_id"), text("subject"), text("keys")


def _of_token(column: sa.Column[str | int | None]) -> sa.ScalarSelect[str | int | None]:
    return sa.select(column).where(_token.c.realm == REALM_NAME, _token.c.digest == _digest).scalar_subquery()


PROTECTED_RESOURCES = Statement(
    "resources under a PAT",
    within(
        RESOURCE,
        _resource.c.owner_id == _of_token(_token.c.account_id),
        _resource.c.resource_server == _of_token(_token.c.client_id),
        among(_resource.c.resource_id, listed(_ids)),
    ),
    REALM_NAME,
    _digest,
    _ids,
)

_here = (_resource.c.owner_id == _owner_id, _resource.c.resource_server == _server)
RESOURCE_AT_SERVER = Statement(
    "resource at a resource server",
    within(RESOURCE, *_here, _resource.c.resource_id == _id),
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


def _with_lineage(start: sa.ScalarSelect[str]) -> sa.ScalarSelect[str]:
    """Select the ids of an owner's resources, and of everything these are part of."""
    wanted = sa.select(_resource.c.resource_id, _resource.c.parent).where(
        _resource.c.realm == REALM_NAME, _resource.c.owner_id == _owner_id, among(_resource.c.resource_id, start)
    )
    lineage = wanted.cte("lineage", recursive=True)
    above = _resource.alias("above")
    lineage = lineage.union(
        sa.select(above.c.resource_id, above.c.parent).where(
            above.c.realm == REALM_NAME, above.c.owner_id == _owner_id, above.c.resource_id == lineage.c.parent
        )
    )
    return sa.select(lineage.c.resource_id).scalar_subquery()


def _with_chain(start: sa.Select[str, str | None]) -> sa.ScalarSelect[str]:
    """Select the ids of an owner's grants, and of every grant these were passed on from."""
    chain = start.cte("chain", recursive=True)
    above = _grant.alias("passed_on")
    chain = chain.union(
        sa.select(above.c.grant_id, above.c.parent).where(
            above.c.realm == REALM_NAME, above.c.owner_id == _owner_id, above.c.grant_id == chain.c.parent
        )
    )
    return sa.select(chain.c.grant_id).scalar_subquery()


WANTED_RESOURCES = Statement(
    "wanted resources and what they are part of",
    within(RESOURCE, *_here, among(_resource.c.resource_id, _with_lineage(listed(_ids)))),
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


def _targets(start: sa.ScalarSelect[str]) -> sa.ScalarSelect[str]:
    """Every key under which a grant on one of the resources may lie: by id, type or label, its own or its parents'."""
    lineage = sa.select(_resource.c.resource_id, _resource.c.type, _resource.c.labels).where(
        _resource.c.realm == REALM_NAME,
        _resource.c.owner_id == _owner_id,
        among(_resource.c.resource_id, _with_lineage(start)),
    )
    named, typed, labelled = lineage.subquery("named"), lineage.subquery("typed"), lineage.subquery("labelled")
    labels, label = each(labelled.c.labels, "labels")
    return sa.union_all(
        sa.select(word("resource:") + named.c.resource_id),
        sa.select(word("type:") + typed.c.type).where(typed.c.type.is_not(None)),
        sa.select(word("label:") + label).select_from(labelled, labels),
    ).scalar_subquery()


def _grantees() -> sa.ScalarSelect[str]:
    """Every key under which a grant to this requester may lie."""
    keys, key = each(_keys, "grantees")
    verified = sa.select(word("email:") + _account.c.email_folded).where(
        _account.c.realm == REALM_NAME, _account.c.account_id == _account_id, _account.c.email_folded.is_not(None)
    )
    return sa.union_all(sa.select(key).select_from(keys), verified).scalar_subquery()


def _grants(*conditions: sa.ColumnElement[bool]) -> sa.Select[*tuple[Cell, ...]]:
    """Select an owner's grants, and those they were passed on from."""
    found = sa.select(_grant.c.grant_id, _grant.c.parent).where(
        _grant.c.realm == REALM_NAME, _grant.c.owner_id == _owner_id, *conditions
    )
    return within(GRANT, _grant.c.owner_id == _owner_id, among(_grant.c.grant_id, _with_chain(found)))


WANTED_GRANTS = Statement(
    "grants around a request",
    _grants(among(_grant.c.target_key, _targets(listed(_ids))), among(_grant.c.grantee_key, _grantees())),
    REALM_NAME,
    _owner_id,
    _ids,
    _account_id,
    _keys,
)
WANTED_REQUESTS = Statement(
    "requests around a request",
    within(
        ACCESS_REQUEST,
        _request.c.owner_id == _owner_id,
        _request.c.resource_server == _server,
        _request.c.client_id == _client_id,
        _request.c.requester_subject == _subject,
        _request.c.status.in_([word(status) for status in ("open", "narrowed", "denied", "blocked")]),
    ),
    REALM_NAME,
    _owner_id,
    _server,
    _client_id,
    _subject,
)

_live = (_rpt.c.realm == REALM_NAME, _rpt.c.owner_id == _owner_id, _rpt.c.digest == _digest)
LIVE_RPT = Statement(
    "rpt",
    of_the_enabled(RPT, "requester_account_id", *_live[1:], _rpt.c.resource_server == _server),
    REALM_NAME,
    _owner_id,
    _server,
    _digest,
)


def _pointed_to(name: str) -> sa.ScalarSelect[str]:
    """Select what the permissions of an RPT point to."""
    permissions, permission = each(_rpt.c.permissions, "permission")
    return sa.select(member(permission, word(name))).select_from(_rpt, permissions).where(*_live).scalar_subquery()


LIVE_GRANTS = Statement(
    "grants of an rpt",
    _grants(among(_grant.c.grant_id, _pointed_to("grant_id"))),
    REALM_NAME,
    _owner_id,
    _digest,
)
LIVE_REFUSALS = Statement(
    "explicit refusals around an rpt",
    within(
        GRANT,
        _grant.c.owner_id == _owner_id,
        _grant.c.allow == ZERO,
        among(_grant.c.target_key, _targets(_pointed_to("resource_id"))),
    ),
    REALM_NAME,
    _owner_id,
    _digest,
)
LIVE_RESOURCES = Statement(
    "resources of an rpt and what they are part of",
    within(
        RESOURCE,
        _resource.c.owner_id == _owner_id,
        among(_resource.c.resource_id, _with_lineage(_pointed_to("resource_id"))),
    ),
    REALM_NAME,
    _owner_id,
    _digest,
)


def _rpt_keys() -> sa.ScalarSelect[str]:
    """Every key under which the requester of an RPT may be a member of a circle."""
    verified = sa.select(word("email:") + _account.c.email_folded).where(
        _account.c.realm == REALM_NAME,
        _account.c.account_id == sa.select(_rpt.c.requester_account_id).where(*_live).scalar_subquery(),
        _account.c.email_folded.is_not(None),
    )
    return sa.union_all(
        sa.select(word("account:") + _rpt.c.requester_account_id).where(
            *_live, _rpt.c.requester_account_id.is_not(None)
        ),
        sa.select(word("email:") + _rpt.c.requester_email).where(
            *_live, _rpt.c.requester_email.is_not(None), _rpt.c.requester_account_id.is_(None)
        ),
        verified,
    ).scalar_subquery()


_member = CIRCLE_MEMBER.table
_membership = MEMBERSHIP.table
LIVE_CIRCLES = Statement(
    "circles of an rpt's requester",
    sa.select(_member.c.circle_id).where(
        _member.c.realm == REALM_NAME, _member.c.owner_id == _owner_id, among(_member.c.member_key, _rpt_keys())
    ),
    REALM_NAME,
    _owner_id,
    _digest,
)
LIVE_MEMBERSHIPS = Statement(
    "memberships of an rpt's requester",
    within(
        MEMBERSHIP,
        _membership.c.account_id == sa.select(_rpt.c.requester_account_id).where(*_live).scalar_subquery(),
    ),
    REALM_NAME,
    _owner_id,
    _digest,
)
WANTED_CIRCLES = Statement(
    "circles of a requester",
    sa.select(_member.c.circle_id).where(
        _member.c.realm == REALM_NAME, _member.c.owner_id == _owner_id, among(_member.c.member_key, _grantees())
    ),
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
RPT_OF_CLIENT = Statement(
    "rpt of a client",
    within(RPT, _rpt.c.digest == _digest, _rpt.c.client_id == _client_id),
    REALM_NAME,
    _client_id,
    _digest,
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
        ids = array(resource_ids)
        asks = requester or NOBODY
        keys = ["circle", "claims", "organisation", grantee_key("client", client_id)]
        if asks.email is not None and asks.account_id is None:
            keys.append(grantee_key("email", asks.email))
        if asks.account_id is not None:
            keys.append(grantee_key("account", asks.account_id))
        calls: list[Call] = [
            (WANTED_RESOURCES, (self.realm, owner_id, resource_server, ids)),
            (WANTED_GRANTS, (self.realm, owner_id, ids, asks.account_id, array(keys))),
        ]
        if requester is not None:
            calls += [
                (WANTED_REQUESTS, (self.realm, owner_id, resource_server, client_id, requester.subject)),
                (WANTED_CIRCLES, (self.realm, owner_id, asks.account_id, array(keys))),
            ]
        if asks.account_id is not None:
            calls += [
                (ACCOUNT_BY_ID, (self.realm, asks.account_id)),
                (WANTED_MEMBERSHIPS, (self.realm, asks.account_id)),
            ]
        answers = await self.ask(*calls)
        resources, grants, requests, circles, accounts, memberships = (*answers, *[()] * (6 - len(answers)))
        return Surroundings(
            resources=tuple(map(RESOURCE.decode, resources)),
            grants=tuple(map(GRANT.decode, grants)),
            requests=tuple(
                asked for asked in map(ACCESS_REQUEST.decode, requests) if asked.requester.issuer == asks.issuer
            ),
            account=ACCOUNT.decode(accounts[0]) if accounts else None,
            circles=frozenset(str(circle_id) for (circle_id,) in circles),
            memberships=tuple(map(MEMBERSHIP.decode, memberships)),
        )

    async def rpt(self, owner_id: str, resource_server: str, digest: str) -> LiveRpt | None:
        """Return an RPT of this owner at this resource server, if the requester's account, if any, is enabled."""
        key = (self.realm, owner_id, digest)
        rpts, grants, refusals, resources, circles, memberships = await self.ask(
            (LIVE_RPT, (self.realm, owner_id, resource_server, digest)),
            (LIVE_GRANTS, key),
            (LIVE_REFUSALS, key),
            (LIVE_RESOURCES, key),
            (LIVE_CIRCLES, key),
            (LIVE_MEMBERSHIPS, key),
        )
        if not rpts:
            return None
        return LiveRpt(
            rpt=RPT.decode(rpts[0]),
            grants=(*map(GRANT.decode, grants), *map(GRANT.decode, refusals)),
            resources=tuple(map(RESOURCE.decode, resources)),
            circles=frozenset(str(circle_id) for (circle_id,) in circles),
            memberships=tuple(map(MEMBERSHIP.decode, memberships)),
        )

    async def rpt_of_client(self, client_id: str, digest: str) -> Rpt | None:
        """Return an RPT by its digest for the client that holds it."""
        return await self.one(RPT, RPT_OF_CLIENT, client_id, digest)
