"""Tokens of the demo's realm without a browser, so that its protocol can be tried with curl."""

from consentry.cli.demo_place import REALM, Place
from consentry.cli.opened import asked, opened
from consentry.core.context import Answer, Context
from consentry.core.errors import NotFound, UnauthorizedClient
from consentry.core.issued import TokenIssued
from consentry.core.issuing import issue
from consentry.core.model import AuthorizationCode
from consentry.uma.value import value


@value
class DemoToken:
    """For whom, through which client, and for what."""

    account: str
    client_id: str
    scope: tuple[str, ...]


async def demo_token(ctx: Context, wanted: DemoToken) -> Answer[TokenIssued]:
    """Issue what a sign-in of that person at that client would have led to."""
    account = await ctx.store.account_by_username(wanted.account)
    client = await ctx.store.client(wanted.client_id)
    if account is None or client is None:
        raise NotFound(f"there is no {'account' if account is None else 'client'} of that name")
    if not set(wanted.scope) <= set(client.scope):
        raise UnauthorizedClient(f"{wanted.client_id} may only have: {' '.join(client.scope)}")
    authorized = AuthorizationCode(
        digest="",
        family=ctx.new_id(),
        client_id=client.client_id,
        account_id=account.account_id,
        redirect_uri="",
        scope=wanted.scope,
        code_challenge=None,
        nonce=None,
        auth_time=ctx.now,
        amr=("pwd",),
        sid=None,
        expires_at=ctx.now,
    )
    return await issue(ctx, client, authorized, scope=wanted.scope, refresh=None, refresh_secret=None)


async def issue_demo_token(place: Place, wanted: DemoToken) -> TokenIssued:
    """Issue a token in the database of a demo; its server may be running."""
    async with opened(place.settings()) as server:
        return await asked(server, REALM, demo_token, wanted)
