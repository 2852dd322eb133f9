"""Reads for the pages of owners and requesters, and for the operator's whole-realm lists."""

from collections.abc import Sequence

import sqlalchemy as sa

from consentry.core.model import AccessRequest, Event, Grant, RequestStatus, Resource
from consentry.core.ports import GrantFilter, Page, ResourceFilter, SharedGrant
from consentry.store.codec import Cell
from consentry.store.json_sql import among, listed
from consentry.store.layout import Layout
from consentry.store.paging import by_id, newest_first, size
from consentry.store.reads.reading import REALM_NAME, R, Reading, also, array, by, within
from consentry.store.statement import ZERO, Parameter, Statement, number, text, word
from consentry.store.tables import ACCESS_REQUEST, EVENT, GRANT, RESOURCE, fold, grantee_key, target_key, targets_of

_resource, _grant, _request = RESOURCE.table, GRANT.table, ACCESS_REQUEST.table
_owner_id, _account_id, _ids = text("owner_id"), text("account_id"), text("ids")
_at, _after, _limit = number("before_at"), text("after"), number("limit")
_name, _type, _label, _server = text("name"), text("type"), text("label"), text("resource_server")
_status, _now, _grantee_id, _key, _keys = text("status"), number("now"), text("grantee_id"), text("key"), text("keys")


def _newest_first(
    name: str,
    layout: Layout[R],
    time: str,
    id: str,
    *conditions: sa.ColumnElement[bool],
    given: Sequence[Parameter],
    columns: Sequence[sa.ColumnElement[str | int | None]] = (),
    source: sa.FromClause | None = None,
) -> Statement:
    """Make the statement of a list that is newest first; the place and the size come after the ``given``."""
    at, key = layout.table.c[time], layout.table.c[id]
    rows = sa.select(*layout.columns, *columns).where(
        layout.realm == REALM_NAME, *conditions, sa.tuple_(at, key) < sa.tuple_(_at, _after)
    )
    if source is not None:
        rows = rows.select_from(source)
    return Statement(
        name, rows.order_by(at.desc(), key.desc()).limit(_limit).offset(ZERO), REALM_NAME, *given, _at, _after, _limit
    )


def _all(name: str, layout: Layout[R], id: str) -> Statement:
    key = layout.table.c[id]
    return Statement(
        name, within(layout, key > _after).order_by(key).limit(_limit).offset(ZERO), REALM_NAME, _after, _limit
    )


OWNER_RESOURCES = _newest_first(
    "resources of an owner",
    RESOURCE,
    "created_at",
    "resource_id",
    _resource.c.owner_id == _owner_id,
    sa.or_(_name.is_(None), _resource.c.name_folded.like(_name, escape="\\")),
    sa.or_(_type.is_(None), _resource.c.type == _type),
    sa.or_(_label.is_(None), _label.in_(listed(_resource.c.labels))),
    sa.or_(_server.is_(None), _resource.c.resource_server == _server),
    given=(_owner_id, _name, _type, _label, _server),
)
OWNER_RESOURCE = by(RESOURCE, "resource of an owner", "owner_id", "resource_id", filters={"owner_id"})
OWNER_RESOURCES_BY_ID = Statement(
    "resources of an owner by id",
    within(RESOURCE, among(_resource.c.resource_id, listed(_ids)), also(_resource.c.owner_id, _owner_id)),
    REALM_NAME,
    _owner_id,
    _ids,
)

