"""The console's addresses.  All of them need somebody signed in at the browser."""

from consentry.web.console import (
    circles,
    home,
    remembered,
    requester,
    requests,
    share_form,
    stopping,
    things,
    undo,
    why,
)
from consentry.web.console.page import refuse
from consentry.web.route import Handler, Route


def _route(path: str, get: Handler | None = None, post: Handler | None = None) -> Route:
    methods = {"GET": get, "POST": post}
    handlers = {method: handler for method, handler in methods.items() if handler is not None}
    return Route(path=path, methods=handlers, guard="browser", refuse=refuse)


ROUTES: tuple[Route, ...] = (
    _route("/console", home.home_page),
    _route("/console/people", home.people_page),
    _route("/console/activity", home.activity_page),
    _route("/console/resources", things.things_page),
    _route("/console/resources/{resource_id}", things.thing_page),
    _route("/console/resources/{resource_id}/share", share_form.share_page, share_form.share_posted),
    _route("/console/resources/{resource_id}/why", why.why_page),
    _route("/console/circles", circles.circles_page, circles.make_posted),
    _route("/console/circles/{circle_id}", circles.circle_page, circles.rename_posted),
    _route("/console/circles/{circle_id}/add", post=circles.add_posted),
    _route("/console/circles/{circle_id}/leave", post=circles.leave_posted),
    _route("/console/circles/{circle_id}/remove", post=circles.remove_posted),
    _route("/console/grants/{grant_id}", share_form.change_page, share_form.change_posted),
    _route("/console/grants/{grant_id}/stop", post=stopping.stop_posted),
    _route("/console/grants/{grant_id}/pause", post=stopping.pause_posted),
    _route("/console/grants/{grant_id}/resume", post=stopping.resume_posted),
    _route("/console/undo", post=undo.undo),
    _route("/console/requests", requests.requests_page),
    _route("/console/requests/{request_id}", requests.request_page),
    _route("/console/requests/{request_id}/allow", post=requests.allow_posted),
    _route("/console/requests/{request_id}/deny", post=requests.deny_posted),
    _route("/console/requests/{request_id}/block", post=requests.block_posted),
    _route("/console/shared", requester.shared_page),
    _route("/console/remembered", remembered.remembered_page),
    _route("/console/remembered/forget", post=remembered.forget_posted),
    _route("/console/asked", requester.asked_page),
    _route("/console/asked/{request_id}/withdraw", post=requester.withdraw_posted),
)
