"""`/me/circles`: people with whom I share as one."""

from collections.abc import Mapping

from msgspec import Struct

from consentry.core import circles as core
from consentry.core.grantee import NamedGrantee
from consentry.core.nothing import Nothing
from consentry.core.sharing import Listed
from consentry.web.answers import etag, expected_version, present, refuse_problem, write_json, write_nothing
from consentry.web.forms import read_query, required
from consentry.web.http import Request, Response
from consentry.web.json_bodies import read_struct
from consentry.web.me.common import filters, read_page, to_text, who, write_list
from consentry.web.parts import Parts
from consentry.web.route import Endpoint


class CircleName(Struct, forbid_unknown_fields=True, kw_only=True):
    """What a circle is called."""

    name: str


class NewMember(Struct, forbid_unknown_fields=True, kw_only=True):
    """A user name or an e-mail address; of an address, whoever has it verified."""

    account: str | None = None
    email: str | None = None


async def _read_list(_: Parts, request: Request) -> core.ListCircles:
    page, query = read_page(request)
    filters(query)
    return core.ListCircles(who=who(request), page=page)


async def _read_one(_: Parts, request: Request) -> core.ReadCircle:
    return core.ReadCircle(who=who(request), circle_id=request.parameters["circle_id"])


async def _read_new(_: Parts, request: Request) -> core.MakeCircle:
    return core.MakeCircle(who=who(request), name=read_struct(request, CircleName).name)


async def _read_rename(_: Parts, request: Request) -> core.RenameCircle:
    return core.RenameCircle(
        who=who(request),
        circle_id=request.parameters["circle_id"],
        name=read_struct(request, CircleName).name,
        version=expected_version(request),
    )


async def _read_remove(_: Parts, request: Request) -> core.RemoveCircle:
    return core.RemoveCircle(
        who=who(request), circle_id=request.parameters["circle_id"], version=expected_version(request)
    )


async def _read_new_member(_: Parts, request: Request) -> core.AddMember:
    asking = who(request)
    new = read_struct(request, NewMember)
    return core.AddMember(
        who=asking,
        circle_id=request.parameters["circle_id"],
        somebody=NamedGrantee(account=new.account, email=new.email),
        version=expected_version(request),
    )


async def _read_leaving(_: Parts, request: Request) -> core.RemoveMember:
    asking = who(request)
    return core.RemoveMember(
        who=asking,
        circle_id=request.parameters["circle_id"],
        member_id=required(filters(read_query(request), "id"), "id"),
        version=expected_version(request),
    )


def _members(mine: core.MyCircle) -> Mapping[str, object]:
    circle = mine.circle
    return present(
        id=circle.circle_id,
        name=circle.name,
        members=[_member(each) for each in mine.members],
        created_at=to_text(circle.created_at),
        version=circle.version,
    )


def _member(mine: core.MyMember) -> Mapping[str, object]:
    member = mine.member
    named = {"account": mine.username or member.id} if member.kind == "account" else {"email": member.id}
    return present(id=member.id, **named, name=mine.person, added_at=to_text(member.added_at))


def _write_list(_: Request, said: Listed[core.MyCircle]) -> Response:
    return write_list(said, _members)


def _write_one(_: Request, said: core.MyCircle) -> Response:
    return write_json(200, _members(said), etag(said.circle.version))


def _write_new(request: Request, said: core.MyCircle) -> Response:
    location = f"{request.issuer}/me/circles/{said.circle.circle_id}"
    return write_json(201, _members(said), (b"location", location.encode()), etag(said.circle.version))


def _write_removed(_: Request, __: Nothing) -> Response:
    return write_nothing(204)


list_all = Endpoint(read=_read_list, decide=core.list_circles, write=_write_list, refuse=refuse_problem)
make = Endpoint(read=_read_new, decide=core.make_circle, write=_write_new, refuse=refuse_problem)
read_one = Endpoint(read=_read_one, decide=core.read_circle, write=_write_one, refuse=refuse_problem)
rename = Endpoint(read=_read_rename, decide=core.rename_circle, write=_write_one, refuse=refuse_problem)
remove = Endpoint(read=_read_remove, decide=core.remove_circle, write=_write_removed, refuse=refuse_problem)
add_member = Endpoint(read=_read_new_member, decide=core.add_member, write=_write_one, refuse=refuse_problem)
remove_member = Endpoint(read=_read_leaving, decide=core.remove_member, write=_write_one, refuse=refuse_problem)