_GRANT_STATUS = sa.case(
    (_grant.c.expires_at <= _now, word("ended")),
    (_grant.c.paused_at.is_not(None), word("paused")),
    (_grant.c.not_before > _now, word("scheduled")),
    else_=word("active"),
)
_in_that_state = sa.or_(_status.is_(None), _status == _GRANT_STATUS)
_grants_wanted = (_grant.c.owner_id == _owner_id, _in_that_state)
GRANT_BY_ID = by(GRANT, "grant", "owner_id", "grant_id", filters={"owner_id"})
GRANTS = _newest_first(
    "grants of an owner", GRANT, "created_at", "grant_id", *_grants_wanted, given=(_owner_id, _status, _now)
)
GRANTS_ON = _newest_first(
    "grants on a resource",
    GRANT,
    "created_at",
    "grant_id",
    _in_that_state,
    _grant.c.target_key == _key,
    sa.or_(_grantee_id.is_(None), _grant.c.grantee_id == _grantee_id),
    given=(_status, _now, _key, _grantee_id),
)
GRANTS_TO = _newest_first(
    "grants of an owner to somebody",
    GRANT,
    "created_at",
    "grant_id",
    *_grants_wanted,
    _grant.c.grantee_id == _grantee_id,
    given=(_owner_id, _status, _now, _grantee_id),
)
GRANTS_REACHING = _newest_first(
    "grants reaching a resource",
    GRANT,
    "created_at",
    "grant_id",
    among(_grant.c.target_key, listed(_keys)),
    given=(_keys,),
)
SHARED_WITH = _newest_first(
    "grants by others",
    GRANT,
    "created_at",
    "grant_id",
    _grant.c.grantee_key == _key,
    _grant.c.owner_id != _account_id,
    given=(_key, _account_id),
    columns=RESOURCE.columns,
    source=_grant.outerjoin(
        _resource,
        sa.and_(
            _grant.c.target_kind == word("resource"),
            _resource.c.realm == _grant.c.realm,
            _resource.c.owner_id == _grant.c.owner_id,
            _resource.c.resource_id == _grant.c.target_id,
        ),
    ),
)

REQUEST_BY_ID = by(ACCESS_REQUEST, "access request", "owner_id", "request_id", filters={"owner_id"})
_to_owner = _request.c.owner_id == _owner_id
REQUESTS = _newest_first(
    "requests to an owner", ACCESS_REQUEST, "created_at", "request_id", _to_owner, given=(_owner_id,)
)
REQUESTS_IN = _newest_first(
    "requests to an owner in a state",
    ACCESS_REQUEST,
    "created_at",
    "request_id",
    _to_owner,
    _request.c.status == _status,
    given=(_owner_id, _status),
)
ASKED_BY = _newest_first(
    "requests by an account",
    ACCESS_REQUEST,
    "created_at",
    "request_id",
    _request.c.requester_account_id == _account_id,
    given=(_account_id,),
)
ASKED = by(
    ACCESS_REQUEST,
    "request by an account",
    "requester_account_id",
    "request_id",
    filters={"requester_account_id"},
)
EVENTS = _newest_first(
    "events of an owner", EVENT, "at", "event_id", EVENT.table.c.owner_id == _owner_id, given=(_owner_id,)
)
ALL_RESOURCES = _all("all resources", RESOURCE, "resource_id")
ALL_GRANTS = _all("all grants", GRANT, "grant_id")


