"""The end of an authorization: a code for the client, and the way back to it.

Spec: RFC 6749 4.1.2; RFC 9207 2; RFC 9700 4.12.
"""

from consentry.core.changes import Add
from consentry.core.context import Answer, Context
from consentry.core.events import event
from consentry.core.interaction import PendingAuthorization
from consentry.core.model import AuthorizationCode
from consentry.core.ports import SignedIn
from consentry.core.redirection import response_uri
from consentry.core.tokens import digest
from consentry.uma.value import value


@value
class Redirected:
    """The browser goes to ``location``, which may carry a code."""

    location: str

    def __repr__(self) -> str:
        return "Redirected()"


async def signed_in_at(ctx: Context, session_digest: str | None) -> SignedIn | None:
    """Return who is signed in at a browser, if anybody is."""
    found = await ctx.store.session(session_digest) if session_digest else None
    return found if found is not None and found.session.expires_at > ctx.now else None


def authorized(
    ctx: Context, pending: PendingAuthorization, signed_in: SignedIn, *, organisation_id: str | None = None
) -> Answer[Redirected]:
    """Return the redirect with a new code, and what is stored for it; the code speaks for the organisation, if any."""
    secret = ctx.new_secret()
    session = signed_in.session
    code = AuthorizationCode(
        digest=digest(secret),
        family=ctx.new_id(),
        client_id=pending.client_id,
        account_id=organisation_id or session.account_id,
        actor_id=session.account_id if organisation_id else None,
        redirect_uri=pending.redirect_uri,
        scope=pending.scope,
        code_challenge=pending.code_challenge,
        nonce=pending.nonce,
        auth_time=session.auth_time,
        amr=session.amr,
        sid=session.sid,
        expires_at=ctx.now + ctx.realm.settings.lifetimes.code,
    )
    seen = event(
        ctx,
        "authorization.granted",
        owner_id=organisation_id or session.account_id,
        actor=session.account_id,
        client_id=pending.client_id,
        detail={"scope": list(pending.scope)},
    )
    location = response_uri(pending.redirect_uri, code=secret, state=pending.state, iss=ctx.issuer)
    return Answer(Redirected(location=location), Add(record=code), Add(record=seen))
