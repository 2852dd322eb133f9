"""What happened: the owner's record of everything that touched what is theirs."""

import json
from collections.abc import Mapping

from consentry.core.context import Answer, Context
from consentry.core.me import Who, me
from consentry.core.model import Event
from consentry.core.ports import Page
from consentry.core.sharing import Listed, listed, names
from consentry.uma.value import value


@value
class Happened:
    """One event with the names that people know; ``detail`` holds further facts."""

    event: Event
    person: str | None
    app: str | None
    thing: str | None
    detail: Mapping[str, object]


@value
class ListActivity:
    who: Who
    page: Page = Page()


async def list_activity(ctx: Context, request: ListActivity) -> Answer[Listed[Happened]]:
    """List what happened to my things, newest first."""
    owner_id = await me(ctx, request.who)
    events = await ctx.store.events(owner_id, request.page)
    known = await names(
        ctx,
        owner_id,
        accounts=[person for each in events for person in (each.actor, grantee_account(each))],
        clients=[each.client_id for each in events],
        resources=[each.resource_id for each in events],
    )
    rows = [
        Happened(
            event=each,
            person=known.person(grantee_account(each) or (None if "grantee" in _detail(each) else each.actor)),
            app=known.app(each.client_id),
            thing=known.thing(each.resource_id),
            detail=_detail(each),
        )
        for each in events
    ]
    return Answer(listed(rows, events, request.page))


def grantee_account(event: Event) -> str | None:
    """Return the account with whom something was shared, if the event is about that."""
    grantee = _detail(event).get("grantee")
    if isinstance(grantee, dict) and grantee.get("kind") == "account":
        return str(grantee.get("id"))
    requester = _detail(event).get("requester")
    return requester if isinstance(requester, str) else None


def _detail(event: Event) -> Mapping[str, object]:
    found: object = json.loads(event.detail)
    return found if isinstance(found, dict) else {}
