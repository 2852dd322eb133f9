"""Reads of RPTs: what one says, and how its grants and resources stand, in one row however many permissions it has.

A planner has no choice here: each permission's grant and resource are probed by their keys.
"""

import msgspec
import sqlalchemy as sa

from consentry.core.findings import LiveGrant, LiveResource, LiveRpt, ProtectedRpt
from consentry.core.model import Rpt
from consentry.store.codec import Row
from consentry.store.json_sql import collected, each, json_object, json_value, member
from consentry.store.reads.reading import REALM_NAME, Reading, is_enabled, of_the_enabled, within
from consentry.store.statement import ONE, ZERO, Statement, text, word
from consentry.store.tables import ACCESS_TOKEN, ACCOUNT, GRANT, RESOURCE, RPT
from consentry.uma.value import value

_rpt, _grant, _resource, _token = RPT.table, GRANT.table, RESOURCE.table, ACCESS_TOKEN.table
_digest, _pat = text("digest"), text("pat")
_owner_id, _server, _client_id = text("owner_id"), text("resource_server"), text("client_id")


@value
class Standing:
    """What one permission points to, as far as it still exists."""

    grant: LiveGrant | None
    resource: LiveResource | None


_decode = msgspec.json.Decoder(tuple[Standing, ...], strict=False).decode  # not strict: flags are numbers here


def _standings() -> sa.ScalarSelect[str]:
    """Select the grant and the resource of each permission of the RPT in the row around it, as one JSON text."""
    permissions, permission = each(_rpt.c.permissions, "permission")
    grant = (
        sa.select(
            json_object(
                grant_id=_grant.c.grant_id,
                target_id=_grant.c.target_id,
                grantee_kind=_grant.c.grantee_kind,
                parent=_grant.c.parent,
                scopes=json_value(_grant.c.scopes),
                client_ids=json_value(_grant.c.client_ids),
                allow=_grant.c.allow,
                not_before=_grant.c.not_before,
                expires_at=_grant.c.expires_at,
                paused_at=_grant.c.paused_at,
            )
        )
        .where(
            _grant.c.realm == _rpt.c.realm,
            _grant.c.owner_id == _rpt.c.owner_id,
            _grant.c.grant_id == member(permission, word("grant_id")),
        )
        .correlate(_rpt, permissions)
    )
    resource = (
        sa.select(
            json_object(resource_id=_resource.c.resource_id, resource_scopes=json_value(_resource.c.resource_scopes))
        )
        .where(
            _resource.c.realm == _rpt.c.realm,
            _resource.c.owner_id == _rpt.c.owner_id,
            _resource.c.resource_id == member(permission, word("resource_id")),
        )
        .correlate(_rpt, permissions)
    )
    standing = json_object(grant=json_value(grant.scalar_subquery()), resource=json_value(resource.scalar_subquery()))
    return sa.select(collected(standing)).select_from(permissions).correlate(_rpt).scalar_subquery()


def _refusals() -> sa.ScalarSelect[int]:
    """Tell whether the owner of the RPT in the row around it has said an explicit no to anybody."""
    no = _grant.alias("no")
    return (
        sa.select(sa.func.count())
        .select_from(
            sa.select(ONE)
            .where(no.c.realm == _rpt.c.realm, no.c.refusal_key == _rpt.c.owner_id)
            .limit(ONE)
            .offset(ZERO)
            .correlate(_rpt)
            .subquery()
        )
        .correlate(_rpt)
        .scalar_subquery()
    )


LIVE_RPT = Statement(
    "rpt",
    of_the_enabled(
        RPT,
        "requester_account_id",
        _rpt.c.owner_id == _owner_id,
        _rpt.c.digest == _digest,
        _rpt.c.resource_server == _server,
    ).add_columns(_standings(), _refusals()),
    REALM_NAME,
    _owner_id,
    _server,
    _digest,
)


def _under_a_pat() -> sa.Select[*tuple[str | int | None, ...]]:
    requester = ACCOUNT.table.alias("requester")
    shown = sa.and_(
        _rpt.c.realm == _token.c.realm,
        _rpt.c.owner_id == _token.c.account_id,
        _rpt.c.resource_server == _token.c.client_id,
        _rpt.c.digest == _digest,
        is_enabled(requester, _rpt.c.realm, _rpt.c.requester_account_id),
    )
    owner = ACCOUNT.table.alias("owner")
    return (
        sa.select(*ACCESS_TOKEN.columns, *RPT.columns, _standings(), _refusals())
        .select_from(_token.outerjoin(_rpt, shown))
        .where(
            _token.c.realm == REALM_NAME,
            _token.c.digest == _pat,
            is_enabled(owner, _token.c.realm, _token.c.account_id),
        )
    )


PROTECTED_RPT = Statement("rpt under a PAT", _under_a_pat(), REALM_NAME, _pat, _digest)

RPT_OF_CLIENT = Statement(
    "rpt of a client",
    within(RPT, _rpt.c.digest == _digest, _rpt.c.client_id == _client_id),
    REALM_NAME,
    _client_id,
    _digest,
)


class RptReads(Reading):
    """What introspection and upgrades need."""

    async def protected_rpt(self, pat_digest: str, digest: str) -> ProtectedRpt | None:
        """Return a PAT, and an RPT if it is of the PAT's owner at the PAT's resource server."""
        (rows,) = await self.ask((PROTECTED_RPT, (self.realm, pat_digest, digest)))
        if not rows:
            return None
        of_token = len(ACCESS_TOKEN.columns)
        row = rows[0]
        found = row[of_token:]
        return ProtectedRpt(token=ACCESS_TOKEN.decode(row[:of_token]), live=None if found[0] is None else _live(found))

    async def rpt(self, owner_id: str, resource_server: str, digest: str) -> LiveRpt | None:
        """Return an RPT of this owner at this resource server, if the requester's account, if any, is enabled."""
        (rows,) = await self.ask((LIVE_RPT, (self.realm, owner_id, resource_server, digest)))
        return _live(rows[0]) if rows else None

    async def rpt_of_client(self, client_id: str, digest: str) -> Rpt | None:
        """Return an RPT by its digest for the client that holds it."""
        return await self.one(RPT, RPT_OF_CLIENT, client_id, digest)


def _live(row: Row) -> LiveRpt:
    """Read an RPT's cells and, in the last two, how its permissions stand and whether somebody is refused."""
    standings = _decode(str(row[-2] or "[]"))
    return LiveRpt(
        rpt=RPT.decode(row[:-2]),
        refusals=bool(row[-1]),
        grants=tuple(each.grant for each in standings if each.grant is not None),
        resources=tuple(each.resource for each in standings if each.resource is not None),
    )
