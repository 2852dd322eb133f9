"""Every guarded call of the route table, and where in it identifiers stand.

What stands in a path follows from the table; what stands in bodies, forms and queries is said here, once for each
call. A route that is missing here fails the tests.
"""

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote

import httpx2

from consentry.uma.value import value
from consentry.web.route import Route
from consentry.web.routes import ROUTES
from tests.ownership.estate import Caller, Estate, Holding, Kind
from tests.worlds import ISSUER

GUARDS = {"pat", "client-or-pat", "owner"}


@value
class Sent:
    """What goes with a call besides its path."""

    json: object = None
    form: dict[str, str] | None = None
    query: dict[str, str] | None = None


Build = Callable[[str, str], Sent]
"""From the identifier that is tried, and one that is the caller's own."""

Answered = Callable[[httpx2.Response], bool]


@value
class Position:
    """One place in a call where an identifier stands; ``found`` says whether the answer shows that it was taken."""

    name: str
    kind: Kind
    build: Build
    found: Answered = lambda answer: answer.is_success
    in_path: bool = False


@value
class Call:
    """One method of one guarded route."""

    method: str
    route: Route
    positions: tuple[Position, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.route.path}"

    @property
    def sent(self) -> Sent:
        """What goes with a call that names nothing."""
        return SHOWS[self.method, self.route.path][0]

    def callers(self, estate: Estate) -> Sequence[Caller]:
        """Give whoever has the right kind of token."""
        return estate.owners if self.route.guard == "owner" else estate.resource_servers

    async def send(
        self, estate: Estate, headers: dict[str, str], sent: Sent, *, identifier: str = "nothing"
    ) -> httpx2.Response:
        path = self.route.path
        for name in _templates(path):
            path = path.replace(f"{{{name}}}", quote(identifier, safe=""))
        return await estate.site.http.request(
            self.method, ISSUER + path, headers=headers, json=sent.json, data=sent.form, params=sent.query
        )


DESCRIPTION = {"resource_scopes": ["read", "write"], "name": "new"}
NEW_GRANT = {"grantee": {"email": "zoe@example.test"}, "scopes": ["read"]}


def _wanted(*resource_ids: str) -> object:
    return [{"resource_id": each, "resource_scopes": ["read"]} for each in resource_ids]


def _has_items(answer: httpx2.Response) -> bool:
    return bool(answer.json()["items"])


def _permits(answer: httpx2.Response) -> bool:
    body = answer.json()
    return body.get("decision") is True or any(each["decision"] for each in body.get("evaluations", ()))


def _has_results(answer: httpx2.Response) -> bool:
    return bool(answer.json()["results"])


def _evaluated(*resource_ids: str) -> object:
    """Ask about resources for both people; one of them may read each."""
    pairs = [(each, name) for each in resource_ids for name in ("alice", "dave")]
    return {"action": {"name": "read"}, "evaluations": [_question(each, name) for each, name in pairs]}


def _question(resource_id: str, username: str) -> dict[str, object]:
    return {"subject": {"type": "user", "id": username}, "resource": {"type": "resource", "id": resource_id}}


def _is_active(answer: httpx2.Response) -> bool:
    return answer.json()["active"] is True


NOTHING: Build = lambda _identifier, _own: Sent()  # noqa: E731 - a table of functions

BESIDE_THE_PATH: dict[tuple[str, str], Build] = {
    ("GET", "/uma/resource/{resource_id}"): NOTHING,
    ("PUT", "/uma/resource/{resource_id}"): lambda _identifier, _own: Sent(json=DESCRIPTION),
    ("DELETE", "/uma/resource/{resource_id}"): NOTHING,
    ("GET", "/me/resources/{resource_id}"): NOTHING,
    ("PATCH", "/me/resources/{resource_id}"): lambda _identifier, _own: Sent(json={"favourite": True}),
    ("GET", "/me/grants/{grant_id}"): NOTHING,
    ("PATCH", "/me/grants/{grant_id}"): lambda _identifier, _own: Sent(json={"note": "changed"}),
    ("DELETE", "/me/grants/{grant_id}"): NOTHING,
    ("GET", "/me/circles/{circle_id}"): NOTHING,
    ("PATCH", "/me/circles/{circle_id}"): lambda tried, _own: Sent(json={"name": f"named {tried}"}),
    ("DELETE", "/me/circles/{circle_id}"): NOTHING,
    ("POST", "/me/circles/{circle_id}/members"): lambda _identifier, _own: Sent(json={"email": "zoe@example.test"}),
    ("DELETE", "/me/circles/{circle_id}/members"): lambda _identifier, _own: Sent(query={"id": "yan@example.test"}),
    ("GET", "/me/requests/{request_id}"): NOTHING,
    ("POST", "/me/requests/{request_id}/approve"): lambda _identifier, _own: Sent(json={}),
    ("POST", "/me/requests/{request_id}/deny"): NOTHING,
    ("POST", "/me/requests/{request_id}/block"): NOTHING,
    ("DELETE", "/me/asked/{request_id}"): NOTHING,
    ("GET", "/me/shared-with-me/{grant_id}/share"): NOTHING,
    ("POST", "/me/shared-with-me/{grant_id}/share"): lambda _identifier, _own: Sent(json=NEW_GRANT),
    ("DELETE", "/me/passed-on/{grant_id}"): NOTHING,
}
"""What else a call needs whose path names something."""

