"""The requester's side: what others share with me, what I have asked for."""

from dataclasses import replace

from consentry.core.changes import Add, Replace
from consentry.core.context import Answer, Context
from consentry.core.errors import Conflict, NotFound
from consentry.core.events import event
from consentry.core.me import Who, me
from consentry.core.model import AccessRequest, Grant, GrantStatus
from consentry.core.ports import Page
from consentry.core.sharing import Listed, listed, names, resource_name, status_of
from consentry.uma.value import value


@value
class SharedWithMe:
    """A grant by somebody else, as its grantee may see it."""

    grant: Grant
    status: GrantStatus
    owner: str
    thing: str | None = None


@value
class MyRequest:
    """A request of mine.  Of the thing I learn no more than I knew when I asked."""

    request: AccessRequest
    owner: str
    app: str


@value
class ListSharedWithMe:
    who: Who
    page: Page = Page()


@value
class ListAsked:
    who: Who
    page: Page = Page()


@value
class Withdraw:
    who: Who
    request_id: str


async def list_shared_with_me(ctx: Context, request: ListSharedWithMe) -> Answer[Listed[SharedWithMe]]:
    """List what others share with me, newest first."""
    account_id = await me(ctx, request.who)
    account = await ctx.store.account(account_id)
    email = account.email.casefold() if account and account.email and account.email_verified else None
    found = await ctx.store.shared_with(account_id, email, request.page)
    known = await names(ctx, account_id, accounts=[each.grant.owner_id for each in found])
    rows = [
        SharedWithMe(
            grant=each.grant,
            status=status_of(each.grant, ctx.now),
            owner=known.person(each.grant.owner_id) or "Somebody",
            thing=resource_name(each.resource) if each.resource else None,
        )
        for each in found
    ]
    return Answer(listed(rows, [each.grant for each in found], request.page))


async def list_asked(ctx: Context, request: ListAsked) -> Answer[Listed[MyRequest]]:
    """List what I have asked for, newest first."""
    account_id = await me(ctx, request.who)
    found = await ctx.store.asked_by(account_id, request.page)
    known = await names(
        ctx,
        account_id,
        accounts=[each.owner_id for each in found],
        clients=[each.client_id for each in found],
    )
    rows = [
        MyRequest(
            request=each,
            owner=known.person(each.owner_id) or "Somebody",
            app=known.app(each.client_id) or each.client_id,
        )
        for each in found
    ]
    return Answer(listed(rows, found, request.page))


async def withdraw(ctx: Context, request: Withdraw) -> Answer[AccessRequest]:
    """Take back a request that nobody has decided yet."""
    account_id = await me(ctx, request.who)
    found = await ctx.store.asked(account_id, request.request_id)
    if found is None:
        raise NotFound("no such request")
    if found.status != "open":
        raise Conflict("it has been decided or withdrawn already")
    withdrawn = replace(found, status="withdrawn", decided_at=ctx.now)
    recorded = event(
        ctx,
        "request.withdrawn",
        owner_id=found.owner_id,
        actor=account_id,
        client_id=found.client_id,
        about=found.request_id,
    )
    return Answer(withdrawn, Replace(record=withdrawn), Add(record=recorded))