class SharingReads(Reading):
    """Lists of what people have, share, are asked for and did."""

    async def owner_resources(self, owner_id: str, wanted: ResourceFilter, page: Page) -> Sequence[Resource]:
        """List an owner's resources everywhere, newest first."""
        filters: tuple[Cell, ...] = (
            None if wanted.name is None else _pattern(wanted.name),
            wanted.type,
            wanted.label,
            wanted.resource_server,
        )
        return await self.many(RESOURCE, OWNER_RESOURCES, owner_id, *filters, *newest_first(page), size(page))

    async def owner_resource(self, owner_id: str, resource_id: str) -> Resource | None:
        """Return one of an owner's resources."""
        return await self.one(RESOURCE, OWNER_RESOURCE, owner_id, resource_id)

    async def owner_resources_by_id(self, owner_id: str, resource_ids: Sequence[str]) -> Sequence[Resource]:
        """Return those of the owner's resources that exist, in no order."""
        return await self.many(RESOURCE, OWNER_RESOURCES_BY_ID, owner_id, array(resource_ids)) if resource_ids else ()

    async def grant(self, owner_id: str, grant_id: str) -> Grant | None:
        """Return one of an owner's grants."""
        return await self.one(GRANT, GRANT_BY_ID, owner_id, grant_id)

    async def grants(self, owner_id: str, wanted: GrantFilter, page: Page) -> Sequence[Grant]:
        """List an owner's grants, newest first."""
        state: tuple[Cell, ...] = (wanted.status, wanted.now)
        place = (*newest_first(page), size(page))
        if wanted.resource_id is not None:
            on = target_key(owner_id, "resource", wanted.resource_id)
            return await self.many(GRANT, GRANTS_ON, *state, on, wanted.grantee_id, *place)
        if wanted.grantee_id is not None:
            return await self.many(GRANT, GRANTS_TO, owner_id, *state, wanted.grantee_id, *place)
        return await self.many(GRANT, GRANTS, owner_id, *state, *place)

    async def grants_reaching(self, owner_id: str, resource: Resource, page: Page) -> Sequence[Grant]:
        """List an owner's grants that a resource falls under, by id, type or label, newest first."""
        keys = [target_key(owner_id, *target) for target in targets_of(resource)]
        return await self.many(GRANT, GRANTS_REACHING, array(keys), *newest_first(page), size(page))

    async def shared_with(self, account_id: str, email: str | None, page: Page) -> Sequence[SharedGrant]:
        """List grants by others to this account or its verified address, newest first."""
        keys = [grantee_key("account", account_id)] + ([grantee_key("email", email)] if email else [])
        place = (*newest_first(page), size(page))
        found = await self.ask(*((SHARED_WITH, (self.realm, key, account_id, *place)) for key in keys))
        split = len(GRANT.columns)
        shared = [
            SharedGrant(
                grant=GRANT.decode(row[:split]),
                resource=None if row[split] is None else RESOURCE.decode(row[split:]),
            )
            for rows in found
            for row in rows
        ]
        shared.sort(key=lambda each: (each.grant.created_at, each.grant.grant_id), reverse=True)
        return shared[: size(page)]

    async def access_request(self, owner_id: str, request_id: str) -> AccessRequest | None:
        """Return one request to an owner."""
        return await self.one(ACCESS_REQUEST, REQUEST_BY_ID, owner_id, request_id)

    async def access_requests(self, owner_id: str, status: RequestStatus | None, page: Page) -> Sequence[AccessRequest]:
        """List requests to an owner, newest first."""
        place = (*newest_first(page), size(page))
        if status is None:
            return await self.many(ACCESS_REQUEST, REQUESTS, owner_id, *place)
        return await self.many(ACCESS_REQUEST, REQUESTS_IN, owner_id, status, *place)

    async def asked_by(self, account_id: str, page: Page) -> Sequence[AccessRequest]:
        """List requests by an account, newest first."""
        return await self.many(ACCESS_REQUEST, ASKED_BY, account_id, *newest_first(page), size(page))

    async def asked(self, account_id: str, request_id: str) -> AccessRequest | None:
        """Return one request by an account."""
        return await self.one(ACCESS_REQUEST, ASKED, account_id, request_id)

    async def events(self, owner_id: str, page: Page) -> Sequence[Event]:
        """List what happened to an owner's things, newest first."""
        return await self.many(EVENT, EVENTS, owner_id, *newest_first(page), size(page))

    async def all_resources(self, page: Page) -> Sequence[Resource]:
        """List every resource of the realm by ``resource_id``."""
        return await self.many(RESOURCE, ALL_RESOURCES, by_id(page), size(page))

    async def all_grants(self, page: Page) -> Sequence[Grant]:
        """List every grant of the realm by ``grant_id``."""
        return await self.many(GRANT, ALL_GRANTS, by_id(page), size(page))


def _pattern(part: str) -> str:
    """Spell "contains this" for LIKE."""
    quoted = fold(part).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{quoted}%"