NAMED_ELSEWHERE: dict[tuple[str, str], tuple[Position, ...]] = {
    ("GET", "/me/why"): (
        Position(
            name="resource_id to be explained",
            kind="resource",
            build=lambda tried, _: Sent(query={"resource_id": tried, "subject": "dave"}),
        ),
    ),
    ("POST", "/uma/permission"): (
        Position(
            name="resource_id alone",
            kind="resource",
            build=lambda tried, _: Sent(json={"resource_id": tried, "resource_scopes": ["read"]}),
        ),
        Position(name="in an array", kind="resource", build=lambda tried, _: Sent(json=_wanted(tried))),
        Position(name="before an own one", kind="resource", build=lambda tried, own: Sent(json=_wanted(tried, own))),
        Position(name="after an own one", kind="resource", build=lambda tried, own: Sent(json=_wanted(own, tried))),
        Position(
            name="between own ones", kind="resource", build=lambda tried, own: Sent(json=_wanted(own, tried, own))
        ),
    ),
    ("POST", "/introspect"): (
        Position(name="token", kind="rpt", build=lambda tried, _: Sent(form={"token": tried}), found=_is_active),
        Position(
            name="token with a hint",
            kind="rpt",
            build=lambda tried, _: Sent(form={"token": tried, "token_type_hint": "requesting_party_token"}),
            found=_is_active,
        ),
    ),
    ("POST", "/access/v1/evaluation"): (
        Position(
            name="resource of an evaluation",
            kind="resource",
            build=lambda tried, _: Sent(json={**_question(tried, "dave"), "action": {"name": "read"}}),
            found=_permits,
        ),
    ),
    ("POST", "/access/v1/evaluations"): (
        Position(
            name="resource among evaluations",
            kind="resource",
            build=lambda tried, _: Sent(json=_evaluated(tried)),
            found=_permits,
        ),
        Position(
            name="resource in common",
            kind="resource",
            build=lambda tried, _: Sent(
                json={
                    **_question(tried, "dave"),
                    "action": {"name": "read"},
                    "evaluations": [{}, {"action": {"name": "write"}}],
                }
            ),
            found=_permits,
        ),
    ),
    ("POST", "/access/v1/search/subject"): (
        Position(
            name="resource of a search for subjects",
            kind="resource",
            build=lambda tried, _: Sent(
                json={
                    "subject": {"type": "user"},
                    "action": {"name": "read"},
                    "resource": {"type": "resource", "id": tried},
                }
            ),
            found=_has_results,
        ),
    ),
    ("POST", "/access/v1/search/action"): (
        Position(
            name="resource of a search for actions",
            kind="resource",
            build=lambda tried, _: Sent(json=_question(tried, "dave")),
            found=_has_results,
        ),
    ),
    ("GET", "/me/grants"): (
        Position(
            name="resource_id to filter by",
            kind="resource",
            build=lambda tried, _: Sent(query={"resource_id": tried}),
            found=_has_items,
        ),
    ),
    ("POST", "/me/grants"): (
        Position(
            name="resource_id of a new grant",
            kind="resource",
            build=lambda tried, _: Sent(json={**NEW_GRANT, "resource_id": tried}),
        ),
        Position(
            name="circle of a new grant",
            kind="circle",
            build=lambda tried, _: Sent(json={"grantee": {"circle": tried}, "scopes": ["read"], "label": "any"}),
        ),
    ),
}
"""Where calls name something outside their path."""

