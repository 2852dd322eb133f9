"""What comes next in an authorization: sign in, consent, or done.

A request that passed every check waits in an `Interaction` that belongs to one browser; `next_step` says what it waits
for.  No page knows which page follows.  Gathering claims waits in the same way, see `consentry.core.claims_pending`.

Spec: OpenID Connect Core 3.1.2.1, 3.1.2.3, 3.1.2.4, 3.1.2.6; RFC 9700 4.7; RFC 8252 8.6.
"""

import json
from dataclasses import asdict, fields
from typing import Literal

from consentry.core.client_authentication import is_public
from consentry.core.context import Context
from consentry.core.errors import Refusal
from consentry.core.model import Client, Consent, Interaction
from consentry.core.ports import SignedIn
from consentry.core.redirection import proves_identity
from consentry.core.tokens import digest, equal
from consentry.uma.value import value

CLAIMS_INTERACTION = "/uma/claims"
"""Where the claims interaction endpoint is, below the issuer."""


class InteractionOver(Refusal):
    """The process is finished, has expired or belongs to another browser."""

    code = "invalid_request"
    status = 400

    def __init__(self) -> None:
        super().__init__("this sign-in is over, or was begun in another browser; go back to the app and start again")


@value
class PendingAuthorization:
    """An authorization request that passed every check.

    ``scope`` is what of the asked scopes the client may have.  Whoever signed in before ``fresh_from``, or in the
    session ``stale_sid``, has to sign in again; ``subject`` is the only account that will do.
    """

    client_id: str
    redirect_uri: str
    scope: tuple[str, ...]
    code_challenge: str
    state: str | None
    nonce: str | None
    started_at: int
    fresh_from: int = 0
    stale_sid: str | None = None
    ask_consent: bool = False
    subject: str | None = None
    login_hint: str | None = None

    def to_text(self) -> str:
        """Return the JSON text that an `Interaction` keeps."""
        return json.dumps(asdict(self))


@value
class SignInNext:
    """Nobody is signed in who would do."""


@value
class ConsentNext:
    """The person has to be asked: ``new`` for the first time, ``known`` was allowed before."""

    new: tuple[str, ...]
    known: tuple[str, ...]


@value
class Done:
    """Everything is there."""


Step = SignInNext | ConsentNext | Done


@value
class Continue:
    """The browser has to show something first; ``interaction`` is the secret that names the process."""

    interaction: str

    def __repr__(self) -> str:
        return "Continue()"


@value
class ShowSignIn:
    """Ask who is there, for this client."""

    client: Client
    redirect_uri: str
    login_hint: str | None = None


@value
class SignInAgain:
    """Nobody is signed in any more who could decide."""


def next_step(
    pending: PendingAuthorization,
    client: Client,
    signed_in: SignedIn | None,
    consent: Consent | None,
    *,
    choice: bool = False,
) -> Step:
    """Say what an authorization waits for; ``choice``: the person has to say for whom they decide.  Pure."""
    if signed_in is None or not _will_do(pending, signed_in):
        return SignInNext()
    allowed = consent.scope if consent is not None else ()
    new = tuple(name for name in pending.scope if name not in allowed)
    # Without a secret anybody can call himself this client: a person has to look, unless the address tells who it is.
    impostor = is_public(client) and not proves_identity(pending.redirect_uri)
    if new or consent is None or pending.ask_consent or impostor or choice:
        return ConsentNext(new=new, known=tuple(name for name in pending.scope if name in allowed))
    return Done()


def _will_do(pending: PendingAuthorization, signed_in: SignedIn) -> bool:
    session = signed_in.session
    return (
        session.auth_time >= pending.fresh_from
        and session.sid != pending.stale_sid
        and pending.subject in (None, session.account_id)
    )


def waiting(
    ctx: Context, kind: Literal["authorization", "claims"], request: str, *, browser_digest: str, secret: str
) -> Interaction:
    """Return the record of a process that waits for a browser."""
    return Interaction(
        digest=digest(secret),
        kind=kind,
        browser_digest=browser_digest,
        request=request,
        expires_at=ctx.now + ctx.realm.settings.lifetimes.interaction,
    )


async def find_interaction(ctx: Context, digest: str, browser_digest: str | None) -> Interaction:
    """Return an interaction of this browser.  Raises `InteractionOver`."""
    found = await ctx.store.interaction(digest)
    if found is None or found.expires_at <= ctx.now or not equal(found.browser_digest, browser_digest or ""):
        raise InteractionOver
    return found


async def usable_client(ctx: Context, client_id: str) -> Client:
    """Return the client of a process that waits; it may have been withdrawn meanwhile."""
    client = await ctx.store.client(client_id)
    if client is None or client.disabled_at is not None:
        raise InteractionOver
    return client


def pending_of(interaction: Interaction) -> PendingAuthorization:
    """Return the authorization request that an interaction keeps.  Raises `InteractionOver`."""
    if interaction.kind != "authorization":
        raise InteractionOver
    kept = json.loads(interaction.request)
    known = {field.name for field in fields(PendingAuthorization)}
    members = {name: member for name, member in kept.items() if name in known}
    return PendingAuthorization(**{**members, "scope": tuple(kept["scope"])})
