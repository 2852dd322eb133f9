"""Faults that are put into a server of a test, to see that the kit finds them."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from consentry.core import introspection, live, permission
from consentry.core.assessment import Assessment, Question, assess
from consentry.core.bearer import bearer
from consentry.core.context import Context
from consentry.core.errors import InvalidGrant, InvalidResourceId
from consentry.core.grants import uma_ticket
from consentry.core.introspection import INACTIVE, Introspection
from consentry.core.model import (
    Client,
    Grant,
    GrantedPermission,
    PermissionTicket,
    Resource,
    TicketPermission,
)
from consentry.core.requested_scopes import Wanted
from consentry.core.tokens import digest
from consentry.plugins import claim_tokens
from consentry.server import OpenRealm
from consentry.uma.codes import GRANT_UMA_TICKET, SCOPE_UMA_PROTECTION
from consentry.web.http import AsgiApp, Message, Receive, Scope, Send

Change = Callable[[str, dict[str, str], int, dict[str, object]], tuple[int, dict[str, object]]]
"""Takes the path, the form that was sent, the status and the JSON members of an answer; returns another answer."""


def a_used_ticket_is_accepted(plant: pytest.MonkeyPatch) -> None:
    async def spend(ctx: Context, client: Client, secret: str) -> PermissionTicket:
        ticket = await ctx.store.permission_ticket(digest(secret))
        if ticket is None or ticket.expires_at <= ctx.now:
            raise InvalidGrant("the ticket is unknown or expired")
        return replace(ticket, client_id=client.client_id)

    plant.setattr(uma_ticket, "spend", spend)


def a_foreign_pat_is_accepted_at_introspection(plant: pytest.MonkeyPatch) -> None:
    async def for_pat(ctx: Context, pat: str, token: str | None) -> Introspection:
        await bearer(ctx, pat, scope=SCOPE_UMA_PROTECTION)
        for client_id in ("c1", "c2", "c3"):
            rpt = await ctx.store.rpt_of_client(client_id, digest(token or ""))
            found = rpt and await ctx.store.rpt(rpt.owner_id, rpt.resource_server, digest(token or ""))
            if found:
                return await introspection._rpt(ctx, found)  # noqa: SLF001 - the fault is in who may ask, nothing else
        return INACTIVE

    plant.setattr(introspection, "_for_pat", for_pat)


def a_claim_token_is_not_verified(plant: pytest.MonkeyPatch) -> None:
    def verified(_: OpenRealm, text: str) -> dict[str, object]:
        from consentry.conformance.stage import claims_of  # noqa: PLC0415 - reads, and checks nothing

        return dict(claims_of(text))

    plant.setattr(claim_tokens, "verified", verified)


def without_a_policy_everything_is_permitted(plant: pytest.MonkeyPatch) -> None:
    def permit(question: Question, wanted: Sequence[Wanted], grants: Sequence[Grant]) -> Assessment:
        assessed = assess(question, wanted, grants)
        if grants:
            return assessed
        given = tuple(
            GrantedPermission(
                resource_id=each.resource.resource_id, grant_id=None, scopes=each.scopes, issued_at=question.now
            )
            for each in wanted
        )
        return replace(assessed, granted=given, complete=True, full=True)

    plant.setattr(uma_ticket, "assess", permit)


def an_unregistered_scope_is_accepted(plant: pytest.MonkeyPatch) -> None:
    def require(registered: dict[str, Resource], wanted: TicketPermission) -> None:
        if wanted.resource_id not in registered:
            raise InvalidResourceId("no such resource")

    plant.setattr(permission, "_require_registered", require)


def an_rpt_outlives_its_share(plant: pytest.MonkeyPatch) -> None:
    def untouched(*given: object) -> GrantedPermission:
        return next(each for each in given if isinstance(each, GrantedPermission))

    plant.setattr(live, "_live", untouched)


def need_info_returns_the_ticket_that_was_shown(
    path: str, form: dict[str, str], status: int, members: dict[str, object]
) -> tuple[int, dict[str, object]]:
    if members.get("error") == "need_info":
        return status, {**members, "ticket": form["ticket"]}
    return status, members


def introspection_shows_scope(
    path: str, form: dict[str, str], status: int, members: dict[str, object]
) -> tuple[int, dict[str, object]]:
    return status, {**members, "scope": "view"} if "permissions" in members else members


def request_submitted_has_no_ticket(
    path: str, form: dict[str, str], status: int, members: dict[str, object]
) -> tuple[int, dict[str, object]]:
    if members.get("error") == "request_submitted":
        return status, {name: said for name, said in members.items() if name != "ticket"}
    return status, members


def a_foreign_resource_is_forbidden(
    path: str, form: dict[str, str], status: int, members: dict[str, object]
) -> tuple[int, dict[str, object]]:
    if status == 404 and "/uma/resource/" in path and not path.endswith("no-such-resource"):
        return 403, {"error": "access_denied"}
    return status, members


def an_rpt_means_nothing(
    path: str, form: dict[str, str], status: int, members: dict[str, object]
) -> tuple[int, dict[str, object]]:
    if form.get("grant_type") == GRANT_UMA_TICKET:
        return 200, {"access_token": "made-up", "token_type": "Bearer"}
    return status, members


def a_pct_comes_unasked(
    path: str, form: dict[str, str], status: int, members: dict[str, object]
) -> tuple[int, dict[str, object]]:
    if form.get("grant_type") == GRANT_UMA_TICKET and status == 200:
        return status, {**members, "pct": "always-the-same"}
    return status, members


class Interaction:
    """Changes where the claims interaction sends the browser."""

    def __init__(self, turn: Callable[[str, str, dict[str, str]], str]) -> None:
        self._turn = turn
        self._asked: dict[str, str] = {}

    def __call__(self, app: AsgiApp) -> AsgiApp:
        """Put this before a server."""

        async def turned(scope: Scope, receive: Receive, send: Send) -> None:
            query = {name: texts[0] for name, texts in parse_qs(scope.get("query_string", b"").decode()).items()}
            if str(scope.get("path")).endswith("/uma/claims"):
                self._asked = query

            async def sent(message: Message) -> None:
                if message["type"] == "http.response.start" and "/uma/claims" in str(scope["path"]):
                    found = [text for name, text in message["headers"] if name == b"location"]
                    there = self._turn(str(scope["path"]), found[0].decode() if found else "", self._asked)
                    others = [(name, text) for name, text in message["headers"] if name != b"location"]
                    if there:
                        message = {**message, "status": 303, "headers": [*others, (b"location", there.encode())]}
                await send(message)

            await app(scope, receive, sent)

        return turned


def the_ticket_shown_comes_back(path: str, there: str, asked: dict[str, str]) -> str:
    return re.sub(r"(?<=[?&]ticket=)[^&]+", asked.get("ticket", ""), there)


def the_state_is_lost(path: str, there: str, asked: dict[str, str]) -> str:
    return re.sub(r"&state=[^&]*", "", there)


def an_address_is_not_compared(path: str, there: str, asked: dict[str, str]) -> str:
    """Send the browser to whatever address came with the request, instead of showing an error."""
    return there or f"{asked.get('claims_redirect_uri') or 'https://attacker.example/'}?error=invalid_request"


def nobody_is_asked(path: str, there: str, asked: dict[str, str]) -> str:
    address = asked.get("claims_redirect_uri") or "http://127.0.0.1:9411/claims"
    return f"{address}{'&' if '?' in address else '?'}ticket=another"


def altering(app: AsgiApp, change: Change) -> AsgiApp:
    """Put something before a server that changes its JSON answers."""

    async def altered(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        body = await _body(receive)
        sent: list[Message] = []

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def keep(message: Message) -> None:
            sent.append(message)

        await app(scope, again, keep)
        for message in _changed(str(scope["path"]), body, sent, change):
            await send(message)

    return altered


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _changed(path: str, body: bytes, sent: list[Message], change: Change) -> list[Message]:
    start = next(message for message in sent if message["type"] == "http.response.start")
    said = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
    try:
        members = json.loads(said)
    except ValueError:
        return sent
    if not isinstance(members, dict):
        return sent
    form = {name: texts[0] for name, texts in parse_qs(body.decode(errors="replace")).items()}
    status, changed = change(path, form, start["status"], members)
    written = json.dumps(changed).encode()
    headers = [(name, text) for name, text in start["headers"] if name.lower() != b"content-length"]
    return [
        {**start, "status": status, "headers": [*headers, (b"content-length", str(len(written)).encode())]},
        {"type": "http.response.body", "body": written, "more_body": False},
    ]