Shown = Callable[[Holding, Caller], Sequence[str]]


def _if_owner(holding: Holding, caller: Caller, *shown: str) -> Sequence[str]:
    return shown if caller.may_use(holding, "resource") else ()


def _if_other(holding: Holding, caller: Caller, *shown: str) -> Sequence[str]:
    return shown if caller.may_use(holding, "asked") else ()


SHOWS: dict[tuple[str, str], tuple[Sent, Shown]] = {
    ("GET", "/uma/resource"): (Sent(), lambda h, caller: _if_owner(h, caller, h.resource.resource_id)),
    ("POST", "/uma/resource"): (Sent(json=DESCRIPTION), lambda _holding, _caller: ()),
    ("POST", "/access/v1/search/resource"): (
        Sent(
            json={
                "subject": {"type": "user", "id": "dave"},
                "action": {"name": "read"},
                "resource": {"type": "resource"},
            }
        ),
        lambda h, caller: _if_owner(h, caller, h.resource.resource_id),
    ),
    ("GET", "/userinfo"): (Sent(), lambda h, caller: _if_owner(h, caller, h.owner.account_id)),
    ("POST", "/userinfo"): (Sent(), lambda h, caller: _if_owner(h, caller, h.owner.account_id)),
    ("GET", "/me/resources"): (Sent(), lambda h, caller: _if_owner(h, caller, h.resource.resource_id)),
    ("GET", "/me/grants"): (
        Sent(),
        # Who passed it on is said to its owner.
        lambda h, caller: _if_owner(
            h, caller, h.grant.grant_id, h.resource.resource_id, h.owner.account_id, h.other.account_id
        ),
    ),
    ("GET", "/me/circles"): (Sent(), lambda h, caller: _if_owner(h, caller, h.circle.circle_id)),
    ("POST", "/me/circles"): (Sent(json={"name": "New"}), lambda _holding, _caller: ()),
    ("GET", "/me/requests"): (
        Sent(),
        lambda h, caller: _if_owner(h, caller, h.request.request_id, h.resource.resource_id),
    ),
    ("GET", "/me/shared-with-me"): (
        Sent(),
        lambda h, caller: _if_other(h, caller, h.grant.grant_id, h.resource.resource_id),
    ),
    ("GET", "/me/asked"): (
        Sent(),
        lambda h, caller: _if_other(h, caller, h.request.request_id, h.resource.resource_id),
    ),
    ("GET", "/me/activity"): (Sent(), lambda h, caller: _if_owner(h, caller, h.happened)),
}
"""What calls that name nothing show of the estate, to whom."""

KINDS: dict[str, Kind] = {
    "resource_id": "resource",
    "grant_id": "grant",
    "circle_id": "circle",
    "request_id": "request",
}


TRIED_ELSEWHERE: dict[tuple[str, str], str] = {
    ("GET", "/me/remembered"): "names nothing; tests/pages/test_persisted_claims.py looks as somebody else",
    ("DELETE", "/me/remembered/{client_id}"): "names a client, which nobody owns; the same tests end somebody else's",
}
"""Guarded calls whose ownership other tests try, and why not here."""


def guarded() -> Iterator[tuple[str, Route]]:
    """Give every method of every route that goes by somebody's token."""
    for route in ROUTES:
        if route.guard in GUARDS:
            yield from ((method, route) for method in route.methods)


def described() -> set[tuple[str, str]]:
    return BESIDE_THE_PATH.keys() | NAMED_ELSEWHERE.keys() | SHOWS.keys()


def calls() -> list[Call]:
    """Give every guarded call that is described here."""
    return [
        Call(method=method, route=route, positions=(*_in_path(method, route.path), *_elsewhere(method, route.path)))
        for method, route in guarded()
        if (method, route.path) in described()
    ]


def _in_path(method: str, path: str) -> Iterator[Position]:
    for name in _templates(path):
        build = BESIDE_THE_PATH[method, path]
        yield Position(name=f"{name} in the path", kind=_kind(name, path), build=build, in_path=True)


def _kind(name: str, path: str) -> Kind:
    others: dict[str, Kind] = {"asked": "asked", "shared-with-me": "received", "passed-on": "passed"}
    return others.get(path.split("/")[2], KINDS[name])


def _elsewhere(method: str, path: str) -> Sequence[Position]:
    return NAMED_ELSEWHERE.get((method, path), ())


def _templates(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]
