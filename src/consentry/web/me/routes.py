"""The rows of the route table that make up the owner's and requester's API."""

from consentry.web.me import circles, grants, passing_on, remembered, requester, requests, resources
from consentry.web.me.activity import activity
from consentry.web.me.why import why
from consentry.web.route import Handler, Route


def _row(path: str, **methods: Handler) -> Route:
    return Route(path=f"/me/{path}", methods=methods, guard="owner")


ROUTES: tuple[Route, ...] = (
    _row("resources", GET=resources.list_all),
    _row("resources/{resource_id}", GET=resources.read_one, PATCH=resources.change),
    _row("grants", GET=grants.list_all, POST=grants.create),
    _row("grants/{grant_id}", GET=grants.read_one, PATCH=grants.change, DELETE=grants.stop),
    _row("circles", GET=circles.list_all, POST=circles.make),
    _row("circles/{circle_id}", GET=circles.read_one, PATCH=circles.rename, DELETE=circles.remove),
    _row("circles/{circle_id}/members", POST=circles.add_member, DELETE=circles.remove_member),
    _row("requests", GET=requests.list_all),
    _row("requests/{request_id}", GET=requests.read_one),
    _row("requests/{request_id}/approve", POST=requests.approve),
    _row("requests/{request_id}/deny", POST=requests.deny),
    _row("requests/{request_id}/block", POST=requests.block),
    _row("shared-with-me", GET=requester.shared_with_me),
    _row("shared-with-me/{grant_id}/share", GET=passing_on.passed_on, POST=passing_on.pass_on),
    _row("passed-on/{grant_id}", DELETE=passing_on.stop),
    _row("asked", GET=requester.asked),
    _row("asked/{request_id}", DELETE=requester.withdraw),
    _row("remembered", GET=remembered.list_all),
    _row("remembered/{client_id}", DELETE=remembered.forget),
    _row("activity", GET=activity),
    _row("why", GET=why),
)
