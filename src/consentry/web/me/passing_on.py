"""`/me/shared-with-me/{grant_id}/share`, `/me/passed-on`: what I make of a grant to me, as far as its owner lets me."""

from collections.abc import Mapping, Sequence

from consentry.core import reshare_pass_on as core
from consentry.core.owner_grants import MyGrant
from consentry.web.answers import refuse_problem, write_json, write_nothing
from consentry.web.http import Request, Response
from consentry.web.json_bodies import read_struct
from consentry.web.me.common import who
from consentry.web.me.grant_members import grant_members, read_grantee
from consentry.web.me.grants import NewTerms, read_terms
from consentry.web.parts import Parts
from consentry.web.route import Endpoint


async def _read_new(_: Parts, request: Request) -> core.PassOn:
    asking = who(request)
    new = read_struct(request, NewTerms)
    return core.PassOn(
        who=asking,
        grant_id=request.parameters["grant_id"],
        grantee=read_grantee(new.grantee),
        terms=read_terms(new),
    )


async def _read_list(_: Parts, request: Request) -> core.ListPassedOn:
    return core.ListPassedOn(who=who(request), grant_id=request.parameters["grant_id"])


async def _read_stop(_: Parts, request: Request) -> core.StopPassedOn:
    return core.StopPassedOn(who=who(request), grant_id=request.parameters["grant_id"])


def _members(mine: MyGrant) -> Mapping[str, object]:
    """Return a grant as whoever made it sees it: the labels of the owner's things are the owner's."""
    return {name: member for name, member in grant_members(mine).items() if name != "label"}


def _write_new(request: Request, said: MyGrant) -> Response:
    location = f"{request.issuer}/me/passed-on/{said.grant.grant_id}"
    return write_json(201, _members(said), (b"location", location.encode()))


def _write_list(_: Request, said: Sequence[MyGrant]) -> Response:
    return write_json(200, {"items": [_members(each) for each in said]})


def _write_stopped(_: Request, __: None) -> Response:
    return write_nothing(204)


pass_on = Endpoint(read=_read_new, decide=core.pass_on, write=_write_new, refuse=refuse_problem)
passed_on = Endpoint(read=_read_list, decide=core.list_passed_on, write=_write_list, refuse=refuse_problem)
stop = Endpoint(read=_read_stop, decide=core.stop_passed_on, write=_write_stopped, refuse=refuse_problem)
