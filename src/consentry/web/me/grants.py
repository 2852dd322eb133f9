"""`/me/grants`: what I share, with whom, on which terms."""

from dataclasses import fields
from typing import get_args

from msgspec import UNSET, Struct, UnsetType

from consentry.core import owner_grants as core
from consentry.core.errors import InvalidRequest
from consentry.core.grantee import somebody
from consentry.core.model import GrantStatus, TargetKind
from consentry.core.owner_grants import MyGrant
from consentry.core.patch_share import PatchShare, patch_share
from consentry.core.sharing import Listed
from consentry.core.terms import Terms
from consentry.web.answers import etag, expected_version, refuse_problem, write_json, write_nothing
from consentry.web.http import Request, Response
from consentry.web.json_bodies import read_struct
from consentry.web.me.common import Moment, Scopes, filters, read_page, to_seconds, who, write_list
from consentry.web.me.grant_members import GranteeBody, grant_members, read_grantee
from consentry.web.parts import Parts
from consentry.web.route import Endpoint


class NewTerms(Struct, forbid_unknown_fields=True, kw_only=True):
    """With whom, and on which terms; a condition that is not known here is refused, never ignored."""

    grantee: GranteeBody
    scopes: Scopes
    not_before: Moment | None = None
    expires_at: Moment | None = None
    purpose: str | None = None
    client_ids: Scopes = ()
    note: str | None = None
    max_uses: int | None = None
    ask_me: bool = False
    reshare: int = 0


class NewGrant(NewTerms, forbid_unknown_fields=True, kw_only=True):
    """One of ``resource_id``, ``label`` and ``type``."""

    resource_id: str | None = None
    label: str | None = None
    type: str | None = None


class GrantChange(Struct, forbid_unknown_fields=True, kw_only=True):
    """What is left out stays, null takes it away."""

    scopes: Scopes | UnsetType = UNSET
    not_before: Moment | UnsetType | None = UNSET
    expires_at: Moment | UnsetType | None = UNSET
    purpose: str | UnsetType | None = UNSET
    client_ids: Scopes | UnsetType = UNSET
    note: str | UnsetType | None = UNSET
    max_uses: int | UnsetType | None = UNSET
    ask_me: bool | UnsetType = UNSET
    reshare: int | UnsetType = UNSET
    paused: bool | None = None


async def _read_list(_: Parts, request: Request) -> core.ListMyGrants:
    page, query = read_page(request)
    wanted = filters(query, "resource_id", "grantee", "status")
    return core.ListMyGrants(
        who=who(request),
        resource_id=wanted.get("resource_id"),
        grantee=somebody(wanted["grantee"]) if "grantee" in wanted else None,
        status=_status(wanted.get("status")),
        page=page,
    )


async def _read_one(_: Parts, request: Request) -> core.ReadMyGrant:
    return core.ReadMyGrant(who=who(request), grant_id=request.parameters["grant_id"])


async def _read_new(_: Parts, request: Request) -> core.Share:
    asking = who(request)
    new = read_struct(request, NewGrant)
    kind, target_id = _target(new)
    return core.Share(
        who=asking,
        target_kind=kind,
        target_id=target_id,
        grantee=read_grantee(new.grantee),
        terms=read_terms(new),
    )


def read_terms(new: NewTerms) -> Terms:
    """Return on which terms something is to be shared."""
    return Terms(
        scopes=new.scopes,
        not_before=to_seconds(new.not_before),
        expires_at=to_seconds(new.expires_at),
        purpose=new.purpose,
        client_ids=new.client_ids,
        note=new.note,
        max_uses=new.max_uses,
        ask_me=new.ask_me,
        reshare=new.reshare,
    )


async def _read_change(_: Parts, request: Request) -> PatchShare:
    asking = who(request)
    change = read_struct(request, GrantChange)
    terms = Terms(
        scopes=() if isinstance(change.scopes, UnsetType) else change.scopes,
        not_before=None if isinstance(change.not_before, UnsetType) else to_seconds(change.not_before),
        expires_at=None if isinstance(change.expires_at, UnsetType) else to_seconds(change.expires_at),
        purpose=None if isinstance(change.purpose, UnsetType) else change.purpose,
        client_ids=() if isinstance(change.client_ids, UnsetType) else change.client_ids,
        note=None if isinstance(change.note, UnsetType) else change.note,
        max_uses=None if isinstance(change.max_uses, UnsetType) else change.max_uses,
        ask_me=False if isinstance(change.ask_me, UnsetType) else change.ask_me,
        reshare=0 if isinstance(change.reshare, UnsetType) else change.reshare,
    )
    return PatchShare(
        who=asking,
        grant_id=request.parameters["grant_id"],
        terms=terms,
        named=frozenset(each.name for each in fields(Terms) if getattr(change, each.name) is not UNSET),
        paused=change.paused,
        version=expected_version(request),
    )


async def _read_stop(_: Parts, request: Request) -> core.StopSharing:
    return core.StopSharing(
        who=who(request), grant_id=request.parameters["grant_id"], version=expected_version(request)
    )


def _target(new: NewGrant) -> tuple[TargetKind, str]:
    named: list[tuple[TargetKind, str]] = []
    if new.resource_id is not None:
        named.append(("resource", new.resource_id))
    if new.label is not None:
        named.append(("label", new.label))
    if new.type is not None:
        named.append(("type", new.type))
    if len(named) != 1:
        raise InvalidRequest("name exactly one of resource_id, label and type")
    return named[0]


def _status(text: str | None) -> GrantStatus | None:
    known: tuple[GrantStatus, ...] = get_args(GrantStatus)
    for status in known:
        if status == text:
            return status
    if text is not None:
        raise InvalidRequest(f"status has to be one of {', '.join(known)}")
    return None


def _write_list(_: Request, said: Listed[MyGrant]) -> Response:
    return write_list(said, grant_members)


def _write_one(_: Request, said: MyGrant) -> Response:
    return write_json(200, grant_members(said), etag(said.grant.version))


def _write_new(request: Request, said: MyGrant) -> Response:
    location = f"{request.issuer}/me/grants/{said.grant.grant_id}"
    return write_json(201, grant_members(said), (b"location", location.encode()), etag(said.grant.version))


def _write_stopped(_: Request, __: core.Stopped) -> Response:
    return write_nothing(204)


list_all = Endpoint(read=_read_list, decide=core.list_my_grants, write=_write_list, refuse=refuse_problem)
create = Endpoint(read=_read_new, decide=core.share, write=_write_new, refuse=refuse_problem)
read_one = Endpoint(read=_read_one, decide=core.read_my_grant, write=_write_one, refuse=refuse_problem)
change = Endpoint(read=_read_change, decide=patch_share, write=_write_one, refuse=refuse_problem)
stop = Endpoint(read=_read_stop, decide=core.stop_sharing, write=_write_stopped, refuse=refuse_problem)
